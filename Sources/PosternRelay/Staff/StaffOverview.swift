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
    /// When rows past their retention were last removed.
    package var lastPurge: Timestamp?
    /// Reports of recipients that nobody has decided about.
    package var openReports: Int

    package init(
        deliveries: [DeliveryState: Int] = [:], oldestWaiting: Timestamp? = nil, decisions: [Verdict.Decision: Int] = [:],
        latest: [LogEntry] = [], lastPurge: Timestamp? = nil, openReports: Int = 0
    ) {
        self.deliveries = deliveries
        self.oldestWaiting = oldestWaiting
        self.decisions = decisions
        self.latest = latest
        self.lastPurge = lastPurge
        self.openReports = openReports
    }
}

/// Where the staff pages get their overview.
package protocol StaffOverviewSource: Sendable {
    /// Returns, or throws, within seconds.
    func overview() async throws -> StaffOverview
}

/// Makes the overview, and keeps it for two seconds: a page that somebody keeps reloading must not keep the store counting.
package final class Overview: StaffOverviewSource {
    /// The store has not answered in time.
    private struct Overdue: Error {}

    private let operations: Operations
    private let census: QueueCensus
    private let last = Mutex<(at: Timestamp, overview: StaffOverview)?>(nil)

    private static let freshness = Duration.seconds(2)
    private static let patience = Duration.seconds(4)
    private static let entries = 25

    package init(operations: Operations, census: QueueCensus) {
        self.operations = operations
        self.census = census
    }

    package func overview() async throws -> StaffOverview {
        let moment = operations.now()
        if let last = last.withLock({ $0 }), moment.since(last.at) < Self.freshness, moment >= last.at { return last.overview }
        // A task of its own: a store that hangs must not keep the page from saying what is the matter.
        let making = Task<Result<StaffOverview, any Error>, Never> { [operations, census] in
            do { return .success(try await Self.made(operations, census, at: moment)) } catch { return .failure(error) }
        }
        guard let made = await making.value(within: Self.patience) else { throw Overdue() }
        let overview = try made.get()
        last.withLock { $0 = (moment, overview) }
        return overview
    }

    private static func made(_ operations: Operations, _ census: QueueCensus, at moment: Timestamp) async throws -> StaffOverview
    {
        StaffOverview(
            deliveries: try await census.counts().states, oldestWaiting: try await operations.queue.oldestWaiting(),
            decisions: try await operations.log.decisions(since: moment - .days(1)),
            latest: try await operations.log.list(LogFilter(), limit: entries).reversed(),
            lastPurge: try await operations.lastPurge(), openReports: try await operations.reports.countOpen())
    }
}
