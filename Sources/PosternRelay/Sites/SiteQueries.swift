package import PosternCore
package import PosternStore

/// What the store knows about sites, for pages that are about a site and not about a recipient.
package struct SiteQueries: SiteLookup {
    /// What the privacy statement takes from the running configuration.
    package struct Terms: Equatable, Sendable {
        package let letters: Duration
        package let evidence: Duration
        package let outcomes: Duration
        package let epochSuite: String
        package let clientLimit: Limit
        package let counted: [PrivacyFacts.Counted]
        package let isMailEncrypted: Bool
        package let isDemo: Bool

        package init(
            letters: Duration, evidence: Duration, outcomes: Duration, epochSuite: String,
            clientLimit: Limit, counted: [PrivacyFacts.Counted], isMailEncrypted: Bool, isDemo: Bool
        ) {
            self.letters = letters
            self.evidence = evidence
            self.outcomes = outcomes
            self.epochSuite = epochSuite
            self.clientLimit = clientLimit
            self.counted = counted
            self.isMailEncrypted = isMailEncrypted
            self.isDemo = isDemo
        }
    }

    private let store: any Database
    private let terms: Terms
    /// The suite of the key that addresses are sealed to now.
    private let addressSuite: @Sendable () -> String

    package init(store: any Database, terms: Terms, addressSuite: @escaping @Sendable () -> String) {
        self.store = store
        self.terms = terms
        self.addressSuite = addressSuite
    }

    package func site(_ id: String) async throws -> Site? {
        guard let id = try? SiteID(id) else { return nil }
        return try await store.read { try $0.sites.find(id) }
    }

    package func logo(of id: String) async throws -> Logo? {
        guard let id = try? SiteID(id) else { return nil }
        return try await store.read { try $0.sites.logo(of: id) }
    }

    package func privacyFacts(of id: String) async throws -> PrivacyFacts? {
        guard let id = try? SiteID(id) else { return nil }
        let (terms, suite) = (terms, addressSuite())
        return try await store.read { transaction in
            guard let site = try transaction.sites.find(id) else { return nil }
            return PrivacyFacts(
                site: site, letters: terms.letters, evidence: terms.evidence, outcomes: terms.outcomes,
                repeats: IdempotencyRecord.lifetime, addressSuite: suite, epochSuite: terms.epochSuite,
                clientLimit: terms.clientLimit.isOff ? nil : terms.clientLimit.description, counted: terms.counted,
                limitRecords: LimitRecords.lifetime,
                lastPurge: try transaction.maintenance.last(.purge), oldestLetter: try transaction.intake.oldestLetter(),
                oldestEntry: try transaction.submissionLog.oldest(), isMailEncrypted: terms.isMailEncrypted, isDemo: terms.isDemo)
        }
    }
}
