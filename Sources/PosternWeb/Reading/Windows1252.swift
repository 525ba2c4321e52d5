private import PosternCore

/// The encoding of old pages in western languages, which browsers also use for what calls itself Latin-1 or ASCII (WHATWG Encoding
/// standard, §4.2 and §9).
enum Windows1252 {
    private static let labels: Set<String> = [
        "windows-1252", "cp1252", "x-cp1252", "iso-8859-1", "iso8859-1", "iso_8859-1", "iso88591", "latin1", "latin-1", "l1",
        "us-ascii", "ascii",
    ]

    /// What 0x80 to 0x9F stand for. The five that are not assigned are control characters, as in the standard.
    private static let high: [Unicode.Scalar] = [
        "\u{20AC}", "\u{81}", "\u{201A}", "\u{192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}", "\u{2C6}", "\u{2030}",
        "\u{160}", "\u{2039}", "\u{152}", "\u{8D}", "\u{17D}", "\u{8F}", "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}",
        "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}", "\u{2DC}", "\u{2122}", "\u{161}", "\u{203A}", "\u{153}", "\u{9D}",
        "\u{17E}", "\u{178}",
    ]

    static func isMeant(by label: String) -> Bool { labels.contains(label.lowercased()) }

    static func text(_ octets: some Sequence<UInt8>) -> String {
        var scalars = String.UnicodeScalarView()
        for octet in octets {
            scalars.append((0x80...0x9F).contains(octet) ? high[Int(octet) - 0x80] : Unicode.Scalar(octet))
        }
        return String(scalars)
    }

    /// A value that a browser has encoded for a form. It writes what the encoding does not have as `&#1078;` (WHATWG URL standard,
    /// §1.3).
    static func formText(_ octets: [UInt8]) -> String {
        let text = text(octets)
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var (result, rest) = (String.UnicodeScalarView(), text.unicodeScalars[...])
        while let start = rest.firstIndex(of: "&") {
            result.append(contentsOf: rest[..<start])
            rest = rest[start...]
            guard let (scalar, end) = reference(at: rest) else {
                result.append(rest.removeFirst())
                continue
            }
            result.append(scalar)
            rest = rest[end...]
        }
        result.append(contentsOf: rest)
        return String(result)
    }

    /// A numeric reference at the beginning to a character that the encoding does not have: any other was typed by a person.
    private static func reference(
        at text: Substring.UnicodeScalarView
    ) -> (Unicode.Scalar, end: Substring.UnicodeScalarView.Index)? {
        let body = text.dropFirst()
        guard body.first == "#" else { return nil }
        let digits = body.dropFirst().prefix(7).prefix { ("0"..."9").contains($0) }
        guard digits.endIndex < text.endIndex, text[digits.endIndex] == ";", let value = UInt32(String(digits)),
            value > 0xFF, let scalar = Unicode.Scalar(value), !high.contains(scalar)
        else { return nil }
        return (scalar, text.index(after: digits.endIndex))
    }
}
