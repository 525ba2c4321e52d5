private import HTTPTypes
package import Hummingbird
private import Logging
private import PosternCore

// The guards of both listeners, in the order in which requests meet them. `PublicListener` and `StaffListener` each show
// their own chain.
//
// Each is a middleware of Hummingbird's, joined by its `MiddlewareFixedTypeBuilder`: the compiler then sees the whole chain,
// which costs 0.13 µs a request. Added to a `Router` one by one, the same six guards cost 0.9 µs.
//
// A guard that is added later (sessions, links, a check of where a form was posted from, a rate of one route) reads the
// route and what the guards before it have put into the context, and throws a `RequestFault`.

/// A function type of a module that is built without our concurrency defaults.
package typealias NextGuard = @concurrent (Request, WebContext) async throws -> Response

/// The last touch on every answer: `HEAD` has no body, and a connection with a body that nobody reads is closed.
struct ResponseFinisher: RouterMiddleware {
    /// The longest body that is worth reading to its end for the sake of the connection.
    let bodyKiB: Int

    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        let whole = try await next(request, context)
        let response = request.method == .head ? whole.createHeadResponse() : whole
        // Hummingbird would read the rest of it, however long it is.
        let isChunked = request.headers[.transferEncoding] != nil
        let isBodyLeft =
            request.announcedLength > bodyKiB * 1_024 || (isChunked && (bodyKiB == 0 || response.status.code >= 400))
        return isBodyLeft ? response.closing() : response
    }
}

/// Answers what the guards and the handler below it throw.
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
            // Ours throw nothing else. Hummingbird's answer would lack the security headers.
            return responses.fault(.unavailable(context.incident("a request failed", error)), request, context)
        }
    }
}

/// Serves known names only.
///
/// A page on the Internet can have its own name point at 127.0.0.1 and read what a browser on this machine gets there ("DNS
/// rebinding"). It cannot make the browser send another `Host` than its own.
package struct HostGuard: RouterMiddleware {
    private let names: Set<String>

    /// - Parameter names: besides IP addresses and `localhost`, which nobody else can own.
    package init(_ names: [String] = []) {
        self.names = Set(names.map { $0.lowercased() } + ["localhost"])
    }

    package func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        guard serves(request.head.authority) else { throw RequestFault.page(.misdirected) }
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

/// Limits the first line of a request. The parser has one limit for a header field and for the target, and it is larger.
struct LineGuard: RouterMiddleware {
    let limitKiB: Int

    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        // As it came over the wire: with two spaces and `HTTP/1.1`.
        let length = request.method.rawValue.utf8.count + request.uri.description.utf8.count + 10
        guard length <= limitKiB * 1_024 else { throw RequestFault.lineTooLong(limitKiB: limitKiB) }
        return try await next(request, context)
    }
}

/// Takes everyone who reaches the listener for staff of every role. The operator decides who reaches it: it listens on
/// loopback.
struct ReachabilityTrust: RouterMiddleware {
    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        var context = context
        context.identity = .staff(.any)
        return try await next(request, context)
    }
}

/// Lets a request through to a route that its sender may use.
package struct AccessGuard: RouterMiddleware {
    package init() {}

    package func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        guard let route = context.route, context.identity.mayUse(route.access) else { throw RequestFault.notFound }
        return try await next(request, context)
    }
}

/// Lets a request through to a route that has its method.
package struct MethodGuard: RouterMiddleware {
    package init() {}

    package func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        if let route = context.route, route.handler(for: request.method) == nil {
            throw RequestFault.methodNotAllowed(allowed: route.allowed)
        }
        return try await next(request, context)
    }
}
