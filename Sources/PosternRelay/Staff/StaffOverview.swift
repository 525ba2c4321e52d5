package import PosternCore
package import PosternStore
private import Synchronization

/// What staff see first: how the installation is doing.
package struct StaffOverview: Equatable, Sendable {
    /// Deliveries by state; a state that is missing counts as none.
    package var deliveries: [DeliveryState: Int]
    /// When the oldest delivery that still waits or is held was accepted.
    package var oldestWaiting: Timestamp?
    /// Submissions of the last 24 hours by decision.
    package var decisions: [Verdict.Decision: Int]
    /// The newest submissions, newest first.
    package var latest: [LogEntry]
    /// Short names of what does not work, as `/ready` has them; empty when all is well.
    package var faults: [String]
    /// When rows whose time was over were last removed.
    package var lastPurge: Timestamp?

    package init(
        deliveries: [DeliveryState: Int] = [:], oldestWaiting: Timestamp? = nil, decisions: [Verdict.Decision: Int] = [:],
        latest: [LogEntry] = [], faults: [String] = [], lastPurge: Timestamp? = nil
    ) {
        self.deliveries = deliveries
        self.oldestWaiting = oldestWaiting
        self.decisions = decisions
        self.latest = latest
        self.faults = faults
        self.lastPurge = lastPurge
    }
}

/// Where the staff pages get their overview.
package protocol StaffOverviewSource: Sendable {
    func overview() async throws -> StaffOverview
}

/// Makes the overview, and keeps it for two seconds: a page that somebody keeps reloading must not keep the store counting.
package final class Overview: StaffOverviewSource {
    private let store: any Database
    private let census: QueueCensus
    private let health: RelayHealth
    private let now: @Sendable () -> Timestamp
    private let last = Mutex<(at: Timestamp, overview: StaffOverview)?>(nil)

    private static let freshness = Duration.seconds(2)
    private static let entries = 25

    package init(store: any Database, census: QueueCensus, health: RelayHealth, now: @escaping @Sendable () -> Timestamp) {
        self.store = store
        self.census = census
        self.health = health
        self.now = now
    }

    package func overview() async throws -> StaffOverview {
        let moment = now()
        if let last = last.withLock({ $0 }), moment.since(last.at) < Self.freshness, moment >= last.at { return last.overview }
        let faults = await health.faults().map(\.rawValue)
        let deliveries = try await census.counts().states
        let overview = try await store.read { transaction in
            StaffOverview(
                deliveries: deliveries, oldestWaiting: try transaction.queue.oldestWaiting(),
                decisions: try transaction.submissionLog.count(since: moment - .days(1)),
                latest: try transaction.submissionLog.latest(limit: Self.entries).map(LogEntry.init), faults: faults,
                lastPurge: try transaction.maintenance.last(.purge))
        }
        last.withLock { $0 = (moment, overview) }
        return overview
    }
}
