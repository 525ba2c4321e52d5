/// Plain encodings undone, to see what a word of a reply stands for.
enum WordDecoding {
    /// Whether a word stands for nothing but itself: letters, digits, stops and commas, too few of them to be an encoding of an
    /// address or an IPv4 address, and without the signs that escapes and IPv6 addresses are written with.
    static func isLiteral(_ word: String) -> Bool {
        word.utf8.count < min(shortestStretch, "1.1.1.1".utf8.count)
            && word.utf8.allSatisfy { octet in
                switch octet {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2C, 0x2E: true
                default: false
                }
            }
    }

    /// Octets in a stretch of an encoding; fewer hold no address.
    private static let shortestStretch = 8

    /// `%40`, `+40` (xtext, RFC 3461 §4) and `=40` (quoted-printable) replaced by what they mean.
    static func escapes(in word: String) -> String {
        let octets = Array(word.utf8)
        var plain: [UInt8] = []
        var index = 0
        while index < octets.count {
            if "%+=".utf8.contains(octets[index]), index + 2 < octets.count, let high = hexValue(octets[index + 1]),
                let low = hexValue(octets[index + 2])
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

    /// What the word's stretches of base64 and hexadecimal hold, at every alignment. Most of it is noise.
    static func hidden(in word: String) -> [String] {
        stretches(of: word, where: { sixBits($0) != nil }).flatMap { run in
            (0..<4).map { text(base64(run.dropFirst($0))) }
        }
            + stretches(of: word, where: { hexValue($0) != nil }).flatMap { run in
                (0..<2).map { text(hex(run.dropFirst($0))) }
            }
    }

    private static func stretches(of word: String, where isPart: (UInt8) -> Bool) -> [ArraySlice<UInt8>] {
        Array(word.utf8).split(whereSeparator: { !isPart($0) }).filter { $0.count >= shortestStretch }
    }

    private static func base64(_ run: ArraySlice<UInt8>) -> [UInt8] {
        var octets: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for value in run.lazy.compactMap(sixBits) {
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                octets.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return octets
    }

    private static func hex(_ run: ArraySlice<UInt8>) -> [UInt8] {
        let values = run.compactMap(hexValue)
        return stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// The zero octets of UTF-16 left out.
    private static func text(_ octets: [UInt8]) -> String {
        String(decoding: octets.filter { $0 != 0 }, as: UTF8.self)
    }

    /// Both alphabets of RFC 4648 §4 and §5.
    private static func sixBits(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x41...0x5A: octet - 0x41
        case 0x61...0x7A: octet - 0x61 + 26
        case 0x30...0x39: octet - 0x30 + 52
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }

    private static func hexValue(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x41 + 10
        case 0x61...0x66: octet - 0x61 + 10
        default: nil
        }
    }
}
