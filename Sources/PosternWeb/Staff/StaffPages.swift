package import PosternCore

/// What staff see first: how the deliveries stand, and the way to the demo mailbox if there is one.
package struct OverviewPage: Page {
    package static let template = TemplateName.staffOverview

    package let frame: PageFrame
    package let text: Texts
    package let counts: Counts?
    package let mailbox: String?

    package struct Counts: Sendable {
        package let rows: [Row]

        package struct Row: Sendable {
            package let state: String
            package let count: Int
        }
    }

    /// - Parameter counts: nil when the store cannot say.
    package init(counts: [DeliveryState: Int]?, mailbox: String?, _ texts: Catalogue, _ templates: Templates) {
        frame = templates.frame(title: texts(.staffTitle), texts)
        text = texts.texts
        self.mailbox = mailbox
        self.counts = counts.map { counts in
            Counts(rows: DeliveryState.allCases.map { Counts.Row(state: texts(TextKey($0)), count: counts[$0] ?? 0) })
        }
    }
}

/// The demo mailbox, newest letter first.
package struct MailboxPage: Page {
    package static let template = TemplateName.staffMailbox

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

    package init(_ letters: [MailboxLetter], _ texts: Catalogue, _ templates: Templates) {
        frame = templates.frame(title: texts(.mailboxTitle), texts)
        text = texts.texts
        kept = texts(.mailboxKept, ["limit": String(MailboxLetters.limit)])
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
    package static let template = TemplateName.staffLetter

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

    package init(_ letter: MailboxLetter, _ texts: Catalogue, _ templates: Templates) {
        let mail = MailView(source: letter.source)
        subject = mail.subject ?? texts(.mailboxNoSubject)
        frame = templates.frame(title: subject, texts)
        text = texts.texts
        received = letter.received.rfc3339
        sender = "<\(letter.envelope.sender)>"
        recipients = letter.envelope.recipients.map { "<\($0)>" }.joined(separator: " ")
        plain = mail.plain
        htmlPath = mail.html == nil ? nil : StaffRoute.html(letter.number).path
        rawPath = StaffRoute.raw(letter.number).path
        headers = mail.fields.map { Header(name: $0.name, value: $0.value) }
    }
}
