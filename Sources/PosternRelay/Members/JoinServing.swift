package import PosternCore

/// What the pages of enrolment ask: where members begin on our own page.
package protocol JoinServing: Sendable {
    /// Nil when there is no such site.
    func standing(at site: String, with invitation: LinkToken?) async throws -> JoinStanding?

    /// What somebody who types a handle is told of it.
    /// - Returns: nil when nobody can begin at that site by themselves.
    func fault(of handle: String, at site: String) async throws -> Result<Handle, MemberFault>?

    func join(_ post: JoinPost) async -> JoinAnswer
}

/// Whether somebody can become a member of a site on its page.
package struct JoinStanding: Equatable, Sendable {
    package enum Way: Equatable, Sendable {
        case open
        /// With a link that still works.
        /// - Parameter handle: the one it is for; nil for any.
        case invited(Handle?)
        /// Only with such a link.
        case byInvitation
        case off
    }

    package let site: Site
    package let way: Way

    package init(_ way: Way, at site: Site) {
        self.site = site
        self.way = way
    }

    package var isOpen: Bool {
        switch way {
        case .open, .invited: true
        case .byInvitation, .off: false
        }
    }
}

/// What somebody posted to become a member.
package struct JoinPost: Sendable {
    /// As written in the path.
    package let site: String
    package let invitation: LinkToken?
    package let member: RawMember
    /// Those that mails can be written in, and the page's own.
    package let languages: [Language]
    package let language: Language
    /// Made with the form: the same form posted twice is one post.
    package let idempotencyKey: String
    package let client: ClientAddress
    package let at: Timestamp

    package init(
        site: String, invitation: LinkToken?, member: RawMember, languages: [Language], language: Language,
        idempotencyKey: String, client: ClientAddress, at: Timestamp
    ) {
        self.site = site
        self.invitation = invitation
        self.member = member
        self.languages = languages
        self.language = language
        self.idempotencyKey = idempotencyKey
        self.client = client
        self.at = at
    }
}

package enum JoinAnswer: Equatable, Sendable {
    /// The address is sealed, and a mail with a code goes there. Posted twice, it is the same.
    case asked(Handle)
    case invalid(MemberFaults)
    /// Nobody can begin there, or not any more.
    case closed(JoinStanding)
    /// There is no such site.
    case unknown
    /// The client's network has begun as often as it may for the moment.
    case limited(retryAfter: Duration)
    /// All together have.
    case busy(retryAfter: Duration)
    /// The address was asked as often as one address is in a day, no matter who wanted it.
    case askedOften(retryAfter: Duration)
    case unavailable(retryAfter: Duration)
}
