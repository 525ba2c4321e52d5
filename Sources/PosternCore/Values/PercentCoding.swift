/// Percent-encoding (RFC 3986 §2.1 and the WHATWG URL standard).
package enum PercentCoding {
    /// Decodes `%41` to `A`. A `%` without two hexadecimal digits after it stands for itself, as in every browser.
    /// - Parameter plusIsSpace: a space is written `+`, as in forms.
    package static func decoded(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace:
                result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let high = rest.first.flatMap(HexDigits.value)
                let low = rest.dropFirst().first.flatMap(HexDigits.value)
                guard let high, let low else { result.append(byte); continue }
                result.append(high << 4 | low)
                rest = rest.dropFirst(2)
            default:
                result.append(byte)
            }
        }
        return result
    }

    /// Everything but the unreserved characters (RFC 3986 §2.3) as `%XX`. Safe in a path segment and in a query.
    package static func encoded(_ text: some StringProtocol) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%" + HexDigits.pair(byte)
            }
        }
        return result
    }
}
