package import Hummingbird
internal import HummingbirdCore
package import Logging
package import NIOCore
private import PosternCore

/// A listener with the house's limits around it. Both listeners are built here.
///
/// Beyond `connections` nothing more is accepted until one ends: the kernel keeps the next for a while, and honest
/// visitors get through when the flood's own times run out. Beyond its share, one network's connections are closed at
/// once (`ConnectionAdmission`).
package func buildApplication<Responder: HTTPResponder>(
    _ configuration: WebConfiguration, _ responder: Responder, _ headers: SecurityHeaders, admission: ConnectionAdmission,
    logger: Logger,
    onListening: @escaping @Sendable (SocketAddress?) async -> Void
) -> Application<Responder> where Responder.Context == WebContext {
    let limits = configuration.limits
    let http = HTTP1Channel.Configuration(limits, handlers: [ConnectionGuard(limits: limits, headers: headers)])
    return Application(
        responder: responder,
        server: HTTPServerBuilder { AdmittedChannel(HTTP1Channel(responder: $0, configuration: http), admission: admission) },
        configuration: ApplicationConfiguration(configuration, logger: logger),
        onServerRunning: { channel in await onListening(channel.localAddress) },
        logger: logger)
}

extension HTTP1Channel.Configuration {
    /// - Parameter handlers: of each connection, behind the HTTP parser.
    init(_ limits: WebLimits, handlers: @autoclosure @escaping @Sendable () -> [any RemovableChannelHandler]) {
        let headerBytes = limits.headerKiB * 1_024
        self.init(
            additionalChannelHandlers: handlers(),
            idleTimeout: TimeAmount(limits.idle),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: headerBytes, maxHeaderListSize: headerBytes, maxHeaderFieldCount: 100))
    }
}

extension ApplicationConfiguration {
    init(_ configuration: WebConfiguration, logger: Logger) {
        self.init(
            address: .hostname(configuration.listen.host, port: configuration.listen.port),
            // A name would only help whoever looks for a version with a hole.
            serverName: nil,
            backlog: 1_024,
            availableConnectionsDelegate: MaximumAvailableConnections(configuration.limits.connections, logger: logger))
    }
}
