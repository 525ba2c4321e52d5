import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternWeb
import Testing

/// Who is let through to a route, shown on a small table.
struct AccessTests {
    /// Stands for a guard that knows a session or a link.
    private struct Known: RouterMiddleware {
        let identity: Identity

        func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
            var context = context
            context.identity = identity
            return try await next(request, context)
        }
    }

    @MiddlewareFixedTypeBuilder<Request, Response, WebContext>
    private static func guards(
        _ identity: Identity, _ responses: ResponseFactory
    ) -> some MiddlewareProtocol<Request, Response, WebContext> {
        FaultResponder(responses)
        Known(identity: identity)
        AccessGuard()
        MethodGuard(responses)
    }

    private func status(
        of path: String, for identity: Identity, method: HTTPRequest.Method = .get
    ) async throws -> HTTPResponse.Status {
        let responses = ResponseFactory(try Templates(folder: templatesFolder), SecurityHeaders(isSecure: true))
        let answer: Route.Handler = { _, _ in Response(status: .ok) }
        let table = RouteTable([
            Route("/open", .anyone, get: answer), Route("/staff", .staff(.any), get: answer),
            Route("/journal", .staff([.auditor, .administrator]), get: answer),
            Route("/reply/{link}", .link(.reply), get: answer, post: answer),
            Route("/own", .member, get: answer), Route("/front", .anyoneOrMember, get: answer),
            Route("/undo/{link}", .mailedLink, get: answer),
            Route("/api/v1/events", .staff([.auditor]), for: .programs, get: answer),
        ])
        let application = Application(
            responder: RequestRouter(table, guards: Self.guards(identity, responses), randomness: RandomSource { 4 }),
            logger: silent)
        return try await application.test(.router) { client in
            try await client.execute(uri: path, method: method) { $0.status }
        }
    }

    @Test(arguments: ["/staff", "/journal", "/reply/x", "/api/v1/events", "/own", "/undo/x"])
    func `Without an identity, a route that needs one looks like a missing page`(path: String) async throws {
        #expect(try await status(of: path, for: .nobody) == .notFound)
        #expect(try await status(of: path, for: .nobody, method: .delete) == .notFound)
    }

    @Test(arguments: [
        ("/open", Identity.nobody, true), ("/open", .staff([.reviewer]), true), ("/open", .linkHolder(.mute), true),
        ("/staff", .staff([.reviewer]), true), ("/staff", .staff([]), false), ("/staff", .linkHolder(.reply), false),
        ("/journal", .staff([.reviewer]), false), ("/journal", .staff([.reviewer, .auditor]), true),
        ("/reply/x", .linkHolder(.reply), true), ("/reply/x", .linkHolder(.mute), false), ("/reply/x", .staff(.any), false),
        ("/own", .member, true), ("/own", .mailedLinkHolder, false), ("/own", .linkHolder(.manage), false),
        ("/front", .nobody, true), ("/front", .member, true), ("/undo/x", .mailedLinkHolder, true), ("/undo/x", .member, false),
    ])
    func `A role or a link opens its own routes and no others`(path: String, identity: Identity, isOpen: Bool) async throws {
        #expect(try await status(of: path, for: identity) == (isOpen ? .ok : .notFound))
    }

    @Test func `Only those who may use a route learn its methods`() async throws {
        #expect(try await status(of: "/reply/x", for: .linkHolder(.reply), method: .delete) == .methodNotAllowed)
    }
}
