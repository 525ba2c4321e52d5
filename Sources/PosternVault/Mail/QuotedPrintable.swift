/// RFC 2045 §6.7, with the three precautions that cost nothing: a line never begins with a dot (SMTP's end of data) nor with
/// `From ` (mbox), and a UTF-8 sequence is never torn by a soft break.
enum QuotedPrintable {
    /// One less than allowed: the soft break's `=` needs its place.
    private static let width = 75

    static func encoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 4 + 64)
        var column = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == 0x0A {
                output += [0x0D, 0x0A]
                (column, index) = (0, index + 1)
                continue
            }
            let length = sequenceLength(byte)
            let endsLine = index + 1 == text.count || text[index + 1] == 0x0A
            var isLiteral = (0x21...0x7E).contains(byte) && byte != 0x3D || (byte == 0x20 || byte == 0x09) && !endsLine
            if column + (isLiteral ? 1 : 3 * length) > width {
                output += [0x3D, 0x0D, 0x0A]
                column = 0
            }
            if column == 0 && (byte == 0x2E || beginsFrom(text, at: index)) { isLiteral = false }
            if isLiteral {
                output.append(byte)
                (column, index) = (column + 1, index + 1)
            } else {
                for octet in text[index..<min(index + length, text.count)] {
                    output += [0x3D, HexDigits.all[Int(octet >> 4)], HexDigits.all[Int(octet & 15)]]
                    column += 3
                }
                index += length
            }
        }
        if column > 0 { output += [0x0D, 0x0A] }
        return output
    }

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
}
