import Foundation
import PosternCore
import PosternHost
import Testing

@Suite("Who holds a port is named, however many others are open")
struct PortHolderTests {
    /// A listening socket of this process, at a port that the kernel chooses.
    private final class Listener {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port: Int

        init() throws {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let descriptor = descriptor
            let (bound, named) = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    (bind(descriptor, $0, length), getsockname(descriptor, $0, &length))
                }
            }
            try #require(bound == 0 && named == 0 && listen(descriptor, 1) == 0)
            port = Int(UInt16(bigEndian: address.sin_port))
        }

        deinit { close(descriptor) }
    }

    // The kernel's table of a hundred sockets is four pages long.
    @Test func `Each of a hundred ports of this process is found`() throws {
        let listeners = try (0..<100).map { _ in try Listener() }
        for listener in listeners {
            let name = PortHolder.name(at: ListenAddress(host: "127.0.0.1", port: listener.port))
            #expect(name?.contains("(process \(getpid()))") == true, "\(listener.port): \(name ?? "nobody")")
        }
    }
}
