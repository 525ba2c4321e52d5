package import PosternCore

/// What a site's programs do with its members, by a token of the site. No answer has an address in it.
package protocol MemberAPI: Sendable {
    /// Whether the caller may use it at all: asked before anything of the body is read.
    func check(_ caller: SiteCaller) async throws(MemberRefusal)

    /// Begins with a member, whom a mail asks whether the address is theirs. Asked again for the same member, it changes nothing.
    func add(_ post: MemberPost, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView

    func find(_ handle: String, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView

    func change(_ handle: String, _ change: MemberPatch, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView

    /// For good. Done twice, it is the same.
    func erase(_ handle: String, _ caller: SiteCaller) async throws(MemberRefusal)

    /// Makes links with which one person each may join.
    func invite(_ order: InvitationOrder, _ caller: SiteCaller) async throws(MemberRefusal) -> [InvitationLink]
}

/// Who calls: what stands in the path and in the `Authorization` field.
package struct SiteCaller: Sendable, Unprintable {
    /// As written in the path.
    package let site: String
    /// What came as a bearer token; nil when nothing did.
    package let token: String?
    package let at: Timestamp

    package init(site: String, token: String?, at: Timestamp) {
        self.site = site
        self.token = token
        self.at = at
    }
}

package struct MemberPost: Sendable {
    package let member: RawMember
    /// Those that mails can be written in.
    package let languages: [Language]
    package let idempotencyKey: String?

    package init(_ member: RawMember, languages: [Language], idempotencyKey: String?) {
        self.member = member
        self.languages = languages
        self.idempotencyKey = idempotencyKey
    }
}

/// What to change; nil leaves it as it is.
package struct MemberPatch: Sendable {
    package var name: String?
    package var email: String?
    package var locale: String?
    package var isPaused: Bool?
    /// Those that mails can be written in.
    package let languages: [Language]

    package init(languages: [Language]) {
        self.languages = languages
    }

    package var isEmpty: Bool { name == nil && email == nil && locale == nil && isPaused == nil }
}

/// A member as their site may see them.
package struct MemberView: Equatable, Sendable {
    package let handle: Handle
    package let name: HeaderText
    package let language: Language
    package let state: Recipient.State
    /// Another address waits to be confirmed; letters go to the present one until then.
    package let isAddressPending: Bool

    package init(
        handle: Handle, name: HeaderText, language: Language, state: Recipient.State, isAddressPending: Bool = false
    ) {
        self.handle = handle
        self.name = name
        self.language = language
        self.state = state
        self.isAddressPending = isAddressPending
    }
}

package struct InvitationOrder: Sendable {
    /// The handle that the links are for; nil for any.
    package let handle: String?
    package let count: Int
    package let lasts: Duration

    package init(handle: String?, count: Int, lasts: Duration) {
        self.handle = handle
        self.count = count
        self.lasts = lasts
    }
}

package struct InvitationLink: Equatable, Sendable {
    package let site: SiteID
    package let token: LinkToken
    package let endsAt: Timestamp

    package init(site: SiteID, token: LinkToken, endsAt: Timestamp) {
        self.site = site
        self.token = token
        self.endsAt = endsAt
    }

    package var path: String { "/join/\(site)/\(token.text)" }
}

/// Why a call was not carried out. Everything is as it was.
package enum MemberRefusal: Error, Equatable, Sendable {
    /// There is no token, or none that is good at all.
    case noToken
    case badToken
    /// It is another site's, or for something else.
    case notAllowed
    case unknownMember
    case invalid(MemberFaults)
    case taken(TakenHandle)
    /// The key came with another member within 24 hours.
    case idempotencyKeyConflict
    /// Somebody else changed it just now, or it is in a state to which this does not apply.
    case conflict
    case limited(retryAfter: Duration)
    case unavailable(retryAfter: Duration)
}

/// Why a handle cannot be given to a new member.
package enum TakenHandle: Equatable, Sendable, CaseIterable {
    /// A member has it, whose address is confirmed.
    case member
    /// Somebody else has begun with it, on the site's page or by the operator's hand.
    case begun
    /// Somebody had it who is erased.
    case erased
    /// It leads to another member.
    case alias
}
