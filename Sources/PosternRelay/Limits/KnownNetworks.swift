internal import PosternCore
private import Synchronization

/// From which networks people have signed in lately: who comes from there is no stranger.
///
/// It is kept in memory only, and as numbers under a key of this process: where somebody was is nothing that a store, a backup or a dump
/// of it should tell. After a restart everybody is a stranger until they have signed in again.
/// - Parameter Person: by what they are known.
final class KnownNetworks<Person: Hashable & Sendable>: Sendable {
    private struct Place: Hashable {
        let person: Person
        let network: Int
    }

    private static var lifetime: Duration { .days(30) }
    private static var most: Int { 16_384 }
    private let places = Mutex<[Place: Timestamp]>([:])

    func note(_ client: ClientAddress, of person: Person, at now: Timestamp) {
        places.withLock { places in
            if places.count >= Self.most {
                places = places.filter { now < $0.value + Self.lifetime }
                // Still as many: those that are known longest are forgotten.
                if places.count >= Self.most {
                    for (place, _) in places.sorted(by: { $0.value < $1.value }).prefix(Self.most / 4) { places[place] = nil }
                }
            }
            places[Self.place(client, person)] = now
        }
    }

    func contains(_ client: ClientAddress, of person: Person, at now: Timestamp) -> Bool {
        places.withLock { $0[Self.place(client, person)].map { now < $0 + Self.lifetime } ?? false }
    }

    private static func place(_ client: ClientAddress, _ person: Person) -> Place {
        var hasher = Hasher()
        hasher.combine(client.network)
        return Place(person: person, network: hasher.finalize())
    }
}
