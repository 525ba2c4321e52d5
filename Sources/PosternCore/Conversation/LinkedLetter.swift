/// A letter with what its conversation needs: what its links follow from, and the languages of the two.
package struct LinkedLetter: Hashable, Sendable {
    package let letter: Letter
    package let links: LinkSecret
    /// Of the page on which the letter was written: mails to the visitor are in it. Nil when nobody knows.
    package let language: Language?
    /// The recipient's when the letter came: what the conversation is about stays the same when they take another one. Nil in a letter
    /// of an earlier version.
    package let recipientLanguage: Language?

    package init(_ letter: Letter, links: LinkSecret, language: Language?, recipientLanguage: Language? = nil) {
        self.letter = letter
        self.links = links
        self.language = language
        self.recipientLanguage = recipientLanguage
    }
}

/// A reply with what its mail's links follow from.
package struct LinkedReply: Hashable, Sendable {
    package let reply: Reply
    package let links: LinkSecret

    package init(_ reply: Reply, links: LinkSecret) {
        (self.reply, self.links) = (reply, links)
    }
}
