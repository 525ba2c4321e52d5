/// A letter with what its conversation needs: what its links follow from, and the visitor's language.
package struct LinkedLetter: Hashable, Sendable {
    package let letter: Letter
    package let links: LinkSecret
    /// Of the page on which the letter was written: mails to the visitor are in it. Nil when nobody knows.
    package let language: Language?

    package init(_ letter: Letter, links: LinkSecret, language: Language?) {
        (self.letter, self.links, self.language) = (letter, links, language)
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
