private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// The pages behind the links of mails: `/reply/{link}`, `/letter/{link}`, `/letter/{link}/{proof}`, `/mute/{link}`, `/pause/{link}`.
///
/// Mail programs follow links and some press buttons, so `GET` changes nothing, and what `POST` does can be undone on the page that
/// answers it. Every link that leads nowhere gets the same page.
struct LinkPages: Sendable {
    let conversations: any ConversationServing
    let tokens: any FormTokenKeeping
    let requests: RequestLimiter
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    func conversation(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let path = try ConversationPath(context)
        let view = try await view(path.link, for: path.purpose, context)
        return page(.shown, view, path, token: newToken(for: view, path), request)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(ReplyForm.self, context)
        do throws(RequestFault) {
            let path = try ConversationPath(context)
            if let refusal { return try await refused(form, refusal, path, request, context) }
            return switch form.action {
            case .reply, nil: try await reply(form, path, request, context)
            case .withdraw: try await withdraw(form.number, path, request, context)
            case .close, .reopen: try await setClosed(form.action == .close, path, request, context)
            case .mute where path.purpose == .reply, .unmute where path.purpose == .reply:
                try await setMuted(form.action == .mute, path, request, context)
            // Of others, and those have pages of their own.
            case .mute, .unmute, .muteConnection, .unmuteConnection, .pause, .resume: try await conversation(request, context)
            }
        } catch {
            var fault = error
            fault.written = form.message
            throw fault
        }
    }

    private func reply(
        _ form: ReplyForm, _ path: ConversationPath, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let view = try await view(path.link, for: path.purpose, context)
        let (site, handle) = Self.formName(of: view, path)
        let status = tokens.status(of: form.token, site: site, handle: handle, at: now())
        let idempotencyKey: String?
        switch status {
        case .expired:
            return page(.expired, view, path, form, token: newToken(for: view, path), status: .unprocessableContent, request)
        case .ours(let key, _): idempotencyKey = key
        case .foreign, .missing: idempotencyKey = nil
        }
        let answer = await answer(to: form, path, idempotencyKey: idempotencyKey, context)
        // A text that comes back under its own token is still the same reply after corrections.
        let token = idempotencyKey == nil ? newToken(for: view, path) : form.token
        func again(_ occasion: ConversationPage.Occasion, _ status: HTTPResponse.Status) -> Response {
            page(occasion, view, path, form, token: token, status: status, request)
        }
        switch answer {
        case nil: throw .deadLink
        case .accepted: return back(to: path, request)
        case .invalid(let fault): return again(.fault(fault), .unprocessableContent)
        case .doubtful(let details): return again(.doubtful(details), .unprocessableContent)
        case .blocked: return again(.blocked, .forbidden)
        case .limited(let wait): return again(.limited(wait), .tooManyRequests).retrying(after: wait)
        case .enoughToday(let wait): return again(.enoughToday(wait), .tooManyRequests).retrying(after: wait)
        case .unavailable(let wait): return again(.unavailable(wait), .serviceUnavailable).retrying(after: wait)
        case .ended(let view):
            // As on the contact page, one who takes no letters is no conflict that ends.
            let status = view.standing == .takesNoLetters ? HTTPResponse.Status.forbidden : .conflict
            return page(.ended, view, path, form, token: nil, status: status, request)
        }
    }

    private func answer(
        to form: ReplyForm, _ path: ConversationPath, idempotencyKey: String?, _ context: WebContext
    ) async -> ReplyAnswer? {
        // Every reply must have its evidence, and a client that has disconnected needs no answer.
        guard let client = context.client else { return .unavailable(retryAfter: .seconds(1)) }
        let post = ReplyPost(
            link: path.link, purpose: path.purpose, proof: path.proof, text: form.message, isSure: form.isSure,
            idempotencyKey: idempotencyKey, client: client, at: now())
        let answer = await conversations.reply(post)
        // A client that goes on posting over its limit is soon refused before its reply is read.
        switch answer {
        case .limited, .enoughToday: requests.charge(client, .refusedLetter, at: post.at)
        default: break
        }
        return answer
    }

    /// A post that was not taken as it came, with what could be read of it.
    private func refused(
        _ form: ReplyForm, _ refusal: FormRefusal, _ path: ConversationPath, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let view = try await view(path.link, for: path.purpose, context)
        let token = newToken(for: view, path)
        return refusal.told(
            in: page(.refused(refusal.reason), view, path, form, token: token, status: refusal.status, request))
    }

    private func withdraw(
        _ number: Int?, _ path: ConversationPath, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        guard let number else { return back(to: path, request) }
        let isTakenBack = try await context.followed { try await conversations.withdraw(number, path.link, for: path.purpose) }
        guard !isTakenBack else { return back(to: path, request) }
        let view = try await view(path.link, for: path.purpose, context)
        // Pressed twice, it was taken back the first time.
        let isGone = view.entries.contains { $0.number == number && $0.author == view.viewer && $0.state != .withdrawn }
        guard isGone else { return back(to: path, request) }
        return page(.tooLate, view, path, token: newToken(for: view, path), status: .conflict, request)
    }

    private func setClosed(
        _ isClosed: Bool, _ path: ConversationPath, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        _ = try await context.followed { try await conversations.setClosed(isClosed, path.link, for: path.purpose) }
        return back(to: path, request)
    }

    private func setMuted(
        _ isMuted: Bool, _ path: ConversationPath, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        _ = try await context.followed { try await conversations.setMuted(isMuted, path.link, for: path.purpose) }
        return back(to: path, request)
    }

