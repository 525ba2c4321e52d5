package import Logging
package import NIOCore
private import NIOPosix
package import PosternCore
import ServiceLifecycle

/// Why the demo mailbox does not start.
package enum DemoMailboxFault: Error, Equatable, Sendable, CustomStringConvertible {
    case notLoopback(host: String)

    package var description: String {
        switch self {
        case .notLoopback(let host):
            "the demo mailbox would listen on \(host), where others can reach it; it takes any letter and must stay on 127.0.0.1 or ::1"
        }
    }
}

/// A mail server for demonstrations: it takes every letter over SMTP on the loopback interface, keeps the newest in memory for
/// the staff pages, and forwards none.
package struct DemoMailbox: Service {
    package let letters: MailboxLetters

    private let host: String
    private let port: Int
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let judge: MailboxDialogue.Judge
    private let onListening: @Sendable (SocketAddress?) async -> Void

    private static let connectionLimit = 64
    private static let idle = TimeAmount.minutes(5)

    /// - Throws: when the address is not a loopback address. Names are refused, since even `localhost` may resolve to anything.
    package init(
        listen: ListenAddress = ListenAddress(host: "127.0.0.1", port: 0), letters: MailboxLetters,
        now: @escaping @Sendable () -> Timestamp, logger: Logger,
        judge: @escaping MailboxDialogue.Judge = { _, _ in nil },
        onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
    ) throws(DemoMailboxFault) {
        guard listen.isLoopback else { throw .notLoopback(host: listen.host) }
        host = listen.host
        port = listen.port
        self.letters = letters
        self.now = now
        self.logger = logger
        self.judge = judge
        self.onListening = onListening
    }

    package func run() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(IdleStateHandler(allTimeout: Self.idle), IdleClose())
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        await onListening(server.channel.localAddress)
        try await withGracefulShutdownHandler {
            try await server.executeThenClose { connections in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    var places = Self.connectionLimit
                    for try await connection in connections {
                        group.addTask { await cancelWhenGracefulShutdown { await serve(connection) } }
                        places -= 1
                        // The next client waits until one has left.
                        while places == 0, try await group.next() != nil { places += 1 }
                    }
                }
            }
        } onGracefulShutdown: {
            server.channel.close(promise: nil)
        }
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                var dialogue = MailboxDialogue(judge: judge)
                guard try await perform([dialogue.greeting], outbound) else { return }
                for try await bytes in inbound {
                    guard try await perform(dialogue.receive(bytes.readableBytesView), outbound) else { return }
                }
            }
        } catch {
            logger.debug("a connection to the demo mailbox broke", metadata: [WebLogKey.fault: "\(type(of: error))"])
        }
    }

    /// - Returns: whether the dialogue continues.
    private func perform(_ outputs: [MailboxDialogue.Output], _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws
        -> Bool
    {
        var replies = ByteBuffer()
        var continues = true
        for output in outputs {
            switch output {
            case .reply(let line): replies.writeString(line + "\r\n")
            case .letter(let envelope, let source): letters.keep(envelope, source: source, at: now())
            case .close: continues = false
            }
        }
        if replies.readableBytes > 0 { try await outbound.write(replies) }
        return continues
    }
}

/// Hangs up on a client that has said nothing for a while.
private final class IdleClose: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
