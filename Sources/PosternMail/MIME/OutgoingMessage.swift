package import PosternCore

/// One mail for one recipient, ready for SMTP. A letter gives the same bytes on every attempt.
package struct OutgoingMessage: Equatable, Sendable {
    /// Header and body: only CRLF line ends, seven-bit unless `needsSMTPUTF8`, and no line that begins with a dot.
    package let bytes: [UInt8]
    /// Whether an address in the header is UTF-8 (RFC 6532), the recipient's included: it may only go to a server that offers
    /// SMTPUTF8. libcurl announces that after MAIL only if an envelope address needs it, so the composer puts no UTF-8 address
    /// into the header of a letter whose envelope is ASCII.
    package let needsSMTPUTF8: Bool
    /// Goes between `<` and `>` in MAIL FROM: random per letter, at the domain the mail is from.
    package let envelopeSender: String
    package let recipient: EmailAddress
    /// The visitor's address, whether the mail shows it or not: a server that has had other mails of the conversation may name it in
    /// an answer to this one.
    package let visitorAddress: EmailAddress?

    package init(
        bytes: [UInt8], needsSMTPUTF8: Bool, envelopeSender: String, recipient: EmailAddress,
        visitorAddress: EmailAddress? = nil
    ) {
        self.bytes = bytes
        self.needsSMTPUTF8 = needsSMTPUTF8
        self.envelopeSender = envelopeSender
        self.recipient = recipient
        self.visitorAddress = visitorAddress
    }
}

/// The recipient is personal: anything that prints a message by accident prints this.
extension OutgoingMessage: CustomStringConvertible, CustomReflectable {
    package var description: String { "‹message of \(bytes.count) bytes›" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

/// Why a mail cannot be made. Each is a fault of ours, so another try does not help.
package enum ComposeFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// A header value with a line break, NUL or another control character. The types of the values should prevent it.
    case controlCharacter(header: String)
    /// A token that is not safe in a Message-ID, an envelope address and a MIME boundary.
    case token
    /// A link in the text that is not an absolute URL of RFC 3986 characters.
    case link

    package var description: String {
        switch self {
        case .controlCharacter(let header): "the mail's \(header) header would hold a control character"
        case .token: "a token of the mail is not 1–40 letters and digits"
        case .link: "the mail's link is not an absolute http or https URL"
        }
    }
}

/// How a mail of ours is written.
///
/// Header fields are chosen here and nowhere else. Left out on purpose: `Received`, `X-Originating-IP` and `User-Agent`, which
/// would reveal a client or our software; `Sender`, since From is our own address; and `Precedence`, which no standard defines
/// and which would make a personal letter look like bulk mail.
extension OutgoingMessage {
    /// A name and an address, as in a header.
    package struct Mailbox: Sendable {
        package let name: String
        package let address: EmailAddress

        package init(name: String, address: EmailAddress) {
            self.name = name
            self.address = address
        }
    }

