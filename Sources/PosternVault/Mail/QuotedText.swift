internal import PosternCore

/// A stranger's text within a mail in plain text, where only the beginning of a line can tell whose it is.
///
/// Each line is quoted as in RFC 3676 §4.5 and broken at blanks before it has more than 78 characters (§3): a reader's program would
/// wrap a longer one, and its rest would begin a line without the mark. A word stays whole, since no sentence of ours is one, and
/// a broken link leads nowhere. The mail does not say `format=flowed`: there a line that ends with a blank joins the next.
enum QuotedText {
    /// Every line after `> `, an empty one after `>`.
    static func quoting(_ text: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count * 17 / 16 + 64)
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            wrap(Substring(line), at: 76) { piece in
                if !output.isEmpty { output.append(0x0A) }
                output.append(0x3E)
                if !piece.isEmpty { output.append(0x20) }
                output.append(contentsOf: piece.utf8)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// In lines of which all but the first begin with two blanks. There is room for a label before the first.
    static func indenting(_ text: String) -> String {
        var lines: [Substring] = []
        wrap(text[...], at: 60) { lines.append($0) }
        return lines.joined(separator: "\n  ")
    }

    private static func wrap(_ line: Substring, at width: Int, _ body: (Substring) -> Void) {
        var rest = line
        // Characters are expensive, and most lines have none but ASCII.
        let isASCII = line.isASCII
        while rest.utf8.count > width {
            let end =
                isASCII
                ? end(of: rest.utf8.lazy.map(Cell.init), at: width) : end(of: rest.lazy.map(Cell.init), at: width)
            guard let end else { break }
            let index = rest.utf8.index(rest.startIndex, offsetBy: end)
            body(rest[..<index])
            rest = rest[index...]
        }
        body(rest)
    }

    /// A Character in a font of one width.
    private struct Cell {
        let octets: Int
        let columns: Int
        let isBlank: Bool

        init(_ octet: UInt8) {
            (octets, columns, isBlank) = (1, octet == 0x09 ? 8 : 1, octet == 0x09 || octet == 0x20)
        }

        init(_ character: Character) {
            octets = character.utf8.count
            // The empty Braille cell looks like one.
            isBlank = character.isWhitespace || character == "\u{2800}"
            // Two columns from the Hangul on, and for emoji (UAX #11); where that is too many, the line is shorter.
            columns = character == "\t" ? 8 : (character.unicodeScalars.first?.value ?? 0) < 0x1100 ? 1 : 2
        }
    }

    /// Where the line ends, in octets: after the last blank before the margin, or else after the next one. Blanks may stand in the
    /// margin.
    /// - Returns: nil when there is nothing to break.
    private static func end(of cells: some Sequence<Cell>, at width: Int) -> Int? {
        var (column, offset, afterBlank) = (0, 0, 0)
        for cell in cells {
            column += cell.columns
            if !cell.isBlank {
                if column > width, afterBlank > 0 { return afterBlank }
            } else {
                afterBlank = offset + cell.octets
            }
            offset += cell.octets
        }
        return nil
    }
}
