/// How a site's pages look, so that they match the site. Everything is optional.
package struct SiteLook: Hashable, Sendable {
    /// Nil for our own.
    package var accent: AccentColour?
    /// The logo on the pages; nil for none. The file itself is read separately, because few requests need it.
    package var logo: LogoID?
    /// A sentence above the form in place of ours, by language. A visitor whose language is missing reads ours.
    package var introductions: [Language: HeaderText]
    /// The languages of its pages, the first for visitors who ask for none of them; empty for all languages we have.
    package var languages: [Language]

    /// The longest introduction, in code points.
    package static let introductionLimit = 400

    package init(
        accent: AccentColour? = nil, logo: LogoID? = nil, introductions: [Language: HeaderText] = [:],
        languages: [Language] = []
    ) {
        (self.accent, self.logo, self.introductions, self.languages) = (accent, logo, introductions, languages)
    }

    package static let plain = SiteLook()
}

/// A colour, as in `#1f5f8b`.
package struct AccentColour: Hashable, Sendable, CustomStringConvertible {
    package let red, green, blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// Nil unless the text is `#` and six hexadecimal digits.
    package init?(_ text: String) {
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6, let number = UInt32(String(Substring(digits)), radix: 16),
            digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-")
        else { return nil }
        self.init(
            red: UInt8(truncatingIfNeeded: number >> 16), green: UInt8(truncatingIfNeeded: number >> 8),
            blue: UInt8(truncatingIfNeeded: number))
    }

    package var description: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// Identifies a logo file by its kind and a digest of its content. The digest is part of its URL: another file, another URL.
package struct LogoID: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case png = "image/png"
        case svg = "image/svg+xml"
        case jpeg = "image/jpeg"
        case webp = "image/webp"
    }

    package let kind: Kind
    /// Sixteen hexadecimal digits.
    package let version: String

    package init(kind: Kind, version: String) {
        (self.kind, self.version) = (kind, version)
    }
}

/// A logo's file. At most 256 KiB.
package struct Logo: Hashable, Sendable {
    package static let limitKiB = 256

    package let id: LogoID
    package let content: [UInt8]

    package init(id: LogoID, content: [UInt8]) {
        (self.id, self.content) = (id, content)
    }
}
