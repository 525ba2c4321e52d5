package import PosternCore

/// A contact form as it was posted.
package struct LetterForm: ReadableForm, Equatable {
    package var letter = RawLetter()
    /// As it came back. Nil when the form had none.
    package var token: String?
    /// Of the page on which it was written, as it came back.
    package var language: String?
    /// The field that people do not see was filled in.
    package var isBaitTaken = false
    /// Why it is not handed in as it came; nil when it can be.
    package private(set) var fault: FormFault?

    package init() {}

    /// Unknown fields are ignored: extensions of browsers and the templates of sites add some. Of a field that occurs twice the first
    /// counts, and it is a fault. A checkbox often has a hidden field of its name before it, for when it is not ticked: there the last
    /// one counts.
    package init(_ posted: PostedForm) {
        var seen: Set<String> = []
        var repeated: String?
        for field in posted.fields {
            switch field.name {
            case "show_address":
                letter.sharesAddress = Self.isTicked(field.value)
                continue
            // A name that no browser fills in by itself, and that attracts programs.
            case "homepage_url":
                isBaitTaken = isBaitTaken || !field.value.isEmpty
                continue
            case "lang":
                language = language ?? field.value
                continue
            case "name", "email", "subject", "message", "about", "form": break
            default: continue
            }
            guard seen.insert(field.name).inserted else {
                repeated = repeated ?? field.name
                continue
            }
            switch field.name {
            case "name": letter.name = field.value
            case "email": letter.email = field.value
            case "subject": letter.subject = field.value
            case "message": letter.message = field.value
            case "about": letter.about = field.value
            default: token = field.value
            }
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    /// Only a plain yes discloses an address.
    private static func isTicked(_ value: String) -> Bool {
        ["yes", "on", "true", "1"].contains(value.lowercased())
    }
}

extension RawLetter {
    /// Subject and message, for a visitor to copy.
    package var written: String {
        [subject, message].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}
