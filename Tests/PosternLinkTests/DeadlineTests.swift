import Logging
import NIOCore
import NIOPosix
import PosternLink
import PosternTestSupport
import Synchronization
import Testing

@Suite("Every request ends by its deadline, and says whether it may have been carried out", .timeLimit(.minutes(40)))
struct DeadlineTests {
    @Test func `A request that is not answered is overdue; its late answer is dropped, and the link goes on`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        let late = Countdown(from: 2)
        let malformed = MalformedTally()
        let server = FrameServer<VaultVerb>(.init(path: path, mode: 0o600, peers: [.own]), logger: .silent) { _, payload in
            if payload == [1] { await late.arriveAndWait() }
            return payload
        }
        try await whileServing(server) {
            let client = FrameClient<VaultVerb>(path: path, malformed: malformed)
            // Over a connection that is open a request is sent when it is asked, however slow this machine is.
            _ = try await client.request(.deliver, [0])
            await #expect(throws: LinkFault.overdue(path: path, after: .milliseconds(20), .unknown)) {
                try await client.request(.deliver, [1], within: .milliseconds(20))
            }
            await late.arriveAndWait()
            // The late answer is on its way before this one, on the same connection.
            for number in 2...50 as ClosedRange<UInt8> {
                let answer = try await client.request(.deliver, [number])
                #expect(answer == [number])
            }
            #expect(malformed.count == 0)
            await client.close()
        }
    }

    /// As with a vault that was stopped: the kernel accepts the connection, and nobody reads.
    @Test func `A peer that stands still keeps nobody longer than the deadline, however many ask`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.autoRead, value: false)
            .bind(unixDomainSocketPath: path).get()
        let client = FrameClient<VaultVerb>(path: path)
        @Sendable func ask() async -> LinkFault? {
            do {
                _ = try await client.request(.announce, Array(repeating: 0, count: 10_000), within: .milliseconds(50))
                return nil
            } catch {
                return error as? LinkFault
            }
        }
        let (early, overdue) = (
            LinkFault.overdue(path: path, after: .milliseconds(50), .notSent),
            LinkFault.overdue(path: path, after: .milliseconds(50), .unknown)
        )
        // Until the connection is open, which a busy machine may take long for, what is overdue was not sent.
        var first: LinkFault?
        repeat { first = await ask() } while first == early
        #expect(first == overdue)
        let faults = await withTaskGroup(of: LinkFault?.self) { group in
            for _ in 0..<300 { group.addTask { await ask() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(faults.count == 300 && faults.allSatisfy { $0 == overdue })
        await client.close()
        try await listener.close()
    }

    @Test func `A task that is cancelled before it asks sends nothing`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        let asked = Mutex(0)
        let server = FrameServer<VaultVerb>(.init(path: path, mode: 0o600, peers: [.own]), logger: .silent) { _, payload in
            asked.withLock { $0 += 1 }
            return payload
        }
        try await whileServing(server) {
            let client = FrameClient<VaultVerb>(path: path)
            let gate = Countdown(from: 2)
            let asking = Task {
                await gate.arriveAndWait()
                return try await client.request(.deliver)
            }
            asking.cancel()
            await gate.arriveAndWait()
            await #expect(throws: LinkFault.cancelled(path: path, .notSent)) { try await asking.value }
            // By now a request that was sent would have been served.
            let answer = try await client.request(.announce, [1])
            #expect(answer == [1])
            #expect(asked.withLock { $0 } == 1)
            await client.close()
        }
    }

    /// answer → what the peer may not send
    @Test(
        arguments: [
            Frame<VaultVerb>(.answer(.announce), id: 999, payload: []), Frame(.answer(.deliver), id: 1, payload: []),
            Frame(.request(.announce), id: 1, payload: []), Frame(.refusal, id: 1, payload: [9]),
        ])
    func `An answer that nobody asked for ends the connection and is counted`(answer: Frame<VaultVerb>) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Retort(answer.bytes)) }
            }
            .bind(unixDomainSocketPath: path).get()
        let malformed = MalformedTally()
        let client = FrameClient<VaultVerb>(path: path, malformed: malformed)
        await #expect(throws: LinkFault.malformedAnswer(path: path)) { try await client.request(.announce) }
        #expect(malformed.count == 1)
        await client.close()
        try await listener.close()
    }
}

/// Says the same whatever it hears.
private final class Retort: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}

/// Runs the body once the server listens, and then stops it.
func whileServing<Verb: LinkVerb>(_ server: FrameServer<Verb>, _ body: () async throws -> Void) async throws {
    let (listening, listens) = AsyncStream<Never>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run { listens.finish() } }
        for await _ in listening {}
        try await body()
        group.cancelAll()
    }
}
