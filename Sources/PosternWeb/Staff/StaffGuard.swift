private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// Finds who is signed in, for the staff's routes. Anybody else is led to where staff sign in, and from there to the page that they
/// asked for.
///
/// A post counts only from our own pages, whatever the route: another site's page could otherwise have a browser press our buttons.
/// Browsers say so by `Sec-Fetch-Site` over HTTPS and from `localhost`; elsewhere, and before 2023, by `Origin`.
struct StaffGuard: RouterMiddleware {
    let pages: StaffPages
    let clients: ClientFinder

    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        var context = context
        context.client = clients.client(of: request, context)
        let isReading = [.get, .head, .options].contains(request.method)
        guard isReading || isOwn(request) else { throw RequestFault(page: .badRequest, .forbidden) }
        guard case .staff = context.route?.access else { return try await next(request, context) }
        if let secret = pages.cookie.secret(in: request) {
            let isUse = context.route?.isBackground != true
            do { context.staff = try await pages.staff.signedIn(secret, isUse: isUse) } catch {
                throw RequestFault.unavailable(context.incident("a session cannot be looked up", error))
            }
        }
        guard let staff = context.staff else {
            // What somebody wrote is not lost because half an hour was over.
            let hadSession = pages.cookie.secret(in: request) != nil
            if !isReading, hadSession, let ended = context.route?.ended { return try await ended(request, context) }
            return pages.responses.seeOther(StaffPages.signIn(to: request, context.route, hadSession: hadSession))
        }
        context.identity = .staff([staff.role])
        return try await next(request, context)
    }

    private func isOwn(_ request: Request) -> Bool {
        let written = request.headers[values: .origin]
        switch request.headers[.secFetchSite] {
        case "same-origin": return true
        case .some: return false
        // No browser of these years, or a program, which nobody has tricked.
        case nil: return written.isEmpty || written.count == 1 && isOurs(written[0], request)
        }
    }

    private func isOurs(_ written: String, _ request: Request) -> Bool {
        guard let origin = WebOrigin(written) else { return false }
        if origin == pages.url { return true }
        // `HostGuard` has seen that no attacker owns that name.
        let host = request.head.authority?.lowercased() ?? ""
        return origin == WebOrigin("http://\(host)")
    }
}

/// Passes on what comes from this machine, or its tunnel, and nothing that came to the address of the staff's pages by a proxy:
/// Prometheus cannot sign in.
struct LocalOnly: Sendable {
    let url: WebOrigin

    func check(_ request: Request, _ context: WebContext) throws(RequestFault) {
        guard url.isSecure else { return }
        let host = request.head.authority?.lowercased().prefix { $0 != ":" } ?? ""
        guard context.peer?.isLoopback == true, context.client == context.peer, host != url.host[...] else { throw .notFound }
    }
}
