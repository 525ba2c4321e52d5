internal import PosternCore
internal import PosternSealing
private import Synchronization

/// The keys of today with which recipients see what came for them: each is made once, for the first letter of the day.
final class LedgerKeyCache: Sendable {
    private struct Known {
        var day: LedgerDay?
        var keys: [RecipientID: LedgerKey] = [:]
    }

    private static let capacity = 8_192
    private let known = Mutex(Known())
    private let day: @Sendable (Epoch) -> LedgerDay?

    /// - Parameter day: what the vault has announced for a day.
    init(day: @escaping @Sendable (Epoch) -> LedgerDay?) {
        self.day = day
    }

    /// - Returns: nil while the vault has announced nothing for that day.
    func key(of recipient: RecipientID, on epoch: Epoch) -> LedgerKey? {
        known.withLock { known in
            if known.day?.epoch != epoch { known = Known(day: day(epoch)) }
            if let key = known.keys[recipient] { return key }
            guard let key = known.day?.key(of: recipient) else { return nil }
            if known.keys.count >= Self.capacity { known.keys.removeAll(keepingCapacity: true) }
            known.keys[recipient] = key
            return key
        }
    }
}
