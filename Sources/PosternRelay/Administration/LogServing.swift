package import Logging
package import PosternCore
internal import PosternStore

/// What is known of a client or a network: never an address.
package struct ClientSheet: Equatable, Sendable {
    package let names: ClientNames
    /// Today's tag, by which it can be kept out; nil where it is not known.
    package let today: Tag?
    /// What came, the latest day first; days on which nothing came are left out.
    package let trails: [ClientTrail]
    /// The latest of it, newest first.
    package let entries: [LogEntry]

    package init(names: ClientNames, today: Tag?, trails: [ClientTrail], entries: [LogEntry]) {
        self.names = names
        self.today = today
        self.trails = trails
        self.entries = entries
    }
}

/// What the pages of the log ask.
package protocol LogServing: Sendable {
    /// - Parameter before: where the page before ended.
    func search(_ search: LogSearch, before: LetterID?, limit: Int) async throws -> LogListing
    /// - Parameter reach: days after the one of the tag are counted and journalled by the vault.
    /// - Returns: nil for a tag that nothing in the log has.
    func client(_ tag: Tag, _ reach: TagReach) async throws -> ClientSheet?
}

package struct LogService: LogServing {
    private let operations: Operations
    private let names: ClientNameFinder

    private static let entries = 50

    package init(operations: Operations, logger: Logger, relate: @escaping DeskService.Relating) {
        self.operations = operations
        names = ClientNameFinder(operations: operations, relate: relate, logger: logger)
    }

    package func search(_ search: LogSearch, before: LetterID?, limit: Int) async throws -> LogListing {
        try await operations.log.search(search, before: before, limit: limit)
    }

    package func client(_ tag: Tag, _ reach: TagReach) async throws -> ClientSheet? {
        guard let names = try await names.names(of: tag, reach) else { return nil }
        let today = names.tag(on: Epoch(containing: operations.now()))
        return try await operations.store.read { transaction in
            var entries: [SubmissionEntry] = []
            for day in names.days where entries.count < Self.entries {
                let filter = LogFilter(since: day.epoch.start, until: day.epoch.end, tag: day.tag)
                entries += try transaction.submissionLog.latest(filter, limit: Self.entries - entries.count)
            }
            return ClientSheet(
                names: names, today: today,
                trails: try names.days.compactMap { try transaction.submissionLog.trail(of: $0.tag, in: $0.epoch) },
                entries: entries.map(LogEntry.init))
        }
    }
}
