private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// `/confirm/{site}/{handle}`: where the six digits of a mail are typed. The mail has no link that confirms, because programs follow
/// links and press buttons; they type nothing.
///
/// It looks the same whether or not somebody of that name waits for a code, and answers every code that does not count alike.
struct CodePages: Sendable {
    let confirmations: any ConfirmationServing
    let members: any JoinServing
    let requests: RequestLimiter
    /// How many mails a network may ask for: links and codes.
    let linkRequests: RequestLimiter
    let origins: PostOriginReader
    /// Where members' pages are.
    let publicURL: WebOrigin
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (standing, handle) = try await subject(context)
        let occasion: CodePage.Occasion = request.queryField("mailed") == nil ? .fresh : .mailedAgain
        return page(occasion, "", request.queryField("by").flatMap { MailedToken(text: $0) }, handle, standing, request)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(CodeForm.self, context)
        let (standing, handle) = try await subject(context)
        func again(_ occasion: CodePage.Occasion, _ status: HTTPResponse.Status, typed: String = "") -> Response {
            page(occasion, typed, form.holder, handle, standing, status: status, request)
        }
        guard await origins.origin(of: request, context) != .foreign else { return again(.fresh, .ok) }
        if let refusal { return refusal.told(in: again(.incomplete, refusal.status, typed: form.typed)) }
        if form.isAgain { return await mailAgain(form, handle, standing, request, context) }
        guard let code = form.code else { return again(.incomplete, .unprocessableContent, typed: form.typed) }
        let answer = await confirmations.confirm(
            site: standing.site.id.text, handle: handle.text, token: code.text, holder: form.holder)
        switch answer {
        case .confirmed: return done(.confirmed, handle, standing, request)
        case .paused: return done(.paused, handle, standing, request)
        case .notValid, .spent:
            // Anyone who tries one code after the other is soon refused without being asked.
            if let client = context.client { requests.charge(client, .refusedLetter, at: now()) }
            return again(answer == .spent ? .spent : .wrong, .forbidden)
        case .unavailable(let wait):
            return again(.unavailable(wait), .serviceUnavailable, typed: form.typed).retrying(after: wait)
        }
    }

    /// The same answer whether or not somebody of that name waits for a code.
    private func mailAgain(
        _ form: CodeForm, _ handle: Handle, _ standing: JoinStanding, _ request: Request, _ context: WebContext
    ) async -> Response {
        func again(_ occasion: CodePage.Occasion, _ wait: Duration, _ status: HTTPResponse.Status) -> Response {
            page(occasion, form.typed, form.holder, handle, standing, status: status, request).retrying(after: wait)
        }
        // A client that has disconnected needs no answer.
        guard let client = context.client else { return again(.unavailable(.seconds(1)), .seconds(1), .serviceUnavailable) }
        switch linkRequests.ask(client, .page, at: now()) {
        case .admitted: break
        case .refused(let wait): return again(.mailLimited(wait), wait, .tooManyRequests)
        case .ignored: return again(.mailLimited(.hours(1)), .hours(1), .tooManyRequests)
        }
        switch await confirmations.mailCode(site: standing.site.id.text, handle: handle.text) {
        case .taken:
            let query = ["mailed=", form.holder.map { "by=\($0.text)" }].compactMap(\.self).joined(separator: "&")
            return responses.seeOther(
                responses.presentation(for: request).link("/confirm/\(standing.site.id)/\(handle)", query),
                under: responses.headers.link)
        case .limited(let wait): return again(.mailLimited(wait), wait, .tooManyRequests)
        case .unavailable(let wait): return again(.unavailable(wait), wait, .serviceUnavailable)
        }
    }

    /// Of the site, and the handle in its one spelling.
    private func subject(_ context: WebContext) async throws(RequestFault) -> (JoinStanding, Handle) {
        guard let handle = Handle(spelled: context["handle"]) else { throw .notFound }
        let standing: JoinStanding?
        do {
            standing = try await members.standing(at: context["site"], with: nil)
        } catch {
            throw .unavailable(context.incident("a site cannot be looked up", error))
        }
        guard let standing else { throw .notFound }
        return (standing, handle)
    }

    private func page(
        _ occasion: CodePage.Occasion, _ typed: String, _ holder: MailedToken?, _ handle: Handle, _ standing: JoinStanding,
        status: HTTPResponse.Status = .ok, _ request: Request
    ) -> Response {
        let presentation = responses.presentation(for: request, site: standing.site, isScripted: false)
        return responses.page(
            CodePage(
                occasion, of: handle, at: standing.site, typed: typed, holder: holder, canJoin: standing.isOpen, presentation),
            status: status, under: responses.headers.link)
    }

    private func done(
        _ occasion: ConfirmationPage.Occasion, _ handle: Handle, _ standing: JoinStanding, _ request: Request
    ) -> Response {
        let presentation = responses.presentation(for: request, site: standing.site, isScripted: false)
        let names = RecipientNames(handle: handle, at: standing.site)
        let page = RecipientPath(site: standing.site.id.text, handle: handle.text).page
        return responses.page(
            ConfirmationPage(occasion, to: names, yours: "\(publicURL)\(page)", presentation), under: responses.headers.link)
    }
}
