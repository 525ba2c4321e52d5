/// Our own sentences in plain text.
enum Prose {
    private static let width = 72

    /// Broken at spaces into lines of at most 72 characters; a longer word stands alone. A no-break space is none.
    static func wrapped(_ text: String) -> String {
        var lines: [UInt8] = []
        lines.reserveCapacity(text.utf8.count)
        var column = 0
        for word in text.utf8.split(separator: 0x20) {
            // Characters are dear to count, and octets in most words.
            let length = word.allSatisfy { $0 < 0x80 } ? word.count : Substring(word).count
            if column > 0 {
                let breaks = column + 1 + length > width
                lines.append(breaks ? 0x0A : 0x20)
                column = breaks ? 0 : column + 1
            }
            lines += word
            column += length
        }
        return String(decoding: lines, as: UTF8.self)
    }
}
