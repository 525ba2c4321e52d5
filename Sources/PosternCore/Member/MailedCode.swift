/// Six digits from a mail, typed on a page. A program that follows links types nothing, so they show that a person read the mail.
package struct MailedCode: Hashable, Sendable, Unprintable {
    package static let count = 1_000_000
    /// How many days a code is good for, with the one on which it was mailed. A person who looks at it the next morning is in time.
    package static let days: Int32 = 3

    /// As it is compared: six digits of ASCII.
    package let text: String

    /// - Parameter number: what is above a million does not count.
    package init(_ number: UInt64) {
        text = Int(number % UInt64(Self.count)).padded(to: 6)
    }

    /// Reads what people type: with blanks, hyphens or dots between, in the digits of any script.
    /// - Returns: nil unless there are six digits, and nothing but them.
    package init?(text: String) {
        var digits = ""
        for character in text.prefix(40) where !character.isSeparator {
            // A Roman numeral or a fraction is a number as well, and no digit.
            guard let value = character.wholeNumberValue, character.unicodeScalars.first?.properties.numericType == .decimal
            else {
                return nil
            }
            digits += String(value)
        }
        guard digits.utf8.count == 6 else { return nil }
        self.text = digits
    }

    /// As it stands in a mail: two groups, which a line never parts.
    package var shown: String { "\(text.prefix(3))\u{A0}\(text.suffix(3))" }
}

extension Character {
    /// What people type between groups of digits, and the direction marks that come along when a code is copied.
    fileprivate var isSeparator: Bool {
        isWhitespace || "-\u{2010}\u{2011}–.·".contains(self)
            || unicodeScalars.allSatisfy { $0.properties.isDefaultIgnorableCodePoint }
    }
}
