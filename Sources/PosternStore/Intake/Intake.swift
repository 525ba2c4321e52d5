package import PosternCore

/// Where letters enter the store.
package struct Intake {
    let transaction: any Transaction

    /// Keeps a letter with its idempotency key, log entry and delivery, or nothing at all.
    package func accept(_ letter: AcceptedLetter) throws -> Acceptance {
        let entry = letter.entry
        guard let recipient = entry.recipient, let rule = try rule(of: recipient, at: entry.at) else {
            // The same letter posted again is no second letter, whatever has changed since the first was taken.
            return try letter.idempotencyRecord.flatMap { try earlier($0, at: entry.at) }.map(Acceptance.repeated) ?? .noLetters
        }
        guard rule.writers == .anyone || letter.proof != nil else { return .unproven }
        if let record = letter.idempotencyRecord, !(try claim(record, for: entry, yesterdaysKey: letter.yesterdaysKey)) {
            return try earlierOutcome(of: record, entry, yesterdaysKey: letter.yesterdaysKey)
        }
        let wave = letter.likeness.flatMap { $0.wave == letter.id ? nil : $0.wave }
        try log(entry, wave: wave)
        if let likeness = letter.likeness { try transaction.waves.note(likeness.sketch, wave: wave, of: entry) }
        if let wave, entry.verdict.parts.contains(where: { $0.rule == .wave }) { try transaction.waves.open(wave, at: entry.at) }
        if let record = letter.limitRecord { try transaction.limitRecords.add(record, for: letter.id) }
        try keep(letter.seal, of: letter.id)
        let held = letter.proof == nil ? entry.verdict.holdReason : AwaitedProofs.reason
        // What staff or the visitor let go later finds its place then.
        let due = try rule.dailyLetters.flatMap { limit in
            held == nil ? try transaction.dailyLetters.place(letter.id, to: recipient, limit: limit, at: entry.at) : nil
        }
        try enqueue(
            letter.id, as: .letter, to: recipient, at: entry.at, heldBecause: held, tokens: letter.tokens, letter: letter.id,
            released: due.flatMap { $0 > entry.at ? $0 : nil })
        if held != nil, letter.proof == nil {
            try transaction.reviewItems.add(entry, likeness: wave, of: recipient)
        }
        if let proof = letter.proof {
            try transaction.awaitedProofs.add(letter.id)
            try enqueue(
                proof.id, as: .prove, to: recipient, at: entry.at, heldBecause: nil, tokens: proof.tokens, letter: letter.id)
        }
        if let conversation = letter.conversation {
            try transaction.conversations.begin(
                ConversationRow(id: letter.id, recipient: recipient, summary: conversation.summary),
                links: conversation.links, ledgerKey: conversation.ledgerKey)
        }
        return .stored
    }

    func keep(_ seal: [UInt8], of id: LetterID) throws {
        try transaction.run(
            """
            INSERT INTO letter (id, seal)
            VALUES (?, ?)
            """,
            [id.stored, seal.stored])
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

    /// The post that came under an idempotency key before.
    /// - Parameter key: of an `IdempotencyRecord`.
    package func earlierPost(under key: [UInt8], at now: Timestamp) throws -> (body: [UInt8], letter: LetterID)? {
        try transaction.row(
            """
            SELECT body, letter
            FROM idempotency_record
            WHERE key = ? AND expires_at > ?
            """,
            [key.stored, now.stored]
        ).map { (try $0["body"], try $0["letter"]) }
    }

    /// - Returns: the letter that this same post became before; nil when it did not come before, or its key came with another
    ///   post.
    package func earlier(_ record: IdempotencyRecord, at now: Timestamp) throws -> LetterID? {
        try earlierPost(under: record.key, at: now).flatMap { $0.body == record.body ? $0.letter : nil }
    }

    /// When the oldest letter came that is still stored.
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

    /// Asks a recipient whether the address is theirs: a delivery without a letter, due at once.
    package func enqueueConfirmation(_ id: LetterID, to recipient: RecipientID, at now: Timestamp, tokens: MailTokens) throws {
        try enqueue(id, as: .confirmation, to: recipient, at: now, heldBecause: nil, tokens: tokens)
    }

    /// A mail to a member that nobody posted, due at once.
    /// - Parameters:
    ///   - kind: a link to the member's page, a welcome, or one of the two mails about a change of address.
    ///   - change: which change; nil for the first two.
    package func enqueueService(
        _ kind: DeliveryKind, _ mail: ServiceMail, to recipient: RecipientID, about change: AddressChangeID? = nil,
        at now: Timestamp
    ) throws {
        let subject = change.map { LetterID(high: $0.high, low: $0.low) }
        try enqueue(mail.id, as: kind, to: recipient, at: now, heldBecause: nil, tokens: mail.tokens, letter: subject)
    }

    /// Tells a recipient that letters are paused, with the links of this conversation's first letter. Due at once.
    package func enqueuePauseNotice(
        _ id: LetterID, to recipient: RecipientID, in conversation: LetterID, at now: Timestamp, tokens: MailTokens
    ) throws {
        try enqueue(
            id, as: .pauseNotice, to: recipient, at: now, heldBecause: nil, tokens: tokens, letter: conversation)
    }

    /// Tells a recipient what a letter was that reached them, with the links of that letter. Due at once.
    package func enqueueWaveNotice(_ mail: ServiceMail, to recipient: RecipientID, about letter: LetterID, at now: Timestamp)
        throws
    {
        try enqueue(
            mail.id, as: .waveNotice, to: recipient, at: now, heldBecause: nil, tokens: mail.tokens, letter: letter)
    }

    /// Asked again here: between the first look and this transaction the recipient may have paused, or asked for proof.
    /// - Returns: nil when the recipient takes no letters.
    func rule(of recipient: RecipientID, at now: Timestamp) throws -> RecipientRule? {
        try transaction.row(
            """
            SELECT recipient.daily_letters, COALESCE(recipient.writers, site.writers) AS writers
            FROM recipient
            CROSS JOIN site
            WHERE recipient.id = ? AND site.id = recipient.site
                AND (recipient.state = 'active' OR (recipient.state = 'paused' AND recipient.paused_until <= ?))
            """,
            [recipient.stored, now.stored]
        ).map { RecipientRule(dailyLetters: try $0.optional("daily_letters"), writers: try $0["writers"]) }
    }

    /// A key is free when it is new or has expired, and was not used yesterday under its name of that day. One statement, so that
    /// two posts at once cannot both take it.
    func claim(_ record: IdempotencyRecord, for entry: SubmissionEntry, yesterdaysKey: [UInt8]?) throws -> Bool {
        let claimed = try transaction.row(
            """
            INSERT INTO idempotency_record (key, body, letter, expires_at)
            SELECT CAST(? AS {blob}), CAST(? AS {blob}), CAST(? AS {blob}), CAST(? AS BIGINT)
            WHERE NOT EXISTS (
                SELECT 1
                FROM idempotency_record AS yesterday
                WHERE yesterday.key = ? AND yesterday.expires_at > ?)
            ON CONFLICT (key) DO UPDATE
            SET body = excluded.body, letter = excluded.letter, expires_at = excluded.expires_at
            WHERE idempotency_record.expires_at <= ?
            RETURNING letter
            """,
            [
                record.key.stored, record.body.stored, entry.id.stored, (entry.at + IdempotencyRecord.lifetime).stored,
                yesterdaysKey.stored, entry.at.stored, entry.at.stored,
            ])
        return claimed != nil
    }

    /// It was there a statement ago, in this same transaction.
    func earlierOutcome(
        of record: IdempotencyRecord, _ entry: SubmissionEntry, yesterdaysKey: [UInt8]?
    ) throws -> Acceptance {
        if let post = try earlierPost(under: record.key, at: entry.at) {
            return post.body == record.body ? .repeated(post.letter) : .conflict
        }
        let post = try yesterdaysKey.flatMap { try earlierPost(under: $0, at: entry.at) }
        return post.map { .keyUsedYesterday(body: $0.body, $0.letter) } ?? .conflict
    }

    /// Writes a log entry; on its own, for a submission that was turned away.
    /// - Parameter wave: the first letter that it is near; nil when it is near none before it.
    package func log(_ entry: SubmissionEntry, wave: LetterID? = nil) throws {
        // Encoded once, for several rows.
        let (id, epoch, decision) = (entry.id.stored, entry.epoch.stored, entry.verdict.decision.stored)
        try transaction.run(
            """
            INSERT INTO submission (
                id, at, site, handle, recipient, verdict, rules, tags, evidence, letter_bytes, repeats, epoch, wave)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, entry.at.stored, entry.site.stored, entry.handle.stored, entry.recipient.stored, decision,
                entry.verdict.storedParts, entry.tags.stored, entry.evidence.stored, entry.letterBytes.stored,
                entry.repeats.stored, epoch, wave.stored,
            ])
        // Two networks of one client may by chance have the same tag.
        for tag in Set(entry.tags) {
            try transaction.run(
                """
                INSERT INTO submission_tag (epoch, tag, submission)
                VALUES (?, ?, ?)
                """,
                [epoch, tag.stored, id])
        }
        for rule in Set(entry.verdict.parts.map(\.rule)) {
            try transaction.run(
                """
                INSERT INTO submission_rule (rule, verdict, submission)
                VALUES (?, ?, ?)
                """,
                [rule.stored, decision, id])
        }
    }

    /// - Parameters:
    ///   - recipient: the conversation's recipient, also when the mail is for the visitor.
    ///   - letter: whose seal is sent; nil for a mail without one.
    ///   - wait: how long it can be withdrawn.
    ///   - released: when it goes out, if that is later: its schedule begins then.
    func enqueue(
        _ id: LetterID, as kind: DeliveryKind, to recipient: RecipientID, at now: Timestamp, heldBecause reason: String?,
        tokens: MailTokens, letter: LetterID? = nil, after wait: Duration = .zero, released: Timestamp? = nil
    ) throws {
        let state = reason == nil ? DeliveryState.ready : .held
        let due = reason == nil ? released ?? now + wait : nil
        try transaction.run(
            """
            INSERT INTO delivery (
                id, recipient, kind, letter, epoch, state, attempts, uncertain, accepted_at, released_at, due_at, reason,
                message_token, envelope_token)
            VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?)
            """,
            [
                id.stored, recipient.stored, kind.stored, letter.stored, Epoch(containing: now).stored, state.stored, now.stored,
                released.stored, due.stored, reason.clipped.stored, tokens.messageID.stored, tokens.envelope.stored,
            ])
    }
}

/// What a recipient who takes letters has decided about them.
struct RecipientRule {
    /// Nil for as many as come.
    let dailyLetters: Int?
    /// As they have said, or as the site has it.
    let writers: Writers
}

extension Verdict {
    /// Names the rules, for the person who reviews held letters; nil for a letter that is not held.
    var holdReason: String? { decision == .hold ? reasonAgainst : nil }

    /// The rules that held or refused it; nil where none did.
    var reasonAgainst: String? {
        decision == .accept ? nil : parts.map(\.rule.rawValue).joined(separator: ", ")
    }
}
