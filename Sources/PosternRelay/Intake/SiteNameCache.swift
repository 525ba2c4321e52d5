internal import PosternCore
internal import PosternStore
private import Synchronization

/// What names may not look like at each site, and whether it takes letters of proven addresses alone, as last read from the store. What
/// was changed is known within a minute.
final class SiteNameCache: Sendable {
    private static let lifetime = Duration.seconds(60)
    /// Far more than one installation serves.
    private static let capacity = 1_024

    private let store: any Database
    private struct Entry {
        let impersonation: Impersonation
        let writers: Writers
        let readAt: Timestamp
    }

    private let known = Mutex<[SiteID: Entry]>([:])

    init(store: any Database) {
        self.store = store
    }

    func impersonation(at site: SiteID, now: Timestamp) async throws -> Impersonation {
        try await entry(of: site, now: now).impersonation
    }

    func writers(at site: SiteID, now: Timestamp) async throws -> Writers { try await entry(of: site, now: now).writers }

    func forget(_ site: SiteID) { known.withLock { $0[site] = nil } }

    private func entry(of site: SiteID, now: Timestamp) async throws -> Entry {
        // The clock may have been set back: an entry from the future is old as well.
        let fresh = known.withLock { $0[site] }.flatMap {
            now.since($0.readAt).magnitude < Self.lifetime ? $0 : nil
        }
        if let fresh { return fresh }
        let found = try await store.read { try $0.sites.find(site) }
        let entry = Entry(impersonation: Impersonation(of: found), writers: found?.writers ?? .anyone, readAt: now)
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
            known[site] = entry
        }
        return entry
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
