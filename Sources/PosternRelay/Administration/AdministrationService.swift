package import PosternCore
private import PosternLink
internal import PosternStore

/// Sites, recipients, staff and tokens, as administrators see and change them: the operations of the command line under their name.
package struct AdministrationService: AdministrationServing {
    private let operations: Operations
    private let publicURL: WebOrigin

    /// How many rows a list has.
    package static let rows = 50

    package init(operations: Operations, publicURL: WebOrigin) {
        self.operations = operations
        self.publicURL = publicURL
    }

    private func operations(of staff: SignedInStaff) -> Operations { operations.by(.staff(staff.name.text)) }

    // MARK: - Sites and recipients

    package func sites() async throws -> [Site] { try await operations.sites.list() }

    package func change(_ site: SiteID, _ change: SiteOperations.Change, by staff: SignedInStaff) async throws {
        try await operations(of: staff).sites.change(site, change)
    }

    package func recipients(at site: SiteID, after: Handle?) async throws -> RecipientListing {
        let found = try await operations.recipients.list(at: site, after: after, limit: Self.rows + 1)
        return RecipientListing(
            recipients: Array(found.prefix(Self.rows)), hasMore: found.count > Self.rows,
            total: try await operations.recipients.count(at: site))
    }

    package func recipient(_ handle: Handle, at site: SiteID) async throws -> RecipientSheet {
        let recipient = try await operations.recipients.find(handle, at: site)
        let aliases = try await operations.recipients.aliases(at: site, of: handle, after: nil, limit: Self.rows)
        let filter = LogFilter(since: operations.now() - .days(28), recipient: recipient.id)
        let posts = try await operations.log.list(filter, limit: RecipientSheet.most)
        return RecipientSheet(
            recipient: recipient, aliases: aliases.map(\.alias),
            page: recipient.state == .erased ? nil : "\(publicURL)/c/\(site)/\(handle)",
            posts: Dictionary(grouping: posts, by: \.verdict).mapValues(\.count))
    }

    package func apply(
        _ action: RecipientOperations.Action, to handle: Handle, at site: SiteID, by staff: SignedInStaff
    ) async throws {
        try await operations(of: staff).recipients.apply(action, to: handle, at: site)
    }

    package func invite(to site: SiteID, as handle: Handle?, by staff: SignedInStaff) async throws -> InvitationSheet {
        let made = try await operations(of: staff).invitations.invite(
            to: site, as: handle, count: 1, lasting: Invitations.lifetime)
        guard let invitation = made.first else { throw SiteOperations.Fault.unknown(site) }
        return InvitationSheet(link: "\(publicURL)\(invitation.path)", ends: invitation.endsAt)
    }

    // MARK: - Staff

    package func accounts() async throws -> [AccountLine] {
        let now = operations.now()
        return try await operations.store.read { transaction in
            let sessions = Dictionary(grouping: try transaction.staffSessions.list(of: nil, at: now), by: \.account)
            return try transaction.staffAccounts.list().map { account in
                let own = sessions[account.id] ?? []
                let signedIn = try own.map(\.made).max() ?? Self.lastSignIn(of: account, transaction)
                return AccountLine(
                    name: account.name, role: account.role, made: account.made, enrolled: account.enrolled,
                    lastSignIn: signedIn, sessions: own.count)
            }
        }
    }

    /// As the trace has it.
    private static func lastSignIn(of account: StaffAccount, _ transaction: any Transaction) throws -> Timestamp? {
        try transaction.operationTrace.about("\(account.name)", limit: 20)
            .first { [.staffSignIn, .enrolStaff].contains($0.verb) && $0.at >= account.made }?.at
    }

    package func lockOut(_ name: StaffName, by staff: SignedInStaff) async throws {
        let operations = operations(of: staff)
        try await operations.staff.reset(name)
        guard await operations.record(.staffLockedOut(name)) else { throw StaffOperations.Fault.unheard(name) }
    }

    // MARK: - Tokens

    package func tokens() async throws -> [TokenLine] {
        try await operations.store.read { transaction in
            try transaction.sites.list().flatMap { try transaction.siteTokens.list(at: $0.id) }.map {
                TokenLine(
                    id: $0.id, site: $0.site, scope: $0.scope.rawValue, made: $0.made, used: $0.used, revoked: $0.revoked)
            }
        }
    }

    package func revoke(_ token: SiteTokenID, by staff: SignedInStaff) async throws {
        let operations = operations(of: staff)
        try await operations.siteTokens.revoke(token)
        await operations.record(.tokenRevoked(token))
    }
}
