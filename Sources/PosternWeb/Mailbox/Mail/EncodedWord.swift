/// Words of a header written as `=?utf-8?Q?Gr=C3=BC=C3=9Fe?=` (RFC 2047).
package enum EncodedWord {
    /// Decodes every encoded word of a header's value; what is none stays as it is.
    package static func decoded(_ value: String) -> String {
        var result = ""
        var rest = value[...]
        var isBehindWord = false
        while let start = rest.firstRange(of: "=?") {
            let between = rest[..<start.lowerBound]
            guard let (word, behind) = word(at: rest[start.upperBound...]) else {
                result += rest[..<start.upperBound]
                rest = rest[start.upperBound...]
                isBehindWord = false
                continue
            }
            // RFC 2047 §6.2: white space between two encoded words is not part of the text.
            if !isBehindWord || between.contains(where: { !$0.isWhitespace }) { result += between }
            result += word
            rest = behind
            isBehindWord = true
        }
        return result + rest
    }

    /// `charset?encoding?text?=` behind the opening.
    private static func word(at rest: Substring) -> (String, behind: Substring)? {
        let parts = rest.split(separator: "?", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[3].first == "=" else { return nil }
        let bytes: [UInt8]
        switch parts[1].lowercased() {
        case "q": bytes = TransferCoding.quotedPrintable(Array(parts[2].utf8.map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }))
        case "b": bytes = TransferCoding.base64(Array(parts[2].utf8))
        default: return nil
        }
        return (TransferCoding.text(bytes, charset: String(parts[0])), parts[3].dropFirst())
    }
}
