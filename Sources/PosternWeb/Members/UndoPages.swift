internal import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// The page behind the link that a former address gets: `/undo/{link}`. It needs no session, since anyone who reads that mailbox may have lost
/// the other.
struct UndoPages: Sendable {
    let members: any MemberServing
    let origins: PostOriginReader
    let responses: ResponseFactory

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let token = try token(context)
        return page(try await change(token, context), token, request)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(MemberForm.self, context)
        // What cannot be read might have said the opposite.
        if let refusal { throw RequestFault(page: .badRequest, refusal.status) }
        let token = try token(context)
        guard await origins.origin(of: request, context) != .foreign else { return try await show(request, context) }
        let isUndone = form.action != .again
        switch await members.setUndone(isUndone, token) {
        case .done(let change): return page(change, token, request)
        case .notValid: throw .deadLink
        case .unavailable(let wait):
            // Pressed twice at once, it may have been done by the other press.
            if let change = try? await change(token, context), (change.undone != nil) == isUndone {
                return page(change, token, request)
            }
            return responses.fault(RequestFault(page: .unavailable, .serviceUnavailable), request, context).retrying(after: wait)
        }
    }

    private func token(_ context: WebContext) throws(RequestFault) -> MailedToken {
        guard let token = context.mailedToken else { throw .deadLink }
        return token
    }

    /// - Throws: `deadLink` when the change was taken back, replaced by another, or is too long ago; and when the link is none of ours.
    private func change(_ token: MailedToken, _ context: WebContext) async throws(RequestFault) -> AddressChangeView {
        let change: AddressChangeView?
        do {
            change = try await members.addressChange(token)
        } catch {
            throw .unavailable(context.incident("a change of address cannot be looked up", error))
        }
        guard let change else { throw .deadLink }
        return change
    }

    private func page(_ change: AddressChangeView, _ token: MailedToken, _ request: Request) -> Response {
        let presentation = responses.presentation(
            for: request, site: change.site, preferring: change.language, isScripted: false)
        return responses.page(UndoPage(change, at: "/undo/\(token.text)", presentation), under: responses.headers.link)
    }
}
