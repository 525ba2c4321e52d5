private import Metrics
internal import NIOCore
package import PosternCore
private import Synchronization

/// Counts the open connections of each network, and remembers the client that a proxy opened a connection for.
///
/// There are a few hundred connections in all. A network may have a few dozen, which leaves the rest to others. A network is
/// an IPv4 address or an IPv6 /64, since a subscriber has at least a /64. A trusted proxy opens connections for everybody and
/// has no limit. If it announces a client in a PROXY header, the connection counts as that client's.
package final class ConnectionAdmission: Sendable {
    /// Why a connection was closed before its first request. The raw value is a label of the metric.
    package enum Refusal: String, Error, CaseIterable {
        case prefixFull = "prefix_full"
        case malformedProxyHeader = "malformed_proxy_header"
    }

    private struct State {
        var counts: [ClientPrefix: Int] = [:]
        var announced: [ObjectIdentifier: ClientAddress] = [:]
    }

    private let proxies: TrustedProxies
    private let limit: Int
    private let state = Mutex(State())

    package init(proxies: TrustedProxies, connectionsPerPrefix limit: Int) {
        self.proxies = proxies
        self.limit = limit
    }

    package func trusts(_ peer: ClientAddress) -> Bool { proxies.trusts(peer) }

    /// Counts a connection until it closes.
    /// - Throws: `.prefixFull`; the metric has then been incremented.
    func admit(_ channel: any Channel) throws(Refusal) {
        guard let peer = channel.remoteAddress.flatMap({ ClientAddress($0) }), !proxies.trusts(peer) else { return }
        try count(peer, until: channel)
    }

    /// Call when a trusted proxy has named the client of this connection.
    /// - Throws: `.prefixFull`; the metric has then been incremented.
    func admit(_ channel: any Channel, for client: ClientAddress) throws(Refusal) {
        let id = ObjectIdentifier(channel)
        if !proxies.trusts(client) { try count(client, until: channel) }
        state.withLock { $0.announced[id] = client }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { _ = $0.announced.removeValue(forKey: id) } }
    }

    /// The client that a PROXY header named on this connection.
    package func announced(on connection: ObjectIdentifier) -> ClientAddress? {
        state.withLock { $0.announced[connection] }
    }

    /// Increments the metric of refused connections.
    func note(_ refusal: Refusal) {
        Counter(.connectionsRefused, ("reason", refusal.rawValue)).increment()
    }

    private func count(_ client: ClientAddress, until channel: any Channel) throws(Refusal) {
        guard let prefix = client.prefixes.first else { return }
        let isAdmitted = state.withLock { state in
            let count = state.counts[prefix, default: 0]
            guard count < limit else { return false }
            state.counts[prefix] = count + 1
            return true
        }
        guard isAdmitted else {
            note(.prefixFull)
            throw .prefixFull
        }
        channel.closeFuture.whenComplete { [self] _ in leave(prefix) }
    }

    private func leave(_ prefix: ClientPrefix) {
        state.withLock { state in
            let left = state.counts[prefix, default: 1] - 1
            state.counts[prefix] = left > 0 ? left : nil
        }
    }
}
