/// Signs that a word is or contains any e-mail address.
enum AddressTrace {
    /// The at sign and its disguises. `=?` begins an encoded word (RFC 2047), which can hold anything.
    private static let signs = [
        "@", "&#64", "&#x40", "&#x0040", "&commat", "\\u0040", "\\x40", "\\100", "(at)", "[at]", "{at}", "=?",
    ]

    static func isIn(_ word: some StringProtocol) -> Bool {
        let lowered = word.lowercased()
        if signs.contains(where: { lowered.holds($0) }) { return true }
        if WordDecoding.escapes(in: lowered).utf8.contains(UInt8(ascii: "@")) { return true }
        if isDigest(lowered) || isDigestInBase64(word) { return true }
        return WordDecoding.hidden(in: String(word)).contains { decoded in
            decoded.utf8.contains(UInt8(ascii: "@")) && decoded.unicodeScalars.allSatisfy(isVisible)
        }
    }

    /// As long as an MD5, SHA-1 or SHA-256 in hexadecimal: a digest of an address hides nothing from anyone who tries candidates.
    private static func isDigest(_ word: String) -> Bool {
        // Only a whole word: some large providers have ids with 32 such digits and more after them.
        word.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).contains { part in
            [32, 40, 64].contains(part.count) && part.allSatisfy(\.isHexDigit)
        }
    }

    /// As long as most of an MD5 in base64, with letters and digits more mixed than in a word, host name or path. About one digest
    /// in ten thousand has no capitals (or, if the server folds case, each). Queue ids that look like this are lost here, except
    /// Exim's, Google's and hexadecimal ones.
    private static func isDigestInBase64(_ word: some StringProtocol) -> Bool {
        word.unicodeScalars.split(whereSeparator: { kind(of: $0) == nil }).contains { run in
            guard run.count >= 18, !isEximID(run) else { return false }
            let kinds = run.compactMap(kind(of:))
            // Each word of a path may begin with a capital, with a sign between the words.
            let turns = zip(kinds, kinds.dropFirst()).count { $0 != $1 && $0 != .sign && $1 != .sign }
            guard turns >= 3 else { return false }
            let isMixed = kinds.contains(.capital) && kinds.contains(.small)
            return isMixed || !isHexadecimal(run) && !isGoogleID(run)
        }
    }

    private enum Kind { case capital, small, digit, sign }

    /// The kind of a base64 character (RFC 4648 §4 and §5); nil for anything else.
    private static func kind(of scalar: Unicode.Scalar) -> Kind? {
        switch scalar {
        case "A"..."Z": .capital
        case "a"..."z": .small
        case "0"..."9": .digit
        case "+", "/", "-", "_": .sign
        default: nil
        }
    }

    /// `1rABcd-0000000012A-3bCd`: six, eleven and four, since Exim 4.97.
    private static func isEximID(_ run: some Collection<Unicode.Scalar>) -> Bool {
        run.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [6, 11, 4]
    }

    /// Whether it has hexadecimal digits alone, perhaps in groups, as a UUID.
    private static func isHexadecimal(_ run: some Collection<Unicode.Scalar>) -> Bool {
        run.allSatisfy { $0 == "-" || Character($0).isHexDigit }
    }

    /// `98e67ed59e1d1-2a0b5e3f7d2si1234567a91`: hexadecimal, `si`, a number, and two or three letters or hexadecimal digits.
    private static func isGoogleID(_ run: some Collection<Unicode.Scalar>) -> Bool {
        let text = String(String.UnicodeScalarView(run))
        return text.wholeMatch(of: /[0-9a-f]+-[0-9a-f]+si[0-9]+[0-9a-z]{2,3}/) != nil
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value != 0xFFFD
    }
}

/// Signs that a word is or contains an IP address.
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
