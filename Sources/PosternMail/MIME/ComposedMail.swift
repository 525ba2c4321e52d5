package import PosternCore

/// A mail ready for SMTP. The same draft gives the same bytes on every attempt.
package struct ComposedMail: Equatable, Sendable {
    /// Header and body: only CRLF line ends, seven-bit unless `needsSMTPUTF8`, and no line that begins with a dot.
    package let bytes: [UInt8]
    /// Whether a header holds a UTF-8 address (RFC 6532), so that it may only go to a server that offers SMTPUTF8.
    package let needsSMTPUTF8: Bool
    /// Goes between `<` and `>` in MAIL FROM: random per letter, at the domain the mail is from.
    package let envelopeSender: String

    package init(bytes: [UInt8], needsSMTPUTF8: Bool, envelopeSender: String) {
        self.bytes = bytes
        self.needsSMTPUTF8 = needsSMTPUTF8
        self.envelopeSender = envelopeSender
    }
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

/// Everything a mail of ours is made of.
///
/// Header fields are chosen here and nowhere else. Left out on purpose: `Received`, `X-Originating-IP` and `User-Agent`, which
/// would reveal a client or our software; `Sender`, since From is our own address; and `Precedence`, which no standard defines
/// and which would make a personal letter look like bulk mail.
package struct MailDraft: Sendable {
    /// A name and an address, as in a header.
    package struct Mailbox: Sendable {
        package let name: String
        package let address: EmailAddress

        package init(name: String, address: EmailAddress) {
            self.name = name
            self.address = address
        }
    }

    private let from: Mailbox
    private let to: Mailbox
    private let replyTo: Mailbox?
    private let subject: String
    private let languageTag: String
    private let tokens: MailTokens
    private let date: Timestamp
    private let plain: String
    private let html: String

    /// - Parameter languageTag: the language of the text (RFC 5646).
    package init(
        from: Mailbox, to: Mailbox, replyTo: Mailbox?, subject: String, languageTag: String, tokens: MailTokens, date: Timestamp,
        plain: String, html: String
    ) {
        self.from = from
        self.to = to
        self.replyTo = replyTo
        self.subject = subject
        self.languageTag = languageTag
        self.tokens = tokens
        self.date = date
        self.plain = Self.canonical(plain)
        self.html = Self.canonical(html)
    }

    /// - Throws: `.token` or `.controlCharacter`. Values that their types have checked cause neither.
    package func composed() throws(ComposeFault) -> ComposedMail {
        guard Self.isToken(tokens.message), Self.isToken(tokens.envelope) else { throw .token }
        let header = try header()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.utf8.count + (plain.utf8.count + html.utf8.count) * 3 / 2)
        bytes += header.utf8
        bytes += [0x0D, 0x0A]
        appendBody(to: &bytes)
        let addresses = [from.address, to.address, replyTo?.address]
        return ComposedMail(
            bytes: bytes, needsSMTPUTF8: addresses.contains { $0?.needsSMTPUTF8 == true },
            envelopeSender: "\(tokens.envelope)@\(from.address.domain)")
    }

    private func header() throws(ComposeFault) -> String {
        var header = HeaderWriter()
        try header.write("Date", pieces: [date.rfc5322])
        try header.write("From", phrase: from.name, address: from.address)
        try header.write("To", phrase: to.name, address: to.address)
        if let replyTo { try header.write("Reply-To", phrase: replyTo.name, address: replyTo.address) }
        try header.write("Subject", text: subject)
        try header.write("Message-ID", pieces: ["<\(tokens.message)@\(from.address.domain)>"])
        try header.write("Content-Language", pieces: [languageTag])
        // RFC 3834 §5: not `auto-replied`, since this is not an answer to a mail. A person wrote the letter, but `no` would
        // allow what §2 forbids for every other value: a vacation notice to us or, by Reply-To, to the visitor, which would
        // reveal the recipient.
        try header.write("Auto-Submitted", pieces: ["auto-generated"])
        // Exchange obeys this one (MS-OXCMAIL §2.1.3.2.20). `All` also suppresses its non-delivery reports, which we do not
        // read. If that changes, list the other five kinds here instead.
        try header.write("X-Auto-Response-Suppress", pieces: ["All"])
        try header.write("MIME-Version", pieces: ["1.0"])
        try header.write("Content-Type", pieces: ["multipart/alternative;", "boundary=\"\(boundary)\""])
        return header.text
    }

    /// Neither encoding can produce it: in quoted-printable, `=` is followed by a hexadecimal digit or CRLF; base64 has no `_`.
    private var boundary: String { "=_\(tokens.message)" }

    /// The two forms of the text as `multipart/alternative` (RFC 2046 §5.1.4), the plain one first. There is no preamble: only
    /// ancient clients show it, and it would be in one language only.
    private func appendBody(to bytes: inout [UInt8]) {
        for (type, text) in [("text/plain", plain), ("text/html", html)] {
            let (encoding, lines) = TransferEncoding.encoded(text)
            bytes += "--\(boundary)\r\n".utf8
            bytes += "Content-Type: \(type); charset=utf-8\r\n".utf8
            bytes += "Content-Transfer-Encoding: \(encoding.rawValue)\r\n\r\n".utf8
            bytes += lines
        }
        bytes += "--\(boundary)--\r\n".utf8
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
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }
}
