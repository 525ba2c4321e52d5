internal import PosternCore

/// The values of a proxy's header field, read from the right: the entry that was written last comes first.
///
/// An entry that names no address is nil.
enum ForwardedField {
    /// `X-Forwarded-For`: addresses between commas.
    static func listed(_ values: [String]) -> some Sequence<ClientAddress?> {
        values.reversed().lazy.flatMap { value in
            // By bytes: a comma with a combining mark is a different Character, and a visitor may send one.
            value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed().lazy.map {
                NodeText.looseAddress(Substring($0).trimmingSpaces)
            }
        }
    }

    /// `Forwarded` (RFC 7239 §4): elements between commas, each of `name=value` pairs. A value may be quoted, and may then
    /// contain commas.
    ///
    /// Read from the left, a visitor's own `Forwarded: for="` would open a quotation that swallows what our proxy appends. Read
    /// from the right, every quotation mark opens or closes one, unless a backslash precedes it. So an element with a backslash
    /// is ignored; no proxy needs one in an address.
    static func elements(_ values: [String]) -> some Sequence<ClientAddress?> {
        values.reversed().lazy.flatMap { value in Elements(rest: value[...]).lazy.map { client(in: $0) } }
    }

    private struct Elements: Sequence, IteratorProtocol {
        var rest: Substring?

        mutating func next() -> Substring? {
            guard let text = rest else { return nil }
            var isQuoted = false
            for index in text.utf8.indices.reversed() {
                switch text.utf8[index] {
                case UInt8(ascii: "\""): isQuoted.toggle()
                case UInt8(ascii: ",") where !isQuoted:
                    rest = text[..<index]
                    return text[text.utf8.index(after: index)...]
                default: break
                }
            }
            rest = nil
            return text
        }
    }

    /// The address that an element names in `for`. Nil also when the element is malformed or has two.
    private static func client(in element: Substring) -> ClientAddress? {
        guard !element.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        var found: ClientAddress?
        for pair in pairs(of: element) {
            // `for=192.0.2.1;` ends in an empty pair, which is harmless.
            if pair.isEmpty { continue }
            guard let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            guard pair[..<equals].lowercased() == "for" else { continue }
            guard found == nil, let address = address(in: pair[pair.utf8.index(after: equals)...]) else { return nil }
            found = address
        }
        return found
    }

    /// Split at the semicolons outside quotations.
    private static func pairs(of element: Substring) -> [Substring] {
        var isQuoted = false
        return element.utf8.split(omittingEmptySubsequences: false) { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return byte == UInt8(ascii: ";") && !isQuoted
        }.map { Substring($0).trimmingSpaces }
    }

    private static func address(in value: Substring) -> ClientAddress? {
        let bytes = value.utf8
        guard bytes.first == UInt8(ascii: "\"") else {
            // A token may not contain a colon or a bracket, but many proxies write them without quotes.
            return bytes.contains(UInt8(ascii: "\"")) ? nil : NodeText.address(value)
        }
        guard bytes.count >= 2, bytes.last == UInt8(ascii: "\""), !bytes.dropFirst().dropLast().contains(UInt8(ascii: "\""))
        else { return nil }
        return NodeText.address(value.dropFirst().dropLast())
    }
}

extension Substring {
    /// Without the spaces and tabs around it. By bytes, since a space with a combining mark is a different Character.
    fileprivate var trimmingSpaces: Substring {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let start = utf8.drop(while: isSpace).startIndex
        guard let last = utf8[start...].lastIndex(where: { !isSpace($0) }) else { return self[start..<start] }
        return self[start..<utf8.index(after: last)]
    }
}

/// The name of a hop as proxies write it: an address, perhaps with a port.
enum NodeText {
    /// In `Forwarded` (RFC 7239 §6): `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
    ///
    /// Nil for `unknown`, for names like `_hidden`, and for nonsense: none of them says who it was. Also nil for an address
    /// with a zone, which has a meaning only on the proxy.
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

    /// In `X-Forwarded-For`, which no standard describes: the same, and IPv6 without brackets.
    static func looseAddress(_ text: some StringProtocol) -> ClientAddress? {
        let isBareIPv6 = text.first != "[" && text.utf8.count(where: { $0 == UInt8(ascii: ":") }) > 1
        return isBareIPv6 ? ClientAddress(text: text) : address(text)
    }

    /// Nothing, `:4711`, or an obfuscated port: `:_a1`.
    private static func isPort(_ text: some StringProtocol) -> Bool {
        guard let colon = text.utf8.first else { return true }
        let port = text.utf8.dropFirst()
        guard colon == UInt8(ascii: ":"), !port.isEmpty else { return false }
        if port.first == UInt8(ascii: "_") { return port.count > 1 && port.dropFirst().allSatisfy(\.isObfuscating) }
        return port.count <= 5 && port.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension UInt8 {
    /// Whether an obfuscated name may contain it (RFC 7239 §6.3).
    fileprivate var isObfuscating: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
