/// What a visitor wrote to a recipient. Every field has a type that cannot hold a bad value.
package struct Letter: Hashable, Sendable {
    /// The visitor's name.
    package let name: HeaderText
    /// Where the visitor can be reached. Sealed at rest, and shown to the recipient only if `sharesAddress`.
    package let replyAddress: EmailAddress
    /// Nil when the visitor left it empty; the mail's subject is then in the recipient's language.
    package let subject: HeaderText?
    package let text: LetterText
    /// What the letter is about, in the words of the page that linked here: `photo 4711`.
    package let about: HeaderText?
    /// The visitor ticked *let them see my address*.
    package let sharesAddress: Bool

    package init(
        name: HeaderText, replyAddress: EmailAddress, subject: HeaderText?, text: LetterText, about: HeaderText?,
        sharesAddress: Bool
    ) {
        self.name = name
        self.replyAddress = replyAddress
        self.subject = subject
        self.text = text
        self.about = about
        self.sharesAddress = sharesAddress
    }
}

extension Letter {
    /// The longest texts, in code points. A line break in `message` counts as one.
    package enum Limit {
        package static let name = 100
        package static let subject = 150
        package static let message = 20_000
        package static let about = 200
    }
}
