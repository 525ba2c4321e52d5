/// What a visitor wrote to a recipient, after every field has become a type that cannot hold a bad value.
package struct Letter: Hashable, Sendable {
    /// The visitor's name.
    package let name: HeaderText
    /// Where the visitor can be reached. Sealed at rest; shown to the recipient only if `sharesAddress`.
    package let replyAddress: EmailAddress
    /// Nil when the visitor left it empty: the mail then says so in the recipient's language.
    package let subject: HeaderText?
    package let message: LetterText
    /// What the letter is about, as the linking page named it: `photo 4711`.
    package let about: HeaderText?
    /// The visitor ticked *let them see my address*.
    package let sharesAddress: Bool

    package init(
        name: HeaderText, replyAddress: EmailAddress, subject: HeaderText?, message: LetterText, about: HeaderText?,
        sharesAddress: Bool
    ) {
        (self.name, self.replyAddress, self.subject) = (name, replyAddress, subject)
        (self.message, self.about, self.sharesAddress) = (message, about, sharesAddress)
    }
}

extension Letter {
    /// The bounds of the outside contract, in code points (`message` counts a line break as one).
    package enum Limit {
        package static let name = 100
        package static let subject = 150
        package static let message = 20_000
        package static let about = 200
    }
}
