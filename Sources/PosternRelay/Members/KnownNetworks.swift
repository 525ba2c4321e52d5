internal import PosternCore
private import Synchronization

/// From which networks members have signed in lately: asks for a link from there are no stranger's.
///
/// It is kept in memory only, and as numbers under a key of this process: where somebody was is nothing that a store, a backup or a dump
/// of it should tell. After a restart every ask is a stranger's until the member has signed in again.
final class KnownNetworks: Sendable {
    private struct Place: Hashable {
        let recipient: RecipientID
        let network: Int
    }

    private static let lifetime = Duration.days(30)
    private static let most = 16_384
    private let places = Mutex<[Place: Timestamp]>([:])

    func note(_ client: ClientAddress, of recipient: RecipientID, at now: Timestamp) {
        places.withLock { places in
            if places.count >= Self.most {
                places = places.filter { now < $0.value + Self.lifetime }
                // Still as many: those that are known longest are forgotten.
                if places.count >= Self.most {
                    for (place, _) in places.sorted(by: { $0.value < $1.value }).prefix(Self.most / 4) { places[place] = nil }
                }
            }
            places[Self.place(client, recipient)] = now
        }
    }

    func contains(_ client: ClientAddress, of recipient: RecipientID, at now: Timestamp) -> Bool {
        places.withLock { $0[Self.place(client, recipient)].map { now < $0 + Self.lifetime } ?? false }
    }

    private static func place(_ client: ClientAddress, _ recipient: RecipientID) -> Place {
        var hasher = Hasher()
        hasher.combine(client.network)
        return Place(recipient: recipient, network: hasher.finalize())
    }
}
