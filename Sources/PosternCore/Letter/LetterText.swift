/// The message of a letter: at most `limit` code points, lines that end with LF, and no control characters but LF and TAB.
/// What word processors, PDFs and scripts leave in a text is replaced, dropped or kept as `CharacterRule` says: nobody is asked
/// to correct what they cannot see.
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
        let message = TextNormaliser.message(raw)
        let count = message.unicodeScalars.count
        guard count <= limit else { throw .tooLong(limit: limit, count: count) }
        guard message.unicodeScalars.contains(where: \.isVisible) else { throw .empty }
        text = message
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
