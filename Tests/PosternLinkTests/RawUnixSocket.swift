import NIOCore
import NIOPosix

/// A client that sends whatever it likes.
struct RawUnixSocket {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    init(path: String) async throws {
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
            }
    }

    /// Leaves a socket in a folder at which nobody listens any more.
    static func leave(at path: String) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(unixDomainSocketPath: path)
            .get()
        try await channel.close()
    }

    /// Sends, then reads until the other side closes.
    func exchange(_ bytes: [UInt8]) async throws -> [UInt8] {
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var answer: [UInt8] = []
            do {
                for try await buffer in inbound { answer += Array(buffer.readableBytesView) }
            } catch is IOError {
                // A reset is an end too.
            }
            return answer
        }
    }

    /// Goes without a word.
    func hangUp() async throws {
        try await channel.executeThenClose { _, _ in }
    }
}
