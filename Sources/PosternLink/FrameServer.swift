private import Glibc
package import Logging
private import NIOCore
private import NIOPosix
private import PosternCore
private import Synchronization

/// Serves frames on a Unix socket to one or two users: many connections, with several requests in flight on each.
package final class FrameServer<Verb: LinkVerb>: Sendable {
    /// Answers one request. A `LinkRefusal` that it throws is sent to the peer. Any other error is logged here, and the peer
    /// receives an `unavailable` refusal.
    package typealias Handler = @Sendable (Verb, [UInt8]) async throws -> [UInt8]

    package struct Configuration: Sendable {
        /// At most 107 bytes (`sun_path`, unix(7)).
        package let path: String
        package let mode: UInt32
        /// The users who may connect. Connections of others are closed at once.
        package let peers: Set<PeerUser>
        /// How many requests of one connection are served at the same time. Further ones wait in the socket.
        package let inFlight: Int
        /// How many connections may be open. Further ones are closed at once, since each could send half a frame and wait.
        package let connections: Int

        package init(path: String, mode: UInt32, peers: Set<PeerUser>, inFlight: Int = 256, connections: Int = 64) {
            self.path = path
            self.mode = mode
            self.peers = peers
            self.inFlight = inFlight
            self.connections = connections
        }
    }

    private let configuration: Configuration
    private let handler: Handler
    private let logger: Logger
    private let malformed: MalformedTally

    private struct State {
        struct Connection {
            let channel: any Channel
            /// Requests that are being answered.
            var running = 0
            /// Whether its peer can still receive the answers.
            var hasPeer = true
        }

        var isEnding = false
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: Connection] = [:]
    }

    private let state = Mutex(State())

    /// - Parameter malformed: counts malformed frames; shared by the sockets of a process that are counted together.
    package init(
        _ configuration: Configuration, malformed: MalformedTally = MalformedTally(), logger: Logger, handler: @escaping Handler
    ) {
        self.configuration = configuration
        self.malformed = malformed
        self.logger = logger
        self.handler = handler
    }

    /// How many connections have been closed since the process started because of malformed frames.
    package var malformedFrames: Int { malformed.count }

    /// Whether any peer can still receive the answer to a request.
    package var hasPeer: Bool { state.withLock { $0.connections.values.contains(where: \.hasPeer) } }

    /// Accepts no more requests, and lets `run` return once those under way have been answered: a letter that is being sent while
    /// the vault stops must not be sent a second time because its outcome was lost.
    package func end() {
        let state = state.withLock { state in
            state.isEnding = true
            return state
        }
        state.listener?.close(promise: nil)
        // A connection with requests under way is closed after its last answer. If it were closed for reading now, the next
        // thing the peer sends would break it, and the answers would be lost.
        for connection in state.connections.values where connection.running == 0 {
            connection.channel.close(mode: .input, promise: nil)
        }
    }

    /// - Returns: false when the server is ending and accepts nothing more.
    private func begins(on id: ObjectIdentifier) -> Bool {
        state.withLock { state in
            guard !state.isEnding else { return false }
            state.connections[id]?.running += 1
            return true
        }
    }

    private func hasEnded(on id: ObjectIdentifier) {
        let idle = state.withLock { state -> (any Channel)? in
            state.connections[id]?.running -= 1
            guard state.isEnding, let connection = state.connections[id], connection.running == 0 else { return nil }
            return connection.channel
        }
        idle?.close(mode: .input, promise: nil)
    }

    /// Serves until `end` is called, or until the task is cancelled, which aborts requests under way.
    /// - Parameter whenListening: called once the socket accepts connections.
    /// - Throws: when the socket cannot be created.
    package func run(whenListening: @Sendable () async -> Void = {}) async throws {
        // A socket file outlives a process that was killed. Nobody else uses it: the caller holds the lock of the store, or of
        // the vault.
        try SocketFile.removeOwn(configuration.path)
        // Created under the process's umask (077) and widened in `bind`, so that it is never open to more users than intended.
        let server = try await bind()
        let isEnding = state.withLock { state in
            state.listener = server.channel
            return state.isEnding
        }
        if isEnding { server.channel.close(promise: nil) }
        await whenListening()
        try await withThrowingDiscardingTaskGroup { connections in
            try await server.executeThenClose { inbound in
                for try await arrival in inbound {
                    connections.addTask { await self.serve(arrival) }
                }
            }
        }
    }

    private func bind() async throws -> NIOAsyncChannel<Arrival<Frame<Verb>, Frame<Verb>>, Never> {
        let path = configuration.path
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 128)
            // `end` closes the reading half; answers still go out over the writing half.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(FrameDecoder<Verb>()), MessageToByteHandler(FrameEncoder<Verb>()))
                    return Arrival<Frame<Verb>, Frame<Verb>>(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                }
            }
        try SocketFile.setMode(configuration.mode, of: path)
        return channel
    }

    private func serve(_ arrival: Arrival<Frame<Verb>, Frame<Verb>>) async {
        guard let connection = arrival.take() else { return }
        do {
            // This must come first, whatever happens to the connection: see `Arrival`.
            try await connection.executeThenClose { inbound, outbound in
                let peer = try await PeerUser.of(connection.channel)
                guard configuration.peers.contains(peer) else {
                    return warn("link: cut off a user who may not speak here", ["user": "\(peer.id)"])
                }
                let id = ObjectIdentifier(connection.channel)
                let (isFull, isEnding) = state.withLock { state in
                    let isFull = state.connections.count >= configuration.connections
                    if !isFull { state.connections[id] = State.Connection(channel: connection.channel) }
                    return (isFull, state.isEnding)
                }
                guard !isFull else { return warn("link: closed a connection, since there are too many", ["user": "\(peer.id)"]) }
                defer { state.withLock { $0.connections[id] = nil } }
                if isEnding { connection.channel.close(mode: .input, promise: nil) }
                try await answerAll(inbound, outbound, on: id)
            }
        } catch let fault as FrameFault {
            malformed.add()
            warn("link: malformed frame, connection closed", ["fault": "\(fault)"])
        } catch is CancellationError {
        } catch {
            logger.debug("link: a connection ended", metadata: ["reason": "\(error)"])
        }
    }

    /// At most one line a second: anyone who can connect must not be able to fill the log.
    private func warn(_ message: Logger.Message, _ metadata: Logger.Metadata) {
        guard let unsaid = malformed.mayLog() else { return }
        logger.warning(message, metadata: unsaid == 0 ? metadata : metadata.merging(["unsaid": "\(unsaid)"]) { $1 })
    }

    private func answerAll(
        _ inbound: NIOAsyncChannelInboundStream<Frame<Verb>>, _ outbound: NIOAsyncChannelOutboundWriter<Frame<Verb>>,
        on id: ObjectIdentifier
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { requests in
            do {
                // This also runs when the connection breaks in the middle of a frame.
                defer { state.withLock { $0.connections[id]?.hasPeer = false } }
                var running = 0
                for try await frame in inbound {
                    guard case .request(let verb) = frame.kind else { throw FrameFault.unknownKind(0) }
                    if running >= configuration.inFlight {
                        try await requests.next()
                        running -= 1
                    }
                    guard begins(on: id) else {
                        try await outbound.write(Self.refusal(LinkRefusal(.unavailable, "this process is ending"), of: frame))
                        continue
                    }
                    running += 1
                    requests.addTask {
                        defer { self.hasEnded(on: id) }
                        try await outbound.write(self.answer(verb, frame))
                    }
                }
            }
            // The peer has gone, or the server is ending. Its requests are finished all the same: a letter that is half sent must
            // be sent.
            try await requests.waitForAll()
        }
    }

    private func answer(_ verb: Verb, _ frame: Frame<Verb>) async -> Frame<Verb> {
        func refuse(_ refusal: LinkRefusal) -> Frame<Verb> { Self.refusal(refusal, of: frame) }
        do {
            let payload = try await handler(verb, frame.payload)
            return Frame(.answer(verb), id: frame.id, payload: payload)
        } catch let refusal as LinkRefusal {
            return refuse(refusal)
        } catch is ByteFault {
            return refuse(LinkRefusal(.malformed, "the request is not what “\(verb)” takes"))
        } catch {
            logger.error("link: a request failed", metadata: ["verb": "\(verb)", "error": "\(error)"])
            return refuse(LinkRefusal(.unavailable, "“\(verb)” failed; the log of the other process says why"))
        }
    }

    private static func refusal(_ refusal: LinkRefusal, of frame: Frame<Verb>) -> Frame<Verb> {
        Frame(.refusal, id: frame.id, payload: refusal.payload)
    }
}
