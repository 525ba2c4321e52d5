internal import PosternCore
internal import PosternStore
private import Synchronization

/// What names may not look like at each site, as last read from the store. A site that was renamed is known by its new name within a
/// minute.
final class SiteNameCache: Sendable {
    private static let lifetime = Duration.seconds(60)
    /// Far more than one installation serves.
    private static let capacity = 1_024

    private let store: any Database
    private let known = Mutex<[SiteID: (impersonation: Impersonation, readAt: Timestamp)]>([:])

    init(store: any Database) {
        self.store = store
    }

    func impersonation(at site: SiteID, now: Timestamp) async throws -> Impersonation {
        // The clock may have been set back: an entry from the future is old as well.
        let fresh = known.withLock { $0[site] }.flatMap {
            now.since($0.readAt).magnitude < Self.lifetime ? $0.impersonation : nil
        }
        if let fresh { return fresh }
        let found = try await store.read { try $0.sites.find(site) }
        let impersonation = Impersonation(of: found)
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
            known[site] = (impersonation, now)
        }
        return impersonation
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
