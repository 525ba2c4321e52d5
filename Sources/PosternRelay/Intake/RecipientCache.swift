internal import PosternCore
internal import PosternStore
private import Synchronization

/// Recipients as the store had them a while ago: for a letter's way to its commit, which looks whether it is still so.
///
/// Only those who take letters are kept. What changed meanwhile is found out by the transaction that keeps the letter, and
/// forgotten here; so nothing has to tell this cache of changes, and another relay's are no exception.
final class RecipientCache: Sendable {
    private struct Key: Hashable {
        let site: SiteID
        let handle: Handle
    }

    /// Some 2 KB each.
    private static let capacity = 2_048
    private let store: any Database
    private let known = Mutex<[Key: Recipient]>([:])

    init(store: any Database) {
        self.store = store
    }

    /// - Returns: nil when there is no such recipient now.
    func find(site: String, handle: String) async throws -> Recipient? {
        guard let site = try? SiteID(site), let handle = try? Handle(handle) else { return nil }
        let key = Key(site: site, handle: handle)
        if let recipient = known.withLock({ $0[key] }) { return recipient }
        let found = try await store.read { try $0.recipients.find(handle, at: site) }
        if let found, found.takesLetters {
            known.withLock { known in
                // Nobody's absence costs more than a look into the store: no order has to be kept.
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
