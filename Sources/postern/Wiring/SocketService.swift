private import Glibc
internal import Logging
internal import PosternHost
internal import PosternLink
internal import PosternVault
internal import ServiceLifecycle

/// Serves one of our Unix sockets until shutdown.
struct SocketService<Verb: LinkVerb>: Service {
    let server: FrameServer<Verb>
    private let path: String
    private let logger: Logger
    /// Logged once the socket takes connections.
    private let announces: String?

    init(
        _ configuration: FrameServer<Verb>.Configuration, malformed: MalformedTally, announces: String? = nil, logger: Logger,
        handler: @escaping FrameServer<Verb>.Handler
    ) {
        server = FrameServer(configuration, malformed: malformed, logger: logger, handler: handler)
        path = configuration.path
        (self.logger, self.announces) = (logger, announces)
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
        try? SocketFile.removeOwn(path)
    }
}

/// The socket that the relay asks on, and the lanes that serve it. They end together: no more letters are taken, and those under
/// way are finished as long as the relay is there to hear the outcome.
struct DeliveryService: Service {
    let socket: SocketService<VaultVerb>
    let lanes: LanePool

    private static let grace = Duration.seconds(25)
    private static let look = Duration.milliseconds(100)

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await breakOffWithoutPeer() }
            // Returns when every letter that was accepted here has its answer, or the socket fails.
            try await socket.run()
            group.cancelAll()
        }
        await lanes.close()
    }

    /// Aborts transfers whose outcome no relay can receive any more: those letters will be sent again, so waiting is pointless.
    private func breakOffWithoutPeer() async throws {
        do {
            try await gracefulShutdown()
            let end = ContinuousClock.now + Self.grace
            while ContinuousClock.now < end, socket.server.hasPeer { try await Task.sleep(for: Self.look) }
        } catch is CancellationError {
            // The socket has ended: nothing is left to wait for.
            return
        }
        await lanes.close(within: .zero)
    }
}
