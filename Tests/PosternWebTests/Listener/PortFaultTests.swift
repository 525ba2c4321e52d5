import NIOCore
import NIOPosix
import PosternCore
import PosternTestSupport
import PosternWeb
import Testing

@Suite("A port is tried out before anything is served, and nobody is served by the trial", .timeLimit(.minutes(40)))
struct PortFaultTests {
    /// An address of this suite alone: a port that is free here is nobody else's, and a client cannot connect to itself.
    private static let host = "127.0.0.77"

    /// A trial that listens accepts anyone who connects in that moment, and leaves them without an answer for ever.
    @Test func `A port that is tried out accepts nobody`() async throws {
        let port = try await freePort()
        let connecting = Task {
            var connected = 0
            while !Task.isCancelled {
                let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: Self.host, port: port).get()
                guard let channel else { continue }
                connected += 1
                try? await channel.close()
            }
            return connected
        }
        for _ in 0..<3_000 {
            try PortFault.probe(ListenAddress(host: Self.host, port: port), setting: "POSTERN_LISTEN")
            await Task.yield()
        }
        connecting.cancel()
        #expect(await connecting.value == 0)
    }

    @Test func `A port that another program has is named with its setting`() async throws {
        let other = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: Self.host, port: 0).get()
        let port = try #require(other.localAddress?.port)
        let fault = #expect(throws: PortFault.self) {
            try PortFault.probe(ListenAddress(host: Self.host, port: port), setting: "POSTERN_LISTEN")
        }
        #expect(fault?.description.contains("POSTERN_LISTEN") == true)
        #expect(fault?.description.contains("another program listens there") == true)
        try await other.close()
        try PortFault.probe(ListenAddress(host: Self.host, port: port), setting: "POSTERN_LISTEN")
    }

    private func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: Self.host, port: 0)
            .get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()
        return port
    }
}