    /// - Parameters:
    ///   - languageTag: the language of the text (RFC 5646).
    ///   - html: nil leaves a mail of plain text.
    ///   - thread: the conversation that it belongs to.
    ///   - unsubscribe: the page that stops such mails (RFC 2369 §3.2), and a post to it stops them at once (RFC 8058).
    /// - Throws: `.token` or `.controlCharacter`. Values that their types have checked cause neither.
    package init(
        from: Mailbox, to: Mailbox, replyTo: Mailbox?, subject: String, languageTag: String, tokens: MailTokens, date: Timestamp,
        plain: String, html: String?, visitorAddress: EmailAddress? = nil, thread: MailThread? = nil,
        unsubscribe: String? = nil
    ) throws(ComposeFault) {
        guard ([tokens.messageID, tokens.envelope] + (thread?.tokens ?? [])).allSatisfy(Self.isToken) else { throw .token }
        // Neither encoding can produce it: in quoted-printable, `=` is followed by a hexadecimal digit or CRLF; base64 has no `_`.
        let boundary = "=_\(tokens.messageID)"
        let domain = from.address.domain
        var header = HeaderWriter()
        try header.write("Date", pieces: [date.rfc5322])
        try header.write("From", phrase: from.name, address: from.address)
        try header.write("To", phrase: to.name, address: to.address)
        if let replyTo { try header.write("Reply-To", phrase: replyTo.name, address: replyTo.address) }
        try header.write("Subject", text: subject)
        try header.write("Message-ID", pieces: ["<\(tokens.messageID)@\(domain)>"])
        if let thread { try header.write(thread, at: domain) }
        if let unsubscribe {
            try header.write("List-Unsubscribe", pieces: ["<\(unsubscribe)>"])
            // RFC 8058 §3.1 asks for https: over http, as on a trial, mail programs leave this out of account.
            try header.write("List-Unsubscribe-Post", pieces: ["List-Unsubscribe=One-Click"])
        }
        try header.write("Content-Language", pieces: [languageTag])
        // RFC 3834 §5: not `auto-replied`, since this is not an answer to a mail. A person wrote the letter, but `no` would
        // allow what §2 forbids for every other value: a vacation notice to us or, by Reply-To, to the visitor, which would
        // reveal the recipient.
        try header.write("Auto-Submitted", pieces: ["auto-generated"])
        // Exchange obeys this one (MS-OXCMAIL §2.1.3.2.20). `All` also suppresses its non-delivery reports, which we do not
        // read. If that changes, list the other five kinds here instead.
        try header.write("X-Auto-Response-Suppress", pieces: ["All"])
        try header.write("MIME-Version", pieces: ["1.0"])
        var bytes: [UInt8] = []
        if let html {
            try header.write("Content-Type", pieces: ["multipart/alternative;", "boundary=\"\(boundary)\""])
            bytes = Self.bytes(header.text, boundary, plain: plain, html: html)
        } else {
            bytes += header.text.utf8
            Self.append("text/plain", plain, to: &bytes)
        }
        let addresses = [from.address, to.address, replyTo?.address]
        self.init(
            bytes: bytes,
            needsSMTPUTF8: addresses.contains { $0?.needsSMTPUTF8 == true }, envelopeSender: "\(tokens.envelope)@\(domain)",
            recipient: to.address, visitorAddress: visitorAddress)
    }

    /// The two forms of the text as `multipart/alternative` (RFC 2046 §5.1.4), the plain one first. There is no preamble: only
    /// ancient clients show it, and it would be in one language only.
    private static func bytes(_ header: String, _ boundary: String, plain: String, html: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.utf8.count + (plain.utf8.count + html.utf8.count) * 3 / 2)
        bytes += header.utf8
        bytes += [0x0D, 0x0A]
        for (type, text) in [("text/plain", plain), ("text/html", html)] {
            bytes += "--\(boundary)\r\n".utf8
            append(type, text, to: &bytes)
        }
        bytes += "--\(boundary)--\r\n".utf8
        return bytes
    }

    private static func append(_ type: String, _ text: String, to bytes: inout [UInt8]) {
        let (encoding, lines) = TransferEncoding.encoded(canonical(text))
        bytes += "Content-Type: \(type); charset=utf-8\r\n".utf8
        bytes += "Content-Transfer-Encoding: \(encoding.rawValue)\r\n\r\n".utf8
        bytes += lines
    }

    /// Turns all line ends into LF: a template may have been saved with others.
    private static func canonical(_ text: String) -> String {
        var text = text
        // Always reads to the end: the compiler does not vectorise a loop that may stop early.
        guard text.withUTF8({ $0.reduce(0 as UInt8) { $0 | ($1 == 0x0D ? 1 : 0) } }) != 0 else { return text }
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\r" || (scalar == "\n" && previous != "\r") {
                scalars.append("\n")
            } else if scalar != "\n" {
                scalars.append(scalar)
            }
            previous = scalar
        }
        return String(scalars)
    }

    /// Short, and only letters and digits: it is used in an address, a Message-ID and a boundary (at most 70, RFC 2046 §5.1.1).
    private static func isToken(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count) && text.utf8.allSatisfy(\.isASCIILetterOrDigit)
    }
}
