package import PosternCore

package enum FormKind {}
/// Random, made anew for every form shown, sent back with it: pressing the button twice sends one letter.
package typealias FormToken = Identifier<FormKind>

extension Identifier<FormKind> {
    /// All 128 bits random: a token is a secret of its page and tells nobody when that was shown.
    package static func random(using randomness: inout some RandomNumberGenerator) -> FormToken {
        FormToken(high: randomness.next(), low: randomness.next())
    }
}

/// A contact form as it was posted.
package struct LetterForm: Equatable, Sendable {
    package var letter = RawLetter()
    /// Nil when the form had none or not one of ours; such a form is sent as often as it is posted.
    package var token: FormToken?

    package init() {}

    /// Unknown fields are ignored: browsers' extensions and the sites' own templates add them.
    /// - Throws: `.repeated` when a field of ours occurs twice.
    package init(_ fields: [FormField]) throws(FormFault) {
        var seen: Set<String> = []
        for field in fields {
            switch field.name {
            case "name": letter.name = field.value
            case "email": letter.email = field.value
            case "subject": letter.subject = field.value
            case "message": letter.message = field.value
            case "about": letter.about = field.value
            case "show_address": letter.sharesAddress = Self.isTicked(field.value)
            case "form": token = FormToken(field.value)
            default: continue
            }
            guard seen.insert(field.name).inserted else { throw .repeated(field: field.name) }
        }
    }

    /// Only a plain yes gives an address away.
    private static func isTicked(_ value: String) -> Bool {
        ["yes", "on", "true", "1"].contains(value)
    }
}
