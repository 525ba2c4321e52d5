private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay
private import PosternText

/// Where people become members by themselves: `/join/{site}`, `/join/{site}/{invitation}`, and `/join/{site}/free`, which the form's
/// script asks while a short name is typed.
///
/// Nothing that was typed is lost, and nothing is sent by looking at a page. Whether an address is known here shows nowhere: every
/// valid form leads to the page for the code.
struct JoinPages: Sendable {
    let members: any JoinServing
    let tokens: any FormTokenKeeping
    let requests: RequestLimiter
    let origins: PostOriginReader
    /// Where members' pages are.
    let publicURL: WebOrigin
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let standing = try await standing(context)
        guard standing.isOpen else { return closed(standing, request, context) }
        return page(
            JoinForm(), .fresh, newToken(standing), standing, form: responses.headers.askingForm, request, context)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(JoinForm.self, context)
        do throws(RequestFault) {
            let standing = try await standing(context)
            guard standing.isOpen else { return closed(standing, request, context) }
            if let refusal {
                return refusal.told(
                    in: page(form, .unreadable, newToken(standing), standing, status: refusal.status, request, context))
            }
            // A form of ours that is fresh has a token, and a person leaves the bait alone. Anyone who comes from another page sees first
            // what is about to be sent.
            let status = tokens.status(of: form.token, site: standing.site.id.text, handle: Self.formName, at: now())
            let origin = await origins.origin(of: request, context)
            guard case .ours(let key, _) = status, !form.isBaitTaken, origin != .foreign else {
                return page(
                    form, .again, newToken(standing), standing, status: .unprocessableContent, request, context)
            }
            return try await join(form, under: key, standing, request, context)
        } catch {
            var fault = error
            fault.written = form.member.written
            throw fault
        }
    }

    private func join(
        _ form: JoinForm, under key: String, _ standing: JoinStanding, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let presentation = responses.presentation(for: request, site: standing.site)
        func again(_ occasion: JoinPage.Occasion, _ status: HTTPResponse.Status) -> Response {
            page(form, occasion, form.token, standing, status: status, request, context)
        }
        // A client that has disconnected needs no answer.
        guard let client = context.client else { return again(.unavailable(.seconds(1)), .serviceUnavailable) }
        let post = JoinPost(
            site: context["site"], invitation: Self.invitation(context), member: form.member,
            languages: responses.templates.languages, language: presentation.language, idempotencyKey: key,
            client: client, at: now())
        switch await members.join(post) {
        case .asked(let handle):
            return responses.seeOther(
                presentation.link("/confirm/\(standing.site.id)/\(handle)"), under: responses.headers.link)
        case .invalid(let faults): return again(.faults(faults), .unprocessableContent)
        case .closed(let standing): return closed(standing, request, context)
        case .unknown: throw .notFound
        case .limited(let wait):
            // A client that goes on posting over its limit is soon refused before its form is read.
            requests.charge(client, .refusedLetter, at: post.at)
            return again(.limited(wait), .tooManyRequests).retrying(after: wait)
        case .busy(let wait): return again(.busy(wait), .serviceUnavailable).retrying(after: wait)
        case .askedOften(let wait): return again(.askedOften(wait), .serviceUnavailable).retrying(after: wait)
        case .unavailable(let wait): return again(.unavailable(wait), .serviceUnavailable).retrying(after: wait)
        }
    }

    /// `?handle=…`. Handles are public: each has a page that anybody can look for.
    func free(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let typed = request.queryField("handle") ?? ""
        let standing: Result<Handle, MemberFault>?
        do {
            standing = try await members.fault(of: typed, at: context["site"])
        } catch {
            throw .unavailable(context.incident("a handle cannot be looked up", error))
        }
        guard let standing else { throw .notFound }
        let texts = responses.presentation(for: request).texts
        let (handle, state, text): (JSONText?, String, String)
        switch standing {
        case .success(let own):
            (handle, state, text) = (.string(own.text), "free", texts(JoinText.free, [.handle: own.text]))
        case .failure(let fault): (handle, state, text) = (nil, fault.code, texts.text(of: fault, typed: typed))
        }
        return responses.json(
            JSONText.object([("state", .string(state)), ("handle", handle), ("text", .string(text))]).text)
    }

    // MARK: -

    /// What a token is signed for. No handle has a space, so it is good for no contact form.
    private static let formName = "join form"

    private func newToken(_ standing: JoinStanding) -> String? {
        tokens.issue(site: standing.site.id.text, handle: Self.formName, at: now())
    }

    private static func invitation(_ context: WebContext) -> LinkToken? { LinkToken(text: context["invitation"]) }

    private func standing(_ context: WebContext) async throws(RequestFault) -> JoinStanding {
        let standing: JoinStanding?
        do {
            standing = try await members.standing(at: context["site"], with: Self.invitation(context))
        } catch {
            throw .unavailable(context.incident("a site cannot be looked up", error))
        }
        guard let standing else { throw .notFound }
        return standing
    }

    private static func path(of standing: JoinStanding, _ context: WebContext) -> String {
        "/join/\(standing.site.id)" + (invitation(context).map { "/\($0.text)" } ?? "")
    }

    private func closed(_ standing: JoinStanding, _ request: Request, _ context: WebContext) -> Response {
        let presentation = responses.presentation(for: request, site: standing.site, isScripted: !context.isBehindLink)
        return responses.page(
            JoinClosedPage(standing, at: Self.path(of: standing, context), presentation), status: .forbidden,
            under: context.isBehindLink ? responses.headers.link : nil)
    }

    /// - Parameter fields: where there is a script. An invitation's form has none.
    private func page(
        _ form: JoinForm, _ occasion: JoinPage.Occasion, _ token: String?, _ standing: JoinStanding,
        status: HTTPResponse.Status = .ok, form fields: HTTPFields? = nil, _ request: Request, _ context: WebContext
    ) -> Response {
        let presentation = responses.presentation(for: request, site: standing.site, isScripted: !context.isBehindLink)
        let page = JoinPage(
            form.member, token: token, standing, at: Self.path(of: standing, context),
            pages: "\(publicURL)/c/\(standing.site.id)/", occasion: occasion, presentation)
        let asking = fields ?? responses.headers.askingPage
        return responses.page(page, status: status, under: context.isBehindLink ? responses.headers.link : asking)
    }
}

extension RawMember {
    /// What somebody had typed, to copy.
    fileprivate var written: String { [name, handle, email].filter { !$0.isEmpty }.joined(separator: "\n") }
}
