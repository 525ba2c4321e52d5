package import PosternCore
private import Synchronization

/// Limits how many requests a network may make, of whatever kind: pages, assets, confirmations, letters, paths that do not exist. It
/// comes before anything else that a request costs, so that nobody keeps the processor busy with what is refused in the end.
///
/// It counts in memory only, by network, and forgets a network that owes nothing. It is generous: a letter has limits of its own,
/// and many people may share one address.
package final class RequestLimiter: Sendable {
    package enum Ruling: Equatable, Sendable {
        case admitted
        /// It is over its limit, and must be told.
        case refused(retryAfter: Duration)
        /// It has been told and goes on. Making a page for it would not be worth the cost.
        case ignored
    }

    /// How many requests something counts as.
    package enum Cost: Int64, Sendable {
        case connection = 1
        case post = 10
        /// On top of the post: a letter that was over its own limit.
        case refusedLetter = 20

        package static let page = Cost.connection
    }

    private struct Network: Hashable {
        let length: UInt8
        /// The first `length` bits of the address, the last of them lowest.
        let bits: UInt64
    }

    private struct Entry {
        var arrivals: [Int64]
        /// The arrival time of the refusals that were answered, by `telling`.
        var told = Int64.min / 4
    }

    private struct State {
        var entries: [Network: Entry] = [:]
        var sweepAt = 1_024
        var latest = Timestamp(milliseconds: 0)
    }

    /// By the length of a network's prefix. An IPv6 subscriber has at least a /64, often a /56, sometimes a /48.
    private let gates: [UInt8: RateGates]
    /// How often one network is told in words.
    private static let telling = RateGate(Limit.Rate(count: 20, per: .minutes(1)), burst: 20)
    private let capacity: Int
    private let state = Mutex(State())
    /// Threads read the clock in one order and come here in another.
    private static let disorder = Duration.seconds(1)

    /// - Parameter capacity: the most networks that are remembered.
    package init(_ limit: Limit, capacity: Int = 64_000) {
        gates =
            limit.isOff
            ? [:]
            : [
                32: RateGates(limit), 24: RateGates(limit, scale: 4), 64: RateGates(limit), 56: RateGates(limit, scale: 2),
                48: RateGates(limit, scale: 4),
            ]
        self.capacity = capacity
    }

    /// How many networks are remembered.
    package var count: Int { state.withLock { $0.entries.count } }

    /// Counts one request where it passes.
    package func ask(_ client: ClientAddress, _ cost: Cost, at now: Timestamp) -> Ruling {
        guard !gates.isEmpty else { return .admitted }
        let networks = Self.networks(of: client)
        return state.withLock { state in
            followClock(in: &state, to: now)
            guard let (network, wait) = widestOver(networks, cost, in: state, at: now) else {
                count(networks, cost, in: &state, at: now)
                return .admitted
            }
            guard var entry = state.entries[network], Self.telling.admits(entry.told, at: now) else { return .ignored }
            entry.told = Self.telling.admitted(entry.told, at: now)
            state.entries[network] = entry
            return .refused(retryAfter: wait)
        }
    }

    /// Whether a connection is worth setting up. A client that is over its limit gets one only while it may still be told so.
    package func admitsConnection(from client: ClientAddress, at now: Timestamp) -> Bool {
        guard !gates.isEmpty else { return true }
        let networks = Self.networks(of: client)
        return state.withLock { state in
            followClock(in: &state, to: now)
            guard let (network, _) = widestOver(networks, .connection, in: state, at: now) else {
                count(networks, .connection, in: &state, at: now)
                return true
            }
            return state.entries[network].map { Self.telling.admits($0.told, at: now) } ?? true
        }
    }

    /// Counts something that has happened, within the limit or not.
    package func charge(_ client: ClientAddress, _ cost: Cost, at now: Timestamp) {
        guard !gates.isEmpty else { return }
        state.withLock { count(Self.networks(of: client), cost, in: &$0, at: now) }
    }

    // MARK: -

    /// When the clock was set back, what is owed is still owed and comes back at the same pace: nobody waits for the clock.
    private func followClock(in state: inout State, to now: Timestamp) {
        let ahead = state.latest.since(now)
        guard ahead > Self.disorder else {
            state.latest = max(state.latest, now)
            return
        }
        for (network, entry) in state.entries {
            guard let gates = gates[network.length] else { continue }
            state.entries[network]?.arrivals = gates.setBack(entry.arrivals, by: ahead.milliseconds)
            state.entries[network]?.told = Self.telling.setBack(entry.told, by: ahead.milliseconds)
        }
        state.latest = now
    }

    private func count(_ networks: [Network], _ cost: Cost, in state: inout State, at now: Timestamp) {
        for network in networks {
            guard let gates = gates[network.length] else { continue }
            let arrivals = state.entries[network]?.arrivals ?? gates.fresh
            state.entries[network, default: Entry(arrivals: arrivals)].arrivals =
                gates.admitted(arrivals, at: now, cost: cost.rawValue)
        }
        if state.entries.count >= state.sweepAt { sweep(&state, at: now) }
    }

    /// The widest network that is over its limit, and how long it must wait: everybody in it is told from one budget.
    private func widestOver(
        _ networks: [Network], _ cost: Cost, in state: State, at now: Timestamp
    ) -> (network: Network, wait: Duration)? {
        for network in networks.reversed() {
            guard let gates = gates[network.length], let arrivals = state.entries[network]?.arrivals,
                !gates.admits(arrivals, at: now, cost: cost.rawValue)
            else { continue }
            return (network, gates.wait(arrivals, at: now, cost: cost.rawValue))
        }
        return nil
    }

    /// Each time the table has doubled, drops what owes nothing. If there are still too many, drops those that owe least.
    private func sweep(_ state: inout State, at now: Timestamp) {
        func debt(_ network: Network, _ entry: Entry) -> Duration {
            gates[network.length]?.untilSettled(entry.arrivals, at: now) ?? .zero
        }
        state.entries = state.entries.filter { debt($0.key, $0.value) > .zero || !Self.telling.isSettled($0.value.told, at: now) }
        if state.entries.count >= capacity {
            let debts = state.entries.map { (network: $0.key, debt: debt($0.key, $0.value)) }.sorted { $0.debt < $1.debt }
            for (network, _) in debts.prefix(state.entries.count / 4 + 1) { state.entries[network] = nil }
        }
        state.sweepAt = min(capacity, max(1_024, state.entries.count * 2))
    }

    /// Narrowest first.
    private static func networks(of client: ClientAddress) -> [Network] {
        let bytes = client.bytes
        func network(_ length: Int) -> Network {
            Network(length: UInt8(length), bits: bytes.prefix(length / 8).reduce(0) { $0 << 8 | UInt64($1) })
        }
        return bytes.count == 4 ? [network(32), network(24)] : [network(64), network(56), network(48)]
    }
}
