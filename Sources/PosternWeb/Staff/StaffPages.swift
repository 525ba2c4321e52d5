private import PosternCore
private import PosternMail
package import PosternText

/// The demo mailbox, newest letter first.
package struct MailboxPage: Page {
    package enum Tag: String, CaseIterable, Sendable {
        case kept, hasLetters, letters, path, subject, from, to, received
    }

    package static let template = "staff/mailbox"

    package let frame: PageFrame
    package let text: Texts
    package let kept: String
    package let hasLetters: Bool
    package let letters: [Row]

    package struct Row: Sendable {
        package let path: String
        package let subject: String
        package let from: String
        package let to: String
        package let received: String
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
                path: StaffRoute.letter(letter.number).path, subject: mail.subject ?? texts(.mailboxNoSubject), from: mail.from,
                to: mail.to, received: letter.received.rfc3339)
        }
    }
}

/// One letter of the demo mailbox with everything it carries.
package struct MailboxLetterPage: Page {
    package enum Tag: String, CaseIterable, Sendable {
        case subject, received, sender, recipients, plain, htmlPath, rawPath, headers, name, value
    }

    package static let template = "staff/letter"

    package let frame: PageFrame
    package let text: Texts
    package let subject: String
    package let received: String
    package let sender: String
    package let recipients: String
    package let plain: String?
    package let htmlPath: String?
    package let rawPath: String
    package let headers: [Header]

    package struct Header: Sendable {
        package let name: String
        package let value: String
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
        htmlPath = mail.html == nil ? nil : StaffRoute.html(letter.number).path
        rawPath = StaffRoute.raw(letter.number).path
        headers = mail.fields.map { Header(name: $0.name, value: $0.value) }
    }
}
