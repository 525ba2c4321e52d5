package import NIOCore
package import PosternCore

extension ClientAddress {
    /// The address of a connected peer. Nil for a Unix socket, which has none.
    package init?(_ address: SocketAddress) {
        // sockaddr_in and sockaddr_in6 lie alike everywhere: family and port first, then four bytes of address, or four
        // of flow information and sixteen of address. Read so, no C module of the system has to be imported.
        let place: Range<Int>
        switch address {
        case .v4: place = 4..<8
        case .v6: place = 8..<24
        case .unixDomainSocket: return nil
        }
        self.init(
            bytes: address.withSockAddr { pointer, size in
                place.upperBound <= size ? Array(UnsafeRawBufferPointer(start: pointer, count: size)[place]) : []
            })
    }
}
