import NIOCore
import PosternWeb

/// A header of the PROXY protocol, version 2, byte by byte.
struct PROXYHeader {
    static let tcp4: UInt8 = 0x11
    static let tcp6: UInt8 = 0x21

    var command: UInt8 = 0x21
    var family = tcp4
    var addresses: [UInt8]
    var extensions: [UInt8] = []

    static func from(_ client: [UInt8], extensions: [UInt8] = []) -> PROXYHeader {
        let local = Array(repeating: UInt8(1), count: client.count)
        return PROXYHeader(
            family: client.count == 4 ? tcp4 : tcp6, addresses: client + local + [0x12, 0x34, 0x1F, 0x90], extensions: extensions)
    }

    var bytes: [UInt8] {
        let rest = addresses + extensions
        return ProxyHeader.signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 0xFF)] + rest
    }
}
