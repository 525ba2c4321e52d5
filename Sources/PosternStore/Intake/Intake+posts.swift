package import PosternCore

extension Intake {
    /// Keeps what a post became that is no letter, under its idempotency key. The first of two that come at once stands.
    package func keepPost(_ record: IdempotencyRecord, as id: LetterID, at now: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO idempotency_record (key, body, letter, expires_at)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO NOTHING
            """,
            [record.key.stored, record.body.stored, id.stored, (now + IdempotencyRecord.lifetime).stored])
    }
}
