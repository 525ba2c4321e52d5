package import PosternCore
private import PosternStore

/// What the privacy statement is made from: the running configuration and what the store says, and no promise typed by hand.
package struct PrivacyFacts: Equatable, Sendable {
    /// What a limit may count letters by.
    package enum Counted: String, CaseIterable, Sendable {
        case connection, address, text, recipient
        /// How many recipients have letters that are nearly the same.
        case similarText = "similar_text"
    }

    /// What the running configuration says.
    package struct Terms: Equatable, Sendable {
        /// How long letters and visitors' addresses are kept.
        package let letters: Duration
        /// How long client addresses and tags are kept.
        package let evidence: Duration
        /// How long we keep that a letter was sent and what became of it.
        package let outcomes: Duration
        /// How long letters that were reported are kept for those who look into it.
        package let reports: Duration
        /// What staff may be shown of letters.
        package let reveals: RevealRule
        /// How letters and evidence are sealed: a name from RFC 9180's registry or its drafts.
        package let epochSuite: String
        package let clientLimit: Limit
        /// What letters are counted by.
        package let counted: [Counted]
        /// Whether addresses of clients whose letters were refused are kept in plain, for the machine's firewall.
        package let hasBanFile: Bool
        /// Whether the connection to the mail server is encrypted; false only for a server on the same machine.
        package let isMailEncrypted: Bool
        /// Whether letters stay in a mailbox inside the program and are not sent, to try things out.
        package let isDemo: Bool

        package init(
            letters: Duration, evidence: Duration, outcomes: Duration, reports: Duration,
            reveals: RevealRule = .standard, epochSuite: String, clientLimit: Limit,
            counted: [Counted], hasBanFile: Bool = false, isMailEncrypted: Bool, isDemo: Bool
        ) {
            self.letters = letters
            self.evidence = evidence
            self.outcomes = outcomes
            self.reports = reports
            self.reveals = reveals
            self.epochSuite = epochSuite
            self.clientLimit = clientLimit
            self.counted = counted
            self.hasBanFile = hasBanFile
            self.isMailEncrypted = isMailEncrypted
            self.isDemo = isDemo
        }
    }

    package let site: Site
    package let terms: Terms
    /// How recipients' addresses are sealed.
    package let addressSuite: String
    /// When rows past their retention were last removed; nil before the first time.
    package let lastPurge: Timestamp?
    /// When the oldest letter came that is still kept, and the oldest log entry; nil when there is none.
    package let oldestLetter: Timestamp?
    package let oldestEntry: Timestamp?
    /// How long the digest of a posted letter is kept, so that a repeated post sends one letter.
    package let repeats = IdempotencyRecord.lifetime
    /// How long a letter waits for its visitor to prove the address.
    package let proofWait = AwaitedProofs.lifetime
    /// How long somebody who joins by themselves can confirm the address, before it is forgotten.
    package let joinWait = UnconfirmedJoins.lifetime
    /// How long the digests of what limits counted are kept.
    package let limitRecords = LimitRecords.lifetime

    package init(
        site: Site, terms: Terms, addressSuite: String, lastPurge: Timestamp?, oldestLetter: Timestamp?, oldestEntry: Timestamp?
    ) {
        self.site = site
        self.terms = terms
        self.addressSuite = addressSuite
        self.lastPurge = lastPurge
        self.oldestLetter = oldestLetter
        self.oldestEntry = oldestEntry
    }
}

/// What the pages of a site show of the site itself.
package protocol SiteLookup: Sendable {
    /// Nil when there is no such site.
    func site(_ id: String) async throws -> Site?
    /// Nil when there is no such site, or it has no logo.
    func logo(of id: String) async throws -> Logo?
    /// Nil when there is no such site.
    func privacyFacts(of id: String) async throws -> PrivacyFacts?
}
