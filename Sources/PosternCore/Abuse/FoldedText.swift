/// A text normalised for comparison: in lower case, with single spaces and no invisible characters.
///
/// A sender who wants one letter to look like another changes these first, because it costs nothing.
package struct FoldedText: Hashable, Sendable {
    package let text: String

    package init(_ text: String) {
        var folded = ""
        var isSpacePending = false
        for scalar in text.lowercased().unicodeScalars {
            if scalar.properties.isWhitespace {
                isSpacePending = !folded.isEmpty
            } else if !scalar.properties.isDefaultIgnorableCodePoint, scalar.properties.generalCategory != .format {
                if isSpacePending { folded.unicodeScalars.append(" ") }
                isSpacePending = false
                folded.unicodeScalars.append(scalar)
            }
        }
        self.text = folded
    }

    package var count: Int { text.unicodeScalars.count }

    package func contains(_ phrase: FoldedText) -> Bool {
        // By bytes, because `String.contains` compares grapheme clusters; UTF-8 gives no false matches.
        let (hay, needle) = (Array(text.utf8), Array(phrase.text.utf8))
        guard let first = needle.first, hay.count >= needle.count else { return false }
        var start = 0
        while let found = hay[start...(hay.count - needle.count)].firstIndex(of: first) {
            if hay[found..<(found + needle.count)].elementsEqual(needle) { return true }
            start = found + 1
            guard start <= hay.count - needle.count else { return false }
        }
        return false
    }
}
