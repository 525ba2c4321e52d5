package import PosternCore

/// What the privacy statement is made from: the running configuration and what the store says, and no promise typed by hand.
package struct PrivacyFacts: Equatable, Sendable {
    package let site: Site
    /// How long letters and visitors' addresses are kept.
    package let letters: Duration
    /// How long client addresses and tags are kept.
    package let evidence: Duration
    /// How long we keep that a letter was sent and what became of it.
    package let outcomes: Duration
    /// How long the digest of a posted letter is kept, so that a repeated post sends one letter.
    package let repeats: Duration
    /// How recipients' addresses are sealed, and how letters and evidence are: names from RFC 9180's registry or its drafts.
    package let addressSuite: String
    package let epochSuite: String
    /// The limit for one client, as the configuration writes it; nil when off.
    package let clientLimit: String?
    /// What letters are counted by, and how long the digests of it are kept.
    package let counted: [Counted]
    package let limitRecords: Duration
    /// When rows past their retention were last removed; nil before the first time.
    package let lastPurge: Timestamp?
    /// When the oldest letter came that is still kept, and the oldest log entry; nil when there is none.
    package let oldestLetter: Timestamp?
    package let oldestEntry: Timestamp?
    /// Whether the connection to the mail server is encrypted; false only for a server on the same machine.
    package let isMailEncrypted: Bool
    /// Whether letters stay in a mailbox inside the program and are not sent, to try things out.
    package let isDemo: Bool

    /// What a limit may count letters by.
    package enum Counted: String, CaseIterable, Sendable {
        case connection, address, text, recipient
    }

    package init(
        site: Site, letters: Duration, evidence: Duration, outcomes: Duration, repeats: Duration, addressSuite: String,
        epochSuite: String, clientLimit: String?, counted: [Counted], limitRecords: Duration, lastPurge: Timestamp?,
        oldestLetter: Timestamp?, oldestEntry: Timestamp?, isMailEncrypted: Bool, isDemo: Bool
    ) {
        self.site = site
        self.letters = letters
        self.evidence = evidence
        self.outcomes = outcomes
        self.repeats = repeats
        self.addressSuite = addressSuite
        self.epochSuite = epochSuite
        self.clientLimit = clientLimit
        self.counted = counted
        self.limitRecords = limitRecords
        self.lastPurge = lastPurge
        self.oldestLetter = oldestLetter
        self.oldestEntry = oldestEntry
        self.isMailEncrypted = isMailEncrypted
        self.isDemo = isDemo
    }
}

/// What the pages of a site show besides its recipients.
package protocol SiteLookup: Sendable {
    /// Nil when there is no such site.
    func site(_ id: String) async throws -> Site?
    /// Nil when there is no such site, or it has no logo.
    func logo(of id: String) async throws -> Logo?
    /// Nil when there is no such site.
    func privacyFacts(of id: String) async throws -> PrivacyFacts?
}
