import PosternCore
import PosternWeb
import Testing

struct ProxyHeaderTests {
    private static let four: [UInt8] = [203, 0, 113, 9]
    private static let six: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [7]

    @Test(arguments: [four, six, Array(repeating: 0, count: 10) + [0xFF, 0xFF] + four])
    func `A proxy names its client`(address: [UInt8]) {
        let header = PROXYHeader.from(address)
        let expected = ProxyHeader.Reading.whole(client: ClientAddress(bytes: address), length: header.bytes.count)
        #expect(ProxyHeader.read(header.bytes) == expected)
        #expect(ProxyHeader.read(header.bytes + Array("GET / HTTP/1.1\r\n".utf8)) == expected)
    }

    @Test func `Extensions are skipped`() {
        let header = PROXYHeader.from(Self.four, extensions: [0x04, 0x00, 0x02, 0xAA, 0xBB] + Array(repeating: 9, count: 300))
        #expect(ProxyHeader.read(header.bytes) == .whole(client: ClientAddress(bytes: Self.four), length: header.bytes.count))
    }

    // LOCAL is the proxy's own connection, such as a health check. UNSPEC is a client that it does not know.
    @Test(arguments: [
        PROXYHeader(command: 0x20, family: 0, addresses: []),
        PROXYHeader(command: 0x20, addresses: Array(repeating: 1, count: 12)),
        PROXYHeader(command: 0x20, family: 0xEE, addresses: [1]), PROXYHeader(family: 0, addresses: []),
        PROXYHeader(family: 0, addresses: Array(repeating: 1, count: 40)),
    ])
    func `A proxy may speak for itself`(header: PROXYHeader) {
        #expect(ProxyHeader.read(header.bytes) == .whole(client: nil, length: header.bytes.count))
    }

    // Version 1 and 3, unknown commands, datagrams, Unix sockets, addresses cut short, a length out of bounds.
    @Test(arguments: [
        PROXYHeader(command: 0x11, addresses: Array(repeating: 1, count: 12)),
        PROXYHeader(command: 0x31, addresses: Array(repeating: 1, count: 12)),
        PROXYHeader(command: 0x22, addresses: Array(repeating: 1, count: 12)),
        PROXYHeader(family: 0x12, addresses: Array(repeating: 1, count: 12)),
        PROXYHeader(family: 0x22, addresses: Array(repeating: 1, count: 36)),
        PROXYHeader(family: 0x31, addresses: Array(repeating: 1, count: 216)),
        PROXYHeader(family: 0x10, addresses: Array(repeating: 1, count: 12)),
        PROXYHeader(addresses: Array(repeating: 1, count: 11)), PROXYHeader(addresses: []),
        PROXYHeader(family: PROXYHeader.tcp6, addresses: Array(repeating: 1, count: 35)),
        PROXYHeader(addresses: Array(repeating: 1, count: 2_049)),
        PROXYHeader(command: 0x20, family: 0, addresses: Array(repeating: 1, count: 65_535)),
    ])
    func `Any other header is malformed`(header: PROXYHeader) {
        #expect(ProxyHeader.read(header.bytes) == .malformed)
    }

    @Test func `An incomplete header waits for the rest`() {
        let bytes = PROXYHeader.from(Self.six, extensions: [1, 0, 1, 0]).bytes
        for length in 0..<bytes.count { #expect(ProxyHeader.read(bytes.prefix(length)) == .incomplete) }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "\r\nGET / HTTP/1.1\r\n", "\r\n\r\nPOST", "PROXY TCP4 203.0.113.9 1.1.1.1 1 2\r\n", "Q",
    ])
    func `Anything else belongs to HTTP`(text: String) {
        #expect(ProxyHeader.read(Array(text.utf8)) == .none)
    }
}
