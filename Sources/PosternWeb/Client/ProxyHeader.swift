package import PosternCore

/// The PROXY protocol's binary header, version 2, which a proxy in front of TCP sends before anything else
/// (haproxy.org, `doc/proxy-protocol.txt` §2.2): signature (12) · version and command · family · length (2) · addresses ·
/// extensions.
package enum ProxyHeader {
    /// No request begins so: the second line is empty, which HTTP forbids, and then comes a NUL.
    package static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    static let fixedLength = 16
    /// Addresses of IPv6 take 36; the rest is for extensions, which proxies fill with names and certificates.
    static let longestRest = 2_048

    package enum Reading: Equatable, Sendable {
        /// What came so far may be the beginning of a header.
        case incomplete
        /// It is none: the bytes belong to HTTP.
        case none
        /// It is whole.
        /// - Parameters:
        ///   - client: whom the proxy speaks for; nil when it speaks for itself (`LOCAL`) or does not know (`UNSPEC`).
        ///   - length: how many bytes it takes.
        case whole(client: ClientAddress?, length: Int)
        case malformed
    }

    /// - Parameter bytes: everything that came on the connection so far.
    package static func read(_ bytes: some Collection<UInt8>) -> Reading {
        guard zip(bytes, signature).allSatisfy(==) else { return .none }
        let head = Array(bytes.prefix(fixedLength))
        guard head.count == fixedLength else { return .incomplete }
        let length = Int(head[14]) << 8 | Int(head[15])
        // High half: version 2. Low half: 0 is LOCAL, 1 is PROXY.
        guard head[12] == 0x20 || head[12] == 0x21, length <= longestRest else { return .malformed }
        let rest = Array(bytes.dropFirst(fixedLength).prefix(length))
        guard rest.count == length else { return .incomplete }
        let whole = fixedLength + length
        guard head[12] == 0x21 else { return .whole(client: nil, length: whole) }
        // Both addresses come first, the client's before ours, then both ports.
        switch head[13] {
        case 0x00: return .whole(client: nil, length: whole)
        case 0x11 where length >= 12: return .whole(client: ClientAddress(bytes: Array(rest.prefix(4))), length: whole)
        case 0x21 where length >= 36: return .whole(client: ClientAddress(bytes: Array(rest.prefix(16))), length: whole)
        // Datagrams and Unix sockets do not lead to a web server.
        default: return .malformed
        }
    }
}
