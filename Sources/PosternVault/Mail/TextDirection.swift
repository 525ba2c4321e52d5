/// Which way letters run, as far as isolating a name needs it.
enum TextDirection {
    static func isolated(_ text: String, within direction: MailWords.Direction) -> String {
        let runsAgainst = text.unicodeScalars.contains { scalar in
            switch direction {
            case .leftToRight: isRightToLeft(scalar)
            case .rightToLeft: scalar.properties.isAlphabetic && !isRightToLeft(scalar)
            }
        }
        return runsAgainst ? "\u{2068}\(text)\u{2069}" : text
    }

    /// The blocks the Unicode Character Database reserves for right-to-left scripts (DerivedBidiClass, default values R and AL).
    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }
}
