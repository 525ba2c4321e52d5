/// Our own sentences in plain text.
enum Prose {
    private static let width = 72

    /// Broken at spaces into lines of at most 72 characters; a longer word stands alone. A no-break space is none.
    static func wrapped(_ text: String) -> String {
        var lines = ""
        var column = 0
        for word in text.utf8.split(separator: 0x20).compactMap(Substring.init) {
            let length = word.count
            if column > 0 {
                let breaks = column + 1 + length > width
                lines += breaks ? "\n" : " "
                column = breaks ? 0 : column + 1
            }
            lines += word
            column += length
        }
        return lines
    }
}
