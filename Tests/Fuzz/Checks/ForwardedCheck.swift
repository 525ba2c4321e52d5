import PosternCore
import PosternWeb

/// Two lines: what a visitor wrote into `X-Forwarded-For` and `Forwarded`, before our proxies added to them.
///
/// Whatever it is, the client is the one that our own proxy names, because limits and blocks depend on that address.
enum ForwardedCheck {
    private static let proxies = TrustedProxies(["10.0.0.0/8", "2001:db8::/32"].compactMap { try? AddressRange($0) })

    static func check(_ bytes: [UInt8]) throws(Breach) {
        guard let proxy = ClientAddress(text: "10.0.0.1"), let honest = ClientAddress(text: "192.0.2.7"),
            let stranger = ClientAddress(text: "198.51.100.9")
        else { throw Breach(description: "plain addresses are read") }
        let lines = bytes.lines
        let (listed, named) = (lines[0].text, lines.count > 1 ? lines[1].text : "")

        for values in [[listed + ", 192.0.2.7"], [listed, "192.0.2.7"], [listed + ",192.0.2.7:4711 , 10.0.0.2"]] {
            let found = proxies.client(peer: proxy, forwardedFor: values)
            try hold(found.client == honest, "the entry that our proxy appended to X-Forwarded-For is the client")
        }
        for values in [
            [named + ", for=192.0.2.7"], [named, "for=192.0.2.7"], [named + ",proto=https;for=\"192.0.2.7:4711\", for=10.0.0.2"],
        ] {
            let found = proxies.client(peer: proxy, forwarded: values)
            try hold(found.client == honest, "the element that our proxy appended to Forwarded is the client")
        }
        // A proxy that writes one field passes the other on. A forged one may then only make the peer count as the client.
        let mixed = [
            proxies.client(peer: proxy, forwardedFor: [listed], forwarded: [named, "for=192.0.2.7"]),
            proxies.client(peer: proxy, forwardedFor: [listed, "192.0.2.7"], forwarded: [named]),
        ]
        for found in mixed {
            try hold(found.client == honest || found.client == proxy, "no third address comes out of two fields")
        }
        let alone = proxies.client(peer: stranger, forwardedFor: [listed], forwarded: [named])
        try hold(alone.client == stranger && alone.ignored == .untrustedPeer, "a stranger's fields are not believed")
        _ = proxies.client(peer: proxy, forwardedFor: [listed], forwarded: [named])
        if let range = try? AddressRange(listed) {
            try hold((try? AddressRange(range.description)) == range, "a range reads its own text")
        }
    }
}
