private import Glibc
internal import Logging
internal import PosternHost
internal import PosternLink
internal import PosternVault
internal import ServiceLifecycle

/// One of the vault's sockets for the life of the process.
struct SocketService: Service {
    let server: FrameServer
    private let path: String
    private let logger: Logger
    /// Logged once the socket takes connections.
    private let announces: String?

    init(
        _ configuration: FrameServer.Configuration, logger: Logger, handler: VaultRequestHandler, malformed: MalformedTally,
        announces: String?
    ) {
        server = FrameServer(configuration, malformed: malformed, logger: logger) { try await handler.answer($0, $1) }
        (path, self.logger, self.announces) = (configuration.path, logger, announces)
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            do {
                try await server.run {
                    if let announces { logger.info("\(announces)", metadata: ["socket": "\(path)"]) }
                }
            } catch is CancellationError {
            } catch {
                logger.critical("a socket failed", metadata: ["socket": "\(path)", "error": "\(error)"])
            }
        } onGracefulShutdown: {
            server.end()
        }
        unlink(path)
    }
}

/// The relay's socket and the lanes behind it, which end together: no letter is taken any more, and those under way are finished
/// as long as the relay is there to hear what became of them.
struct DeliveryService: Service {
    let socket: SocketService
    let lanes: LanePool

    private static let grace = Duration.seconds(25)
    private static let look = Duration.milliseconds(100)

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await breakOffUnheard() }
            // Until every letter that was taken has been answered, or the socket failed.
            try await socket.run()
            group.cancelAll()
        }
        await lanes.close()
    }

    /// Outcomes that nobody hears are lost whatever they are, and their letters will be sent again: there is nothing to wait for.
    private func breakOffUnheard() async throws {
        do {
            try await gracefulShutdown()
            let end = ContinuousClock.now + Self.grace
            while ContinuousClock.now < end, socket.server.isHeard { try await Task.sleep(for: Self.look) }
        } catch is CancellationError {
            // The socket has ended, and with it the waiting.
            return
        }
        await lanes.close(within: .zero)
    }
}
