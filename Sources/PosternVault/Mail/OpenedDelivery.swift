package import PosternCore

/// A delivery with what the vault opened for it: everything that its mail is made of.
package struct OpenedDelivery: Sendable {
    package enum Content: Sendable {
        /// The conversation is nil for a letter from a version without links.
        case letter(Letter, MailConversation? = nil)
        /// To the other of the two.
        case reply(Reply, MailConversation)
        /// To its author.
        case copy(Reply, MailConversation)
        /// Tells a recipient that letters are paused, with the link by which they go on.
        case pauseNotice(MailConversation)
        /// Tells a recipient what the letter was that began the conversation, with the link by which it can be reported.
        case waveNotice(MailConversation)
        /// A mail with one link, which is an absolute `https` (or, for a trial, `http`) URL in ASCII.
        case notice(Notice, link: String, code: MailedCode? = nil)
        /// To a visitor, in their language: the code that shows the letter's address to be theirs, and the page to type it on.
        case prove(link: String, code: MailedCode, Language)
    }

    /// What a mail with one link is about.
    package enum Notice: Sendable, CaseIterable {
        /// The question "is this your address?", with the page that confirms it.
        case confirmation
        /// The same with a code, and the page to type it on.
        case code
        /// The member's own page.
        case manage
        /// To the former address: how to undo its change.
        case addressNotice
        /// The page on which visitors write.
        case welcome
    }

    package let job: DeliveryJob
    package let address: EmailAddress
    package let mailFrom: EmailAddress
    package let content: Content
    /// Where a recipient asks for a link to their own page: an absolute URL without a secret. Nil in mails to visitors.
    package let settings: String?

    package init(
        _ job: DeliveryJob, to address: EmailAddress, from mailFrom: EmailAddress, content: Content, settings: String? = nil
    ) {
        self.settings = settings
        self.job = job
        self.address = address
        self.mailFrom = mailFrom
        self.content = content
    }

    /// How the recipient learns the address of the letter's visitor, if at all.
    func shownAddress(of letter: Letter) -> ShownAddress {
        guard letter.sharesAddress else { return .hidden }
        // One UTF-8 address in a header makes the whole mail SMTPUTF8 (RFC 6532 §3.2). A smarthost or provider without it
        // would refuse the letter, although the recipient can be reached. The text can carry any address.
        let needsSMTPUTF8 = address.needsSMTPUTF8 || mailFrom.needsSMTPUTF8
        return letter.replyAddress.needsSMTPUTF8 && !needsSMTPUTF8 ? .inText(letter.replyAddress) : .replyTo(letter.replyAddress)
    }
}

enum ShownAddress {
    /// Not at all: it is in no header and nowhere in the text.
    case hidden
    /// As Reply-To and in the text.
    case replyTo(EmailAddress)
    /// In the text alone; the recipient writes to it by hand.
    case inText(EmailAddress)

    var address: EmailAddress? {
        switch self {
        case .hidden: nil
        case .replyTo(let address), .inText(let address): address
        }
    }
}
