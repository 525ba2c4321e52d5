package import PosternCore
internal import PosternStore
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
    package var readiness: Readiness
    /// When rows past their retention were last removed.
    package var lastPurge: Timestamp?

    package init(
        deliveries: [DeliveryState: Int] = [:], oldestWaiting: Timestamp? = nil, decisions: [Verdict.Decision: Int] = [:],
        latest: [LogEntry] = [], readiness: Readiness = Readiness(), lastPurge: Timestamp? = nil
    ) {
        self.deliveries = deliveries
        self.oldestWaiting = oldestWaiting
        self.decisions = decisions
        self.latest = latest
        self.readiness = readiness
        self.lastPurge = lastPurge
    }
}

/// Where the staff pages get their overview.
package protocol StaffOverviewSource: Sendable {
    func overview() async throws -> StaffOverview
}

/// Makes the overview, and keeps it for two seconds: a page that somebody keeps reloading must not keep the store counting.
package final class Overview: StaffOverviewSource {
    private let operations: Operations
    private let census: QueueCensus
    private let readiness: any ReadinessSource
    private let last = Mutex<(at: Timestamp, overview: StaffOverview)?>(nil)

    private static let freshness = Duration.seconds(2)
    private static let entries = 25

    package init(operations: Operations, census: QueueCensus, readiness: any ReadinessSource) {
        self.operations = operations
        self.census = census
        self.readiness = readiness
    }

    package func overview() async throws -> StaffOverview {
        let moment = operations.now()
        if let last = last.withLock({ $0 }), moment.since(last.at) < Self.freshness, moment >= last.at { return last.overview }
        let overview = StaffOverview(
            deliveries: try await census.counts().states, oldestWaiting: try await operations.queue.oldestWaiting(),
            decisions: try await operations.log.decisions(since: moment - .days(1)),
            latest: try await operations.log.list(LogFilter(), limit: Self.entries).reversed(),
            readiness: await readiness.readiness(), lastPurge: try await operations.lastPurge())
        last.withLock { $0 = (moment, overview) }
        return overview
    }
}
