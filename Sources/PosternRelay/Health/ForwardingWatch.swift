package import PosternCore
private import Synchronization

/// Notices a proxy that is not set up: it names its visitors and is not believed, or it is believed and names nobody. Either way
/// all visitors count as one client. It keeps no address for longer than it takes to compare the next one.
package final class ForwardingWatch: Sendable {
    package enum Kind: Sendable {
        /// An untrusted peer on the loopback interface names clients.
        case thisMachine
        /// An untrusted peer in a private network names clients.
        case privateNetwork
        /// An untrusted peer anywhere else names clients, and most of such requests come from this one.
        case elsewhere
        /// A trusted peer names no client.
        case silentProxy
    }

    package struct Finding: Equatable, Sendable {
        package let kind: Kind
        /// Requests of that kind in a row.
        package let count: Int

        package init(_ kind: Kind, count: Int) {
            (self.kind, self.count) = (kind, count)
        }
    }

    private struct State {
        var counts: [Kind: (count: Int, last: Timestamp)] = [:]
        /// The peer that holds the majority of those elsewhere, if one does (Boyer and Moore).
        var candidate: ClientAddress?

        mutating func count(_ kind: Kind, at now: Timestamp) {
            var known = counts[kind] ?? (0, now)
            if now.since(known.last) > ForwardingWatch.memory { known.count = 0 }
            counts[kind] = (known.count + 1, max(now, known.last))
        }
    }

    private let state = Mutex(State())

    fileprivate static let memory = Duration.hours(1)

    package init() {}

    /// A peer that is not trusted names a client.
    package func disbelieved(_ peer: ClientAddress, at now: Timestamp) {
        state.withLock { state in
            if peer.isLoopback {
                state.count(.thisMachine, at: now)
            } else if peer.isPrivate {
                state.count(.privateNetwork, at: now)
            } else if state.candidate == peer {
                state.count(.elsewhere, at: now)
            } else if let known = state.counts[.elsewhere], known.count > 1 {
                state.counts[.elsewhere] = (known.count - 1, known.last)
            } else {
                state.candidate = peer
                state.counts[.elsewhere] = (1, now)
            }
        }
    }

    /// A trusted proxy passed a request on, and named its client or did not.
    package func passedOn(namesClient: Bool, at now: Timestamp) {
        state.withLock { state in
            if namesClient { state.counts[.silentProxy] = nil } else { state.count(.silentProxy, at: now) }
        }
    }

    /// More requests than one visitor or one mistake can explain.
    private static func least(_ kind: Kind) -> Int {
        switch kind {
        case .thisMachine, .privateNetwork: 3
        case .silentProxy: 20
        // Anyone can send such a field.
        case .elsewhere: 100
        }
    }

    package func finding(at now: Timestamp) -> Finding? {
        state.withLock { state in
            for kind in [Kind.thisMachine, .privateNetwork, .silentProxy, .elsewhere] {
                guard let known = state.counts[kind], known.count >= Self.least(kind), now.since(known.last) < Self.memory else {
                    continue
                }
                return Finding(kind, count: known.count)
            }
            return nil
        }
    }
}

extension ClientAddress {
    /// Networks that the Internet does not route: RFC 1918, RFC 6598, link-local (RFC 3927, RFC 4291) and fc00::/7 (RFC 4193).
    fileprivate var isPrivate: Bool {
        guard bytes.count == 4 else { return bytes[0] & 0xFE == 0xFC || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80) }
        return switch (bytes[0], bytes[1]) {
        case (10, _), (192, 168), (172, 16...31), (100, 64...127), (169, 254): true
        default: false
        }
    }
}
