import Foundation

/// A loopback port where nobody listens. It is taken all the same, so no other test is given it meanwhile.
struct TakenPort {
    struct NotTaken: Error {}

    let number: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var room = size
        let isTaken = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &room) == 0
            }
        }
        number = Int(UInt16(bigEndian: address.sin_port))
        guard isTaken else {
            close(descriptor)
            throw NotTaken()
        }
    }

    func release() {
        close(descriptor)
    }
}
