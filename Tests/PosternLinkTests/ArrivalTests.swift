import NIOCore
import NIOPosix
import PosternLink
import PosternTestSupport
import Testing

@Suite("A connection that was accepted and not served is closed, and ends nobody", .timeLimit(.minutes(40)))
struct ArrivalTests {
    /// NIO's trap, were it not for the arrivals: the listener goes, and with it those who came and were not taken.
    @Test func `A listener that ends closes those who came and were not taken`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        // Fewer than those beyond whom NIO accepts nobody until some are taken.
        let (guests, came) = (5, Countdown(from: 6))
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    Task { await came.arriveAndWait() }
                    return Arrival<ByteBuffer, ByteBuffer>(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                }
            }
        var clients: [any Channel] = []
        for _ in 0..<guests {
            clients.append(
                try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(unixDomainSocketPath: path).get())
        }
        try await server.executeThenClose { inbound in
            await came.arriveAndWait()
            for try await _ in inbound { break }
        }
        for client in clients { try await client.closeFuture.get() }
    }

    @Test func `An arrival is taken once, and by whom it was taken it is kept open`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: path).get()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    Arrival<ByteBuffer, ByteBuffer>(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                }
            }
        let connection = try #require(channel.take())
        #expect(channel.take() == nil)
        try await connection.executeThenClose { _, outbound in try await outbound.write(ByteBuffer(string: "here")) }
        try await listener.close()
    }
}
