private import Metrics
internal import NIOCore
package import PosternCore
package import PosternRelay
private import Synchronization

/// Decides which connections are served, and remembers the client that a proxy opened one for. `ConnectionTable` has the rules.
package final class ConnectionAdmission: Sendable {
    /// Why a connection was closed by us. The raw value is a label of the metric.
    package enum Refusal: String, Error, CaseIterable {
        case networkFull = "prefix_full"
        case full
        /// It made room for another one.
        case displaced
        /// Its client makes too many requests.
        case requestLimit = "request_limit"
        case malformedProxyHeader = "malformed_proxy_header"
    }

    private struct State {
        var table: ConnectionTable<ObjectIdentifier>
        var channels: [ObjectIdentifier: any Channel] = [:]
        var announced: [ObjectIdentifier: ClientAddress] = [:]
    }

    private let proxies: TrustedProxies
    private let requests: RequestLimiter?
    private let now: @Sendable () -> Timestamp
    private let state: Mutex<State>
    private let crowded = Atomic(false)

    /// - Parameter requests: what clients that connect directly are limited by.
    package init(
        proxies: TrustedProxies, connections: Int, hasShares: Bool = true, requests: RequestLimiter? = nil,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.proxies = proxies
        self.requests = requests
        self.now = now
        state = Mutex(State(table: ConnectionTable(capacity: connections, hasShares: hasShares)))
    }

    package func trusts(_ peer: ClientAddress) -> Bool { proxies.trusts(peer) }

    /// Most places are taken: there is less time for heads and bodies.
    package var isCrowded: Bool { crowded.load(ordering: .relaxed) }

    /// Counts a connection until it closes.
    /// - Throws: why it must be closed; the metric has then been incremented.
    func admit(_ channel: any Channel) throws(Refusal) {
        let peer = channel.remoteAddress.flatMap { ClientAddress($0) }.flatMap { proxies.trusts($0) ? nil : $0 }
        if let peer, let requests, !requests.admitsConnection(from: peer, at: now()) { throw refuse(.requestLimit) }
        let id = ObjectIdentifier(channel)
        let (opening, displaced) = state.withLock { state in
            let opening = state.table.open(id, from: peer)
            guard case .admitted(let closing) = opening else { return (opening, [] as [any Channel]) }
            state.channels[id] = channel
            crowded.store(state.table.isCrowded, ordering: .relaxed)
            return (opening, closing.compactMap { state.channels.removeValue(forKey: $0) })
        }
        for channel in displaced {
            countRefusal(.displaced)
            channel.close(promise: nil)
        }
        switch opening {
        case .admitted: break
        case .networkFull: throw refuse(.networkFull)
        case .full: throw refuse(.full)
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { state in
                state.table.close(id)
                state.channels[id] = nil
                state.announced[id] = nil
                crowded.store(state.table.isCrowded, ordering: .relaxed)
            }
        }
    }

    /// Call when a trusted proxy has named the client of this connection.
    /// - Throws: why it must be closed; the metric has then been incremented.
    func admit(_ channel: any Channel, for client: ClientAddress) throws(Refusal) {
        let id = ObjectIdentifier(channel)
        let isAdmitted = state.withLock { state in
            guard proxies.trusts(client) || state.table.name(client, of: id) else { return false }
            state.announced[id] = client
            return true
        }
        guard isAdmitted else { throw refuse(.networkFull) }
    }

    /// The client that a PROXY header named on this connection.
    package func announced(on connection: ObjectIdentifier) -> ClientAddress? {
        state.withLock { $0.announced[connection] }
    }

    func move(_ connection: ObjectIdentifier, to phase: ConnectionTable<ObjectIdentifier>.Phase) {
        state.withLock { $0.table.move(connection, to: phase) }
    }

    /// Counts a request that came through a trusted proxy, until `end`.
    /// - Returns: false when the client's network has its share already.
    func begin(_ client: ClientAddress) -> Bool { state.withLock { $0.table.begin(client) } }

    func end(_ client: ClientAddress) { state.withLock { $0.table.end(client) } }

    /// Increments the metric of refused connections.
    func countRefusal(_ refusal: Refusal) {
        Counter(.connectionsRefused, ("reason", refusal.rawValue)).increment()
    }

    private func refuse(_ refusal: Refusal) -> Refusal {
        countRefusal(refusal)
        return refusal
    }
}
