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
        context.announcedLength = request.announcedLength
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
        if let parts = PathPattern.plainParts(of: path) {
            return routes.first { $0.pattern.matches(parts) }.map { route in
                (route, PathPattern.Captures(pattern: route.pattern, segments: parts.map { String($0) }))
            }
        }
        guard let segments = PathPattern.segments(of: path),
            let route = routes.first(where: { $0.pattern.matches(segments) })
        else { return nil }
        return (route, PathPattern.Captures(pattern: route.pattern, segments: segments))
    }

    /// The route that a path means although it matches none as it is: proxies, mail programs and people change paths.
    package func matchTidied(_ path: String) -> (route: Route, captures: PathPattern.Captures)? {
        let segments = PathPattern.tidiedSegments(of: path)
        guard let route = routes.first(where: { $0.pattern.matches(segments, ignoringCase: true) }) else { return nil }
        return (route, PathPattern.Captures(pattern: route.pattern, segments: segments))
    }
}

/// One row of a listener's table: a path, who may use it, and what answers each method.
///
/// A class, because each guard passes on the context that holds it: as a value its closures and strings would be counted up and down
/// some thirty times for each of them.
package final class Route: Sendable {
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
    /// A mail or an invitation leads there, or its path has a link in it: nothing runs on its pages, and nothing of them is kept.
    package let isBehindLink: Bool
    /// Another spelling of a name in its path is nobody's: what is done there cannot be undone.
    package let isSpelledExactly: Bool
    /// A page asks by itself: that nobody does anything for long is seen all the same.
    package let isBackground: Bool
    /// What a post gets whose session is over, where what was written must not be lost; nil where it is led to sign in.
    package let ended: Handler?
    /// Its methods, as the `Allow` field lists them.
    package let allowed: String
    private let handlers: Handlers

    private struct Handlers: Sendable {
        let get, post, patch, delete, options: Handler?
    }

    /// - Parameters:
    ///   - isBehindLink: always so where `access` wants a link or a member.
    ///   - get: also answers `HEAD`.
    package init(
        _ pattern: PathPattern, _ access: Access, for audience: Audience = .people, isBehindLink: Bool = false,
        isSpelledExactly: Bool = false, isBackground: Bool = false, bodyKiB: Int = 0, get: Handler? = nil, post: Handler? = nil,
        patch: Handler? = nil,
        delete: Handler? = nil,
        options: Handler? = nil, ended: Handler? = nil
    ) {
        self.pattern = pattern
        self.access = access
        self.audience = audience
        self.isBehindLink = isBehindLink || access.isBehindLink
        self.isSpelledExactly = isSpelledExactly
        self.isBackground = isBackground
        self.bodyKiB = bodyKiB
        self.ended = ended
        handlers = Handlers(get: get, post: post, patch: patch, delete: delete, options: options)
        // People's pages answer OPTIONS by `MethodGuard`.
        let hasOptions = options != nil || audience == .people
        let methods = [
            (delete != nil, "DELETE"), (get != nil, "GET, HEAD"), (hasOptions, "OPTIONS"), (patch != nil, "PATCH"),
            (post != nil, "POST"),
        ]
        allowed = methods.filter(\.0).map(\.1).joined(separator: ", ")
    }

    package func handler(for method: HTTPRequest.Method) -> Handler? {
        switch method {
        case .get, .head: handlers.get
        case .post: handlers.post
        case .patch: handlers.patch
        case .delete: handlers.delete
        case .options: handlers.options
        default: nil
        }
    }
}
