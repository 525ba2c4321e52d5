private import PosternCore

/// Where letters enter the store.
package struct Intake {
    private let session: any Session

    package init(_ session: any Session) {
        self.session = session
    }

    /// Keeps a letter: repeat key, log entry, sealed letter and delivery, or none of them.
    package func accept(_ letter: AcceptedLetter) throws -> Acceptance {
        if let mark = letter.repeatMark, !(try claim(mark, for: letter)) {
            return try earlierOutcome(of: mark)
        }
        let verdict: Verdict.Decision =
            switch letter.placement {
            case .queue: .accept
            case .hold: .hold
            }
        try log(
            SubmissionEntry(
                id: letter.id, at: letter.at, site: letter.site, handle: letter.handle, recipient: letter.recipient,
                verdict: Verdict(verdict, parts: letter.parts), evidence: letter.evidence, letterBytes: letter.letterBytes,
                epoch: letter.epoch))
        try session.run(
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
                verdict: Verdict(.refuse, parts: refused.parts), evidence: refused.evidence, letterBytes: refused.letterBytes,
                epoch: refused.epoch))
    }

    /// Queues a confirmation, due at once.
    package func enqueue(_ confirmation: NewConfirmation) throws {
        try enqueue(
            confirmation.id, as: .confirmation, to: confirmation.recipient, at: confirmation.at,
            of: Epoch(containing: confirmation.at), placement: .queue, tokens: confirmation.tokens)
    }

    /// A key is ours when it is new or has expired; in one statement, so that two posts at once cannot both have it.
    private func claim(_ mark: RepeatMark, for letter: AcceptedLetter) throws -> Bool {
        let claimed = try session.row(
            """
            INSERT INTO idempotency (key, body, letter, expires_at)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE
            SET body = excluded.body, letter = excluded.letter, expires_at = excluded.expires_at
            WHERE idempotency.expires_at <= ?
            RETURNING letter
            """,
            [
                mark.key.stored, mark.body.stored, letter.id.stored, (letter.at + RepeatMark.lifetime).stored,
                letter.at.stored,
            ])
        return claimed != nil
    }

    private func earlierOutcome(of mark: RepeatMark) throws -> Acceptance {
        let row = try session.row(
            """
            SELECT body, letter
            FROM idempotency
            WHERE key = ?
            """,
            [mark.key.stored])
        // The row was there a statement ago, in this transaction.
        guard let row else { return .conflict }
        let body: [UInt8] = try row["body"]
        return body == mark.body ? .repeated(try row["letter"]) : .conflict
    }

    private func log(_ entry: SubmissionEntry) throws {
        try session.run(
            """
            INSERT INTO submission (id, at, site, handle, recipient, verdict, rules, evidence, letter_bytes, epoch)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.id.stored, entry.at.stored, entry.site.stored, entry.handle.stored, entry.recipient.stored,
                entry.verdict.decision.stored, entry.verdict.storedParts, entry.evidence.stored, entry.letterBytes.stored,
                entry.epoch.stored,
            ])
    }

    private func enqueue(
        _ id: LetterID, as mailing: Mailing, to recipient: RecipientID, at now: Timestamp, of epoch: Epoch,
        placement: AcceptedLetter.Placement, tokens: MailTokens
    ) throws {
        let (state, due, reason): (DeliveryState, Timestamp?, String?) =
            switch placement {
            case .queue: (.ready, now, nil)
            case .hold(let reason): (.held, nil, reason)
            }
        try session.run(
            """
            INSERT INTO delivery (
                id, recipient, mailing, epoch, state, attempts, uncertain, accepted_at, due_at, reason, message_token,
                envelope_token)
            VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?)
            """,
            [
                id.stored, recipient.stored, mailing.stored, epoch.stored, state.stored, now.stored, due.stored,
                reason.clipped.stored,
                tokens.message.stored, tokens.envelope.stored,
            ])
    }
}

extension Session {
    package var intake: Intake { Intake(self) }
}
