/// Signs that a word is or holds an e-mail address, whosever.
enum AddressTrace {
    /// The at sign and its disguises. `=?` begins an encoded word (RFC 2047), which can hold anything.
    private static let signs = [
        "@", "&#64", "&#x40", "&#x0040", "&commat", "\\u0040", "\\x40", "\\100", "(at)", "[at]", "{at}", "=?",
    ]

    static func isIn(_ word: some StringProtocol) -> Bool {
        let lowered = word.lowercased()
        if signs.contains(where: { lowered.holds($0) }) { return true }
        if WordDecoding.escapes(in: lowered).utf8.contains(UInt8(ascii: "@")) { return true }
        if isDigest(lowered) { return true }
        return WordDecoding.hidden(in: String(word)).contains { decoded in
            decoded.utf8.contains(UInt8(ascii: "@")) && decoded.unicodeScalars.allSatisfy(isVisible)
        }
    }

    /// As long as an MD5, SHA-1 or SHA-256 in hexadecimal: a pseudonym of an address is none for who can try them all.
    private static func isDigest(_ word: String) -> Bool {
        // Only alone: the identifiers of some large providers have 32 such digits with more behind them.
        word.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).contains { part in
            [32, 40, 64].contains(part.count) && part.allSatisfy(\.isHexDigit)
        }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value != 0xFFFD
    }
}

/// Signs that a word is or holds an IP address.
enum ClientTrace {
    static func isIn(_ word: some StringProtocol) -> Bool {
        holdsIPv4(word) || holdsIPv6(word)
    }

    /// Four numbers in a row up to 255, joined by dots (also backwards, as under in-addr.arpa) or by hyphens (as in the
    /// names that providers give their customers' lines).
    private static func holdsIPv4(_ word: some StringProtocol) -> Bool {
        for joint in [".", "-"] as [Character] {
            let runs = word.split(whereSeparator: { !($0.isASCII && $0.isNumber) && $0 != joint })
            for run in runs {
                let numbers = run.split(separator: joint).map { UInt8($0) }
                var row = 0
                for number in numbers {
                    row = number == nil ? 0 : row + 1
                    if row == 4 { return true }
                }
            }
        }
        return false
    }

    /// Hexadecimal groups with `::` or at least six colons: a time of day has two, a MAC address five.
    private static func holdsIPv6(_ word: some StringProtocol) -> Bool {
        word.split(whereSeparator: { !($0.isASCII && $0.isHexDigit) && $0 != ":" }).contains { run in
            guard run.contains(where: \.isHexDigit) else { return false }
            return run.contains("::") || run.count(where: { $0 == ":" }) >= 6
        }
    }
}

extension String {
    /// Whether these very octets stand in it: no mark on a character hides it, and it takes a tenth of the time that
    /// comparing characters does.
    func holds(_ part: String) -> Bool {
        let (text, part) = (Array(utf8), Array(part.utf8))
        guard let first = part.first else { return true }
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { start in
            text[start] == first && text[start..<start + part.count].elementsEqual(part)
        }
    }
}
