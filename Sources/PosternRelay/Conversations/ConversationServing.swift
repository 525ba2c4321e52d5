private import Crypto
package import PosternCore

/// What the pages that links in mails lead to show and do. Every call takes the link, and answers nil for one that was never made, is over,
/// or has another purpose: one page serves for all of these.
package protocol ConversationServing: ProofServing, ReportServing {
    /// What a link leads to.
    /// - Parameter purpose: any but `prove` and `manage`.
    func open(_ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView?

    func reply(_ post: ReplyPost) async -> ReplyAnswer?

    /// Takes back the reply of that number, while that is possible.
    /// - Parameter purpose: `reply` or `letter`.
    /// - Returns: whether it was taken back.
    func withdraw(_ number: Int, _ link: LinkToken, for purpose: LinkPurpose) async throws -> Bool?

    /// Ends the conversation, or lets it go on. Only the party who ended it can undo that.
    func setClosed(_ isClosed: Bool, _ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView?

    /// By the link `mute`, or from the pages of the recipient's other links.
    /// - Parameter purpose: `mute`, `reply` or `report`. A visitor mutes nobody.
    /// - Throws: `MutesFull`; when the vault does not answer.
    func setMuted(_ isMuted: Bool, _ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView?

    /// By the link `mute`: what comes over the connection of the first letter, while its day lasts. After that nothing changes.
    /// - Throws: `MutesFull`.
    func setConnectionMuted(_ isMuted: Bool, _ link: LinkToken) async throws -> ConversationView?

    /// By the link `pause`. A recipient who is paused by it is told by mail how letters go on.
    func setPaused(_ isPaused: Bool, _ link: LinkToken) async throws -> ConversationView?
}

/// A conversation as one of the two sees it. No text is in it: that is in the mailboxes.
package struct ConversationView: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package enum State: Equatable, Sendable {
            /// It can be taken back until then.
            case withdrawable(until: Timestamp)
            /// Its visitor is to show that the address is theirs.
            case awaitsProof
            case onItsWay
            case delivered
            case notDelivered
            case withdrawn
        }

        /// 0 for the letter that began it, then 1, 2, 3 …
        package let number: Int
        package let author: Party
        package let at: Timestamp
        package let state: State

        package init(number: Int, author: Party, at: Timestamp, state: State) {
            self.number = number
            self.author = author
            self.at = at
            self.state = state
        }
    }

    package enum Standing: Equatable, Sendable {
        /// The viewer can write.
        case open
        /// The recipient has not answered yet: until then the visitor cannot write in this conversation again.
        case unanswered
        case closed(by: Party)
        /// The recipient takes no letters for now, or never again.
        case takesNoLetters
    }

    /// The connection that the first letter came over, which can be told from others until the end of that day.
    package enum Connection: Equatable, Sendable {
        /// To a visitor, too.
        case unknown
        case canBeMuted(until: Timestamp)
        case muted(until: Timestamp)
    }

    package let site: Site
    package let handle: Handle
    package let recipientName: HeaderText
    /// Who looks at it.
    package let viewer: Party
    package let summary: LetterSummary
    /// The visitor's name as it may be shown; nil where nothing legible is left of it.
    package let visitorName: String?
    /// Oldest first.
    package let entries: [Entry]
    package let standing: Standing
    /// Nobody can write in it from then on: the key of its first letter is destroyed.
    package let endsAt: Timestamp
    /// What `mute` and `pause` have done so far; false for a visitor.
    package let isMuted, isPaused: Bool
    package let connection: Connection
    /// The recipient's, in which the mail was that led here. Nil for a visitor, whose language only the vault can read.
    package let language: Language?

    package init(
        site: Site, handle: Handle, recipientName: HeaderText, viewer: Party, summary: LetterSummary, visitorName: String?,
        entries: [Entry], standing: Standing, endsAt: Timestamp, isMuted: Bool = false, isPaused: Bool = false,
        connection: Connection = .unknown, language: Language? = nil
    ) {
        self.site = site
        self.handle = handle
        self.recipientName = recipientName
        self.viewer = viewer
        self.summary = summary
        self.visitorName = visitorName
        self.entries = entries
        self.standing = standing
        self.endsAt = endsAt
        self.isMuted = isMuted
        self.isPaused = isPaused
        self.connection = connection
        self.language = language
    }
}

/// An answer as it was typed on the page of a link.
package struct ReplyPost: Sendable {
    package let link: LinkToken
    /// `reply` or `letter`: whose page it is.
    package let purpose: LinkPurpose
    /// What came with the link in the visitor's mail, and nowhere else.
    package let proof: [UInt8]?
    package let text: String
    /// The page has shown what it found in the text, and the author wants it sent as it is.
    package let isSure: Bool
    /// Made with the page: the same post twice is one reply.
    package let idempotencyKey: String?
    package let client: ClientAddress
    package let at: Timestamp

    package init(
        link: LinkToken, purpose: LinkPurpose, proof: [UInt8]? = nil, text: String, isSure: Bool = false, idempotencyKey: String?,
        client: ClientAddress, at: Timestamp
    ) {
        self.link = link
        self.purpose = purpose
        self.proof = proof
        self.text = text
        self.isSure = isSure
        self.idempotencyKey = idempotencyKey
        self.client = client
        self.at = at
    }
}

extension ReplyPost {
    /// Stands in the page's question about a text and comes back with the answer to it. It reminds an author, who can make it as well, and
    /// so needs no key. Browsers write their own line breaks.
    package static func mark(of text: String) -> String {
        let lines = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" }))
        return HexDigits.text(SHA256.hash(data: Array(lines.utf8)).prefix(16))
    }
}

/// What became of a reply.
package enum ReplyAnswer: Equatable, Sendable {
    /// On disk. It goes out when the time to take it back is over.
    case accepted
    case invalid(TextFault)
    /// Nothing was kept: the text may say more than its author wants. Ask.
    case doubtful([PersonalDetail])
    /// The conversation is closed or over, or its recipient takes no letters: the text is shown to be copied.
    case ended(ConversationView)
    case limited(retryAfter: Duration)
    /// Its author has written as much in this conversation as one can in a day.
    case enoughToday(retryAfter: Duration)
    case blocked
    case unavailable(retryAfter: Duration)
}

/// Something in a reply that its author may not have meant to tell, as it stands there.
package struct PersonalDetail: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The recipient's own address, in whatever spelling; the vault found it and does not say where.
        case ownAddress = "own-address"
        /// Nobody could look for that address: it stands in the place of a yes or no.
        case ownAddressUnsought = "own-address-unsought"
        case email, phone, street, signature, web
    }

    package let kind: Kind
    /// Empty for the first two.
    package let found: String

    package init(_ kind: Kind, _ found: String) {
        (self.kind, self.found) = (kind, found)
    }
}
