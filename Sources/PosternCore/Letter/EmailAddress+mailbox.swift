private import Foundation

extension EmailAddress {
    /// One text for each mailbox, by what all providers agree on: capitals do not matter, dots and what follows a plus do. Mutes and
    /// blocks by sender compare this.
    package var mailbox: String { Self.folded(local) + "@" + domain }

    /// Compatibility forms as ordinary ones, small letters, and nothing invisible.
    package static func folded(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
            switch scalar {
            case "\u{3002}", "\u{FF61}", "\u{2024}", "\u{00B7}": scalars.append(".")
            case "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2212}": scalars.append("-")
            case _ where scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format: break
            default: scalars.append(scalar)
            }
        }
        return String(scalars).precomposedStringWithCanonicalMapping
    }
}
