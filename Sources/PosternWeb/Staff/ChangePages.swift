private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// `/staff/add`, `/staff/{name}/change`, `/sites/{site}/name`: what shall be changed and why, then the change in words and a second
/// factor, then what came of it, once. Each step is a form that works without a script; only a passkey needs one.
struct ChangePages: Sendable {
    static let newAccount = "\(StaffSection.staff.path)/add"
    private static let patience = Duration.seconds(30)

    static func path(of site: Site) -> String { "\(SitePages.path)/\(site.id)/name" }

    let changes: any ChangeServing
    let administration: any AdministrationServing
    /// Of these pages: passkeys are made for it.
    let url: WebOrigin
    let responses: ResponseFactory

    func get(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        page(ChangeDraft(try await subject(context)), .ask(isFaulty: false), nil, try context.signedIn, request)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(StaffForm.self, context)
        let (staff, subject) = (try context.signedIn, try await subject(context))
        let draft = ChangeDraft(form, about: subject)
        if let refusal {
            return refusal.told(in: page(draft, .ask(isFaulty: false), nil, staff, request, status: refusal.status))
        }
        guard form[.form] == staff.formToken else {
            return page(draft, .ask(isFaulty: false), .again, staff, request, status: .forbidden)
        }
        guard let wish = draft.wish else {
            return page(draft, .ask(isFaulty: true), nil, staff, request, status: .unprocessableContent)
        }
        guard let challenge = form.bytes(.challenge) else {
            return try await proving(wish, draft, nil, .ok, staff, request, context)
        }
        return try await make(wish, draft, challenge, form.proof, staff, request, context)
    }

    /// What the path is about.
    private func subject(_ context: WebContext) async throws(RequestFault) -> ChangeDraft.Subject {
        let (name, site) = (context["name"], context["site"])
        if !site.isEmpty {
            let sites = try await context.asking { try await administration.sites() }
            guard let found = sites.first(where: { $0.id.text == site }) else { throw .notFound }
            return .site(found)
        }
        guard !name.isEmpty else { return .newAccount }
        let accounts = try await context.asking { try await administration.accounts() }
        guard let found = accounts.first(where: { $0.name.text == name }) else { throw .notFound }
        return .account(found)
    }

    // MARK: - Steps

    private func proving(
        _ wish: ChangeWish, _ draft: ChangeDraft, _ former: ChangeRefusal?, _ status: HTTPResponse.Status,
        _ staff: SignedInStaff, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let start: ChangeStart
        do {
            start = try await changes.begin(wish, by: staff)
        } catch let fault as any OperationFault {
            return page(draft, .ask(isFaulty: false), .fault(fault.sentence), staff, request, status: .conflict)
        } catch {
            _ = context.incident("nothing can be changed", error)
            return page(
                draft, .ask(isFaulty: false), .unavailable(Self.patience), staff, request, status: .serviceUnavailable
            ).retrying(after: Self.patience)
        }
        switch start {
        case .offer(let challenge, let way):
            let occasion = former.map { ChangePage.Occasion.refused($0, way) }
            let shown = page(draft, .prove(wish, challenge: challenge, way), occasion, staff, request, status: status)
            if case .limited(let wait) = former { return shown.retrying(after: wait) }
            return shown
        case .refused(let refusal):
            return page(draft, .ask(isFaulty: false), .refused(refusal, nil), staff, request, status: refusal.status)
        }
    }

    private func make(
        _ wish: ChangeWish, _ draft: ChangeDraft, _ challenge: [UInt8], _ proof: RevealProof, _ staff: SignedInStaff,
        _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let outcome: ChangeOutcome
        do {
            outcome = try await changes.make(wish, challenge: challenge, proof, by: staff)
        } catch let fault as any OperationFault {
            return page(draft, .ask(isFaulty: false), .fault(fault.sentence), staff, request, status: .conflict)
        } catch {
            _ = context.incident("whether something was changed is not known", error)
            return page(
                draft, .ask(isFaulty: false), .uncertain, staff, request, status: .serviceUnavailable
            ).retrying(after: Self.patience)
        }
        switch outcome {
        case .link(let link, let waits): return changed(wish, draft, link, waits: waits, request, context)
        case .done: return changed(wish, draft, nil, waits: nil, request, context)
        case .refused(let refusal) where refusal.isAboutTheProof:
            return try await proving(wish, draft, refusal, refusal.status, staff, request, context)
        case .refused(let refusal):
            return page(draft, .ask(isFaulty: false), .refused(refusal, nil), staff, request, status: refusal.status)
        }
    }

    private func changed(
        _ wish: ChangeWish, _ draft: ChangeDraft, _ link: String?, waits: Timestamp?, _ request: Request, _ context: WebContext
    ) -> Response {
        responses.page(
            ChangedPage(wish, of: draft.subject, link: link, waits: waits, responses.presentation(for: request, context)),
            under: responses.headers.link)
    }

    private func page(
        _ draft: ChangeDraft, _ stage: ChangePage.Stage, _ occasion: ChangePage.Occasion?, _ staff: SignedInStaff,
        _ request: Request, status: HTTPResponse.Status = .ok
    ) -> Response {
        responses.page(
            ChangePage(
                draft, stage, occasion, for: staff, url: url, isAtHome: url.isHome(of: request),
                responses.presentation(for: request, staff: staff)), status: status)
    }
}

extension ChangeRefusal {
    /// Another try may be right.
    fileprivate var isAboutTheProof: Bool {
        switch self {
        case .wrongProof, .usedBefore, .overdue, .limited: true
        case .role, .account, .tooNew, .oneself, .capReached, .unwritten: false
        }
    }

    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .role, .account, .tooNew, .oneself, .wrongProof, .usedBefore: .forbidden
        case .capReached, .limited: .tooManyRequests
        case .overdue: .conflict
        case .unwritten: .serviceUnavailable
        }
    }
}
