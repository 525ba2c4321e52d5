package import Hummingbird

/// Answers what a listener is asked: finds the route, sends the request through the guards, and calls the route's handler.
package struct Listener<Guards: MiddlewareProtocol<Request, Response, WebContext>>: HTTPResponder {
    private let routes: RouteTable
    private let guards: Guards

    package init(_ routes: RouteTable, guards: Guards) {
        self.routes = routes
        self.guards = guards
    }

    package func respond(to request: Request, context: WebContext) async throws -> Response {
        var context = context
        if let match = routes.match(request.uri.path) {
            context.route = match.route
            context.captures = match.captures
        }
        return try await guards.handle(request, context: context) { request, context in
            guard let handler = context.route?.handler(for: request.method) else { throw RequestFault.notFound }
            return try await handler(request, context)
        }
    }
}
