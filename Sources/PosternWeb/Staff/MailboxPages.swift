private import HTTPTypes
internal import Hummingbird
private import NIOCore
private import PosternCore
private import PosternMail
package import PosternText

/// The demo mailbox, `/demo/mailbox`, and each letter in it.
struct MailboxHandlers: Sendable {
    static let path = "/demo/mailbox"

    static func path(of letter: MailboxLetter) -> String { "\(path)/\(letter.number)" }

    let letters: MailboxLetters
    let responses: ResponseFactory

    func list(_ request: Request, _: WebContext) async -> Response {
        responses.page(MailboxPage(letters.newestFirst, responses.presentation(for: request)))
    }

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let page = MailboxLetterPage(try letter(context), responses.presentation(for: request))
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

/// All letters of the demo mailbox, newest first.
package struct MailboxPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case kept, hasLetters, letters, path, subject, from, to, received
    }

    package static let template = "staff/mailbox"

    package let frame: PageFrame
    package let text: Texts
    package let kept: String
    package let hasLetters: Bool
    package let letters: [Row]

    package struct Row: Sendable {
        package let path, subject, from, to, received: String
    }

    package init(_ letters: [MailboxLetter], _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: presentation.texts(.mailboxTitle))
        text = texts.texts
        kept = texts(.mailboxKept, [.limit: String(MailboxLetters.limit)])
        hasLetters = !letters.isEmpty
        self.letters = letters.map { letter in
            let mail = MailView(source: letter.source)
            return Row(
                path: MailboxHandlers.path(of: letter), subject: mail.subject ?? texts(.mailboxNoSubject), from: mail.from,
                to: mail.to, received: letter.received.rfc3339)
        }
    }
}

/// One letter of the demo mailbox with everything it carries.
package struct MailboxLetterPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case subject, received, sender, recipients, plain, htmlPath, rawPath, headers, name, value
    }

    package static let template = "staff/letter"

    package let frame: PageFrame
    package let text: Texts
    package let subject, received, sender, recipients: String
    package let plain, htmlPath: String?
    package let rawPath: String
    package let headers: [Header]

    package struct Header: Sendable {
        package let name, value: String
    }

    package init(_ letter: MailboxLetter, _ presentation: Presentation) {
        let texts = presentation.texts
        let mail = MailView(source: letter.source)
        subject = mail.subject ?? texts(.mailboxNoSubject)
        frame = presentation.frame(title: subject)
        text = texts.texts
        received = letter.received.rfc3339
        sender = "<\(letter.envelope.sender)>"
        recipients = letter.envelope.recipients.map { "<\($0)>" }.joined(separator: " ")
        plain = mail.plain ?? mail.fault?.description
        htmlPath = mail.html == nil ? nil : MailboxHandlers.path(of: letter) + "/html"
        rawPath = MailboxHandlers.path(of: letter) + "/raw"
        headers = mail.fields.map { Header(name: $0.name, value: $0.value) }
    }
}
