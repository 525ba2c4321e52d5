internal import PosternCore
internal import PosternStore

extension RecipientOperations {
    /// The most mails a day that tell a recipient that letters are paused, however often the button is pressed.
    private static let mostNotices = 3

    /// Pauses letters, or lets them come again, by the link in a mail. A recipient who was not paused before is told by mail, since a program
    /// that follows links may have pressed the button. A recipient whose address is not confirmed is left alone.
    /// - Parameter conversation: whose link it was; the notice has its links.
    func setPaused(_ isPaused: Bool, _ recipient: Recipient, from conversation: LetterID) async throws {
        let record = operations.trace(
            isPaused ? .pauseRecipient : .resumeRecipient, "\(recipient.site)/\(recipient.handle)")
        var randomness = operations.randomness
        let notice = (id: LetterID(at: record.at, using: &randomness), tokens: MailTokens(using: &randomness))
        try await operations.store.write { transaction in
            let recipients = transaction.recipients
            // One that is over counts as ended, whether upkeep has been here or not.
            if let found = try recipients.find(recipient.id) { _ = try recipients.endPause(of: found, at: record.at) }
            let (former, next): (Recipient.State, Recipient.State) = isPaused ? (.active, .paused) : (.paused, .active)
            guard try recipients.setState(next, of: recipient.id, from: [former], at: record.at) == .changed else { return }
            try transaction.operationTrace.add(record)
            let day = record.at - .days(1)
            guard isPaused, try transaction.intake.pauseNotices(to: recipient.id, since: day) < Self.mostNotices else { return }
            try transaction.intake.enqueuePauseNotice(
                notice.id, to: recipient.id, in: conversation, at: record.at, tokens: notice.tokens)
        }
        operations.wake()
    }

    /// Ends pauses that are over: a bite of them, each with a trace.
    /// - Returns: how many there were.
    package func endPauses() async throws -> Int {
        let (now, limit) = (operations.now(), 100)
        let over = try await operations.store.read { try $0.recipients.pausesOver(at: now, limit: limit) }
        guard !over.isEmpty else { return 0 }
        let records = over.map { operations.trace(.resumeRecipient, $0.subject, because: "the pause is over") }
        try await operations.store.write { transaction in
            for (recipient, record) in zip(over, records) where try transaction.recipients.endPause(of: recipient, at: now) {
                try transaction.operationTrace.add(record)
            }
        }
        return over.count
    }
}
