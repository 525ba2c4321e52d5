private import Glibc
internal import Logging
internal import PosternLink
internal import PosternVault
internal import ServiceLifecycle

/// One of the vault's sockets for the life of the process.
struct SocketService: Service {
    let configuration: FrameServer.Configuration
    let logger: Logger
    let desk: VaultDesk
    let malformed: MalformedTally
    /// Logged once the socket takes connections.
    let announces: String?

    init(
        _ configuration: FrameServer.Configuration, logger: Logger, desk: VaultDesk, malformed: MalformedTally, announces: String?
    ) {
        (self.configuration, self.logger, self.desk) = (configuration, logger, desk)
        (self.malformed, self.announces) = (malformed, announces)
    }

    func run() async throws {
        let server = FrameServer(configuration, malformed: malformed, logger: logger) { try await desk.answer($0, $1) }
        await withGracefulShutdownHandler {
            do {
                try await server.run {
                    if let announces { logger.info("\(announces)", metadata: ["socket": "\(configuration.path)"]) }
                }
            } catch is CancellationError {
            } catch {
                logger.critical("a socket failed", metadata: ["socket": "\(configuration.path)", "error": "\(error)"])
            }
        } onGracefulShutdown: {
            server.end()
        }
        unlink(configuration.path)
    }
}

/// Ends the lanes last: whatever is being sent is finished first.
struct LaneService: Service {
    let lanes: LanePool

    func run() async throws {
        try await gracefulShutdown()
        await lanes.close()
    }
}
