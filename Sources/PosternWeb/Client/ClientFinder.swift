private import HTTPTypes
package import Hummingbird
private import Metrics
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
