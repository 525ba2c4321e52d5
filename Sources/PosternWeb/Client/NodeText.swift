internal import PosternCore

/// The name of a hop as proxies write it: an address, perhaps with a port.
enum NodeText {
    /// In `Forwarded` (RFC 7239 §6): `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
    ///
    /// Nil for `unknown`, for names like `_hidden`, and for nonsense alike: none of them says who it was. So is an
    /// address with a zone, which means something on the proxy only.
    static func address(_ text: some StringProtocol) -> ClientAddress? {
        guard text.first == "[" else {
            let host = text.prefix { $0 != ":" }
            // Without brackets, a colon begins a port.
            return isPort(text.dropFirst(host.count)) && !host.isEmpty ? ClientAddress(text: host) : nil
        }
        guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else { return nil }
        let host = text[text.index(after: text.startIndex)..<end]
        return host.contains(":") ? ClientAddress(text: host) : nil
    }

    /// In `X-Forwarded-For`, which no standard describes: those, and IPv6 without brackets.
    static func looseAddress(_ text: some StringProtocol) -> ClientAddress? {
        let isBareIPv6 = text.first != "[" && text.utf8.count(where: { $0 == UInt8(ascii: ":") }) > 1
        return isBareIPv6 ? ClientAddress(text: text) : address(text)
    }

    /// Nothing, or `:4711`, or a port that hides behind a name of the proxy's: `:_a1`.
    private static func isPort(_ text: some StringProtocol) -> Bool {
        guard let colon = text.utf8.first else { return true }
        let port = text.utf8.dropFirst()
        guard colon == UInt8(ascii: ":"), !port.isEmpty else { return false }
        if port.first == UInt8(ascii: "_") { return port.count > 1 && port.dropFirst().allSatisfy(\.isObfuscating) }
        return port.count <= 5 && port.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension UInt8 {
    /// What an obfuscated name may hold (RFC 7239 §6.3).
    fileprivate var isObfuscating: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
