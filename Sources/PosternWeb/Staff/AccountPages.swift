private import HTTPTypes
internal import Hummingbird
private import Logging
package import PosternCore
package import PosternRelay
package import PosternText

/// Who may use these pages, and which credentials sites have, for administrators: `/staff`, `/tokens`.
struct AccountPages: Sendable {
    let administration: any AdministrationServing
    let responses: ResponseFactory

    /// `GET /staff`
    func accounts(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await accounts(request, context, nil)
    }

    private func accounts(
        _ request: Request, _ context: WebContext, _ refusal: String?
    ) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        let lines = try await context.asking { try await administration.accounts() }
        let done = request.queryField("done").flatMap { try? StaffName($0) }
        return responses.page(
            AccountsPage(lines, done: done, refusal: refusal, staff: staff, responses.presentation(for: request, context)),
            status: refusal == nil ? .ok : .unprocessableContent)
    }

    /// `POST /staff`: signs somebody out for good, whose name is typed once more.
    func lockOut(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(AdministrationForm.self, context)
        guard let name = try? StaffName(form[.name]) else { throw RequestFault(page: .badRequest, .badRequest) }
        let texts = responses.presentation(for: request).texts
        if name == staff.name { return try await accounts(request, context, texts(.accountsNotOneself)) }
        if StaffName(typed: form[.typed]) != name {
            return try await accounts(request, context, texts(.accountsWrongName, [.name: name.text]))
        }
        switch try await context.trying({ try await administration.lockOut(name, by: staff) }) {
        case .success: return responses.seeOther("\(StaffSection.staff.path)?done=\(name)")
        case .failure(let refusal): return try await accounts(request, context, refusal.text)
        }
    }

    /// `GET /tokens`
    func tokens(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await tokens(request, context, nil)
    }

    private func tokens(
        _ request: Request, _ context: WebContext, _ refusal: String?
    ) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        let lines = try await context.asking { try await administration.tokens() }
        let done = request.queryField("done").flatMap { SiteTokenID($0) }
        return responses.page(
            TokensPage(lines, done: done, refusal: refusal, staff: staff, responses.presentation(for: request, context)),
            status: refusal == nil ? .ok : .unprocessableContent)
    }

    /// `POST /tokens`: revokes one.
    func revoke(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(AdministrationForm.self, context)
        guard let id = SiteTokenID(form[.token]) else { throw RequestFault(page: .badRequest, .badRequest) }
        switch try await context.trying({ try await administration.revoke(id, by: staff) }) {
        case .success: return responses.seeOther("\(StaffSection.tokens.path)?done=\(id)")
        case .failure(let refusal): return try await tokens(request, context, refusal.text)
        }
    }
}

/// The accounts of staff.
package struct AccountsPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case token, done, refusal, rows, name, role, since, signedIn, sessionCount, state, canLockOut, question, field
        case add, change, changeLabel
    }

    package static let template = "staff/accounts"
    package static let required: [Property] = [.token, .name, .refusal]

    package let frame: PageFrame
    package let text: Texts
    package let token: String
    package let done, refusal: String?
    /// Where somebody is added.
    package let add: String
    package let rows: [Row]

    package struct Row: Sendable {
        package let name, role, since, signedIn, sessionCount, state, question, field: String
        /// Where the account is changed.
        package let change, changeLabel: String
        /// False for oneself, and for who cannot sign in anyway.
        package let canLockOut: Bool
    }

    package init(
        _ lines: [AccountLine], done: StaffName?, refusal: String?, staff: SignedInStaff, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.accountsTitle))
        text = texts.texts
        (token, self.refusal) = (staff.formToken, refusal)
        self.done = done.map { texts(.accountsDone, [.name: $0.text]) }
        add = ChangePages.newAccount
        rows = lines.map { line in
            Row(
                name: line.name.text, role: line.role.rawValue, since: Epoch(containing: line.made).description,
                signedIn: line.lastSignIn?.rfc3339 ?? "–", sessionCount: texts.number(line.sessions),
                state: texts(line.enrolled == nil ? .accountsWaits : line.name == staff.name ? .accountsOwn : .accountsCan),
                question: texts(.accountsQuestion, [.name: line.name.text]), field: "typed-\(line.name)",
                change: ChangeDraft.Subject.account(line).path, changeLabel: texts(.accountsChange, [.name: line.name.text]),
                canLockOut: line.enrolled != nil && line.name != staff.name)
        }
    }
}

/// The credentials of all sites.
package struct TokensPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case token, done, refusal, hasRows, rows, id, site, scope, made, used, revoked, canRevoke, label
    }

    package static let template = "staff/tokens"
    package static let required: [Property] = [.token, .id, .refusal]

    package let frame: PageFrame
    package let text: Texts
    package let token: String
    package let done, refusal: String?
    package let hasRows: Bool
    package let rows: [Row]

    package struct Row: Sendable {
        package let id, site, scope, made, used, label: String
        package let revoked: String?
        package let canRevoke: Bool
    }

    package init(
        _ lines: [TokenLine], done: SiteTokenID?, refusal: String?, staff: SignedInStaff, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.tokensTitle))
        text = texts.texts
        (token, self.refusal) = (staff.formToken, refusal)
        self.done = done.map { texts(.tokensDone, [.name: $0.description]) }
        rows = lines.map { line in
            Row(
                id: line.id.description, site: line.site.text, scope: line.scope, made: line.made.rfc3339,
                used: line.used?.rfc3339 ?? "–", label: texts(.tokensRevoke, [.name: line.id.description]),
                revoked: line.revoked?.rfc3339, canRevoke: line.revoked == nil)
        }
        hasRows = !rows.isEmpty
    }
}
