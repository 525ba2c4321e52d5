package import PosternCore

/// Everything that the mail with a letter is made of. Only the vault, which opens the address and the letter, can fill this
/// in.
package struct LetterMail: Sendable {
    package let siteName: HeaderText
    /// Shown under the site's name; nil leaves it out.
    package let siteOrigin: WebOrigin?
    package let recipientName: HeaderText
    package let recipient: EmailAddress
    package let language: Language
    package let letter: Letter
    package let tokens: MailTokens
    package let mailFrom: EmailAddress
    /// The moment of acceptance, which is the mail's date on every attempt.
    package let accepted: Timestamp

    package init(
        siteName: HeaderText, siteOrigin: WebOrigin?, recipientName: HeaderText, recipient: EmailAddress, language: Language,
        letter: Letter, tokens: MailTokens, mailFrom: EmailAddress, accepted: Timestamp
    ) {
        self.siteName = siteName
        self.siteOrigin = siteOrigin
        self.recipientName = recipientName
        self.recipient = recipient
        self.language = language
        self.letter = letter
        self.tokens = tokens
        self.mailFrom = mailFrom
        self.accepted = accepted
    }

    /// Whether the envelope or the headers hold a UTF-8 address even without the visitor's.
    var envelopeNeedsSMTPUTF8: Bool { recipient.needsSMTPUTF8 || mailFrom.needsSMTPUTF8 }

    /// How the recipient learns the visitor's address, if at all.
    var shownAddress: ShownAddress {
        guard letter.sharesAddress else { return .hidden }
        // One UTF-8 address in a header makes the whole mail SMTPUTF8 (RFC 6532 §3.2). A smarthost or provider without it
        // would refuse the letter, although the recipient can be reached. The text can carry any address.
        if letter.replyAddress.needsSMTPUTF8 && !envelopeNeedsSMTPUTF8 { return .inText(letter.replyAddress) }
        return .replyTo(letter.replyAddress)
    }
}

/// How the recipient learns the visitor's address.
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
