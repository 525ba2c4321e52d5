private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// `/letters/{id}/reveal`: what shall be shown and why, then a second factor, then the text or the client address, once. Each step is a
/// form that works without a script; only a passkey needs one.
struct RevealPages: Sendable {
    private static let patience = Duration.seconds(30)

    let reveals: any RevealServing
    /// Of these pages: passkeys are made for it.
    let url: WebOrigin
    let responses: ResponseFactory

    func get(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard let staff = context.staff, let letter = LetterID(context["id"]) else { throw .notFound }
        let view: RevealView?
        do { view = try await reveals.view(of: letter, for: staff) } catch {
            throw .unavailable(context.incident("what may be revealed cannot be looked up", error))
        }
        guard let view else { throw .notFound }
        guard view.standing.left > 0 else {
            let cap = RevealRefusal.capReached(until: view.standing.renewed)
            return page(letter, view, .none, .refused(cap, nil), staff, request)
        }
        return page(letter, view, .ask(RevealPage.Typed(kind: view.kinds.first)), nil, staff, request)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(StaffForm.self, context)
        guard let staff = context.staff, let letter = LetterID(context["id"]) else { throw .notFound }
        let typed = Self.typed(form)
        if let refusal {
            return refusal.told(
                in: try await asking(letter, typed, nil, nil, refusal.status, staff, request, context))
        }
        guard form[.form] == staff.formToken else {
            return try await asking(letter, typed, nil, .again, .forbidden, staff, request, context)
        }
        guard let kind = typed.kind else {
            return try await asking(letter, typed, .noKind, nil, .unprocessableContent, staff, request, context)
        }
        let reason: RevealReason
        do throws(RevealReason.Fault) { reason = try RevealReason(typed: typed.reason) } catch {
            let fault: RevealPage.Fault = error == .tooShort ? .shortReason : .longReason
            return try await asking(letter, typed, fault, nil, .unprocessableContent, staff, request, context)
        }
        let wish = RevealWish(letter: letter, kind: kind, reason: reason)
        guard let challenge = form.bytes(.challenge) else {
            return try await proving(wish, typed, nil, .ok, staff, request, context)
        }
        return try await show(wish, typed, challenge, form.proof, staff, request, context)
    }

    /// Whose session ended while they wrote keeps what they wrote.
    func ended(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, _) = await request.posted(StaffForm.self, context)
        guard let letter = LetterID(context["id"]) else { throw .notFound }
        return page(letter, nil, .ask(Self.typed(form)), .ended, nil, request, status: .forbidden)
    }

    // MARK: - Steps

    private func show(
        _ wish: RevealWish, _ typed: RevealPage.Typed, _ challenge: [UInt8], _ proof: RevealProof, _ staff: SignedInStaff,
        _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let outcome: RevealOutcome?
        do { outcome = try await reveals.reveal(wish, challenge: challenge, proof, by: staff) } catch {
            return try await unavailable(wish.letter, typed, error, staff, request, context)
        }
        switch outcome {
        case nil: throw .notFound
        case .shown(let revealed):
            return responses.page(
                RevealedPage(revealed, of: wish, responses.presentation(for: request, context)), under: responses.headers.link)
        case .waits(let until):
            return try await asking(
                wish.letter, typed, nil, .waits(until: until), .ok, staff, request, context, isOver: true)
        case .refused(let refusal) where refusal.isAboutTheProof:
            return try await proving(wish, typed, refusal, refusal.status, staff, request, context)
        case .refused(let refusal):
            return try await asking(
                wish.letter, typed, nil, .refused(refusal, nil), refusal.status, staff, request, context)
        }
    }

    private func proving(
        _ wish: RevealWish, _ typed: RevealPage.Typed, _ former: RevealRefusal?, _ status: HTTPResponse.Status,
        _ staff: SignedInStaff, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let (start, view): (RevealStart?, RevealView?)
        do {
            start = try await reveals.begin(wish, by: staff)
            view = try await reveals.view(of: wish.letter, for: staff)
        } catch {
            return try await unavailable(wish.letter, typed, error, staff, request, context)
        }
        switch start {
        case nil: throw .notFound
        case .offer(let challenge, let way):
            let occasion = former.map { RevealPage.Occasion.refused($0, way) }
            let shown = page(wish.letter, view, .prove(wish, challenge: challenge, way), occasion, staff, request, status: status)
            if case .limited(let wait) = former { return shown.retrying(after: wait) }
            return shown
        case .refused(let refusal):
            return try await asking(
                wish.letter, typed, nil, .refused(refusal, nil), refusal.status, staff, request, context)
        }
    }

    private func asking(
        _ letter: LetterID, _ typed: RevealPage.Typed, _ fault: RevealPage.Fault?, _ occasion: RevealPage.Occasion?,
        _ status: HTTPResponse.Status, _ staff: SignedInStaff, _ request: Request, _ context: WebContext, isOver: Bool = false
    ) async throws(RequestFault) -> Response {
        let view: RevealView?
        do { view = try await reveals.view(of: letter, for: staff) } catch {
            return try await unavailable(letter, typed, error, staff, request, context)
        }
        guard let view else { throw .notFound }
        return page(letter, view, isOver ? .none : .ask(typed, fault: fault), occasion, staff, request, status: status)
    }

    private func unavailable(
        _ letter: LetterID, _ typed: RevealPage.Typed, _ error: any Error, _ staff: SignedInStaff, _ request: Request,
        _ context: WebContext
    ) async throws(RequestFault) -> Response {
        _ = context.incident("nothing can be revealed", error)
        return page(
            letter, nil, .ask(typed), .unavailable(Self.patience), staff, request, status: .serviceUnavailable
        ).retrying(after: Self.patience)
    }

    private func page(
        _ letter: LetterID, _ view: RevealView?, _ stage: RevealPage.Stage, _ occasion: RevealPage.Occasion?,
        _ staff: SignedInStaff?, _ request: Request, status: HTTPResponse.Status = .ok
    ) -> Response {
        responses.page(
            RevealPage(
                of: letter, view, stage, occasion, for: staff, url: url, isAtHome: url.isHome(of: request),
                responses.presentation(for: request, staff: staff)), status: status)
    }

    // MARK: - Forms

    private static func typed(_ form: StaffForm) -> RevealPage.Typed {
        RevealPage.Typed(kind: RevealKind(rawValue: form[.kind]), reason: form[.reason])
    }
}

extension RevealRefusal {
    /// Another try may be right.
    fileprivate var isAboutTheProof: Bool {
        switch self {
        case .wrongProof, .usedBefore, .overdue, .limited: true
        case .role, .account, .tooNew, .capReached, .keyGone, .notOpened, .unwritten: false
        }
    }

    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .role, .account, .tooNew, .wrongProof, .usedBefore: .forbidden
        case .capReached, .limited: .tooManyRequests
        case .keyGone: .gone
        case .notOpened, .overdue: .conflict
        case .unwritten: .serviceUnavailable
        }
    }
}

extension WebOrigin {
    /// Whether a page was opened at this address, which passkeys are made for.
    func isHome(of request: Request) -> Bool {
        let authority = request.head.authority?.lowercased() ?? ""
        return self == WebOrigin("https://\(authority)") || self == WebOrigin("http://\(authority)")
    }
}
