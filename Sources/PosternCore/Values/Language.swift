/// The language of a recipient or a page: a primary subtag of RFC 5646 with an optional region, as in
/// `de` or `pt-br`, in lower case.
package struct Language: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package static let english = Language(unchecked: "en")

    /// Nil unless the text is two or three letters, perhaps followed by `-` or `_` and 2–4 letters or digits.
    package init?(_ text: String) {
        let parts = text.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" })
        guard let primary = parts.first, parts.count <= 2, (2...3).contains(primary.utf8.count),
            primary.utf8.allSatisfy({ $0.isASCIILowercase })
        else { return nil }
        if parts.count == 2 {
            let isRegion = parts[1].utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit }
            guard isRegion, (2...4).contains(parts[1].utf8.count) else { return nil }
        }
        description = parts.joined(separator: "-")
    }

    private init(unchecked text: String) {
        description = text
    }

    /// `pt` for `pt-br`.
    package var primary: String { String(description.prefix { $0 != "-" }) }
}
