private import Foundation

/// Content-Transfer-Encoding (RFC 2045 §6), read leniently: this is for looking at mails, not for judging them.
package enum TransferCoding {
    package static func decoded(_ body: ArraySlice<UInt8>, encoding: String?) -> [UInt8] {
        switch encoding?.lowercased() {
        case "quoted-printable": quotedPrintable(Array(body))
        case "base64": base64(Array(body))
        default: Array(body)
        }
    }

    package static func quotedPrintable(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "=") else {
                result.append(byte)
                continue
            }
            if bytes[index...].starts(with: [0x0D, 0x0A]) {
                index += 2
            } else if bytes[index...].first == 0x0A {
                index += 1
            } else if let code = UInt8(String(decoding: bytes[index...].prefix(2), as: UTF8.self), radix: 16),
                index + 2 <= bytes.count
            {
                result.append(code)
                index += 2
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// Empty when it is no base64.
    package static func base64(_ bytes: [UInt8]) -> [UInt8] {
        Data(base64Encoded: Data(bytes), options: .ignoreUnknownCharacters).map { Array($0) } ?? []
    }

    /// UTF-8, and Latin-1 where a mail says so; anything else with its unknown octets replaced.
    package static func text(_ bytes: [UInt8], charset: String?) -> String {
        switch charset?.lowercased() {
        case "iso-8859-1", "windows-1252", "latin1":
            String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        default:
            String(decoding: bytes, as: UTF8.self)
        }
    }
}
