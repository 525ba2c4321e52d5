import Foundation
import Synchronization

/// A free TCP port of the loopback interface. No port is returned twice.
///
/// The kernel does not pick it: the kernel also gives its ports to outgoing connections, and another test's client might get
/// this one before the relay starts. Below its range (32,768) nobody else hands out ports.
enum FreePort {
    private static let range = 20_000..<32_000
    private static let next = Mutex(range.lowerBound + Int(getpid()) % range.count)

    static func find() throws -> Int {
        for _ in range {
            let port = next.withLock { next in
                defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
                return next
            }
            if isFree(port) { return port }
        }
        throw Failure("no free port in \(range)")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
