/// One line of text that is safe in a mail header and on a page: no line break, no control character, and no invisible
/// character that could reorder or hide text. `CharacterRule` is the table of what becomes of each.
///
/// Length is counted in Unicode scalars ("code points"), as in the API.
package struct HeaderText: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Throws: `.empty` when nothing visible is left; `.lineBreak` for one between words, which is not repaired: no field of a
    ///   form can hold one, so a program is probing us. At the ends it came along with what was copied, and is dropped.
    package init(_ raw: String, limit: Int) throws(TextFault) {
        guard !InvisibleCharacters.isTidyLine(raw) || raw.utf8.count > limit else {
            text = raw
            return
        }
        // No code point has more than four bytes: what is far too long is counted and not read.
        guard raw.utf8.count <= limit * 4 else { throw .tooLong(limit: limit, count: raw.unicodeScalars.count) }
        let line = try TextNormaliser.line(raw)
        let count = line.unicodeScalars.count
        guard count <= limit else { throw .tooLong(limit: limit, count: count) }
        guard line.unicodeScalars.contains(where: \.isVisible) else { throw .empty }
        text = line
    }

    /// A name as it is stored, made by `init(_:limit:)` of this or an earlier version of the program. The vault's authorisation
    /// covers each of its bytes, so it is taken as it is or not at all.
    package init?(stored text: String, limit: Int) {
        let isHarmless = !text.unicodeScalars.contains {
            InvisibleCharacters.isControl($0) || InvisibleCharacters.isLineBreak($0)
                || InvisibleCharacters.isBidirectionalControl($0)
        }
        guard isHarmless, text.unicodeScalars.contains(where: { !$0.isBlank }), text.unicodeScalars.count <= limit else {
            return nil
        }
        self.text = text
    }

    package var description: String { text }
}
