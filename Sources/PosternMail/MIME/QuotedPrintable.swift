private import PosternCore

/// Quoted-printable, RFC 2045 §6.7.
enum QuotedPrintable {
    /// One less than the allowed 76, for the `=` of a soft break.
    private static let width = 75

    private static let softBreak: [UInt8] = [0x3D, 0x0D, 0x0A]

    /// Lines of at most 76 octets, each ended by CRLF. Four precautions cost nothing: a line never begins with a dot (SMTP) or
    /// with `From ` (mbox), and a soft break never splits a UTF-8 sequence, nor a word that fits into a line.
    static func encoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 4 + 64)
        var column = 0
        var index = 0
        while index < text.count {
            if text[index] == 0x0A {
                output.append(0x0D)
                output.append(0x0A)
                (column, index) = (0, index + 1)
                continue
            }
            // Literal octets are copied in one go, as far as the line has room.
            var end = endOfLiterals(in: text, from: index, isLineStart: column == 0, room: width - column)
            if end > index {
                let isFull = column + end - index == width && end < text.count && isLiteral(text[end])
                if isFull, let gap = lastGap(in: text, from: index, to: end) { end = gap }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: text[index..<end]))
                (column, index) = (column + end - index, end)
                if isFull {
                    output.append(contentsOf: softBreak)
                    column = 0
                }
                continue
            }
            let length = sequenceLength(text[index])
            guard column + 3 * length <= width else {
                output.append(contentsOf: softBreak)
                column = 0
                continue
            }
            for octet in text[index..<min(index + length, text.count)] {
                // One by one: an array of the three would be allocated for each octet.
                let digits = HexDigits.octets(octet)
                output.append(0x3D)
                output.append(digits.high)
                output.append(digits.low)
                column += 3
            }
            index += length
        }
        if column > 0 { output += [0x0D, 0x0A] }
        return output
    }

    /// - Returns: the index of the first octet that must be encoded or has no room; `start` if there is no literal.
    private static func endOfLiterals(
        in text: UnsafeBufferPointer<UInt8>, from start: Int, isLineStart: Bool, room: Int
    ) -> Int {
        if isLineStart && (text[start] == 0x2E || beginsFrom(text, at: start)) { return start }
        let most = min(text.count, start + room)
        var end = start
        let octets = UnsafeRawBufferPointer(text)
        while end + 8 <= most, areLiterals(octets.loadUnaligned(fromByteOffset: end, as: UInt64.self)) { end += 8 }
        while end < most, isLiteral(text[end]) { end += 1 }
        // A blank is a literal unless it ends a line.
        let isLineEnd = end == text.count || text[end] == 0x0A
        return end > start && isLineEnd && isBlank(text[end - 1]) ? end - 1 : end
    }

    /// Where best to break a full line: after a blank, or where a tag or its attribute's value begins, so that anyone who reads the
    /// raw mail finds words and links whole.
    /// - Returns: nil where the line has no such place; never its beginning.
    private static func lastGap(in text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
        var gap = end
        while gap > start {
            let octet = text[gap - 1]
            if octet == 0x20 || octet == 0x22 || octet == 0x3E { return gap }
            gap -= 1
        }
        return nil
    }

    /// Printable ASCII except `=`, and blanks.
    private static func isLiteral(_ octet: UInt8) -> Bool {
        (0x20..<0x7F).contains(octet) && octet != 0x3D || octet == 0x09
    }

    /// The same of eight octets at once, and false where one of them is a tab. What is subtracted from an octet that is less sets its
    /// highest bit (Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte less than n").
    private static func areLiterals(_ octets: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let (equals, deletes) = (octets ^ (ones &* 0x3D), octets ^ (ones &* 0x7F))
        let others =
            (octets &- (ones &* 0x20)) & ~octets | (equals &- ones) & ~equals | (deletes &- ones) & ~deletes | octets
        return others & (ones &* 0x80) == 0
    }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    private static func sequenceLength(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xFF: 4
        default: 1
        }
    }

    private static func beginsFrom(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        text[index] == 0x46 && text[index...].prefix(5).elementsEqual("From ".utf8)
    }

    /// An `=` that encodes nothing stays as it is, as RFC 2045 §6.7 advises.
    static func decoded(_ bytes: ArraySlice<UInt8>, defects: inout Set<MailDefect>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "=") else {
                output.append(byte)
                continue
            }
            let next = bytes[index...]
            if let high = next.first.flatMap(HexDigits.value), let low = next.dropFirst().first.flatMap(HexDigits.value) {
                output.append(high << 4 | low)
                index += 2
            } else if let length = softBreakLength(next) {
                index += length
            } else {
                defects.insert(.brokenQuotedPrintable)
                output.append(byte)
            }
        }
        return output
    }

    /// - Returns: the length of the line end after an `=`, with the blanks that a relay may have added before it (§6.7 (3)); nil
    ///   when no line ends here.
    private static func softBreakLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        let blanks = bytes.prefix(76).prefix(while: isBlank).count
        let rest = bytes.dropFirst(blanks)
        if rest.starts(with: [0x0D, 0x0A]) { return blanks + 2 }
        return rest.first == 0x0A ? blanks + 1 : nil
    }
}
