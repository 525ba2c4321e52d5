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

    /// Whether the last entry, which our own proxy wrote, is an address.
    func isNamed(forwardedFor: [String], forwarded: [String]) -> Bool {
        ForwardedField.listed(forwardedFor).prefix(1).contains { $0 != nil }
            || ForwardedField.elements(forwarded).prefix(1).contains { $0 != nil }
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
        if announced == nil { watch(request, of: peer, isProxy: isProxy, finding) }
        return finding.client
    }

    private func watch(_ request: Request, of peer: ClientAddress, isProxy: Bool, _ finding: TrustedProxies.Finding) {
        if finding.ignored == .untrustedPeer { return forwarding.disbelieved(peer, at: now()) }
        // Monitors on a proxy's machine ask for these two themselves.
        guard request.uri.path != "/live", request.uri.path != "/ready" else { return }
        if isProxy {
            forwarding.passedOn(naming: naming(request.headers, of: peer, finding), at: now())
        } else {
            forwarding.unnamed(
                peer, isMarked: ProxyMarks.all.contains { request.headers.contains($0) },
                visitor: ProxyMarks.visitor(request.headers), at: now())
        }
    }
}

extension ClientFinder {
    private func naming(
        _ headers: HTTPFields, of peer: ClientAddress, _ finding: TrustedProxies.Finding
    ) -> ForwardingWatch.Naming {
        if finding.ignored == .disagreement { return .two }
        guard proxies.trusts(finding.client) else { return .client }
        let isNamed =
            finding.client != peer
            || proxies.isNamed(forwardedFor: headers[values: .forwardedFor], forwarded: headers[values: .forwarded])
        return isNamed ? .proxy(finding.client, visitor: ProxyMarks.visitor(headers)) : .nobody
    }
}

/// What shows that a request has passed a proxy, besides the two fields that are read.
private enum ProxyMarks {
    static let all = [
        "X-Real-IP", "Via", "X-Forwarded", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server",
        "X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Scheme", "X-Client-IP", "X-Cluster-Client-IP", "X-Original-Forwarded-For",
        "True-Client-IP", "CF-Connecting-IP", "CF-Ray", "Fastly-Client-IP", "X-Envoy-External-Address", "X-Amzn-Trace-Id",
    ].compactMap { HTTPField.Name($0) }

    /// Tells browsers apart for as long as this program runs; nil for a script or a monitor.
    static func visitor(_ headers: HTTPFields) -> Int? {
        guard let agent = headers[.userAgent], agent.hasPrefix("Mozilla/") else { return nil }
        var hasher = Hasher()
        hasher.combine(agent)
        hasher.combine(headers[.acceptLanguage])
        return hasher.finalize()
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
