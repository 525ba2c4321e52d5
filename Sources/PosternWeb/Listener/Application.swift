package import Hummingbird
package import HummingbirdCore
package import Logging
package import NIOCore
internal import NIOHTTPTypes
private import PosternCore
internal import PosternLink

/// Builds both listeners. A connection passes these before its requests reach the listener's own guards:
///
/// 1. `ConnectionAdmission`: connections of a network that has its share, or of a client that makes too many requests, are closed
///    at once. When all places are taken, the oldest connection that is not in use makes room.
/// 2. `ProxyHeaderHandler`: a trusted proxy's PROXY header names the client of the connection.
/// 3. `ByteWatch` and `ConnectionGuard`: time limits for the head, the body and reading the answer; also the answer to a
///    head that is not HTTP.
/// 4. The HTTP parser: the size of the head.
///
/// None of these can be middleware: middleware sees requests, and these act before there is a whole one. An idle time-out comes
/// with Hummingbird.
package func buildApplication<Responder: HTTPResponder>(
    _ configuration: WebConfiguration, _ responder: Responder, _ headers: SecurityHeaders, admission: ConnectionAdmission,
    logger: Logger, onListening: @escaping @Sendable (SocketAddress?) async -> Void
) -> Application<Responder> where Responder.Context == WebContext {
    let limits = configuration.limits
    let http = HTTP1Channel.Configuration(
        limits, handlers: [ConnectionGuard(limits: limits, headers: headers, admission: admission)])
    return Application(
        responder: responder,
        server: HTTPServerBuilder {
            AdmittedChannel(http: HTTP1Channel(responder: $0, configuration: http), admission: admission)
        },
        configuration: ApplicationConfiguration(configuration),
        onServerRunning: { channel in await onListening(channel.localAddress) },
        logger: logger)
}

/// Hummingbird's HTTP/1.1 channel, after `ConnectionAdmission`: nothing is set up for a refused connection.
private struct AdmittedChannel: ServerChildChannel {
    let http: HTTP1Channel
    let admission: ConnectionAdmission

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Arrival<HTTPRequestPart, HTTPResponsePart>> {
        do throws(ConnectionAdmission.Refusal) {
            try admission.admit(channel)
        } catch {
            // NIO forgets a channel whose set-up fails; the set-up must close it.
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(error)
        }
        return http.setup(channel: channel, logger: logger).map { Arrival($0) }.flatMapThrowing { arrival in
            try channel.pipeline.syncOperations.addHandler(ProxyHeaderHandler(admission), position: .first)
            return arrival
        }
    }

    func handle(value: Arrival<HTTPRequestPart, HTTPResponsePart>, logger: Logger) async {
        guard let connection = value.take() else { return }
        await http.handle(value: connection, logger: logger)
    }
}

extension Arrival: ServerChildChannelValue {}

extension HTTP1Channel.Configuration {
    /// - Parameter handlers: added to each connection, after the HTTP parser.
    package init(_ limits: WebLimits, handlers: @autoclosure @escaping @Sendable () -> [any RemovableChannelHandler]) {
        let headerBytes = limits.headerKiB * 1_024
        self.init(
            additionalChannelHandlers: handlers(),
            idleTimeout: TimeAmount(limits.idle),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: headerBytes, maxHeaderListSize: headerBytes, maxHeaderFieldCount: 100))
    }
}

extension ApplicationConfiguration {
    package init(_ configuration: WebConfiguration) {
        self.init(
            address: .hostname(configuration.listen.host, port: configuration.listen.port),
            // No `Server` field: it would only help someone who looks for a vulnerable version.
            serverName: nil,
            backlog: 1_024)
    }
}
