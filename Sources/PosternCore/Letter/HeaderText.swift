/// One line of text that is safe in a mail header and on a page: no line break, no control character, and nothing invisible that
/// could reorder or hide what is read.
///
/// Length is counted in Unicode scalars ("code points"), as the outside contract does.
package struct HeaderText: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Throws: `.empty` when nothing visible is left. A line break or control character is not repaired but thrown: a form field
    ///   cannot contain one, so a program sent it to see what happens.
    package init(_ raw: String, limit: Int) throws(TextFault) {
        guard !InvisibleCharacters.isTidyLine(raw) || raw.utf8.count > limit else {
            text = raw
            return
        }
        for scalar in raw.unicodeScalars {
            if InvisibleCharacters.isLineBreak(scalar) { throw .lineBreak }
            if InvisibleCharacters.isControl(scalar) && scalar != "\t" { throw .controlCharacter }
        }
        // By scalars: a combining mark after a blank makes one Character of both, and read again the text would be a different one.
        let visible = InvisibleCharacters.tamed(raw).unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map {
            String($0)
        }
        .joined(separator: " ")
        guard !visible.isEmpty else { throw .empty }
        let count = raw.unicodeScalars.count
        guard count <= limit else { throw .tooLong(limit: limit, count: count) }
        text = visible
    }

    package var description: String { text }
}
