package import PosternCore

/// A contact form as it was posted.
package struct LetterForm: Equatable, Sendable {
    package var letter = RawLetter()
    /// As it came back; nil when the form had none.
    package var token: String?
    /// The field that people do not see was filled in.
    package var isBaitTaken = false

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
            case "form": token = field.value
            // A name that no browser fills in by itself, and that means something to a program.
            case "homepage_url": isBaitTaken = !field.value.isEmpty
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