    /// To the page itself, so that loading it again posts nothing.
    private func back(to path: ConversationPath, _ request: Request) -> Response {
        responses.seeOther(responses.presentation(for: request).link(path.path), under: responses.headers.link)
    }

    private func page(
        _ occasion: ConversationPage.Occasion, _ view: ConversationView, _ path: ConversationPath,
        _ form: ReplyForm = ReplyForm(),
        token: String?, status: HTTPResponse.Status = .ok, _ request: Request
    ) -> Response {
        let presentation = presentation(of: view, request)
        return responses.page(
            ConversationPage(occasion, view, at: path.path, written: form.message, token: token, now: now(), presentation),
            status: status, under: responses.headers.link)
    }

    private func presentation(of view: ConversationView, _ request: Request) -> Presentation {
        responses.presentation(for: request, site: view.site, preferring: view.language, isScripted: false)
    }

    private func newToken(for view: ConversationView, _ path: ConversationPath) -> String? {
        let (site, handle) = Self.formName(of: view, path)
        return tokens.issue(site: site, handle: handle, at: now())
    }

    /// What a token is signed for. No handle has a space, so it is good for no contact form.
    private static func formName(of view: ConversationView, _ path: ConversationPath) -> (site: String, handle: String) {
        (view.site.id.text, "\(path.purpose.rawValue) \(view.handle.text)")
    }
}

extension LinkPages {
    func mute(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let path = try ConversationPath(context)
        let view = try await view(path.link, for: .mute, context)
        return page(SwitchPage.Occasion.mute(view.isMuted ? .done : .ask), view, path, request)
    }

    func setMute(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let path = try ConversationPath(context)
        let action = try await posted(request, context).action
        let view = try await context.followed {
            switch action {
            case .muteConnection, .unmuteConnection:
                try await conversations.setConnectionMuted(action == .muteConnection, path.link)
            default: try await conversations.setMuted(action != .unmute, path.link, for: .mute)
            }
        }
        return page(.mute(view.isMuted ? .done : .undone), view, path, request)
    }

    func pause(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let path = try ConversationPath(context)
        let view = try await view(path.link, for: .pause, context)
        return page(.pause(view.isPaused ? .done : .ask), view, path, request)
    }

    /// Mail programs post `List-Unsubscribe=One-Click` (RFC 8058), which names no action.
    func setPause(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let path = try ConversationPath(context)
        let isPaused = try await posted(request, context).action != .resume
        let view = try await context.followed { try await conversations.setPaused(isPaused, path.link) }
        return page(.pause(view.isPaused ? .done : .undone), view, path, request)
    }

    /// A form of one button. What cannot be read might have said the opposite.
    private func posted(_ request: Request, _ context: WebContext) async throws(RequestFault) -> ReplyForm {
        let (form, refusal) = await request.posted(ReplyForm.self, context)
        guard let refusal else { return form }
        throw RequestFault(page: .badRequest, refusal.status)
    }

    private func page(
        _ occasion: SwitchPage.Occasion, _ view: ConversationView, _ path: ConversationPath, _ request: Request
    ) -> Response {
        let presentation = presentation(of: view, request)
        return responses.page(SwitchPage(occasion, view, at: path.path, presentation), under: responses.headers.link)
    }

    private func view(
        _ link: LinkToken, for purpose: LinkPurpose, _ context: WebContext
    ) async throws(RequestFault) -> ConversationView {
        try await context.followed { try await conversations.open(link, for: purpose) }
    }
}

extension WebContext {
    /// What a link leads to.
    /// - Throws: `deadLink` when that is nothing; `unavailable` when nobody can say; what a recipient reads who can do no more of it.
    func followed<Answer: Sendable>(_ question: () async throws -> Answer?) async throws(RequestFault) -> Answer {
        let answer: Answer?
        do {
            answer = try await question()
        } catch let fault as PressedTooOften {
            throw .tooManyRequests(retryAfter: fault.retryAfter)
        } catch is MutesFull {
            throw RequestFault(page: .mutesFull, .conflict)
        } catch {
            throw .unavailable(incident("a link cannot be followed", error))
        }
        guard let answer else { throw .deadLink }
        return answer
    }
}

/// Where a page behind a link is found.
struct ConversationPath: Sendable {
    let purpose: LinkPurpose
    let link: LinkToken
    /// What stands after a visitor's link in mails: sixteen bytes, written as an identifier is.
    let proof: [UInt8]?

    init(_ purpose: LinkPurpose, _ link: LinkToken, proof: [UInt8]? = nil) {
        self.purpose = purpose
        self.link = link
        self.proof = proof
    }

    /// - Throws: when the route is for no link, or its path has none.
    init(_ context: WebContext) throws(RequestFault) {
        guard let link = context.link, case .link(let purpose) = context.route?.access else { throw .deadLink }
        // As with the link, a mail program may have added the full stop that followed it, or capitals.
        let proof = Identifier<ProofKind>(String(context["proof"].lowercased().prefix(26)))
        self.init(purpose, link, proof: proof?.bytes)
    }

    /// In the one spelling. Both parts are letters and digits.
    var path: String {
        let proof = proof.flatMap { Identifier<ProofKind>(bytes: $0) }
        return "/\(purpose.rawValue)/\(link.text)" + (proof.map { "/\($0)" } ?? "")
    }
}

private enum ProofKind {}
