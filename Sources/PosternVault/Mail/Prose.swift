/// Our own sentences in plain text.
enum Prose {
    private static let width = 72

    /// Broken at spaces into lines of at most 72 characters; a longer word stands alone. A no-break space is none.
    static func wrapped(_ text: String) -> String {
        var text = text
        return text.withUTF8 { octets in
            var lines: [UInt8] = []
            lines.reserveCapacity(octets.count)
            var column = 0
            octets.forEachWord(between: { $0 == 0x20 }) { word in
                // Characters are dear to count, and octets in most words.
                let length = word.allSatisfy { $0 < 0x80 } ? word.count : String(decoding: word, as: UTF8.self).count
                if column > 0 {
                    let breaks = column + 1 + length > width
                    lines.append(breaks ? 0x0A : 0x20)
                    column = breaks ? 0 : column + 1
                }
                lines.append(contentsOf: word)
                column += length
            }
            return String(decoding: lines, as: UTF8.self)
        }
    }
}
