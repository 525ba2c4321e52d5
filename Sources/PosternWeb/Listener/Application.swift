package import Hummingbird
private import HummingbirdCore
package import Logging
package import NIOCore
private import PosternCore

/// A listener with the house's limits around it. Both listeners are built here.
package func buildApplication<Responder: HTTPResponder>(
    _ configuration: WebConfiguration, _ responder: Responder, _ headers: HouseHeaders, logger: Logger,
    onListening: @escaping @Sendable (SocketAddress?) async -> Void
) -> Application<Responder> where Responder.Context == WebContext {
    let limits = configuration.limits
    let headerBytes = limits.headerKiB * 1_024
    return Application(
        responder: responder,
        server: .http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionGuard(limits: limits, headers: headers)],
                idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: headerBytes, maxHeaderListSize: headerBytes, maxHeaderFieldCount: 100))),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.listen.host, port: configuration.listen.port),
            // A name would only help whoever looks for a version with a hole.
            serverName: nil,
            backlog: 1_024,
            availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
        onServerRunning: { channel in await onListening(channel.localAddress) },
        logger: logger)
}
