private import Foundation

// How people and programs write a name in a link: in capitals, in full-width letters, with the full stop or the bracket of the
// sentence around it, with a `%20` that was encoded twice. Each reader below gives the one spelling of what was meant.

extension Handle {
    /// The handle that a link means by this text; nil when it can be none.
    package init?(spelled text: String) {
        guard let handle = (try? Handle(text)) ?? LinkSpelling.slug(text).flatMap({ try? Handle($0) }) else { return nil }
        self = handle
    }
}

extension SiteID {
    /// The site that a link means by this text; nil when it can be none.
    package init?(spelled text: String) {
        guard let site = (try? SiteID(text)) ?? LinkSpelling.slug(text).flatMap({ try? SiteID($0) }) else { return nil }
        self = site
    }
}

/// Another name that a site has for a recipient, such as `Pat Müller`: with capitals, spaces and letters of any script. Links that
/// use it lead to the recipient's handle. It is public, as a handle is.
package struct HandleAlias: Hashable, Sendable, CustomStringConvertible {
    package static let limit = 100
    /// As the operator wrote it.
    package let text: String
    /// What a link is compared with. It is stored: a change of how it is made needs a migration.
    package let key: String

    package init(_ raw: String) throws(SlugFault) {
        guard let line = try? HeaderText(raw, limit: Self.limit) else {
            throw SlugFault(description: "an alias must be one line of at most \(Self.limit) characters")
        }
        guard let key = Self.key(of: line.text) else {
            throw SlugFault(description: "an alias must have a letter or a digit in it")
        }
        // A link is public, and so would the address be.
        guard (try? EmailAddress(line.text)) == nil else {
            throw SlugFault(description: "an alias must not be an e-mail address, since everybody can read links; use a name")
        }
        (text, self.key) = (line.text, key)
    }

    /// What the text of a link is looked up as; nil when it can be no alias.
    package static func key(of spelled: String) -> String? {
        // One character may fold to eighteen (U+FDFA), and a hostile link is long.
        guard spelled.utf8.count <= 4 * limit * 4 else { return nil }
        var key = ""
        for word in LinkSpelling.folded(spelled).split(whereSeparator: { " +_".contains($0) }) {
            key += key.isEmpty ? "\(word)" : " \(word)"
        }
        return key.isEmpty || key.utf8.count > 1_000 ? nil : key
    }

    package var description: String { text }
}

/// The text of a link without what does not count in it.
private enum LinkSpelling {
    /// Nil when it is too long to be a handle with something around it.
    static func slug(_ text: String) -> String? { text.utf8.count > 400 ? nil : folded(String(withoutParameters(text))) }

    /// Without `&lang=de`, as a site writes it that adds parameters to links of which it takes for granted that they have some.
    private static func withoutParameters(_ text: String) -> Substring {
        for start in text.indices.dropFirst() where text[start] == "&" {
            let rest = text[start...].dropFirst()
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0 == "_" || $0 == "-") }
            if !name.isEmpty, rest.dropFirst(name.count).first == "=" { return text[..<start] }
        }
        return text[...]
    }

    /// NFKC and full case folding (Unicode §3.13), without invisible characters, and without what is neither letter nor digit at
    /// both ends.
    static func folded(_ text: String) -> String {
        var folded = decodedTwice(text)
        if !folded.isASCII {
            folded = String(folded.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }.map(Character.init))
            // Upper case first: ß is ss there, and both sigmas are one.
            folded = compatible(compatible(folded).uppercased().lowercased())
        }
        return String(trimmed(cut(folded.lowercased())))
    }

    private static func compatible(_ text: String) -> String { text.precomposedStringWithCompatibilityMapping }

    /// `%2520` for a space comes from programs that encode what is encoded already.
    private static func decodedTwice(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        return String(validating: PercentCoding.decoded(Array(text.utf8), plusIsSpace: false), as: UTF8.self) ?? text
    }

    /// Without a query whose question mark was encoded, without what some servers add (`pat;jsessionid=…`), and without what remains of
    /// markup (`pat&gt;`, `pat">`).
    private static func cut(_ text: String) -> Substring {
        let end = text.firstIndex { "?#;<>\"".contains($0) && $0 != text.first } ?? text.endIndex
        let rest = text[..<end]
        for entity in ["&gt", "&lt", "&quot", "&amp", "&nbsp", "&#"] {
            if let found = rest.firstRange(of: entity), found.lowerBound > rest.startIndex { return rest[..<found.lowerBound] }
        }
        return rest
    }

    private static func trimmed(_ text: Substring) -> Substring.UnicodeScalarView {
        var rest = text.unicodeScalars
        while let first = rest.first, !isWordPart(first) { rest.removeFirst() }
        while let last = rest.last, !isWordPart(last) { rest.removeLast() }
        return rest
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return UInt8(truncatingIfNeeded: scalar.value).isASCIILetterOrDigit }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark,
            .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }
}
