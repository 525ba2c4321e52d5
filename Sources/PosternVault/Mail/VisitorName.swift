private import Foundation
import PosternCore

/// The visitor's name as a recipient may see it, in the From header and in the text alike.
///
/// Two things a name must not do. It must not give away an address that the visitor chose not to show: browsers
/// happily fill the e-mail address into a field called name. And it must not pass for an address: clients that show
/// only the name of a sender would let `security@bank.example` speak. So the visitor's own hidden address is left out,
/// and the at sign in its three forms becomes ` (at) `. A full-width sign was ruled out: it looks like the very thing.
enum VisitorName {
    /// - Returns: nil when nothing that can be read is left; the mail then says "a visitor" in its language.
    static func shown(of letter: Letter) -> String? {
        var name = letter.name.text
        if !letter.sharesAddress && name.unicodeScalars.contains("@") {
            let address = letter.replyAddress.text
            for form in ["<\(address)>", "(\(address))", "[\(address)]", address] {
                name = name.replacingOccurrences(of: form, with: " ", options: [.caseInsensitive, .literal])
            }
        }
        var shown = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "@", "\u{FE6B}", "\u{FF20}": shown.append(contentsOf: " (at) ".unicodeScalars)
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
}
