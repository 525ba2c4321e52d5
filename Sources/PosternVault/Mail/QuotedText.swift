internal import PosternCore

/// A stranger's text within a mail in plain text, where only the beginning of a line can tell whose it is.
///
/// Each line is quoted as in RFC 3676 §4.5 and broken before it has more than 78 characters (§3): a reader's program would wrap a
/// longer one, and its rest would begin a line without the mark. It is broken at blanks, and where scripts are written without
/// blanks (`LineBreaks`). A word stays whole, since no sentence of ours is one, and a broken link leads nowhere. The mail does not say `format=flowed`: there a line that ends with a blank joins the next.
enum QuotedText {
    private static let width = 76

    /// Every line after `> `, an empty one after `>`.
    static func quoting(_ text: String) -> String {
        var text = text
        return text.withUTF8 { octets in
            var output: [UInt8] = []
            output.reserveCapacity(octets.count * 17 / 16 + 64)
            func quote(_ piece: some Collection<UInt8>) {
                if !output.isEmpty { output.append(0x0A) }
                output.append(0x3E)
                if !piece.isEmpty { output.append(0x20) }
                output.append(contentsOf: piece)
            }
            var start = octets.startIndex
            while true {
                let end = octets[start...].firstIndex(of: 0x0A) ?? octets.endIndex
                let line = UnsafeBufferPointer(rebasing: octets[start..<end])
                // Characters are expensive, and most lines have none but ASCII.
                if line.reduce(0 as UInt8, |) < 0x80 {
                    wrap(ascii: line) { quote($0) }
                } else {
                    wrap(Substring(decoding: line, as: UTF8.self), at: width) { quote($0.utf8) }
                }
                guard end < octets.endIndex else { break }
                start = end + 1
            }
            return String(decoding: output, as: UTF8.self)
        }
    }

    /// In lines of which all but the first begin with two blanks. There is room for a label before the first.
    static func indenting(_ text: String) -> String {
        var lines: [Substring] = []
        wrap(text[...], at: 60) { lines.append($0) }
        return lines.joined(separator: "\n  ")
    }

    private static func wrap(ascii line: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var rest = line
        while rest.count > width, let end = end(ofASCII: rest, at: width) {
            body(UnsafeBufferPointer(rebasing: rest[..<end]))
            rest = UnsafeBufferPointer(rebasing: rest[end...])
        }
        body(rest)
    }

    private static func wrap(_ line: Substring, at width: Int, _ body: (Substring) -> Void) {
        var rest = line
        let isASCII = line.isASCII
        while rest.utf8.count > width {
            guard let end = isASCII ? end(ofASCII: rest.utf8, at: width) : LineBreaks.end(of: rest, at: width) else { break }
            let index = rest.utf8.index(rest.startIndex, offsetBy: end)
            body(rest[..<index])
            rest = rest[index...]
        }
        body(rest)
    }

    /// Where the line ends, in octets: after the last blank before the margin, or else after the next one. Blanks may stand in the
    /// margin.
    /// - Returns: nil when there is nothing to break.
    private static func end(ofASCII line: some Sequence<UInt8>, at width: Int) -> Int? {
        var (column, offset, afterBlank) = (0, 0, 0)
        for octet in line {
            let isTab = octet == 0x09
            column += isTab ? LineBreaks.tab : 1
            offset += 1
            if isTab || octet == 0x20 {
                afterBlank = offset
            } else if column > width, afterBlank > 0 {
                return afterBlank
            }
        }
        return nil
    }
}
