/// The message of a letter: at most `limit` code points, lines that end with LF, and no control characters but LF and TAB.
package struct LetterText: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ raw: String, limit: Int) throws(TextFault) {
        guard !InvisibleCharacters.isPlain(raw) || raw.utf8.count > limit else {
            guard raw.utf8.contains(where: { $0 != 0x20 && $0 != 0x0A }) else { throw .empty }
            text = raw
            return
        }
        // No code point has more than four bytes: what is far too long is counted and not read.
        guard raw.utf8.count <= limit * 4 else { throw .tooLong(limit: limit, count: Self.count(raw)) }
        var lines = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in raw.unicodeScalars {
            // A browser sends CRLF. A bare CR comes from very old systems.
            switch scalar {
            case "\n" where previous == "\r": break
            case "\r", "\n", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}": lines.append("\n")
            case "\t": lines.append(scalar)
            case _ where InvisibleCharacters.isControl(scalar): throw .controlCharacter
            default: lines.append(scalar)
            }
            previous = scalar
        }
        guard lines.count <= limit else { throw .tooLong(limit: limit, count: lines.count) }
        let tamed = InvisibleCharacters.tamed(String(lines))
        guard tamed.contains(where: { !$0.isWhitespace }) else { throw .empty }
        text = tamed
    }

    package var description: String { text }

    /// Code points, with CRLF as one.
    private static func count(_ raw: String) -> Int {
        var (count, previous) = (0, UInt8(0))
        for byte in raw.utf8 {
            if byte & 0b1100_0000 != 0b1000_0000, byte != 0x0A || previous != 0x0D { count += 1 }
            previous = byte
        }
        return count
    }
}
