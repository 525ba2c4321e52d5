private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// `/prove/{link}`: a visitor types the code from a mail, and the letter that waits for it goes out. The form leads here, and so does
/// the mail.
struct ProvePages: Sendable {
    let proofs: any ProofServing
    let requests: RequestLimiter
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let path = try ConversationPath(context)
        return page(.shown, try await view(path, context), path, request)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(CodeForm.self, context)
        let path = try ConversationPath(context)
        let view = try await view(path, context)
        func again(_ occasion: ProvePage.Occasion, _ status: HTTPResponse.Status) -> Response {
            page(occasion, view, path, written: form.typed, status: status, request)
        }
        if let refusal { return refusal.told(in: again(form.isEmpty ? .empty : .notSixDigits, refusal.status)) }
        guard !form.isEmpty else { return again(.empty, .unprocessableContent) }
        guard let code = form.code else { return again(.notSixDigits, .unprocessableContent) }
        guard let client = context.client else { return again(.unavailable(.seconds(1)), .serviceUnavailable) }
        let answer: ProofAnswer?
        do {
            answer = try await proofs.prove(code, path.link, from: client)
        } catch {
            // The page says more than the incident's number would: nothing is lost, and the code still counts.
            _ = context.incident("a code cannot be checked", error)
            return again(.unavailable(.seconds(30)), .serviceUnavailable).retrying(after: .seconds(30))
        }
        switch answer {
        case nil: throw .deadLink
        case .proven(let letter):
            // As any accepted letter.
            let contactPage = RecipientPath(site: view.site.id.text, handle: view.handle.text).page
            let sent = RecipientPath.sentPage(after: contactPage, letter)
            return responses.seeOther(responses.presentation(for: request).link(sent), under: responses.headers.link)
        case .wrong(let left):
            charge(client)
            return again(.wrong(left: left), .unprocessableContent)
        case .spent:
            charge(client)
            return again(.spent, .tooManyRequests)
        case .late: return page(.shown, try await self.view(path, context), path, status: .conflict, request)
        }
    }

    /// Who goes on guessing is soon refused before anything is looked at.
    private func charge(_ client: ClientAddress) { requests.charge(client, .refusedLetter, at: now()) }

    private func view(_ path: ConversationPath, _ context: WebContext) async throws(RequestFault) -> ProofView {
        try await context.followed { try await proofs.proof(behind: path.link) }
    }

    private func page(
        _ occasion: ProvePage.Occasion, _ view: ProofView, _ path: ConversationPath, written: String = "",
        status: HTTPResponse.Status = .ok, _ request: Request
    ) -> Response {
        let presentation = responses.presentation(for: request, site: view.site, isScripted: false)
        return responses.page(
            ProvePage(occasion, view, at: path.path, written: written, presentation), status: status,
            under: responses.headers.link)
    }
}
