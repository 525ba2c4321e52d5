package import PosternCore

/// What staff may be shown of one letter, with the seals to open. Nothing else in the store leads to a plain text.
package struct RevealableLetter: Equatable, Sendable {
    package struct Held: Equatable, Sendable {
        package let seal: [UInt8]
        /// Nil for the first letter of a conversation.
        package let reply: Reply?

        package struct Reply: Equatable, Sendable {
            package let author: Party
            package let conversation: LetterID
        }
    }

    package struct Reported: Equatable, Sendable {
        package let id: ReportID
        package let seal: [UInt8]
        /// The letter that began the conversation.
        package let conversation: LetterID
    }

    package let id: LetterID
    package let site: SiteID
    /// Nil if the post was refused before its recipient was looked up.
    package let recipient: Recipient?
    /// The letter's seal while it is held for staff; nil otherwise.
    package let held: Held?
    package let report: Reported?
    /// The sealed client address; nil if there is none.
    package let evidence: [UInt8]?

    /// Whether a seal of it says from which address it came: a report's does, and that of a first letter. An answer's does not.
    package var namesSender: Bool { recipient != nil && (report != nil || held.map { $0.reply == nil } ?? false) }
}

/// Finds what staff may be shown of a letter, and notes that they were shown it.
package struct RevealableLetters {
    let transaction: any Transaction

    /// - Returns: nil if there is no such letter, or if it was neither held, reported nor refused.
    package func find(_ id: LetterID) throws -> RevealableLetter? {
        let entry = try transaction.submissionLog.entry(id)
        let report = try transaction.reports.find(about: id)
        let recipient = try (report?.recipient ?? entry?.recipient).flatMap { try transaction.recipients.find($0) }
        guard let site = recipient?.site ?? entry.flatMap({ try? SiteID($0.site) }) else { return nil }
        let reply = try reply(id)
        let held = try held(id, reply)
        let isOfInterest = held != nil || report != nil || entry?.verdict.decision == .refuse
        guard isOfInterest else { return nil }
        return RevealableLetter(
            id: id, site: site, recipient: recipient, held: held,
            report: report.map {
                RevealableLetter.Reported(id: $0.id, seal: $0.seal, conversation: reply?.conversation ?? id)
            },
            evidence: entry?.evidence)
    }

    /// Leaves out letters that wait for their visitor's code: nobody may read those yet.
    private func held(_ id: LetterID, _ reply: RevealableLetter.Held.Reply?) throws -> RevealableLetter.Held? {
        let row = try transaction.row(
            """
            SELECT letter.seal
            FROM delivery
            CROSS JOIN letter
            LEFT JOIN awaited_proof ON awaited_proof.letter = delivery.id
            WHERE delivery.id = ? AND delivery.state = 'held' AND delivery.kind IN ('letter', 'reply')
                AND letter.id = delivery.id AND awaited_proof.letter IS NULL
            """,
            [id.stored])
        return try row.map { RevealableLetter.Held(seal: try $0["seal"], reply: reply) }
    }

    private func reply(_ id: LetterID) throws -> RevealableLetter.Held.Reply? {
        try transaction.row(
            """
            SELECT author, conversation
            FROM reply
            WHERE id = ?
            """,
            [id.stored]
        ).map { RevealableLetter.Held.Reply(author: try $0["author"], conversation: try $0["conversation"]) }
    }

    /// Notes that staff have read a letter. Its recipient's page says so for as long as it lists the letter.
    package func noteLook(at letter: LetterID, at now: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO staff_look (letter, looked_at)
            SELECT id, CAST(? AS BIGINT)
            FROM delivery
            WHERE id = ?
            ON CONFLICT (letter) DO UPDATE
            SET looked_at = excluded.looked_at
            """,
            [now.stored, letter.stored])
    }
}
