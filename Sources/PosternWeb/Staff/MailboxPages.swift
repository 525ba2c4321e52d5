private import HTTPTypes
internal import Hummingbird
private import NIOCore
package import PosternCore
private import PosternMail
package import PosternText

/// The two demo mailboxes, `/demo/mailbox`, and each letter in them.
struct MailboxHandlers: Sendable {
    static let path = "/demo/mailbox"

    static func path(of letter: MailboxLetter) -> String { "\(path)/\(letter.number)" }

    let letters: MailboxLetters
    /// Where the links of our mails lead.
    let origin: WebOrigin
    let responses: ResponseFactory

    func list(_ request: Request, _ context: WebContext) async -> Response {
        responses.page(
            MailboxPage(MailboxSides(letters.newestFirst, origin: origin), responses.presentation(for: request, context)))
    }

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let page = MailboxLetterPage(try letter(context), origin: origin, responses.presentation(for: request, context))
        return responses.page(page, under: responses.headers.framing)
    }

    /// The HTML part alone, for the frame on the letter's page.
    func html(_: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard let html = MailView(source: try letter(context).source).html else { throw .notFound }
        return ResponseFactory.response(.ok, responses.headers.framed, "text/html; charset=utf-8", ByteBuffer(string: html))
    }

    /// The letter as it came over SMTP.
    func raw(_: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let source = ByteBuffer(bytes: try letter(context).source)
        return ResponseFactory.response(.ok, responses.headers.api, "text/plain; charset=utf-8", source)
    }

    private func letter(_ context: WebContext) throws(RequestFault) -> MailboxLetter {
        let text = context["number"]
        // Only as we write it, without a sign or a leading zero, so that one letter has one address.
        guard let number = Int(text), number > 0, String(number) == text, let letter = letters.letter(number) else {
            throw .notFound
        }
        return letter
    }
}

/// All letters of the demo mailboxes, the newest of each first.
package struct MailboxPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case kept, mailboxes, heading, hint, hasLetters, letters, path, subject, from, to, received
    }

    package static let template = "staff/mailbox"

    package let frame: PageFrame
    package let text: Texts
    package let kept: String
    package let mailboxes: [Mailbox]

    package struct Mailbox: Sendable {
        package let heading, hint: String
        package let hasLetters: Bool
        package let letters: [Row]
    }

    package struct Row: Sendable {
        package let path, subject, from, to, received: String
    }

    package init(_ sides: MailboxSides, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: presentation.texts(.mailboxTitle))
        text = texts.texts
        kept = texts(.mailboxKept, [.limit: String(MailboxLetters.limit)])
        func mailbox(_ heading: StaffText, _ hint: StaffText, _ entries: [MailboxSides.Entry]) -> Mailbox {
            Mailbox(
                heading: texts(heading), hint: texts(hint), hasLetters: !entries.isEmpty,
                letters: entries.map { Row($0, texts) })
        }
        mailboxes = [
            mailbox(.mailboxMember, .mailboxMemberHint, sides.members),
            mailbox(.mailboxVisitor, .mailboxVisitorHint, sides.visitors),
        ]
    }
}

extension MailboxPage.Row {
    fileprivate init(_ entry: MailboxSides.Entry, _ texts: Catalogue) {
        self.init(
            path: MailboxHandlers.path(of: entry.letter), subject: entry.mail.subject ?? texts(.mailboxNoSubject),
            from: entry.mail.from, to: entry.mail.to, received: entry.letter.received.rfc3339)
    }
}

/// One letter of the demo mailbox with everything it carries.
package struct MailboxLetterPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case subject, received, sender, recipients, hasLinks, links, url, label, plain, htmlPath, rawPath, headers, name, value
    }

    package static let template = "staff/letter"

    package let frame: PageFrame
    package let text: Texts
    package let subject, received, sender, recipients: String
    package let hasLinks: Bool
    /// Of our own in it, to be opened beside it: its HTML stands in a frame that nothing leaves.
    package let links: [Link]
    package let plain, htmlPath: String?
    package let rawPath: String
    package let headers: [Header]

    package struct Link: Sendable {
        package let url, label: String
    }

    package struct Header: Sendable {
        package let name, value: String
    }

    package init(_ letter: MailboxLetter, origin: WebOrigin, _ presentation: Presentation) {
        let texts = presentation.texts
        let mail = MailView(source: letter.source)
        subject = mail.subject ?? texts(.mailboxNoSubject)
        frame = presentation.frame(title: subject)
        text = texts.texts
        received = letter.received.rfc3339
        sender = "<\(letter.envelope.sender)>"
        recipients = letter.envelope.recipients.map { "<\($0)>" }.joined(separator: " ")
        links = MailboxLink.all(in: mail, to: origin).map { Link(url: $0.url, label: $0.label ?? $0.url) }
        hasLinks = !links.isEmpty
        plain = mail.plain ?? mail.fault?.description
        htmlPath = mail.html == nil ? nil : MailboxHandlers.path(of: letter) + "/html"
        rawPath = MailboxHandlers.path(of: letter) + "/raw"
        headers = mail.fields.map { Header(name: $0.name, value: $0.value) }
    }
}
