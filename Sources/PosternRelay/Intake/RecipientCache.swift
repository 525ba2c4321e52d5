internal import PosternCore
internal import PosternStore
private import Synchronization

/// Recipients as the store had them a while ago, so that a letter need not look them up before its commit.
///
/// Only recipients who take letters are kept. The transaction that keeps a letter checks its recipient again; what has changed is
/// found out there, and forgotten here. So nobody tells this cache of a change, and a change by another relay needs no exception.
final class RecipientCache: Sendable {
    private struct Key: Hashable {
        let site: SiteID
        let handle: Handle
    }

    /// About 2 KB each.
    private static let capacity = 2_048
    private let store: any Database
    private let known = Mutex<[Key: Recipient]>([:])

    init(store: any Database) {
        self.store = store
    }

    /// - Returns: nil when nobody has that handle.
    func find(_ handle: Handle, at site: SiteID) async throws -> Recipient? {
        let key = Key(site: site, handle: handle)
        if let recipient = known.withLock({ $0[key] }) { return recipient }
        let found = try await store.read { try $0.recipients.find(handle, at: site) }
        if let found, found.takesLetters {
            known.withLock { known in
                // A miss costs one look into the store, so no order is kept: a full cache starts again.
                if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
                known[key] = found
            }
        }
        return found
    }

    func forget(_ recipient: Recipient) {
        known.withLock { $0[Key(site: recipient.site, handle: recipient.handle)] = nil }
    }
}
