package import PosternCore

/// The open connections of one listener: which network may open one more, and which connection is closed to make room. Pure:
/// no channel, no clock.
///
/// Each network has a share, so that one cannot take all places. Many networks together could, with connections that do nothing.
/// So when all places are taken, the oldest connection that is silent, idle or slow makes room for the new one. A connection
/// whose request is being answered is never closed for another, unless its client reads the answer slowly.
package struct ConnectionTable<ID: Hashable & Sendable>: Sendable {
    package enum Phase: Hashable, Sendable, CaseIterable {
        /// No request has come on it yet. → slow, busy
        case silent
        /// Between two requests. → slow, busy
        case idle
        /// A body that is still coming, or an answer that the client reads slowly. → busy, idle
        case slow
        /// A request is being answered. → idle, slow
        case busy
    }

    package enum Opening: Equatable, Sendable {
        /// - Parameter closing: the connections that made room, forgotten here already and to be closed by the caller.
        case admitted(closing: [ID])
        /// The network has its share, and each of its connections is in use.
        case networkFull
        /// Every connection is in use.
        case full
    }

    private struct Entry: Sendable {
        var networks: [ClientPrefix]
        var phase = Phase.silent
        /// Rises with each change of phase. Its place in the queue of a phase counts only with this number.
        var turn: UInt64
    }

    private struct Place: Sendable {
        let id: ID
        let turn: UInt64
    }

    package let capacity: Int
    private let hasShares: Bool
    private var entries: [ID: Entry] = [:]
    private var counts: [ClientPrefix: Int] = [:]
    /// By phase, oldest first.
    private var queues: [Phase: ArraySlice<Place>] = [:]
    private var turns: UInt64 = 0

    /// - Parameter hasShares: false where one network may have all connections.
    package init(capacity: Int, hasShares: Bool = true) {
        self.capacity = capacity
        self.hasShares = hasShares
    }

    package var count: Int { entries.count }

    /// Three quarters of the places are taken: from now on there is less time for everything.
    package var isCrowded: Bool { entries.count >= capacity * 3 / 4 }

    /// How many connections a network may have. A browser opens six; a house or an office that shares one address stays well
    /// below an eighth of all.
    package func share(of network: ClientPrefix) -> Int {
        guard hasShares else { return .max }
        return switch network.length {
        case 32, 64: max(1, capacity / 8)
        case 24, 56: max(1, capacity / 4)
        default: max(1, capacity / 3)
        }
    }

    /// - Parameter client: nil for a trusted proxy, which connects for everybody, and has no share.
    package mutating func open(_ id: ID, from client: ClientAddress?) -> Opening {
        let networks = client?.prefixes ?? []
        var closing: [ID] = []
        if let full = networks.first(where: { counts[$0, default: 0] >= share(of: $0) }) {
            guard let victim = oldest([.silent], in: full) else { return .networkFull }
            closing.append(victim)
            close(victim)
        }
        if entries.count >= capacity {
            guard let victim = oldest([.silent, .idle, .slow]) else { return .full }
            closing.append(victim)
            close(victim)
        }
        add(networks)
        entries[id] = Entry(networks: networks, turn: 0)
        enqueue(id, in: .silent)
        return .admitted(closing: closing)
    }

    /// A trusted proxy says for whom it opened a connection: from now on that client's share counts.
    /// - Returns: false when the share is used up; the connection is then forgotten and must be closed.
    package mutating func name(_ client: ClientAddress, of id: ID) -> Bool {
        guard entries[id] != nil else { return false }
        let networks = client.prefixes
        guard hasRoom(networks) else {
            close(id)
            return false
        }
        add(networks)
        entries[id]?.networks += networks
        return true
    }

    /// Counts a request that a trusted proxy passes on, as a connection of its client's.
    /// - Returns: false when the client's share is used up.
    package mutating func begin(_ client: ClientAddress) -> Bool {
        let networks = client.prefixes
        guard hasRoom(networks) else { return false }
        add(networks)
        return true
    }

    package mutating func end(_ client: ClientAddress) {
        remove(client.prefixes)
    }

    package mutating func move(_ id: ID, to phase: Phase) {
        guard let entry = entries[id], entry.phase != phase else { return }
        enqueue(id, in: phase)
    }

    /// Harmless when it is not there any more.
    package mutating func close(_ id: ID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        remove(entry.networks)
    }

    // MARK: -

    private func hasRoom(_ networks: [ClientPrefix]) -> Bool {
        networks.allSatisfy { counts[$0, default: 0] < share(of: $0) }
    }

    private mutating func add(_ networks: [ClientPrefix]) {
        for network in networks { counts[network, default: 0] += 1 }
    }

    private mutating func remove(_ networks: [ClientPrefix]) {
        for network in networks {
            let left = counts[network, default: 1] - 1
            counts[network] = left > 0 ? left : nil
        }
    }

    private mutating func enqueue(_ id: ID, in phase: Phase) {
        turns += 1
        entries[id]?.phase = phase
        entries[id]?.turn = turns
        // A connection in use is never looked for.
        guard phase != .busy else { return }
        queues[phase, default: []].append(Place(id: id, turn: turns))
        // Most connections have left the queue before anybody looks for the oldest.
        guard let places = queues[phase], places.count > 4 * capacity + 64 else { return }
        queues[phase] = ArraySlice(places.filter(isCurrent))
    }

    /// The connection that has been in one of these phases for longest; an earlier phase goes first.
    private mutating func oldest(_ phases: [Phase], in network: ClientPrefix? = nil) -> ID? {
        for phase in phases {
            let found = queues[phase]?.firstIndex { place in
                isCurrent(place) && network.map { entries[place.id]?.networks.contains($0) == true } != false
            }
            guard let found, let place = queues[phase]?[found] else {
                if network == nil { queues[phase] = [] }
                continue
            }
            // Those before it have left the queue, unless only one network was looked at.
            if network == nil { queues[phase] = queues[phase]?.suffix(from: found + 1) }
            return place.id
        }
        return nil
    }

    private func isCurrent(_ place: Place) -> Bool { entries[place.id]?.turn == place.turn }
}
