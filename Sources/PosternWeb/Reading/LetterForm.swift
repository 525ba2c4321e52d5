package import PosternCore

/// A contact form as it was posted.
package struct LetterForm: Equatable, Sendable {
    package var letter = RawLetter()
    /// As it came back. Nil when the form had none.
    package var token: String?
    /// The field that people do not see was filled in.
    package var isBaitTaken = false

    package init() {}

    /// Unknown fields are ignored: extensions of browsers and the templates of sites add some.
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
            // A name that no browser fills in by itself, and that attracts programs.
            case "homepage_url": isBaitTaken = !field.value.isEmpty
            default: continue
            }
            guard seen.insert(field.name).inserted else { throw .repeated(field: field.name) }
        }
    }

    /// Only a plain yes discloses an address.
    private static func isTicked(_ value: String) -> Bool {
        ["yes", "on", "true", "1"].contains(value)
    }
}

/// One name and value of a posted form, decoded and valid UTF-8, but otherwise unchecked.
package struct FormField: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Why a posted form cannot be read. No browser sends such a form, so a visitor cannot correct it.
package enum FormFault: Error, Equatable, Sendable {
    case notUTF8
    case tooManyFields(limit: Int)
    /// A field of a letter occurs twice. Two readers might choose different ones.
    case repeated(field: String)
    /// Files are not accepted.
    case file
    case malformed(FormFlaw)
}

/// What exactly is malformed, for the log and for tests.
package enum FormFlaw: Equatable, Sendable {
    case noBoundary
    case noOpeningBoundary
    case noClosingBoundary
    case partHeader
    case noFieldName
    case encodedPart
}

extension FormField {
    /// The most fields that a form may have. Ours has eight, and extensions of browsers add a few.
    package static let mostFields = 64
}
