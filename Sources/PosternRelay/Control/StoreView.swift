package import PosternCore
internal import PosternSealing
package import PosternStore

/// The condition of the store, for the operator: numbers and moments, nothing about any person.
package struct StoreView: Codable, Sendable {
    package let schema: Int
    /// Letters accepted minus letters in some state: 0, or something is very wrong.
    package let difference: Int
    package let newestEntry, lastPurge: Timestamp?
    /// For each key that the addresses of the first hundred recipients of each site are sealed to, by its id, some of those
    /// recipients, as `site/handle`.
    package let recipientsByKey: [String: [String]]
    /// The sites where people may join by themselves. Nil from a relay of an earlier version.
    package let joining: [String]?
    /// Of the same recipients, those whose addresses need their own secret. Nil from a relay of an earlier version.
    package let ownSecrets: OwnSecretUsers?

    package struct OwnSecretUsers: Codable, Equatable, Sendable {
        package let count: Int
        /// Some of them, as `site/handle`.
        package let some: [String]

        package init(count: Int, some: [String]) {
            self.count = count
            self.some = some
        }
    }

    private static let sample = 100
    private static let mostSites = 20
    private static let named = 6

    /// - Parameter transaction: read-only will do.
    package init(_ transaction: any Transaction) throws {
        schema = try Migrator.standing(transaction)
        difference = try transaction.queue.counts().difference
        newestEntry = try transaction.submissionLog.latest(limit: 1).first?.at
        lastPurge = try transaction.maintenance.last(.purge)
        let sites = try transaction.sites.list()
        joining = sites.filter { $0.joining != .off }.map(\.id.text)
        let recipients = try sites.prefix(Self.mostSites).flatMap { site in
            try transaction.recipients.list(at: site.id, limit: Self.sample)
        }
        // A broken seal is found when it is to be opened, and held then.
        let sealed = recipients.compactMap { recipient in
            recipient.record.flatMap { try? Seal($0.seal) }.map { (seal: $0, recipient: recipient) }
        }
        func some(of sealed: [(seal: Seal, recipient: Recipient)]) -> [String] {
            sealed.prefix(Self.named).map { "\($0.recipient.site)/\($0.recipient.handle)" }
        }
        recipientsByKey = Dictionary(grouping: sealed, by: \.seal.key.description).mapValues(some)
        let needing = sealed.filter(\.seal.hasOwnSecret)
        ownSecrets = OwnSecretUsers(count: needing.count, some: some(of: needing))
    }

    package var addressKeys: [String] { recipientsByKey.keys.sorted() }
}

/// The store's settings, as the process that holds it read them back when it opened it.
package struct StoreSettings: Codable, Sendable {
    package let journal: String
    /// Whether a commit is on disk when it returns.
    package let isDurable: Bool

    package init(journal: String, isDurable: Bool) {
        self.journal = journal
        self.isDurable = isDurable
    }
}

/// What a running relay says of itself and its store.
package struct RelayView: Codable, Sendable {
    package let process: Int32
    /// For how long it has run, in seconds. Nil from a relay of an earlier version.
    package let uptime: Int64?
    package let settings: StoreSettings
    package let store: StoreView
}
