internal import Crypto
internal import PosternCore
internal import PosternSealing

/// What recipients see of their letters with: follows from the keys of the days' letters, and is gone with them.
struct LedgerKeys: Sendable {
    let ring: KeyRing

    /// The secrets of these days, for the relay.
    func secrets(of days: [Epoch]) -> [(epoch: Epoch, secret: [UInt8])] {
        letterKeys.compactMap { held in
            guard let epoch = held.key.epoch, days.contains(epoch) else { return nil }
            return (epoch, Self.secret(of: held))
        }
    }

    /// One member's keys of all days whose letters still open.
    func keys(of recipient: RecipientID) -> [LedgerKey] {
        letterKeys.compactMap { held in
            held.key.epoch.flatMap { LedgerDay(epoch: $0, secret: Self.secret(of: held)).key(of: recipient) }
        }.sorted { $0.epoch < $1.epoch }
    }

    private var letterKeys: [HeldKey] { ring.all.filter { $0.key.kind == .opening(.letter) } }

    private static func secret(of held: HeldKey) -> [UInt8] {
        held.key.secret.withBytes { LedgerDay.secret(under: SymmetricKey(data: $0)) }
    }
}
