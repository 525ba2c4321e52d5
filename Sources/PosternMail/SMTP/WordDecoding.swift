private import PosternCore

/// Undoes simple encodings, to see what a word of a reply means.
enum WordDecoding {
    /// Whether a word can only mean itself: letters, digits, full stops and commas, too few to encode an address or be an IPv4
    /// address, and no signs of escapes or IPv6 addresses.
    static func isLiteral(_ word: String) -> Bool {
        word.utf8.count < min(shortestStretch, "1.1.1.1".utf8.count)
            && word.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == 0x2C || $0 == 0x2E }
    }

    /// The fewest octets of an encoding that can hold an address.
    private static let shortestStretch = 8

    /// `%40`, `+40` (xtext, RFC 3461 §4) and `=40` (quoted-printable) replaced by what they mean.
    static func escapes(in word: String) -> String {
        let octets = Array(word.utf8)
        var plain: [UInt8] = []
        var index = 0
        while index < octets.count {
            if "%+=".utf8.contains(octets[index]), index + 2 < octets.count, let high = HexDigits.value(of: octets[index + 1]),
                let low = HexDigits.value(of: octets[index + 2])
            {
                plain.append(high << 4 | low)
                index += 3
            } else {
                plain.append(octets[index])
                index += 1
            }
        }
        return text(plain)
    }

    /// The word's runs of base64 and hexadecimal digits, decoded at every alignment. Most results are noise.
    static func hidden(in word: String) -> [String] {
        stretches(of: word, where: { Base64.sixBits($0) != nil }).flatMap { run in
            (0..<4).map { text(Base64.octets(of: run.dropFirst($0).compactMap(Base64.sixBits))) }
        }
            + stretches(of: word, where: { HexDigits.value(of: $0) != nil }).flatMap { run in
                (0..<2).map { text(hex(run.dropFirst($0))) }
            }
    }

    private static func stretches(of word: String, where isPart: (UInt8) -> Bool) -> [ArraySlice<UInt8>] {
        Array(word.utf8).split(whereSeparator: { !isPart($0) }).filter { $0.count >= shortestStretch }
    }

    private static func hex(_ run: ArraySlice<UInt8>) -> [UInt8] {
        let values = run.compactMap(HexDigits.value)
        return stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// Without the zero octets of UTF-16.
    private static func text(_ octets: [UInt8]) -> String {
        String(decoding: octets.filter { $0 != 0 }, as: UTF8.self)
    }
}
