package import PosternCore

/// Everything that the mail "is this your address?" is made of.
package struct ConfirmationMail: Sendable {
    package let siteName: HeaderText
    package let siteOrigin: WebOrigin?
    package let recipientName: HeaderText
    package let recipient: EmailAddress
    package let language: Language
    /// The page that confirms the address, as an absolute `https` (or, for a trial, `http`) URL in ASCII.
    package let link: String
    package let tokens: MailTokens
    package let mailFrom: EmailAddress
    /// The moment the mail was queued, which is its date on every attempt.
    package let accepted: Timestamp

    package init(
        siteName: HeaderText, siteOrigin: WebOrigin?, recipientName: HeaderText, recipient: EmailAddress, language: Language,
        link: String, tokens: MailTokens, mailFrom: EmailAddress, accepted: Timestamp
    ) {
        self.siteName = siteName
        self.siteOrigin = siteOrigin
        self.recipientName = recipientName
        self.recipient = recipient
        self.language = language
        self.link = link
        self.tokens = tokens
        self.mailFrom = mailFrom
        self.accepted = accepted
    }

    /// Whether the link can stand on a line of its own and in an attribute: it has characters of RFC 3986 only.
    var hasUsableLink: Bool {
        guard let scheme = ["https://", "http://"].first(where: link.hasPrefix) else { return false }
        let marks = "-._~:/?#[]@!$&'()*+,;=%".utf8
        return link.utf8.count > scheme.utf8.count && link.utf8.count <= 900
            && link.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || marks.contains(byte)
            }
    }
}
