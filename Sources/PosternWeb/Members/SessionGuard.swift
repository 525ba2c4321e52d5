private import HTTPTypes
internal import Hummingbird
internal import PosternRelay

/// Finds the session of a member's cookie, for the members' routes. Without one, those that are for members alone do nothing: a page leads
/// to where a link is asked for, and a post is answered there, with what was typed.
struct SessionGuard: RouterMiddleware {
    let pages: MemberPages

    func handle(_ request: Request, context: WebContext, next: NextGuard) async throws -> Response {
        guard let access = context.route?.access, access == .member || access == .anyoneOrMember else {
            return try await next(request, context)
        }
        var context = context
        if let member = try await pages.signedIn(request, context) {
            context.member = member
            context.identity = .member
        } else if access == .member {
            return await pages.signedOut(request, context)
        }
        return try await next(request, context)
    }
}
