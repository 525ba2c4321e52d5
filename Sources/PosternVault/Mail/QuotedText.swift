internal import PosternCore

/// A stranger's text within a mail in plain text, where only the beginning of a line can tell whose it is.
///
/// Each line is quoted as in RFC 3676 §4.5, and none is longer than 78 characters (§3): a longer one would be wrapped by the reader's
/// program, and its rest would begin a line without the mark. The mail does not say `format=flowed`, so that no program joins lines.
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
                ? end(of: rest.utf8.lazy.map(Cell.init), in: rest, at: width)
                : end(of: rest.lazy.map(Cell.init), in: rest, at: width)
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
            isBlank = character.isWhitespace
            // Two columns from the Hangul on, and for emoji (UAX #11); where that is too many, the line is shorter.
            columns = character == "\t" ? 8 : (character.unicodeScalars.first?.value ?? 0) < 0x1100 ? 1 : 2
        }
    }

    /// Where the line ends, in octets: after the last blank that fits, or else between Characters. A blank may stand in the margin. A
    /// link is left whole: a broken one leads nowhere, and it cannot be read as a sentence.
    /// - Returns: nil when all of it fits.
    private static func end(of cells: some Sequence<Cell>, in line: Substring, at width: Int) -> Int? {
        var (column, offset, afterBlank, isLink) = (0, 0, 0, false)
        for cell in cells {
            column += cell.columns
            if cell.isBlank {
                if isLink { return offset + cell.octets }
                afterBlank = offset + cell.octets
            } else if column > width, !isLink {
                isLink = beginsLink(line.utf8.dropFirst(afterBlank))
                if afterBlank > 0 { return afterBlank }
                if !isLink { return max(offset, cell.octets) }
            }
            offset += cell.octets
        }
        return nil
    }

    private static func beginsLink(_ octets: Substring.UTF8View) -> Bool {
        octets.starts(with: "https://".utf8) || octets.starts(with: "http://".utf8)
    }
}
