package import PosternCore

/// What the privacy statement is made of: the running configuration and what the store says, never a promise typed by hand
/// (P8).
package struct PrivacyFacts: Equatable, Sendable {
    package let site: Site
    /// How long letters and visitors' addresses are kept.
    package let letters: Duration
    /// How long client addresses and tags are kept.
    package let evidence: Duration
    /// How long it is kept that a letter was sent and what became of it.
    package let outcomes: Duration
    /// How long the digest of a posted letter is kept, to send it once.
    package let repeats: Duration
    /// The suites, by the names of RFC 9180's registry or its drafts: of recipients' addresses, and of letters and evidence.
    package let addressSuite: String
    package let epochSuite: String
    /// The limit of one client, as the configuration writes it; nil when off.
    package let clientLimit: String?
    /// By what letters are counted, and how long the digests for it are kept.
    package let counted: [Counted]
    package let marks: Duration
    /// When rows were purged last; nil before the first purge.
    package let lastPurge: Timestamp?
    /// The oldest letter, and the oldest log entry, that is kept now; nil when there is none.
    package let oldestLetter: Timestamp?
    package let oldestEntry: Timestamp?
    /// Whether the hop to the mail server is encrypted; false only for one on the same machine.
    package let isMailEncrypted: Bool
    /// Letters stay in a mailbox inside the program and are not sent: an installation for trying things out.
    package let isDemo: Bool

    /// What a letter has that a limit may be set for.
    package enum Counted: String, CaseIterable, Sendable {
        case connection, address, text, recipient
    }

    package init(
        site: Site, letters: Duration, evidence: Duration, outcomes: Duration, repeats: Duration, addressSuite: String,
        epochSuite: String, clientLimit: String?, counted: [Counted], marks: Duration, lastPurge: Timestamp?,
        oldestLetter: Timestamp?, oldestEntry: Timestamp?, isMailEncrypted: Bool, isDemo: Bool
    ) {
        (self.site, self.letters, self.evidence) = (site, letters, evidence)
        (self.outcomes, self.repeats) = (outcomes, repeats)
        (self.addressSuite, self.epochSuite, self.clientLimit) = (addressSuite, epochSuite, clientLimit)
        (self.counted, self.marks) = (counted, marks)
        (self.lastPurge, self.oldestLetter, self.oldestEntry) = (lastPurge, oldestLetter, oldestEntry)
        (self.isMailEncrypted, self.isDemo) = (isMailEncrypted, isDemo)
    }
}

/// What pages of a site show besides its recipients.
package protocol SiteLookup: Sendable {
    /// Nil when there is no such site.
    func site(_ id: String) async throws -> Site?
    /// Nil when there is no such site, or it has no logo.
    func logo(of id: String) async throws -> Logo?
    /// Nil when there is no such site.
    func privacyFacts(of id: String) async throws -> PrivacyFacts?
}
