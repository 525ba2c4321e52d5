private import Foundation

/// The visitor's name as a recipient may see it, in the From header and in the text alike.
///
/// Two things a name must not do. It must not give away an address that the visitor chose not to show: browsers happily fill
/// the e-mail address into a field called name. And it must not pass for an address: a client that shows only the sender's name
/// would let `security@bank.example` speak. So the visitor's own hidden address is left out, and the at sign in its three forms
/// becomes ` (at) `. A full-width sign was ruled out, since it looks like the real one. Double quotation marks become single
/// ones: ours stand around the name, and only they may end it.
package enum VisitorName {
    /// - Returns: nil when nothing legible is left; the mail then says "a visitor" in its language.
    package static func shown(of letter: Letter) -> String? {
        shown(letter.name, without: letter.sharesAddress ? nil : letter.replyAddress)
    }

    /// - Parameter hidden: the address that must not stand in it; nil where there is none, or nobody knows it any more.
    package static func shown(_ given: HeaderText, without hidden: EmailAddress?) -> String? {
        guard !isPlain(given.text) else { return given.text }
        var name = String(String.UnicodeScalarView(given.text.unicodeScalars.lazy.map { atSigns.contains($0) ? "@" : $0 }))
        if let hidden, name.unicodeScalars.contains("@") { name = withoutAddress(name, hidden) }
        // By scalars: an at sign with a combining mark is still one.
        var shown = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "@": shown.append(contentsOf: " (at) ".unicodeScalars)
            case _ where quotationMarks.contains(scalar): shown.append("'")
            default: shown.append(scalar)
            }
        }
        let text = String(shown).split(separator: " ").joined(separator: " ")
        let isLegible = text.unicodeScalars.contains { scalar in
            // Emoji are symbols: they make a name, punctuation alone does not.
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || scalar.properties.generalCategory == .otherSymbol
        }
        return isLegible ? text : nil
    }

    /// Whether there is nothing to change, as in most names: each letter's is looked at.
    private static func isPlain(_ name: String) -> Bool {
        var (previous, isLegible) = (UInt8(ascii: " "), false)
        for byte in name.utf8 {
            switch byte {
            case _ where byte.isASCIILetterOrDigit: isLegible = true
            case UInt8(ascii: " ") where previous != UInt8(ascii: " "): break
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ","): break
            default: return false
            }
            previous = byte
        }
        return isLegible && previous != UInt8(ascii: " ")
    }

    private static let atSigns: Set<Unicode.Scalar> = ["@", "\u{FE6B}", "\u{FF20}"]
    private static let quotationMarks: Set<Unicode.Scalar> = ["\"", "“", "”", "„", "‟", "«", "»", "″", "＂", "〝", "〞", "〟"]

    /// In whatever brackets, and however its domain is written: the letter's is in ASCII, but anyone who typed
    /// `info@müller.example` into one field did so into the other.
    private static func withoutAddress(_ name: String, _ address: EmailAddress) -> String {
        var name = name
        for form in ["<\(address.text)>", "(\(address.text))", "[\(address.text)]", address.text] {
            name = name.replacingOccurrences(of: form, with: " ", options: [.caseInsensitive, .literal])
        }
        let words = name.split(separator: " ").filter { word in
            guard word.unicodeScalars.contains("@"),
                let found = try? EmailAddress(word.trimmingCharacters(in: CharacterSet.punctuationCharacters.union(.symbols)))
            else { return true }
            return found.text.lowercased() != address.text.lowercased()
        }
        return words.joined(separator: " ")
    }
}
