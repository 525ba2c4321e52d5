package import PosternCore

/// Where letters enter the store.
package struct Intake {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Keeps a letter: idempotency key, log entry, sealed letter and delivery, or none of them.
    package func accept(_ letter: AcceptedLetter) throws -> Acceptance {
        guard try takesLetters(letter.recipient) else {
            // The same letter once more is no further letter, whatever has changed since it was taken (A5).
            return try letter.idempotencyRecord.flatMap { try earlier($0, at: letter.at) }.map(Acceptance.repeated) ?? .noLetters
        }
        if let record = letter.idempotencyRecord, !(try claim(record, for: letter)) {
            return try earlierOutcome(of: record)
        }
        let verdict: Verdict.Decision =
            switch letter.placement {
            case .queue: .accept
            case .hold: .hold
            }
        try log(
            SubmissionEntry(
                id: letter.id, at: letter.at, site: letter.site.text, handle: letter.handle.text, recipient: letter.recipient,
                verdict: Verdict(verdict, parts: letter.parts), tags: letter.tags, evidence: letter.evidence,
                letterBytes: letter.letterBytes, repeats: 0, epoch: letter.epoch))
        if let record = letter.limitMark { try transaction.limitMarks.add(record, for: letter.id) }
        try transaction.run(
            """
            INSERT INTO letter (id, seal)
            VALUES (?, ?)
            """,
            [letter.id.stored, letter.seal.stored])
        try enqueue(
            letter.id, as: .letter, to: letter.recipient, at: letter.at, of: letter.epoch, placement: letter.placement,
            tokens: letter.tokens)
        return .stored
    }

    /// Keeps the log entry of a submission that was turned away.
    package func log(_ refused: RefusedSubmission) throws {
        try log(
            SubmissionEntry(
                id: refused.id, at: refused.at, site: refused.site, handle: refused.handle, recipient: refused.recipient,
                verdict: Verdict(.refuse, parts: refused.parts), tags: refused.tags, evidence: refused.evidence,
                letterBytes: refused.letterBytes, repeats: 0, epoch: refused.epoch))
    }

    /// Counts refusals on the entry of the first of their kind.
    package func addRepeats(_ count: Int, to id: LetterID) throws {
        try transaction.run(
            """
            UPDATE submission
            SET repeats = repeats + ?
            WHERE id = ?
            """,
            [count.stored, id.stored])
    }

    /// - Returns: the letter that this very post became before; nil when there was none, or the key went with another post.
    package func earlier(_ record: IdempotencyRecord, at now: Timestamp) throws -> LetterID? {
        try transaction.row(
            """
            SELECT letter
            FROM idempotency
            WHERE key = ? AND body = ? AND expires_at > ?
            """,
            [record.key.stored, record.body.stored, now.stored]
        ).map { try $0["letter"] }
    }

    /// When the oldest letter came that is still kept.
    package func oldestLetter() throws -> Timestamp? {
        try transaction.row(
            """
            SELECT id
            FROM letter
            ORDER BY id
            LIMIT 1
            """
        ).map { row in
            let id: LetterID = try row["id"]
            return id.moment
        }
    }

    /// Queues a confirmation, due at once.
    package func enqueue(_ confirmation: NewConfirmation) throws {
        try enqueue(
            confirmation.id, as: .confirmation, to: confirmation.recipient, at: confirmation.at,
            of: Epoch(containing: confirmation.at), placement: .queue, tokens: confirmation.tokens)
    }

    /// Asked here once more: between the first look and this transaction somebody may have paused.
    private func takesLetters(_ recipient: RecipientID) throws -> Bool {
        try transaction.row(
            """
            SELECT id
            FROM recipient
            WHERE id = ? AND state = 'active'
            """,
            [recipient.stored]) != nil
    }

    /// A key is ours when it is new or has expired; in one statement, so that two posts at once cannot both have it.
    private func claim(_ record: IdempotencyRecord, for letter: AcceptedLetter) throws -> Bool {
        let claimed = try transaction.row(
            """
            INSERT INTO idempotency (key, body, letter, expires_at)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE
            SET body = excluded.body, letter = excluded.letter, expires_at = excluded.expires_at
            WHERE idempotency.expires_at <= ?
            RETURNING letter
            """,
            [
                record.key.stored, record.body.stored, letter.id.stored, (letter.at + IdempotencyRecord.lifetime).stored,
                letter.at.stored,
            ])
        return claimed != nil
    }

    private func earlierOutcome(of record: IdempotencyRecord) throws -> Acceptance {
        let row = try transaction.row(
            """
            SELECT body, letter
            FROM idempotency
            WHERE key = ?
            """,
            [record.key.stored])
        // The row was there a statement ago, in this transaction.
        guard let row else { return .conflict }
        let body: [UInt8] = try row["body"]
        return body == record.body ? .repeated(try row["letter"]) : .conflict
    }

    private func log(_ entry: SubmissionEntry) throws {
        try transaction.run(
            """
            INSERT INTO submission (
                id, at, site, handle, recipient, verdict, rules, tags, evidence, letter_bytes, repeats, epoch)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.id.stored, entry.at.stored, entry.site.stored, entry.handle.stored, entry.recipient.stored,
                entry.verdict.decision.stored, entry.verdict.storedParts, entry.tags.stored, entry.evidence.stored,
                entry.letterBytes.stored, entry.repeats.stored, entry.epoch.stored,
            ])
        // Two networks of one client may share a tag once in a long while.
        for tag in Set(entry.tags) {
            try transaction.run(
                """
                INSERT INTO submission_tag (epoch, tag, submission)
                VALUES (?, ?, ?)
                """,
                [entry.epoch.stored, tag.stored, entry.id.stored])
        }
        for rule in Set(entry.verdict.parts.map(\.rule)) {
            try transaction.run(
                """
                INSERT INTO submission_rule (rule, verdict, submission)
                VALUES (?, ?, ?)
                """,
                [rule.stored, entry.verdict.decision.stored, entry.id.stored])
        }
    }

    private func enqueue(
        _ id: LetterID, as kind: DeliveryKind, to recipient: RecipientID, at now: Timestamp, of epoch: Epoch,
        placement: AcceptedLetter.Placement, tokens: MailTokens
    ) throws {
        let (state, due, reason): (DeliveryState, Timestamp?, String?) =
            switch placement {
            case .queue: (.ready, now, nil)
            case .hold(let reason): (.held, nil, reason)
            }
        try transaction.run(
            """
            INSERT INTO delivery (
                id, recipient, mailing, epoch, state, attempts, uncertain, accepted_at, due_at, reason, message_token,
                envelope_token)
            VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?)
            """,
            [
                id.stored, recipient.stored, kind.stored, epoch.stored, state.stored, now.stored, due.stored,
                reason.clipped.stored,
                tokens.message.stored, tokens.envelope.stored,
            ])
    }
}

extension Transaction {
    package var intake: Intake { Intake(self) }
}
