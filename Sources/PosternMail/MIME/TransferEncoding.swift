private import Foundation

/// The values of Content-Transfer-Encoding (RFC 2045 §6).
package enum TransferEncoding: String, Sendable {
    case sevenBit = "7bit"
    case eightBit = "8bit"
    case binary
    case quotedPrintable = "quoted-printable"
    case base64

    /// Text in seven bits and short lines. Quoted-printable if most of it is ASCII, since it stays legible in the raw mail;
    /// otherwise base64. Quoted-printable adds two octets for each encoded one, base64 a third to all: they are equal at one
    /// octet in six.
    ///
    /// - Parameter text: lines ended by LF, which become CRLF, the canonical form (RFC 2046 §4.1.1).
    /// - Returns: lines of at most 76 octets, each ended by CRLF, the last one too.
    static func encoded(_ text: String) -> (TransferEncoding, lines: [UInt8]) {
        var text = text
        return text.withUTF8 { bytes in
            // Most texts are ASCII, which the first loop finds out many octets at a time.
            let encoded = bytes.reduce(0 as UInt8, |) < 0x80 ? 0 : bytes.reduce(0) { $0 &+ Int($1 >> 7) }
            return encoded * 6 > bytes.count
                ? (.base64, Base64.encoded(bytes)) : (.quotedPrintable, QuotedPrintable.encoded(bytes))
        }
    }

    /// Decodes as much as possible. What does not belong there is added to `defects`.
    package func decoded(_ body: ArraySlice<UInt8>, defects: inout Set<MailDefect>) -> [UInt8] {
        switch self {
        case .sevenBit, .eightBit, .binary: Array(body)
        case .quotedPrintable: QuotedPrintable.decoded(body, defects: &defects)
        case .base64: Base64.decoded(body, defects: &defects)
        }
    }
}

/// Base64 as used in mail (RFC 2045 §6.8): in lines, with padding.
enum Base64 {
    static func encoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var canonical: [UInt8] = []
        canonical.reserveCapacity(text.count + 256)
        for byte in text {
            if byte == 0x0A { canonical.append(0x0D) }
            canonical.append(byte)
        }
        let lines = Data(canonical).base64EncodedData(
            options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
        return Array(lines) + [0x0D, 0x0A]
    }

    /// Characters outside the alphabet are ignored, as §6.8 requires. Padding ends a run of digits, and another may follow.
    static func decoded(_ text: ArraySlice<UInt8>, defects: inout Set<MailDefect>) -> [UInt8] {
        var octets: [UInt8] = []
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        var isPadded = false
        for character in text {
            if character == UInt8(ascii: "=") {
                // Two or three digits need padding, four or none do not.
                if !isPadded, digits.count % 4 < 2 { defects.insert(.brokenBase64) }
                octets += self.octets(of: digits)
                (digits, isPadded) = ([], true)
            } else if character != UInt8(ascii: "-"), character != UInt8(ascii: "_"), let value = sixBits(character) {
                if isPadded { defects.insert(.brokenBase64) }
                isPadded = false
                digits.append(value)
            } else if character != 0x20, !(0x09...0x0D).contains(character) {
                defects.insert(.brokenBase64)
            }
        }
        if digits.count % 4 != 0 { defects.insert(.brokenBase64) }
        return octets + self.octets(of: digits)
    }

    /// - Parameter digits: six bits each. Bits left over at the end are dropped.
    static func octets(of digits: [UInt8]) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(digits.count / 4 * 3 + 2)
        var (bits, count) = (UInt32(0), 0)
        for digit in digits {
            bits = bits << 6 | UInt32(digit)
            count += 6
            if count >= 8 {
                count -= 8
                octets.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return octets
    }

    /// Both alphabets of RFC 4648, §4 and §5.
    static func sixBits(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x41...0x5A: character - 0x41
        case 0x61...0x7A: character - 0x61 + 26
        case 0x30...0x39: character - 0x30 + 52
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }
}
