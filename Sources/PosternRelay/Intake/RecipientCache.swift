internal import PosternCore
internal import PosternStore
private import Synchronization

/// Recipients as last read from the store, which saves each letter a lookup before its commit.
///
/// Only recipients who take letters are kept, and of any visitor: nobody is to be asked for a proof that is no longer wanted. The transaction that keeps a letter checks its recipient again; a stale entry is
/// found there and dropped here. So nobody must tell this cache about a change, not even a change by another process.
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

    /// - Returns: nil when the store must be asked.
    func known(_ handle: Handle, at site: SiteID) -> Recipient? { known.withLock { $0[Key(site: site, handle: handle)] } }

    /// - Parameter name: as a link writes it: a handle or an alias.
    /// - Returns: nil when nobody has that name.
    func find(_ name: String, at site: SiteID, now: Timestamp) async throws -> Recipient? {
        if let handle = Handle(spelled: name), let recipient = known(handle, at: site) { return recipient }
        let found = try await store.read { try $0.recipients.find(named: name, at: site)?.asOf(now) }
        if let found, found.takesLetters, found.settings.writers != .proven {
            known.withLock { known in
                // A miss costs one read of the store, so there is no LRU order: a full cache is emptied.
                if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
                known[Key(site: found.site, handle: found.handle)] = found
            }
        }
        return found
    }

    func forget(_ recipient: Recipient) {
        known.withLock { $0[Key(site: recipient.site, handle: recipient.handle)] = nil }
    }
}
