private import Glibc
private import NIOCore
package import PosternCore

/// A listener cannot bind its address. Found before anything is served, so that the message can name the setting.
package struct PortFault: Error, Sendable, CustomStringConvertible {
    package let setting: String
    package let listen: ListenAddress
    package let reason: String

    package var description: String {
        "\(setting): cannot listen at \(listen): \(reason)\n    Stop the program that has this port, or choose another."
    }

    /// Binds once and closes the socket again. Does not listen: a client that connected in between would be accepted and would
    /// wait for an answer that never comes.
    package static func probe(_ listen: ListenAddress, setting: String) throws(PortFault) {
        let code: Int32
        do {
            code = try bind(SocketAddress.makeAddressResolvingHost(listen.host, port: listen.port))
        } catch {
            throw PortFault(setting: setting, listen: listen, reason: "\(error)")
        }
        guard code != 0 else { return }
        let reason = code == EADDRINUSE ? "another program listens there" : String(cString: strerror(code))
        throw PortFault(setting: setting, listen: listen, reason: reason)
    }

    /// - Returns: 0, or why the system refused.
    private static func bind(_ address: SocketAddress) -> Int32 {
        let descriptor = socket(address.protocol.rawValue, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As the listener sets it: then only a listening socket is in the way, not connections in TIME_WAIT.
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        return address.withSockAddr { Glibc.bind(descriptor, $0, socklen_t($1)) == 0 ? 0 : errno }
    }
}
