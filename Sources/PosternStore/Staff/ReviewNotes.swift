package import PosternCore

package struct ReviewNotes {
    let transaction: any Transaction

    package func add(_ note: ReviewNote) throws {
        try transaction.run(
            """
            INSERT INTO review_note (id, letter, author, text)
            VALUES (?, ?, ?, ?)
            """,
            [note.id.stored, note.letter.stored, note.author.stored, note.text.stored])
    }

    /// The notes about a letter, oldest first.
    package func list(of letter: LetterID, limit: Int) throws -> [ReviewNote] {
        try transaction.rows(
            """
            SELECT id, letter, author, text
            FROM review_note
            WHERE letter = ?
            ORDER BY id
            LIMIT ?
            """,
            [letter.stored, limit.stored]
        ).map { row in
            ReviewNote(id: try row["id"], letter: try row["letter"], author: try row["author"], text: try row["text"])
        }
    }

    /// Deletes the notes that were written before `moment`.
    /// - Returns: how many were deleted. Call again until it is 0.
    package func forget(before moment: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM review_note
            WHERE id IN (
                SELECT id
                FROM review_note
                WHERE id < ?
                ORDER BY id
                LIMIT ?)
            """,
            [ReviewNoteID.floor(of: moment).stored, limit.stored])
    }
}
