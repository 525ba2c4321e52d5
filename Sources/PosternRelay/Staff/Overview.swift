package import PosternCore
package import PosternStore
private import Synchronization

/// Puts together what staff see first. Remembered for some seconds: a page that somebody keeps reloading must not make the
/// store count.
package final class Overview: StaffOverviewSource {
    private let store: any Database
    private let census: QueueCensus
    private let health: RelayHealth
    private let now: @Sendable () -> Timestamp
    private let last = Mutex<(at: Timestamp, overview: StaffOverview)?>(nil)

    private static let freshness = Duration.seconds(2)
    private static let entries = 25

    package init(store: any Database, census: QueueCensus, health: RelayHealth, now: @escaping @Sendable () -> Timestamp) {
        (self.store, self.census, self.health, self.now) = (store, census, health, now)
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
                latest: try transaction.submissionLog.latest(limit: Self.entries).map(LogLine.init), faults: faults,
                lastPurge: try transaction.maintenance.last(.purge))
        }
        last.withLock { $0 = (moment, overview) }
        return overview
    }
}
