private import Foundation
private import Glibc
internal import Logging
internal import PosternLink
internal import PosternRelay
internal import ServiceLifecycle

/// The relay's control socket, for commands of its own user and of root.
struct ControlSocket: Service {
    let path: String
    let service: OperatorService
    let malformed: MalformedTally
    let logger: Logger

    func run() async throws {
        let server = FrameServer<ControlVerb>(
            .init(path: path, mode: 0o600, peers: [.own, .root], inFlight: 16), malformed: malformed, logger: logger
        ) { _, payload in
            guard let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(payload)) else {
                throw LinkRefusal(.malformed, "the command is of another version than this relay: restart the service")
            }
            do {
                return try await service.answer(request)
            } catch {
                // The operator is at the other end and may see the reason.
                throw LinkRefusal(.unavailable, "\(error)")
            }
        }
        await withGracefulShutdownHandler {
            do {
                try await server.run()
            } catch is CancellationError {
            } catch {
                logger.critical("the control socket failed", metadata: ["socket": "\(path)", "error": "\(error)"])
            }
        } onGracefulShutdown: {
            server.end()
        }
        unlink(path)
    }
}
