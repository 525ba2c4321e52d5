internal import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// Where a member asks for a link, opens it, and the page that follows: `/manage`, `/manage/asked`, `/manage/{link}`. What a signed-in
/// member does besides is in `MemberPages+acts.swift` and `MemberPages+settings.swift`.
///
/// Nothing here runs a script. `GET` changes nothing; a post counts only from our own pages and with the session's token.
struct MemberPages: Sendable {
    let members: any MemberServing
    /// For the code that shows that a new address is the member's.
    let confirmations: any ConfirmationServing
    /// How many links a network may ask for.
    let linkRequests: RequestLimiter
    let origins: PostOriginReader
    let responses: ResponseFactory
    let publicURL: WebOrigin
    let now: @Sendable () -> Timestamp
    /// How long to wait after a fault of ours.
    static let pause = Duration.seconds(30)

    var cookie: SessionCookie { SessionCookie(publicURL: publicURL) }

    // MARK: - Asking for a link

    /// `GET /manage`: the member's own page, or where a link to it is asked for.
    func front(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard context.member == nil else { return try await home(request, context) }
        let named = request.queryField("for").flatMap { ContactPageName(typed: $0) }?.text
        let isEnded = cookie.secret(in: request) != nil || request.queryField("ended") != nil
        // Whose page it is, and why it is shown, stay the same in another language.
        let query = [isEnded ? "ended=" : nil, named.map { "for=\(PercentCoding.encoded($0))" }].compactMap(\.self)
        return ask(
            isEnded ? .ended(wasPosting: false) : .fresh, named ?? "",
            at: (MemberPath.home, query.isEmpty ? nil : query.joined(separator: "&")), request)
    }

