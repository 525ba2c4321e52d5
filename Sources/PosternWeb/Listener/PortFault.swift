private import Glibc
private import NIOCore
private import NIOPosix
package import PosternCore

/// A listener cannot have its address. Found before anything is served, so that the message can name the setting.
package struct PortFault: Error, Sendable, CustomStringConvertible {
    package let setting: String
    package let listen: ListenAddress
    package let reason: String

    package var description: String {
        "\(setting): cannot listen at \(listen): \(reason)\n    Stop the program that has this port, or choose another."
    }

    /// Binds once and lets go again.
    /// - Throws: `PortFault`.
    package static func probe(_ listen: ListenAddress, setting: String) async throws(PortFault) {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: listen.host, port: listen.port).get()
            try await channel.close().get()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw PortFault(setting: setting, listen: listen, reason: "another program listens there")
        } catch {
            throw PortFault(setting: setting, listen: listen, reason: "\(error)")
        }
    }
}
