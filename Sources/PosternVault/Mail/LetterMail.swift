package import PosternCore

/// Everything the mail that brings a letter to its recipient is made of. The vault opens address and letter; nobody
/// else can fill this in.
package struct LetterMail: Sendable {
    package let siteName: HeaderText
    /// Where the footer's site name leads; nil prints the name alone.
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
        (self.siteName, self.siteOrigin) = (siteName, siteOrigin)
        (self.recipientName, self.recipient, self.language) = (recipientName, recipient, language)
        (self.letter, self.tokens, self.mailFrom, self.accepted) = (letter, tokens, mailFrom, accepted)
    }

    /// Whether a UTF-8 address stands in the envelope or the headers whatever the visitor's address is.
    var envelopeNeedsSMTPUTF8: Bool { recipient.needsSMTPUTF8 || mailFrom.needsSMTPUTF8 }

    /// How the recipient learns the visitor's address, if at all.
    var shownAddress: ShownAddress {
        guard letter.sharesAddress else { return .hidden }
        // One UTF-8 address in a header makes the whole mail SMTPUTF8 (RFC 6532 §3.2), and a smarthost or provider
        // without it would refuse a letter whose recipient is perfectly reachable. The body carries any address.
        if letter.replyAddress.needsSMTPUTF8 && !envelopeNeedsSMTPUTF8 { return .inText(letter.replyAddress) }
        return .replyTo(letter.replyAddress)
    }
}

/// How the recipient learns the visitor's address.
enum ShownAddress {
    /// Not at all: it stands in no header and nowhere in the text.
    case hidden
    /// As Reply-To, and said in the text.
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
