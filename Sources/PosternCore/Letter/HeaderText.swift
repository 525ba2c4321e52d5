/// One line of text that is safe in a mail header and on a page: no line break, no control character, and no invisible
/// character that could reorder or hide text.
///
/// Length is counted in Unicode scalars ("code points"), as in the API.
package struct HeaderText: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Throws: `.empty` when nothing visible is left. A line break or control character is an error and is not repaired: a form
    ///   field cannot contain one, so a program is probing us.
    package init(_ raw: String, limit: Int) throws(TextFault) {
        guard !InvisibleCharacters.isTidyLine(raw) || raw.utf8.count > limit else {
            text = raw
            return
        }
        var count = 0
        for scalar in raw.unicodeScalars {
            if InvisibleCharacters.isLineBreak(scalar) { throw .lineBreak }
            if InvisibleCharacters.isControl(scalar) && scalar != "\t" { throw .controlCharacter }
            count += 1
        }
        // Before anything that looks up each character.
        guard count <= limit else { throw .tooLong(limit: limit, count: count) }
        // By scalars: a space and a combining mark after it are one Character, which would not be split here.
        let visible = InvisibleCharacters.tamed(raw).unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map {
            String($0)
        }
        .joined(separator: " ")
        guard !visible.isEmpty else { throw .empty }
        text = visible
    }

    package var description: String { text }
}
