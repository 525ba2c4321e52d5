private import HTTPTypes
package import Hummingbird
private import Metrics
package import NIOCore
package import PosternCore

/// Finds out whom a request came from, through whatever proxies of ours stand between.
package struct ClientFinder: Sendable {
    private let proxies: TrustedProxies
    private let admission: ConnectionAdmission

    package init(proxies: TrustedProxies, admission: ConnectionAdmission) {
        (self.proxies, self.admission) = (proxies, admission)
    }

    /// Nil when the connection is gone already, or is a Unix socket.
    package func client(of request: Request, _ context: WebContext) -> ClientAddress? {
        guard var peer = context.peer else { return nil }
        if proxies.trusts(peer) { peer = admission.announced(on: context.connection) ?? peer }
        let finding = proxies.client(
            peer: peer, forwardedFor: request.headers[values: .forwardedFor], forwarded: request.headers[values: .forwarded])
        if let ignored = finding.ignored { Counter(.proxyHeadersIgnored, ("reason", ignored.rawValue)).increment() }
        return finding.client
    }
}

extension ClientAddress {
    /// The address of a connected peer. Nil for a Unix socket, which has none.
    package init?(_ address: SocketAddress) {
        // sockaddr_in and sockaddr_in6 lie alike everywhere: family and port first, then four bytes of address, or four
        // of flow information and sixteen of address. Read so, no C module of the system has to be imported.
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
