private import HTTPTypes
package import Hummingbird
private import Logging
private import Metrics
internal import PosternCore
internal import PosternRelay

// The guards of both listeners, in the order in which requests meet them. `PublicListener` and `StaffListener` each show
// their own chain.
//
// Each is a Hummingbird middleware. `MiddlewareFixedTypeBuilder` joins them, so that the compiler sees the whole chain: it
// costs 0.13 µs a request. Added to a `Router` one by one, six guards cost 0.9 µs.
//
// A guard reads the route and what earlier guards have put into the context, and throws a `RequestFault`.

/// `@concurrent`, because Hummingbird is built without our concurrency defaults.
package typealias NextGuard = @concurrent (Request, WebContext) async throws -> Response

/// Finishes every answer: removes the body for `HEAD`, and closes the connection if much of the request body is unread.
struct ResponseFinisher: RouterMiddleware {
    /// The longest body worth reading to its end to keep the connection.
    let bodyKiB: Int

    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        let whole = try await next(request, context)
        let response = request.method == .head ? whole.createHeadResponse() : whole
        // Otherwise Hummingbird reads the rest of the body, however long it is.
        let isChunked = request.headers.contains(.transferEncoding)
        let isBodyLeft =
            context.announcedLength > bodyKiB * 1_024 || (isChunked && (bodyKiB == 0 || response.status.code >= 400))
        return isBodyLeft ? response.closing() : response
    }
}

/// Turns what later guards and the handler throw into an answer.
package struct FaultResponder: RouterMiddleware {
    private let responses: ResponseFactory

    package init(_ responses: ResponseFactory) {
        self.responses = responses
    }

    package func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let fault as RequestFault {
            return responses.fault(fault, request, context)
        } catch {
            // Our own code throws nothing else. Hummingbird's answer would lack the security headers.
            return responses.fault(.unavailable(context.incident("a request failed", error)), request, context)
        }
    }
}

/// Refuses a client that makes too many requests, before anything of them is looked at. What a trusted proxy passes on is also
/// counted under its client's share of connections, since those are the proxy's own.
struct RequestLimitGuard: RouterMiddleware {
    private let requests: RequestLimiter
    private let clients: ClientFinder
    private let now: @Sendable () -> Timestamp
    /// What those get who were told and go on. A page would cost more to make than whatever they ask for; these are made once. Where
    /// many people share an address, what one of them does goes on for all, and this is then all that an honest visitor reads.
    private let goesOn: (page: Response, problem: Response)

    init(requests: RequestLimiter, clients: ClientFinder, responses: ResponseFactory, now: @escaping @Sendable () -> Timestamp) {
        self.requests = requests
        self.clients = clients
        self.now = now
        let wait = Duration.seconds(60)
        goesOn = (
            responses.words(.limited, status: .tooManyRequests).retrying(after: wait),
            responses.problem(.tooManyRequests).retrying(after: wait)
        )
    }

    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        guard let client = clients.client(of: request, context) else { return try await next(request, context) }
        switch requests.ask(client, Self.cost(of: request.method), at: now()) {
        case .admitted: break
        case .refused(let wait):
            Counter(.requestsRefused, ("reason", "told")).increment()
            throw RequestFault.tooManyRequests(retryAfter: wait)
        case .ignored:
            Counter(.requestsRefused, ("reason", "ignored")).increment()
            let response = context.isForPrograms(request) ? goesOn.problem : goesOn.page
            return clients.isForwarded(context) ? response : response.closing()
        }
        var context = context
        context.client = client
        guard clients.isForwarded(context) else { return try await next(request, context) }
        guard clients.admission.begin(client) else {
            Counter(.requestsRefused, ("reason", "share")).increment()
            throw RequestFault.tooManyRequests(retryAfter: .seconds(1))
        }
        defer { clients.admission.end(client) }
        return try await next(request, context)
    }

    private static func cost(of method: HTTPRequest.Method) -> RequestLimiter.Cost {
        switch method {
        case .post, .patch, .delete: .post
        default: .page
        }
    }
}

