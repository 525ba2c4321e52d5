private import Glibc
internal import NIOCore

/// The user at the other end of a Unix socket, as reported by the kernel (`SO_PEERCRED`, unix(7)).
package struct PeerUser: Hashable, Sendable {
    package let id: UInt32

    package init(id: UInt32) {
        self.id = id
    }

    package static var own: PeerUser { PeerUser(id: geteuid()) }
    package static let root = PeerUser(id: 0)

    /// - Throws: when the channel is not a Unix socket.
    static func of(_ channel: any Channel) async throws -> PeerUser {
        guard let provider = channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
        let credentials: Credentials = try await provider.unsafeGetSocketOption(
            level: .init(rawValue: SOL_SOCKET), name: .init(rawValue: SO_PEERCRED)
        ).get()
        return PeerUser(id: credentials.user)
    }

    /// `struct ucred` of unix(7). Glibc hides it from Swift behind _GNU_SOURCE.
    private struct Credentials {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }
}
