/// Which way the lines of a language run.
package enum TextDirection: String, Sendable {
    case leftToRight = "ltr"
    case rightToLeft = "rtl"

    /// Where a line begins, for mail programs that do not know `start`.
    package var side: String {
        switch self {
        case .leftToRight: "left"
        case .rightToLeft: "right"
        }
    }

    /// A value for a sentence that runs this way. If it has letters that run the other way, it is put between FIRST STRONG
    /// ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9 §2.4), so that neither reorders the other. Only then, since an old program
    /// may draw the marks as boxes.
    package func isolating(_ value: String) -> String {
        let runsAgainst = value.unicodeScalars.contains { scalar in
            switch self {
            case .leftToRight: Self.isRightToLeft(scalar)
            case .rightToLeft: scalar.properties.isAlphabetic && !Self.isRightToLeft(scalar)
            }
        }
        return runsAgainst ? "\u{2068}\(value)\u{2069}" : value
    }

    /// The blocks that the Unicode Character Database reserves for right-to-left scripts (DerivedBidiClass, defaults R and AL).
    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }
}
