package import PosternCore

/// A recipient as administrators see them: never with an address.
package struct RecipientSheet: Equatable, Sendable {
    package let recipient: Recipient
    package let aliases: [String]
    /// Where visitors write to them; nil once they are erased.
    package let page: String?
    /// What was posted to them in the last four weeks, by decision; at most `most` in all.
    package let posts: [Verdict.Decision: Int]

    package static let most = 1_000

    package init(recipient: Recipient, aliases: [String], page: String?, posts: [Verdict.Decision: Int]) {
        self.recipient = recipient
        self.aliases = aliases
        self.page = page
        self.posts = posts
    }
}

package struct RecipientListing: Equatable, Sendable {
    /// By handle.
    package let recipients: [Recipient]
    package let hasMore: Bool
    package let total: Int

    package init(recipients: [Recipient], hasMore: Bool, total: Int) {
        self.recipients = recipients
        self.hasMore = hasMore
        self.total = total
    }
}

package struct InvitationSheet: Equatable, Sendable {
    /// Shown once.
    package let link: String
    package let ends: Timestamp

    package init(link: String, ends: Timestamp) {
        self.link = link
        self.ends = ends
    }
}

/// A member of staff as administrators see them.
package struct AccountLine: Equatable, Sendable {
    package let name: StaffName
    package let role: StaffRole
    package let made: Timestamp
    /// When they chose how to sign in; nil while they cannot.
    package let enrolled: Timestamp?
    package let lastSignIn: Timestamp?
    package let sessions: Int

    package init(
        name: StaffName, role: StaffRole, made: Timestamp, enrolled: Timestamp?, lastSignIn: Timestamp?, sessions: Int
    ) {
        self.name = name
        self.role = role
        self.made = made
        self.enrolled = enrolled
        self.lastSignIn = lastSignIn
        self.sessions = sessions
    }
}

/// A site's credential, without what is secret.
package struct TokenLine: Equatable, Sendable {
    package let id: SiteTokenID
    package let site: SiteID
    package let scope: String
    package let made: Timestamp
    /// To the hour.
    package let used: Timestamp?
    package let revoked: Timestamp?

    package init(id: SiteTokenID, site: SiteID, scope: String, made: Timestamp, used: Timestamp?, revoked: Timestamp?) {
        self.id = id
        self.site = site
        self.scope = scope
        self.made = made
        self.used = used
        self.revoked = revoked
    }
}

/// What the pages for administrators ask and do. What asks for something that is not there, or cannot be done, throws an
/// `OperationFault`.
package protocol AdministrationServing: Sendable {
    func sites() async throws -> [Site]
    func change(_ site: SiteID, _ change: SiteOperations.Change, by staff: SignedInStaff) async throws
    /// - Parameter after: where the page before ended.
    func recipients(at site: SiteID, after: Handle?) async throws -> RecipientListing
    func recipient(_ handle: Handle, at site: SiteID) async throws -> RecipientSheet
    func apply(
        _ action: RecipientOperations.Action, to handle: Handle, at site: SiteID, by staff: SignedInStaff
    ) async throws
    /// - Parameter handle: the name that it is for; nil for any.
    func invite(to site: SiteID, as handle: Handle?, by staff: SignedInStaff) async throws -> InvitationSheet
    func accounts() async throws -> [AccountLine]
    /// Signs somebody out, and forgets how they sign in.
    func lockOut(_ name: StaffName, by staff: SignedInStaff) async throws
    /// Of every site.
    func tokens() async throws -> [TokenLine]
    func revoke(_ token: SiteTokenID, by staff: SignedInStaff) async throws
}