/// Serves known host names only.
///
/// An attacker's page can point its own name at 127.0.0.1 and read what a browser on this machine gets there ("DNS
/// rebinding"). But the browser then still sends the attacker's name as `Host`.
package struct HostGuard: RouterMiddleware {
    private let names: Set<String>

    /// - Parameter names: in addition to IP addresses and `localhost`, which no attacker can own.
    package init(_ names: [String] = []) {
        self.names = Set(names.map { $0.lowercased() } + ["localhost"])
    }

    package func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        guard serves(request.head.authority) else { throw RequestFault(page: .misdirected, .misdirectedRequest) }
        return try await next(request, context)
    }

    /// - Parameter authority: of the request, `host` or `host:port`.
    package func serves(_ authority: String?) -> Bool {
        guard let authority = authority?.lowercased() else { return false }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return ClientAddress(text: authority[authority.index(after: authority.startIndex)..<end]) != nil
        }
        let host = authority.prefix { $0 != ":" }
        return names.contains(String(host)) || ClientAddress(text: host) != nil
    }
}

/// Limits the request line. The parser has a single limit for header fields and the target, which is larger.
struct LineGuard: RouterMiddleware {
    let limitKiB: Int

    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        // The length on the wire: plus two spaces and `HTTP/1.1`.
        let length = request.method.rawValue.utf8.count + request.uri.description.utf8.count + 10
        guard length <= limitKiB * 1_024 else { throw RequestFault(.targetTooLong(limitKiB: limitKiB)) }
        return try await next(request, context)
    }
}

/// Redirects every other spelling of a page's path to the right one: capitals and full-width letters, an empty segment, an extra slash
/// or full stop. A letter is read as if it had been posted there, since a redirect could lose it; so is a program's letter.
struct CanonicalPathRedirect: RouterMiddleware {
    let responses: ResponseFactory

    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        guard !Self.isPlain(request.uri.path), let route = context.route, !route.isSpelledExactly,
            let captures = context.captures?.canonical
        else { return try await next(request, context) }
        let path = captures.path
        // Some proxies decode what need not be encoded: a path that differs only in that would be redirected to itself for ever.
        let isOther =
            path.utf8.contains(UInt8(ascii: "%"))
            ? PathPattern.segments(of: request.uri.path) != PathPattern.segments(of: path) : request.uri.path != path
        guard isOther else { return try await next(request, context) }
        if route.audience == .people, request.method == .get || request.method == .head {
            return responses.moved(to: path, request, under: context.isBehindLink ? responses.headers.link : nil)
        }
        var context = context
        context.captures = captures
        return try await next(request, context)
    }

    /// Whether a path could not be spelled otherwise, as is so for nearly all letters.
    private static func isPlain(_ path: String) -> Bool {
        var previous = UInt8(ascii: "/")
        for byte in path.utf8.dropFirst() {
            guard byte.isASCIILowercase || byte.isASCIIDigit || (byte == 0x2F || byte == 0x2D) && previous != 0x2F else {
                return false
            }
            previous = byte
        }
        return previous != 0x2F || path == "/"
    }
}

/// Reads the link in the path of a route for the holders of links. A path that cannot be a link gets the page of a link that leads nowhere,
/// and nothing is looked up.
struct LinkReader: RouterMiddleware {
    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        var context = context
        switch context.route?.access {
        case .link(let purpose):
            guard let link = LinkToken(text: context["link"]) else { throw RequestFault.deadLink }
            context.link = link
            context.identity = .linkHolder(purpose)
        case .mailedLink:
            // What can be none is told the same, with a way to another.
            context.mailedToken = MailedToken(text: context["link"])
            context.identity = .mailedLinkHolder
        case .member: context.mailedToken = MailedToken(text: context["link"])
        case .anyone, .anyoneOrMember, .staff, nil: break
        }
        return try await next(request, context)
    }
}

/// Passes a request on if its sender may use the route.
package struct AccessGuard: RouterMiddleware {
    package init() {}

    package func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        guard let route = context.route, context.identity.mayUse(route.access) else { throw RequestFault.notFound }
        return try await next(request, context)
    }
}

/// Passes a request on if the route has its method. What OPTIONS asks of a page is answered here: proxies try it to see whether the
/// service runs, and office programs before they open a link.
package struct MethodGuard: RouterMiddleware {
    private let headers: SecurityHeaders

    package init(_ responses: ResponseFactory) {
        headers = responses.headers
    }

    package func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        if let route = context.route, route.handler(for: request.method) == nil {
            if request.method == .options, route.audience == .people {
                var fields = context.isBehindLink ? headers.link : headers.page
                fields[.allow] = route.allowed
                return Response(status: .noContent, headers: fields)
            }
            throw RequestFault.methodNotAllowed(allowed: route.allowed)
        }
        return try await next(request, context)
    }
}
