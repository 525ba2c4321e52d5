package import PosternCore

/// A reply that is taken: everything that one transaction must hold before anybody says that it is on its way.
package struct AcceptedReply: Sendable {
    /// What the log will say.
    package let entry: SubmissionEntry
    /// The sealed reply.
    package let seal: [UInt8]
    package let tokens: MailTokens
    package let conversation: LetterID
    package let author: Party
    /// Of the mail that carries it.
    package let links: [StoredLink]
    /// The copy that its author gets: a delivery of its own.
    package let copy: (id: LetterID, tokens: MailTokens)
    /// How long it can be withdrawn.
    package let wait: Duration
    /// What is said to show that the visitor's mailbox was reached, of the length of a proof; nil when nothing is.
    package let proof: [UInt8]?
    package let limitRecord: LimitRecord?
    package let idempotencyRecord: IdempotencyRecord?
    package let yesterdaysKey: [UInt8]?

    package init(
        entry: SubmissionEntry, seal: [UInt8], tokens: MailTokens, conversation: LetterID, author: Party, links: [StoredLink],
        copy: (id: LetterID, tokens: MailTokens), wait: Duration, proof: [UInt8]? = nil, limitRecord: LimitRecord? = nil,
        idempotencyRecord: IdempotencyRecord? = nil, yesterdaysKey: [UInt8]? = nil
    ) {
        self.entry = entry
        self.seal = seal
        self.tokens = tokens
        self.conversation = conversation
        self.author = author
        self.links = links
        self.copy = copy
        self.wait = wait
        self.proof = proof
        self.limitRecord = limitRecord
        self.idempotencyRecord = idempotencyRecord
        self.yesterdaysKey = yesterdaysKey
    }

    package var id: LetterID { entry.id }
}

extension Intake {
    /// Keeps a reply with its idempotency key, log entry, delivery and copy, or nothing at all.
    /// - Returns: `.noLetters` when the conversation is over or closed, or its recipient cannot be written to.
    package func accept(_ reply: AcceptedReply) throws -> Acceptance {
        let entry = reply.entry
        guard let recipient = entry.recipient, try isOpen(reply, with: recipient) else {
            return try reply.idempotencyRecord.flatMap { try earlier($0, at: entry.at) }.map(Acceptance.repeated) ?? .noLetters
        }
        if let record = reply.idempotencyRecord, !(try claim(record, for: entry, yesterdaysKey: reply.yesterdaysKey)) {
            return try earlierOutcome(of: record, entry, yesterdaysKey: reply.yesterdaysKey)
        }
        try log(entry)
        if let record = reply.limitRecord { try transaction.limitRecords.add(record, for: reply.id) }
        try keep(reply.seal, of: reply.id)
        let held = entry.verdict.holdReason
        try enqueue(
            reply.id, as: .reply, to: recipient, at: entry.at, heldBecause: held, tokens: reply.tokens, letter: reply.id,
            after: reply.wait)
        if held != nil { try transaction.reviewItems.add(entry, likeness: nil, of: recipient) }
        try add(reply.id, to: reply, as: .reply)
        // What is held gets its copy all the same: nobody is to learn from a copy that it is held.
        try enqueue(
            reply.copy.id, as: .copy, to: recipient, at: entry.at, heldBecause: nil, tokens: reply.copy.tokens, letter: reply.id,
            after: reply.wait)
        try add(reply.copy.id, to: reply, as: .copy)
        try transaction.links.add(reply.links)
        if let proof = reply.proof { try transaction.conversations.prove(reply.conversation, with: proof) }
        return .stored
    }

    /// As the statements below spell it.
    static let withdrawnReason = "withdrawn by its author"

    /// Takes a reply back that nobody has tried to send yet, with its copy.
    /// - Returns: false when it is too late.
    package func withdraw(_ reply: LetterID, at now: Timestamp) throws -> Bool {
        let withdrawn = try transaction.run(
            """
            UPDATE delivery
            SET state = 'dropped', due_at = NULL, finished_at = ?, reason = 'withdrawn by its author'
            WHERE id = ? AND kind = 'reply' AND attempts = 0 AND state IN ('ready', 'held') AND accepted_at >= ?
            """,
            // The longest time that can be configured; the caller keeps the one that is.
            [now.stored, reply.stored, (now - .hours(1)).stored])
        guard withdrawn == 1 else { return false }
        try transaction.reviewItems.end(reply, in: .held)
        try transaction.run(
            """
            UPDATE delivery
            SET state = 'dropped', due_at = NULL, finished_at = ?, reason = 'withdrawn by its author'
            WHERE kind = 'copy' AND letter = ? AND state IN ('ready', 'held') AND id IN (
                SELECT copy.id
                FROM reply
                CROSS JOIN reply AS copy
                WHERE reply.id = ? AND copy.conversation = reply.conversation AND copy.kind = 'copy' AND copy.id >= ?)
            """,
            [now.stored, reply.stored, reply.stored, LetterID.floor(of: reply.moment).stored])
        try transaction.run(
            """
            DELETE FROM letter
            WHERE id = ?
            """,
            [reply.stored])
        return true
    }

    private func isOpen(_ reply: AcceptedReply, with recipient: RecipientID) throws -> Bool {
        guard let conversation = try transaction.conversations.find(reply.conversation), conversation.closedBy == nil,
            conversation.recipient == recipient
        else { return false }
        // A recipient who has paused letters may still answer the ones that came.
        return try reply.author == .visitor
            ? rule(of: recipient, at: reply.entry.at) != nil : transaction.recipients.find(recipient)?.record != nil
    }

    private func add(_ id: LetterID, to reply: AcceptedReply, as kind: DeliveryKind) throws {
        try transaction.run(
            """
            INSERT INTO reply (id, conversation, author, kind)
            VALUES (?, ?, ?, ?)
            """,
            [id.stored, reply.conversation.stored, reply.author.stored, kind.stored])
    }
}
