package import PosternCore
package import PosternStore

/// What the store knows about sites, for pages that are about a site and not about a recipient.
package struct SiteQueries: SiteLookup {
    private let store: any Database
    private let terms: PrivacyFacts.Terms
    /// The suite of the key that addresses are sealed to now.
    private let addressSuite: @Sendable () -> String

    package init(store: any Database, terms: PrivacyFacts.Terms, addressSuite: @escaping @Sendable () -> String) {
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
                site: site, terms: terms, addressSuite: suite, lastPurge: try transaction.maintenance.last(.purge),
                oldestLetter: try transaction.intake.oldestLetter(), oldestEntry: try transaction.submissionLog.oldest())
        }
    }
}
