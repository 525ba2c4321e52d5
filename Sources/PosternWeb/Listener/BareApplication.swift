private import HTTPTypes
package import Hummingbird
private import HummingbirdCore
package import Logging
package import NIOCore

/// A baseline for benchmarks: it reads the body of any POST and answers as if a letter were accepted. It runs on the same
/// framework with the same settings as the public listener, but without guards or routes, so the difference is our own cost.
///
/// - Parameter onListening: told the address once the port is open.
package func buildBareApplication(
    _ configuration: WebConfiguration, logger: Logger,
    onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let http = HTTP1Channel.Configuration(configuration.limits, handlers: [])
    return Application(
        responder: BareResponder(bodyKiB: configuration.limits.bodyKiB),
        server: HTTPServerBuilder { HTTP1Channel(responder: $0, configuration: http) },
        configuration: ApplicationConfiguration(configuration, logger: logger),
        onServerRunning: { channel in await onListening(channel.localAddress) },
        logger: logger)
}

private struct BareResponder: HTTPResponder {
    let bodyKiB: Int
    /// As long as a real answer.
    private let answer = ByteBuffer(string: #"{"id":"00000000000000000000000000","status":"accepted"}"#)

    func respond(to request: Request, context: WebContext) async throws -> Response {
        guard request.method == .post else { return Response(status: .methodNotAllowed, headers: [.allow: "POST"]) }
        do {
            _ = try await request.body.collect(upTo: bodyKiB * 1_024)
        } catch {
            return Response(status: .contentTooLarge).closing()
        }
        return Response(
            status: .accepted, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: answer))
    }
}
