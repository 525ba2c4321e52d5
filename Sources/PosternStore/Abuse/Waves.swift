package import PosternCore

/// What a letter's text is compared by, as it was kept.
package struct SketchedLetter: Equatable, Sendable {
    package let id: LetterID
    /// The day whose keys made the first half of the sketch.
    package let epoch: Epoch
    package let recipient: RecipientID
    package let sketch: DatedSketch
    /// The first letter that it is near; nil when it is near none before it.
    package let wave: LetterID?

    package init(id: LetterID, epoch: Epoch, recipient: RecipientID, sketch: DatedSketch, wave: LetterID?) {
        (self.id, self.epoch, self.recipient, self.sketch, self.wave) = (id, epoch, recipient, sketch, wave)
    }
}

/// One letter of a wave.
package struct WaveLetter: Equatable, Sendable {
    package let id: LetterID
    package let recipient: RecipientID
    package let site: String
    package let handle: String
    package let state: DeliveryState
    /// When it was delivered, dropped or given up; nil before.
    package let finishedAt: Timestamp?
}

/// The waves, and what letters are compared by.
package struct Waves {
    let transaction: any Transaction

    /// The digests of a letter are those of two days.
    package static let lifetime = Duration.days(2)

    // MARK: - Letters

    /// - Parameter wave: the first letter that it is near; nil when it is near none before it.
    func note(_ sketch: DatedSketch, wave: LetterID?, of entry: SubmissionEntry) throws {
        try transaction.run(
            """
            INSERT INTO letter_sketch (id, epoch, digests, wave)
            VALUES (?, ?, ?, ?)
            """,
            [entry.id.stored, entry.epoch.stored, sketch.stored.stored, wave.stored])
    }

    /// - Returns: how many were removed.
    package func forgetSketches(before moment: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM letter_sketch
            WHERE id IN (
                SELECT id
                FROM letter_sketch
                WHERE id < ?
                ORDER BY id
                LIMIT ?)
            """,
            [LetterID.floor(of: moment).stored, limit.stored])
    }

    func forgetSketch(of letter: LetterID) throws {
        try transaction.run(
            """
            DELETE FROM letter_sketch
            WHERE id = ?
            """,
            [letter.stored])
    }

    /// - Parameter bands: how many digests of each day a sketch has. What has another number is left out.
    /// - Returns: the letters after `after` that can be compared, in the order in which they came.
    package func letters(after: LetterID, bands: Int, limit: Int) throws -> [SketchedLetter] {
        try transaction.rows(
            """
            SELECT k.id, k.epoch, s.recipient, k.digests, k.wave
            FROM letter_sketch AS k
            CROSS JOIN submission AS s
            WHERE k.id > ? AND s.id = k.id AND s.recipient IS NOT NULL
            ORDER BY k.id
            LIMIT ?
            """,
            [after.stored, limit.stored]
        ).compactMap { row in
            guard let sketch = DatedSketch(stored: try row["digests"], bands: bands) else { return nil }
            return SketchedLetter(
                id: try row["id"], epoch: try row["epoch"], recipient: try row["recipient"], sketch: sketch,
                wave: try row.optional("wave"))
        }
    }

    // MARK: - Waves

    /// A letter of it is held: it waits for staff, also when they had withdrawn what came before.
    func open(_ wave: LetterID, at now: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO wave (id, began_at)
            VALUES (?, ?)
            ON CONFLICT (id) DO UPDATE
            SET decision = NULL, decided_at = NULL, decided_by = NULL, tells = 0, final_at = NULL, applied_at = NULL,
                version = wave.version + 1, taken_at = NULL, taken_by = NULL
            WHERE wave.decision = 'withdrawn' AND wave.applied_at IS NOT NULL
            """,
            [wave.stored, now.stored])
    }

    /// Those that wait for staff, or for a minute in which a decision can be undone, oldest first.
    package func open(after: LetterID = .zero, limit: Int) throws -> [WaveRow] {
        try transaction.rows(
            """
            SELECT id, began_at, decision, decided_at, decided_by, tells, final_at, applied_at, version, taken_at,
                taken_by
            FROM wave
            WHERE applied_at IS NULL AND id > ?
            ORDER BY id
            LIMIT ?
            """,
            [after.stored, limit.stored]
        ).map(WaveRow.init)
    }

    /// How many wait for staff, or for a minute in which a decision can be undone.
    package func countOpen() throws -> Int {
        try transaction.row(
            """
            SELECT COUNT(*) AS number
            FROM wave
            WHERE applied_at IS NULL
            """, [])?["number"] ?? 0
    }

    package func find(_ id: LetterID) throws -> WaveRow? {
        try transaction.row(
            """
            SELECT id, began_at, decision, decided_at, decided_by, tells, final_at, applied_at, version, taken_at,
                taken_by
            FROM wave
            WHERE id = ?
            """,
            [id.stored]
        ).map(WaveRow.init)
    }

    /// - Parameter version: the version that somebody has seen; nil for whichever it is in.
    /// - Returns: false when somebody has decided already, or it has changed since.
    package func decide(_ wave: LetterID, _ verdict: WaveRow.Verdict, version: Int? = nil) throws -> Bool {
        try transaction.run(
            """
            UPDATE wave
            SET decision = ?, decided_at = ?, decided_by = ?, tells = ?, final_at = ?, version = version + 1
            WHERE id = ? AND decision IS NULL AND version = COALESCE(CAST(? AS INTEGER), version)
            """,
            [
                verdict.decision.stored, verdict.at.stored, verdict.by.stored, Int64(verdict.tells ? 1 : 0).stored,
                verdict.final.stored, wave.stored, version.stored,
            ]) == 1
    }

    /// Assigns a wave to the person who looks at it, unless somebody else has it.
    /// - Parameter isForced: takes it from a colleague as well.
    @discardableResult
    package func take(_ wave: LetterID, by name: String, isForced: Bool = false, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            UPDATE wave
            SET taken_at = ?, taken_by = ?
            WHERE id = ? AND (taken_by IS NULL OR taken_by = ? OR taken_at <= ? OR CAST(? AS INTEGER) = 1)
            """,
            [
                now.stored, name.stored, wave.stored, name.stored, (now - ReviewTimes.claim).stored, (isForced ? 1 : 0).stored,
            ]) == 1
    }

    /// - Returns: false when it is final, or there is nothing to undo.
    package func undo(_ wave: LetterID, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            UPDATE wave
            SET decision = NULL, decided_at = NULL, decided_by = NULL, tells = 0, final_at = NULL, version = version + 1
            WHERE id = ? AND final_at > ? AND applied_at IS NULL
            """,
            [wave.stored, now.stored]) == 1
    }

    /// Those whose decision is final and has not been carried out. Ids only: a row that cannot be read keeps no other from being found.
    package func due(at now: Timestamp, limit: Int) throws -> [LetterID] {
        try transaction.rows(
            """
            SELECT id
            FROM wave
            WHERE applied_at IS NULL AND final_at <= ?
            ORDER BY id
            LIMIT ?
            """,
            [now.stored, limit.stored]
        ).map { try $0["id"] }
    }

    package func noteApplied(_ wave: LetterID, at now: Timestamp) throws {
        try transaction.run(
            """
            UPDATE wave
            SET applied_at = ?
            WHERE id = ? AND decision IS NOT NULL AND applied_at IS NULL
            """,
            [now.stored, wave.stored])
    }

    /// The letters of a wave that come after `after`, in the order in which they came, but for its first.
    package func members(of wave: LetterID, after: LetterID = .zero, limit: Int) throws -> [WaveLetter] {
        try transaction.rows(
            """
            SELECT s.id, d.recipient, s.site, s.handle, d.state, d.finished_at
            FROM submission AS s
            CROSS JOIN delivery AS d
            WHERE s.wave = ? AND s.id > ? AND d.id = s.id
            ORDER BY s.id
            LIMIT ?
            """,
            [wave.stored, after.stored, limit.stored]
        ).map(WaveLetter.init)
    }

    /// The letter that it is named by; nil once its retention is over.
    package func first(of wave: LetterID) throws -> WaveLetter? {
        try transaction.row(
            """
            SELECT s.id, d.recipient, s.site, s.handle, d.state, d.finished_at
            FROM submission AS s
            CROSS JOIN delivery AS d
            WHERE s.id = ? AND d.id = s.id
            """,
            [wave.stored]
        ).map(WaveLetter.init)
    }

    /// Which wave a letter is of; nil for the first of one, and for a letter of none.
    package func wave(of letter: LetterID) throws -> LetterID? {
        try transaction.row(
            """
            SELECT wave
            FROM submission
            WHERE id = ?
            """,
            [letter.stored])?.optional("wave")
    }

    /// How many letters of a wave are in each state, its first left out.
    package func counts(of wave: LetterID) throws -> [DeliveryState: Int] {
        let rows = try transaction.rows(
            """
            SELECT d.state, COUNT(*) AS number
            FROM submission AS s
            CROSS JOIN delivery AS d
            WHERE s.wave = ? AND d.id = s.id
            GROUP BY d.state
            """,
            [wave.stored])
        return Dictionary(try rows.map { (try $0["state"], try $0["number"]) }, uniquingKeysWith: +)
    }

    /// Forgets a wave whose first letter is forgotten. Nothing is left of it that a decision could be carried out on.
    func forget(_ wave: LetterID) throws {
        try transaction.run(
            """
            UPDATE decision
            SET applied_at = final_at
            WHERE wave = ? AND applied_at IS NULL AND undone_at IS NULL
            """,
            [wave.stored])
        try transaction.run(
            """
            DELETE FROM wave
            WHERE id = ?
            """,
            [wave.stored])
    }
}

extension WaveLetter {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], recipient: try row["recipient"], site: try row["site"], handle: try row["handle"],
            state: try row["state"],
            finishedAt: try row.optional("finished_at"))
    }
}
