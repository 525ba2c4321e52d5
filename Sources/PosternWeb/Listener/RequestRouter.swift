package import HTTPTypes
package import Hummingbird
package import PosternCore

/// Answers the requests of one listener: finds the route, runs the guards, and calls the route's handler.
package struct RequestRouter<Guards: MiddlewareProtocol<Request, Response, WebContext>>: HTTPResponder {
    private let routes: RouteTable
    private let guards: Guards
    private let randomness: RandomSource

    package init(_ routes: RouteTable, guards: Guards, randomness: RandomSource) {
        self.routes = routes
        self.guards = guards
        self.randomness = randomness
    }

    package func respond(to request: Request, context: WebContext) async throws -> Response {
        var context = context
        context.randomness = randomness
        if let match = routes.match(request.uri.path) ?? routes.matchTidied(request.uri.path) {
            context.route = match.route
            context.captures = match.captures
        }
        return try await guards.handle(request, context: context) { request, context in
            guard let handler = context.route?.handler(for: request.method) else { throw RequestFault.notFound }
            return try await handler(request, context)
        }
    }
}

/// All routes of a listener.
///
/// Not Hummingbird's `Router`: it compares segments before they are percent-decoded, treats `/c//pat` as `/c/pat`, and
/// answers a wrong method with 404 instead of 405 and `Allow`.
package struct RouteTable: Sendable {
    /// The first that matches wins.
    package let routes: [Route]

    package init(_ routes: [Route]) {
        self.routes = routes
    }

    /// Nil when no route matches.
    package func match(_ path: String) -> (route: Route, captures: PathPattern.Captures)? {
        guard let segments = PathPattern.segments(of: path),
            let route = routes.first(where: { $0.pattern.matches(segments) })
        else { return nil }
        return (route, PathPattern.Captures(pattern: route.pattern, segments: segments))
    }

    /// What a path means that matches nothing as it is: proxies, mail programs and people change paths.
    package func matchTidied(_ path: String) -> (route: Route, captures: PathPattern.Captures)? {
        let segments = PathPattern.tidiedSegments(of: path)
        guard let route = routes.first(where: { $0.pattern.matches(segments, ignoringCase: true) }) else { return nil }
        return (route, PathPattern.Captures(pattern: route.pattern, segments: segments))
    }
}

/// One row of a listener's table: a path, who may use it, and what answers each method.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Request, WebContext) async throws(RequestFault) -> Response

    /// Who uses the route: people get a fault as a page, programs as a problem (RFC 9457).
    package enum Audience: Sendable {
        case people, programs
    }

    package let pattern: PathPattern
    package let access: Access
    package let audience: Audience
    /// The longest body that a handler of this route reads.
    package let bodyKiB: Int
    /// Its methods, as the `Allow` field lists them.
    package let allowed: String
    private let get: Handler?
    private let post: Handler?
    private let options: Handler?

    /// - Parameter get: also answers `HEAD`.
    package init(
        _ pattern: PathPattern, _ access: Access, for audience: Audience = .people, bodyKiB: Int = 0, get: Handler? = nil,
        post: Handler? = nil, options: Handler? = nil
    ) {
        self.pattern = pattern
        self.access = access
        self.audience = audience
        self.bodyKiB = bodyKiB
        self.get = get
        self.post = post
        self.options = options
        // People's pages answer OPTIONS by `MethodGuard`.
        let hasOptions = options != nil || audience == .people
        let methods = (get == nil ? [] : ["GET", "HEAD"]) + (hasOptions ? ["OPTIONS"] : []) + (post == nil ? [] : ["POST"])
        allowed = methods.joined(separator: ", ")
    }

    package func handler(for method: HTTPRequest.Method) -> Handler? {
        switch method {
        case .get, .head: get
        case .post: post
        case .options: options
        default: nil
        }
    }
}
