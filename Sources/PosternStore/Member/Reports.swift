package import PosternCore

/// A recipient's complaint about a letter.
package struct Report: Equatable, Sendable {
    package let id: ReportID
    /// The letter or reply.
    package let letter: LetterID
    package let recipient: RecipientID
    package let reason: ReportReason
    /// The letter with what its recipient says of it, sealed for staff.
    package let seal: [UInt8]
    package let decision: Decided?

    package struct Decided: Equatable, Sendable {
        package let at: Timestamp
        package let decision: ReportDecision
        /// From staff's list of reasons.
        package let reasonCode: String?

        package init(at: Timestamp, decision: ReportDecision, reasonCode: String? = nil) {
            self.at = at
            self.decision = decision
            self.reasonCode = reasonCode
        }
    }

    package init(
        id: ReportID, letter: LetterID, recipient: RecipientID, reason: ReportReason, seal: [UInt8],
        decision: Decided? = nil
    ) {
        self.id = id
        self.letter = letter
        self.recipient = recipient
        self.reason = reason
        self.seal = seal
        self.decision = decision
    }

    package var made: Timestamp { id.moment }
}

package struct Reports {
    let transaction: any Transaction

    /// - Returns: false when the letter was reported before; that report stands.
    package func add(_ report: Report) throws -> Bool {
        let added = try transaction.run(
            """
            INSERT INTO report (id, letter, recipient, reason, seal, made_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (letter) DO NOTHING
            """,
            [
                report.id.stored, report.letter.stored, report.recipient.stored, report.reason.stored,
                report.seal.stored, report.made.stored,
            ])
        guard added == 1 else { return false }
        try transaction.reviewItems.add(report)
        return true
    }

    package func find(about letter: LetterID) throws -> Report? {
        try transaction.row(
            """
            SELECT id, letter, recipient, reason, seal, decided_at, decision, reason_code
            FROM report
            WHERE letter = ?
            """,
            [letter.stored]
        ).map(Report.init)
    }

    /// Oldest first.
    package func list(of recipient: RecipientID) throws -> [Report] {
        try transaction.rows(
            """
            SELECT id, letter, recipient, reason, seal, decided_at, decision, reason_code
            FROM report
            WHERE recipient = ?
            ORDER BY id
            """,
            [recipient.stored]
        ).map(Report.init)
    }

    /// Those that were made before `moment`.
    /// - Returns: how many are gone; call again until there are none.
    package func forget(before moment: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM report
            WHERE id IN (
                SELECT id
                FROM report
                WHERE id < ?
                ORDER BY id
                LIMIT ?)
            """,
            [ReportID.floor(of: moment).stored, limit.stored])
    }

    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM report
            WHERE recipient = ?
            """,
            [recipient.stored])
    }
}

extension Report {
    fileprivate init(_ row: SQLRow) throws {
        let decision: ReportDecision? = try row.optional("decision")
        self.init(
            id: try row["id"], letter: try row["letter"], recipient: try row["recipient"], reason: try row["reason"],
            seal: try row["seal"],
            decision: try decision.map {
                Decided(at: try row["decided_at"], decision: $0, reasonCode: try row.optional("reason_code"))
            })
    }
}
