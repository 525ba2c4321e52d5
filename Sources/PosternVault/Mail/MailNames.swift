internal import PosternCore
internal import PosternMail
internal import PosternText

/// What the two of a conversation are called in headers, in the language of one side, and what it is about.
struct MailNames {
    /// Nil when nothing of the name is legible.
    let visitorName: String?
    /// As in `Visitor "Vera"`.
    let visitor: String
    let visitorFrom, recipientFrom: String
    /// What it is about: the visitor's subject, or our words where they left it empty. Mail programs thread by it, so it is made of what
    /// stays as it was in the first mail: the handle, not the recipient's name; the language of when the letter came.
    let topic: String

    /// - Parameters:
    ///   - addressee: whose mails the topic is of.
    ///   - topicTexts: of the language in which they got the first one.
    init(_ letter: Letter, _ job: DeliveryJob, to addressee: Party, in texts: Catalogue, topic topicTexts: Catalogue) {
        let (site, recipient) = (job.site.name.text, job.recipientName.text)
        let name = VisitorName.shown(of: letter)
        visitorName = name
        visitor = Self.visitor(name, in: texts)
        visitorFrom = texts.line(.from, [.visitor: visitor, .site: site])
        recipientFrom = texts.line(.fromRecipient, [.recipient: recipient, .site: site])
        topic =
            switch (letter.subject, addressee) {
            case (let subject?, _): subject.text
            case (nil, .recipient): topicTexts.line(.letterSubject, [.visitor: Self.visitor(name, in: topicTexts)])
            case (nil, .visitor): topicTexts.line(.visitorSubject, [.recipient: job.handle.text])
            }
    }

    private static func visitor(_ name: String?, in texts: Catalogue) -> String {
        name.map { texts.line(.visitor, [.visitor: $0]) } ?? texts.line(.unnamedVisitor)
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
