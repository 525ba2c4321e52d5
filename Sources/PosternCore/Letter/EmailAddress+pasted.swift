extension EmailAddress {
    /// The address in what people paste into a field for one: `Vera <vera@visitor.example>`, `vera@visitor.example (Vera)`,
    /// `mailto:vera@visitor.example`, with invisible characters around it or the stop of the sentence it ended, or typed with an input
    /// method that writes ＠ and 。. Nothing is decided here: what comes back is judged like any other text, and what could mean two
    /// addresses comes back as it was.
    static func unwrapped(_ raw: String) -> Substring {
        // Most have nothing to be unwrapped from.
        if raw.utf8.last != 0x2E,
            raw.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x29 && $0 != 0x3A && $0 != 0x3B && $0 != 0x2C && $0 != 0x3E })
        {
            return raw[...]
        }
        let text = raw.isASCII ? raw : typed(raw)
        var address = text.trimmed
        // From a list of addresses.
        while address.last == "," || address.last == ";" { address = address.dropLast().trimmed }
        if address.last == "." { address = address.dropLast().trimmed }
        if address.last == ")" { address = commented(address) ?? address }
        if address.last == ">" { address = bracketed(address) ?? address }
        return linked(address) ?? address
    }

    /// Without what cannot be seen inside: what UTS #46 ignores in a domain, and the marks of direction.
    /// An address without a plain @ was typed in full width, and is narrowed as RFC 8265 §3.3.1 does with user names.
    private static func typed(_ raw: String) -> String {
        let isFullWidth = !raw.utf8.contains(0x40)
        var scalars = String.UnicodeScalarView()
        for scalar in raw.unicodeScalars {
            switch scalar.value {
            case 0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF: break
            case 0x3002, 0xFF61: scalars.append(isFullWidth ? "." : scalar)
            case 0xFE6B: scalars.append(isFullWidth ? "@" : scalar)
            case 0xFF01...0xFF5E where isFullWidth: scalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// `Vera Visitor <vera@visitor.example>`, and `vera@visitor.example <mailto:vera@visitor.example>`, as Outlook copies a link. Nil
    /// if the words before the brackets hold another address.
    private static func bracketed(_ text: Substring) -> Substring? {
        let parts = text.dropLast().split(separator: "<", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].contains(">"), !parts[0].utf8.contains(where: { $0 < 0x20 }) else { return nil }
        let inner = parts[1].trimmed
        let words = parts[0].trimmed { !$0.isVisible || $0 == "\"" || $0 == "'" }
        guard !words.contains("@") || words.lowercased() == (linked(inner) ?? inner).lowercased() else { return nil }
        return inner
    }

    /// `vera@visitor.example (Vera Visitor)`, as RFC 822 had names (RFC 5322 §3.4). Nil if the comment could be more than a name.
    private static func commented(_ text: Substring) -> Substring? {
        let parts = text.dropLast().split(separator: "(", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].utf8.contains(where: { $0 < 0x20 || $0 == 0x29 || $0 == 0x40 }) else { return nil }
        return parts[0].trimmed
    }

    /// The address of a `mailto:` link (RFC 6068 §2), without the subject and other fields that it may name.
    private static func linked(_ text: Substring) -> Substring? {
        guard text.prefix(7).lowercased() == "mailto:" else { return nil }
        let path = text.dropFirst(7).utf8.prefix { $0 != UInt8(ascii: "?") }
        return Substring(String(decoding: PercentCoding.decoded(path, plusIsSpace: false), as: UTF8.self))
    }
}

extension StringProtocol where SubSequence == Substring {
    /// Without blanks, controls and invisible characters at both ends.
    fileprivate var trimmed: Substring { trimmed { !$0.isVisible } }

    fileprivate func trimmed(_ isDropped: (Unicode.Scalar) -> Bool) -> Substring {
        var rest = self[...].unicodeScalars
        while let first = rest.first, isDropped(first) { rest.removeFirst() }
        while let last = rest.last, isDropped(last) { rest.removeLast() }
        return Substring(rest)
    }
}
