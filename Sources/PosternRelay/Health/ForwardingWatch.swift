package import PosternCore
private import Synchronization

/// Notices a proxy that is not set up: it is not believed, or it is believed and names nobody. Either way all visitors count as one
/// client. It keeps no address for longer than it takes to compare the next one, and of what visitors are told apart by a few hashes.
package final class ForwardingWatch: Sendable {
    package enum Kind: Sendable, CaseIterable {
        /// An untrusted peer on the loopback interface names clients.
        case thisMachine
        /// An untrusted peer in a private network names clients.
        case privateNetwork
        /// Such peers name no client in a field that is read, and other fields say that they are proxies.
        case markedThisMachine
        case markedPrivate
        /// A trusted peer names no client.
        case silentProxy
        /// A trusted peer names two.
        case contradiction
        /// Such peers send nothing that a proxy adds, and have visitors who cannot all be on one machine.
        case bareThisMachine
        case barePrivate
        /// An untrusted peer anywhere else names clients, and most of such requests come from this one.
        case elsewhere
    }

    /// What a request of a trusted peer says of its client.
    package enum Naming: Sendable {
        case client
        case nobody
        /// A trusted proxy is named: it asks for itself, or does not say for whom.
        case proxy(ClientAddress, visitor: Int?)
        /// `Forwarded` and `X-Forwarded-For` name different clients.
        case two
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
        var crowd = Crowd()

        mutating func count(_ kind: Kind, at now: Timestamp) {
            var known = counts[kind] ?? (0, now)
            if now.since(known.last) > ForwardingWatch.memory { known.count = 0 }
            counts[kind] = (known.count + 1, max(now, known.last))
        }
    }

    /// The peer that most requests come from which say nothing of a proxy, and who seems to be behind it.
    private struct Crowd {
        private var peer: ClientAddress?
        private var weight = 0
        private var visitors: Set<Int> = []

        /// Browsers of one person, and of one who tries many.
        private static let fewest = 5

        /// - Returns: whether the peer has more visitors than one machine.
        mutating func comes(_ visitor: Int?, from peer: ClientAddress) -> Bool {
            if self.peer == peer {
                weight += 1
            } else if weight > 1 {
                weight -= 1
                return false
            } else {
                (self.peer, weight, visitors) = (peer, 1, [])
            }
            if let visitor, visitors.count < Self.fewest { visitors.insert(visitor) }
            return visitors.count >= Self.fewest
        }
    }

    private let state = Mutex(State())
    private let isBehindProxy: Bool

    fileprivate static let memory = Duration.hours(1)

    /// - Parameter isBehindProxy: whether visitors can come through a proxy only, as where the public address is https, which we do not
    ///   speak, or where we listen for this machine alone.
    package init(isBehindProxy: Bool = false) {
        self.isBehindProxy = isBehindProxy
    }

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

    /// A peer that is not trusted names no client in a field that is read.
    /// - Parameters:
    ///   - isMarked: whether other fields are there that only a proxy adds.
    ///   - visitor: tells browsers apart; nil where it is none.
    package func unnamed(_ peer: ClientAddress, isMarked: Bool, visitor: @autoclosure () -> Int?, at now: Timestamp) {
        guard peer.isLoopback || peer.isPrivate else { return }
        let visitor = isMarked || isBehindProxy ? nil : visitor()
        state.withLock { state in
            if isMarked {
                state.count(peer.isLoopback ? .markedThisMachine : .markedPrivate, at: now)
            } else if isBehindProxy || state.crowd.comes(visitor, from: peer) {
                state.count(peer.isLoopback ? .bareThisMachine : .barePrivate, at: now)
            }
        }
    }

    /// A trusted proxy passed a request on.
    package func passedOn(naming: Naming, at now: Timestamp) {
        state.withLock { state in
            switch naming {
            case .client:
                // It is set up. What else comes from near by is a monitor's, or somebody's who looks.
                for kind in [Kind.silentProxy, .contradiction, .bareThisMachine, .barePrivate] { state.counts[kind] = nil }
            case .nobody: state.count(.silentProxy, at: now)
            case .two: state.count(.contradiction, at: now)
            case .proxy(let proxy, let visitor):
                if state.crowd.comes(visitor, from: proxy) { state.count(.silentProxy, at: now) }
            }
        }
    }

    /// More requests than one visitor or one mistake can explain.
    private static func least(_ kind: Kind) -> Int {
        switch kind {
        case .thisMachine, .privateNetwork, .markedThisMachine, .markedPrivate: 3
        case .silentProxy, .bareThisMachine, .barePrivate: 20
        // A visitor can send one of the two fields.
        case .contradiction: 50
        // Anyone can send such a field.
        case .elsewhere: 100
        }
    }

    package func finding(at now: Timestamp) -> Finding? {
        state.withLock { state in
            for kind in Kind.allCases {
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
