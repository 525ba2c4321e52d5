package import PosternCore

/// What became of a letter whose visitor has proved the address.
package enum ProofResult: Equatable, Sendable {
    /// It goes its way.
    case released
    /// It waits for staff, as it would have without the proof.
    case held
    /// It was proven before, or somebody has decided about it meanwhile.
    case decided
    /// There is no such letter, or its time to be proven is over.
    case unknown
}

/// Letters that wait, held, until their visitor has proved the address.
package struct AwaitedProofs {
    /// How long a letter waits.
    package static let lifetime = Duration.hours(48)
    /// Why it is held, for staff, and how it is told apart from what staff hold.
    package static let reason = "waits for its visitor to prove the address"
    static let overReason = "its visitor did not prove the address in time"

    let transaction: any Transaction

    func add(_ letter: LetterID) throws {
        try transaction.run(
            """
            INSERT INTO awaited_proof (letter)
            VALUES (?)
            """,
            [letter.stored])
    }

    package func contains(_ letter: LetterID) throws -> Bool {
        try transaction.row(
            """
            SELECT letter
            FROM awaited_proof
            WHERE letter = ?
            """,
            [letter.stored]) != nil
    }

    /// Judges a letter again, now that its visitor has proved the address: what the rules said of it when it came still stands.
    /// - Parameters:
    ///   - proof: made by the vault; it goes with the mails of its conversation from now on.
    ///   - found: what the rules say of who proves it; whatever speaks against them holds the letter.
    package func prove(
        _ letter: LetterID, with proof: [UInt8], and found: [Verdict.Part] = [], at now: Timestamp
    ) throws -> ProofResult {
        guard let line = try transaction.queue.line(letter), line.kind == .letter else { return .unknown }
        try transaction.conversations.prove(letter, with: proof)
        let wasAwaited = try forget(letter)
        guard wasAwaited, line.state == .held, line.reason == Self.reason else {
            return line.reason == Self.overReason ? .unknown : .decided
        }
        let entry = try transaction.submissionLog.entry(letter)
        let own = entry?.verdict.holdReason
        if let reason = own ?? Verdict(of: found).reasonAgainst {
            if let entry {
                try transaction.reviewItems.add(
                    entry, rules: own == nil ? found.map(\.rule) : nil, likeness: try transaction.waves.wave(of: letter),
                    of: line.recipient)
            }
            try transaction.run(
                """
                UPDATE delivery
                SET reason = ?
                WHERE id = ? AND state = 'held'
                """,
                [Optional(reason).clipped.stored, letter.stored])
            return .held
        }
        let due = try transaction.recipients.dailyLimit(of: line.recipient).map {
            try transaction.dailyLetters.place(letter, to: line.recipient, limit: $0, at: now)
        }
        return try transaction.queue.prove(letter, due: due ?? now, at: now) ? .released : .decided
    }

    /// Whether its time to be proven is over, so that it was dropped.
    package func isOver(_ letter: LetterID) throws -> Bool {
        try transaction.queue.line(letter)?.reason == Self.overReason
    }

    /// Drops what was accepted before `moment` and still waits, with its seal.
    /// - Returns: how many rows are gone; call again until there are none.
    package func dropOverdue(before moment: Timestamp, at now: Timestamp, limit: Int) throws -> Int {
        let letters = try transaction.rows(
            """
            SELECT letter
            FROM awaited_proof
            WHERE letter < ?
            ORDER BY letter
            LIMIT ?
            """,
            [LetterID.floor(of: moment).stored, limit.stored]
        ).map { try $0["letter"] as LetterID }
        for letter in letters {
            try forget(letter)
            let dropped = try transaction.run(
                """
                UPDATE delivery
                SET state = 'dropped', due_at = NULL, finished_at = ?, reason = ?
                WHERE id = ? AND state = 'held' AND reason = ?
                """,
                [now.stored, Self.overReason.stored, letter.stored, Self.reason.stored])
            guard dropped == 1 else { continue }
            try transaction.run(
                """
                DELETE FROM letter
                WHERE id = ?
                """,
                [letter.stored])
        }
        return letters.count
    }

    /// - Returns: whether it was awaited.
    @discardableResult
    func forget(_ letter: LetterID) throws -> Bool {
        try transaction.run(
            """
            DELETE FROM awaited_proof
            WHERE letter = ?
            """,
            [letter.stored]) == 1
    }

    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM awaited_proof
            WHERE letter IN (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ?)
            """,
            [recipient.stored])
    }
}

extension Recipients {
    func dailyLimit(of id: RecipientID) throws -> Int? {
        try transaction.row(
            """
            SELECT daily_letters
            FROM recipient
            WHERE id = ?
            """,
            [id.stored]
        ).flatMap { try $0.optional("daily_letters") }
    }
}
