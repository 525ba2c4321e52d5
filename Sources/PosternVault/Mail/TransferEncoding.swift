private import Foundation

/// How a text part travels in seven bits and short lines (RFC 2045 §6).
enum TransferEncoding: String {
    case quotedPrintable = "quoted-printable"
    case base64

    /// Quoted-printable where most is ASCII, since it stays legible in the raw mail; base64 where it would be the shorter
    /// one. An encoded octet costs three instead of one, base64 costs a third more for each: they meet at one octet in six.
    static func best(for text: String) -> TransferEncoding {
        var text = text
        let encoded = text.withUTF8 { bytes in
            // Most texts are ASCII, which the first of the two loops finds out many octets at a time.
            bytes.reduce(0 as UInt8, |) < 0x80 ? 0 : bytes.reduce(0) { $0 &+ Int($1 >> 7) }
        }
        return encoded * 6 > text.utf8.count ? .base64 : .quotedPrintable
    }

    /// - Parameter text: lines ended by LF; they are CRLF in the canonical form (RFC 2046 §4.1.1).
    /// - Returns: lines of at most 76 octets, ended by CRLF, the last one too.
    func encoded(_ text: String) -> [UInt8] {
        var text = text
        switch self {
        case .quotedPrintable:
            return text.withUTF8 { QuotedPrintable.encoded($0) }
        case .base64:
            var canonical: [UInt8] = []
            canonical.reserveCapacity(text.utf8.count + 256)
            text.withUTF8 { bytes in
                for byte in bytes {
                    if byte == 0x0A { canonical.append(0x0D) }
                    canonical.append(byte)
                }
            }
            let lines = Data(canonical).base64EncodedData(
                options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
            return Array(lines) + [0x0D, 0x0A]
        }
    }
}
