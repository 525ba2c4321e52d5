/// What one of the two wrote after the first letter. Names, subject and addresses are those of the first letter.
package struct Reply: Hashable, Sendable {
    package let author: Party
    package let text: LetterText

    package init(author: Party, text: LetterText) {
        (self.author, self.text) = (author, text)
    }
}

/// What a page may show of the letter that began a conversation. The text is not in it: that is in the mailboxes.
package struct LetterSummary: Hashable, Sendable {
    /// As the recipient may see it (`VisitorName`): no hidden address is in it. A dash where nothing legible is left.
    package let visitorName: HeaderText
    /// Nil when the visitor left it empty.
    package let subject: HeaderText?
    package let about: HeaderText?
    /// Whether the visitor lets the recipient see the address.
    package let sharesAddress: Bool

    package init(visitorName: HeaderText, subject: HeaderText?, about: HeaderText?, sharesAddress: Bool) {
        self.visitorName = visitorName
        self.subject = subject
        self.about = about
        self.sharesAddress = sharesAddress
    }

    package init(of letter: Letter, visitorName: HeaderText) {
        self.init(
            visitorName: visitorName, subject: letter.subject, about: letter.about, sharesAddress: letter.sharesAddress)
    }
}
