/// One line of text that is safe in a mail header and on a page: no line break, no control character, nothing
/// invisible that could reorder or hide what is read.
///
/// Length is counted in Unicode scalars ("code points"), as the outside contract does.
package struct HeaderText: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Throws: `.empty` when nothing visible is left, `.lineBreak` or `.controlCharacter` rather than
    ///   repairing: a form field cannot hold one, so its sender is a program trying the door.
    package init(_ raw: String, limit: Int) throws(TextFault) {
        guard !InvisibleCharacters.isTidyLine(raw) || raw.utf8.count > limit else {
            text = raw
            return
        }
        for scalar in raw.unicodeScalars {
            if InvisibleCharacters.isLineBreak(scalar) { throw .lineBreak }
            if InvisibleCharacters.isControl(scalar) && scalar != "\t" { throw .controlCharacter }
        }
        // By scalars: a mark behind a blank makes one Character of both, and the text would read otherwise the next time.
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
