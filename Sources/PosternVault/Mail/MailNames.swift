internal import PosternCore
internal import PosternMail
internal import PosternText

/// What the two of a conversation are called in headers, and what it is about, in the language of one side.
struct MailNames {
    /// Nil when nothing of the name is legible.
    let visitorName: String?
    /// As in `Visitor "Vera"`.
    let visitor: String
    let visitorFrom, recipientFrom: String
    /// The visitor's subject, or our words where they left it empty.
    let recipientTopic, visitorTopic: String

    init(_ letter: Letter, _ job: DeliveryJob, in texts: Catalogue) {
        let (site, recipient) = (job.site.name.text, job.recipientName.text)
        let name = VisitorName.shown(of: letter)
        visitorName = name
        visitor = name.map { texts.line(.visitor, [.visitor: $0]) } ?? texts.line(.unnamedVisitor)
        visitorFrom = texts.line(.from, [.visitor: visitor, .site: site])
        recipientFrom = texts.line(.fromRecipient, [.recipient: recipient, .site: site])
        recipientTopic = letter.subject?.text ?? texts.line(.letterSubject, [.visitor: visitor])
        visitorTopic = letter.subject?.text ?? texts.line(.visitorSubject, [.recipient: recipient])
    }
}

extension MailConversation {
    func thread(on topic: String, isAnswer: Bool) -> MailThread {
        MailThread(root: root, began: began, earlier: earlier, topic: topic, isAnswer: isAnswer)
    }
}

extension ShownAddress {
    var replyTo: EmailAddress? { if case .replyTo(let address) = self { address } else { nil } }
}
