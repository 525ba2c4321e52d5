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

        /// The most octets that a code point takes in a post: `%F0%9F%91%8B` in a form, `\ud83d\udc4b` in JSON. No post of a letter
        /// within the limits is larger, however it is encoded.
        private static let octets = 12
        /// Of an e-mail address, in octets.
        private static let address = 254
        /// Names of fields, a form's token, and the fields that extensions of browsers add.
        private static let frameKiB = 8
        /// What a post may take: the longest texts in their longest encoding, rounded up to whole 64 KiB.
        package static var postKiB: Int {
            let longest = (name + address + subject + message + about) * octets
            return ((longest + 1_023) / 1_024 + frameKiB + 63) / 64 * 64
        }
    }
}
