private import HTTPTypes
package import Hummingbird
private import Metrics
package import NIOCore
package import PosternCore
package import PosternRelay

/// Decides from which address a request came: the peer's own, or one that a trusted proxy vouches for.
///
/// `X-Forwarded-For` and `Forwarded` grow on the right, by one entry for each proxy that passed the request on. Only entries
/// of our own proxies count, so both are read from the right: each trusted proxy vouches for the entry that it added, and the
/// first address that is not a trusted proxy's is the client's. Anything further left may have been written by the client.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    package func trusts(_ peer: ClientAddress) -> Bool {
        ranges.contains { $0.contains(peer) }
    }

    /// The client of a request, and why a header was ignored, if one was.
    package struct Finding: Equatable, Sendable {
        package let client: ClientAddress
        package let ignored: IgnoredHeader?
    }

    /// Why a header was not believed. The raw value is a label of the metric.
    package enum IgnoredHeader: String, Sendable, CaseIterable {
        /// It came from a peer that is not a trusted proxy.
        case untrustedPeer = "untrusted_peer"
        /// `Forwarded` and `X-Forwarded-For` name different clients.
        case disagreement
    }

    /// When both fields are present and name different clients, neither is believed. A proxy writes one of them and passes the
    /// other on as the visitor sent it, so one of the two is forged, and we cannot tell which. Only the peer's address is then
    /// certain. Everyone who forges like this shares one limit, and cannot pose as anyone else.
    ///
    /// - Parameters:
    ///   - peer: the other end of the connection, or the client that its PROXY header names.
    ///   - forwardedFor: the values of every `X-Forwarded-For` field, in the order of the head.
    ///   - forwarded: those of every `Forwarded` field.
    package func client(peer: ClientAddress, forwardedFor: [String] = [], forwarded: [String] = []) -> Finding {
        guard !forwardedFor.isEmpty || !forwarded.isEmpty else { return Finding(client: peer, ignored: nil) }
        guard trusts(peer) else { return Finding(client: peer, ignored: .untrustedPeer) }
        let listed = forwardedFor.isEmpty ? nil : client(beyond: peer, ForwardedField.listed(forwardedFor))
        let named = forwarded.isEmpty ? nil : client(beyond: peer, ForwardedField.elements(forwarded))
        if let listed, let named, listed != named { return Finding(client: peer, ignored: .disagreement) }
        return Finding(client: listed ?? named ?? peer, ignored: nil)
    }

    private func client(beyond peer: ClientAddress, _ entries: some Sequence<ClientAddress?>) -> ClientAddress {
        var client = peer
        for entry in entries {
            // After `unknown`, `_hidden` or nonsense, nobody vouches for the rest.
            guard trusts(client), let entry else { break }
            client = entry
        }
        return client
    }
}

/// Finds the client of a request that may have passed trusted proxies.
package struct ClientFinder: Sendable {
    private let proxies: TrustedProxies
    let admission: ConnectionAdmission
    private let forwarding: ForwardingWatch
    private let now: @Sendable () -> Timestamp

    package init(
        proxies: TrustedProxies, admission: ConnectionAdmission, forwarding: ForwardingWatch,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.proxies = proxies
        self.admission = admission
        self.forwarding = forwarding
        self.now = now
    }

    /// Whether the connection is a trusted proxy's, for anyone: it has not named a client for all of it.
    func isForwarded(_ context: WebContext) -> Bool {
        context.peer.map { proxies.trusts($0) && admission.announced(on: context.connection) == nil } ?? false
    }

    /// Nil when the connection has closed already, or is a Unix socket.
    package func client(of request: Request, _ context: WebContext) -> ClientAddress? {
        guard var peer = context.peer else { return nil }
        let isProxy = proxies.trusts(peer)
        let announced = isProxy ? admission.announced(on: context.connection) : nil
        peer = announced ?? peer
        let hasFields = request.headers.contains(.forwardedFor) || request.headers.contains(.forwarded)
        let forwardedFor = hasFields ? request.headers[values: .forwardedFor] : []
        let forwarded = hasFields ? request.headers[values: .forwarded] : []
        let finding = proxies.client(peer: peer, forwardedFor: forwardedFor, forwarded: forwarded)
        if let ignored = finding.ignored { Counter(.proxyHeadersIgnored, ("reason", ignored.rawValue)).increment() }
        if finding.ignored == .untrustedPeer, announced == nil { forwarding.disbelieved(peer, at: now()) }
        // Monitors on a proxy's machine ask for these two themselves.
        if isProxy, announced == nil, request.uri.path != "/live", request.uri.path != "/ready" {
            forwarding.passedOn(namesClient: hasFields, at: now())
        }
        return finding.client
    }
}

extension ClientAddress {
    /// The address of a connected peer. Nil for a Unix socket, which has none.
    package init?(_ address: SocketAddress) {
        // sockaddr_in and sockaddr_in6 have one layout everywhere: family and port, then four bytes of address, or four of
        // flow information and sixteen of address. Read this way, they need no C module of the system.
        let place: Range<Int>
        switch address {
        case .v4: place = 4..<8
        case .v6: place = 8..<24
        case .unixDomainSocket: return nil
        }
        self.init(
            bytes: address.withSockAddr { pointer, size in
                place.upperBound <= size ? Array(UnsafeRawBufferPointer(start: pointer, count: size)[place]) : []
            })
    }
}
