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
                let digits = rest.prefix(2)
                if digits.count == 2, let high = digits.first.flatMap(Self.nibble),
                    let low = digits.dropFirst().first.flatMap(Self.nibble)
                {
                    result.append(high << 4 | low)
                    rest = rest.dropFirst(2)
                } else {
                    result.append(byte)
                }
            default:
                result.append(byte)
            }
        }
        return result
    }

    /// Everything but the unreserved characters (RFC 3986 §2.3) as `%XX`. Safe in a path segment and in a query.
    package static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