    /// `POST /manage`: asks for a link, or does what the member's page has a button for.
    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(MemberForm.self, context)
        switch (context.member, form.action) {
        case (.some, .ask): return seeOther(MemberPath.home, request)
        case (.some, _): return try await act(form, refusal, request, context)
        case (nil, .ask), (nil, nil): return await ask(for: form[.page], refusal, request, context)
        case (nil, _): return ended(form, request)
        }
    }

    private func ask(
        for typed: String, _ refusal: FormRefusal?, _ request: Request, _ context: WebContext
    ) async -> Response {
        if let refusal { return refusal.told(in: ask(.missing, typed, request, status: refusal.status)) }
        guard typed.contains(where: { !$0.isWhitespace }) else {
            return ask(.missing, "", request, status: .unprocessableContent)
        }
        guard let page = ContactPageName(typed: typed) else {
            return ask(.unclear, typed, request, status: .unprocessableContent)
        }
        // Another site's page has its visitor press our button: here they see what it is about.
        guard await origins.origin(of: request, context) != .foreign, let client = context.client else {
            return ask(.fresh, typed, request)
        }
        switch linkRequests.ask(client, .page, at: now()) {
        case .admitted: break
        case .refused(let wait):
            return ask(.limited(wait), typed, request, status: .tooManyRequests).retrying(after: wait)
        case .ignored:
            return ask(.limited(.hours(1)), typed, request, status: .tooManyRequests).retrying(after: .hours(1))
        }
        switch await members.sendLink(to: page.handle, at: page.site, from: client) {
        case .taken: return seeOther(MemberPath.asked, request)
        case .unavailable(let wait):
            return ask(.unavailable(wait), typed, request, status: .serviceUnavailable).retrying(after: wait)
        }
    }

    /// `GET /manage/asked`.
    func asked(_ request: Request, _: WebContext) async throws(RequestFault) -> Response {
        shown(AskedPage(responses.presentation(for: request, isScripted: false)))
    }

    /// What a route that is a member's answers without a session.
    func signedOut(_ request: Request, _ context: WebContext) async -> Response {
        guard request.method == .post else {
            return responses.seeOther(
                responses.presentation(for: request).link(MemberPath.home, "ended="), under: responses.headers.link)
        }
        let (form, _) = await request.posted(MemberForm.self, context)
        return ended(form, request)
    }

    /// The session was over when something was posted.
    func ended(_ form: MemberForm, _ request: Request) -> Response {
        cookie.removed(
            in: ask(.ended(wasPosting: true), form[.place], request, written: form.written, status: .forbidden))
    }

    /// - Parameter path: of the page that is shown, for links to it in other languages.
    private func ask(
        _ occasion: AskPage.Occasion, _ typed: String, at path: (path: String, query: String?)? = nil, _ request: Request,
        written: String? = nil, status: HTTPResponse.Status = .ok
    ) -> Response {
        shown(
            AskPage(
                occasion, page: typed, at: path, example: "\(publicURL)/c/photos/anna", written: written,
                responses.presentation(for: request, isScripted: false)),
            status: status)
    }

    // MARK: - The link

    /// `GET /manage/{link}`.
    func open(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        // What is too old says so at once. Whether it was used, the button finds out.
        guard let token = context.mailedToken, now() < token.delivery.moment + MailedToken.signInLifetime else {
            return ask(.over, "", at: context.captures.map { ($0.path, nil) }, request, status: .notFound)
        }
        return open(token, request)
    }

    /// `POST /manage/{link}`: trades the link for a session.
    func signIn(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard let token = context.mailedToken else { return ask(.over, "", request, status: .notFound) }
        // Another site's page must not sign its visitor in to somebody's page.
        guard await origins.origin(of: request, context) != .foreign, let client = context.client else {
            return open(token, request)
        }
        switch await members.signIn(by: token, from: client) {
        case .session(let secret): return cookie.set(secret, in: seeOther(MemberPath.home, request))
        case .notValid: return ask(.over, "", request, status: .notFound)
        case .unavailable(let wait):
            return responses.fault(RequestFault(page: .unavailable, .serviceUnavailable), request, context).retrying(after: wait)
        }
    }

    private func open(_ token: MailedToken, _ request: Request) -> Response {
        shown(OpenPage(at: "\(MemberPath.home)/\(token.text)", responses.presentation(for: request, isScripted: false)))
    }

    // MARK: -

    func signedIn(_ request: Request, _ context: WebContext) async throws(RequestFault) -> SignedIn? {
        guard let secret = cookie.secret(in: request) else { return nil }
        return try await answer(context) { try await members.page(secret) }
            .map { SignedIn(secret: secret, page: $0, formToken: members.formToken(of: secret)) }
    }

    func sheet(_ request: Request, _ context: WebContext) throws(RequestFault) -> MemberSheet {
        guard let member = context.member else { throw .notFound }
        return sheet(member, request)
    }

    /// - Parameter page: as it stands after what was just done.
    func sheet(_ member: SignedIn, showing page: MemberPage? = nil, _ request: Request) -> MemberSheet {
        let member = page.map { SignedIn(secret: member.secret, page: $0, formToken: member.formToken) } ?? member
        return MemberSheet(
            member,
            responses.presentation(
                for: request, site: member.page.site, preferring: member.page.recipient.language, isScripted: false))
    }

    /// Why a post does nothing whatever it says; nil when it may.
    func obstacle(
        _ form: MemberForm, _ refusal: FormRefusal?, _ request: Request, _ context: WebContext
    ) async -> MemberObstacle? {
        guard refusal == nil else { return .unreadable }
        guard let member = context.member, form[.form] == member.formToken,
            await origins.origin(of: request, context) != .foreign
        else { return .expired }
        return nil
    }

    func shown(_ page: some Page, status: HTTPResponse.Status = .ok) -> Response {
        responses.page(page, status: status, under: responses.headers.link)
    }

    /// To a page of ours, so that loading it again posts nothing.
    /// - Parameter deed: what was done, for the reader to see there.
    func seeOther(_ path: String, after deed: MemberDeed? = nil, _ request: Request) -> Response {
        let presentation = responses.presentation(for: request)
        return responses.seeOther(
            presentation.link(path, deed.map { "done=\($0.rawValue)" }), under: responses.headers.link)
    }

    /// Shows again what a member's wish came to, where it was not done.
    /// - Parameter again: shows the page with what stands in the way.
    func told(
        _ answer: MemberActAnswer, _ form: MemberForm, _ request: Request, _ done: (MemberPage) -> Response,
        again: (MemberPage?, MemberObstacle) -> Response
    ) -> Response {
        switch answer {
        case .done(let page): done(page)
        case .erased, .signedOut: ended(form, request)
        case .sameAddress: again(nil, .sameAddress).with(.unprocessableContent)
        case .changedLately(let end): again(nil, .changedLately(until: end)).with(.conflict)
        case .limited(let wait): again(nil, .limited(wait)).with(.tooManyRequests).retrying(after: wait)
        case .changedMeanwhile(let page): again(page, .changedMeanwhile).with(.conflict)
        case .unavailable(let wait): again(nil, .unavailable(wait)).with(.serviceUnavailable).retrying(after: wait)
        }
    }

    func answer<Answer: Sendable>(
        _ context: WebContext, _ question: () async throws -> Answer
    ) async throws(RequestFault) -> Answer {
        do {
            return try await question()
        } catch {
            throw .unavailable(context.incident("a member's page cannot be made", error))
        }
    }
}

extension Response {
    fileprivate func with(_ status: HTTPResponse.Status) -> Response {
        var response = self
        response.status = status
        return response
    }
}
