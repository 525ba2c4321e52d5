package import PosternCore

/// The connections that recipients want to hear no more from: each by the tag of the client that posted the first letter of a
/// conversation, on the day on which it did. The tag of the client alone, and not those of its networks.
package struct MuteTags {
    let transaction: any Transaction

    package struct Line: Equatable, Sendable {
        package let conversation: LetterID
        package let at: Timestamp
        /// The end of its day: clients have other tags from then on.
        package let end: Timestamp
    }

    package enum Standing: Equatable, Sendable {
        /// Its day is over, or nobody knows its tag.
        case none
        case possible(until: Timestamp)
        case muted(until: Timestamp)
    }

    /// - Returns: false when the recipient has muted as many as a recipient can.
    package func add(from conversation: LetterID, of recipient: RecipientID, at now: Timestamp) throws -> Bool {
        guard let tag = try tag(of: conversation, of: recipient, at: now) else { return true }
        try transaction.run(
            """
            INSERT INTO mute_tag (recipient, conversation, epoch, tag, created_at)
            SELECT CAST(? AS {blob}), CAST(? AS {blob}), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)
            WHERE (
                SELECT COUNT(*)
                FROM mute_tag
                WHERE recipient = ?) < ?
            ON CONFLICT (recipient, conversation) DO NOTHING
            """,
            [
                recipient.stored, conversation.stored, Epoch(containing: now).stored, tag.stored, now.stored, recipient.stored,
                Mutes.most.stored,
            ])
        return try standing(from: conversation, of: recipient, at: now).isMuted
    }

    package func standing(from conversation: LetterID, of recipient: RecipientID, at now: Timestamp) throws -> Standing {
        let today = Epoch(containing: now)
        guard Epoch(containing: conversation.moment) == today else { return .none }
        let row = try transaction.row(
            """
            SELECT epoch
            FROM mute_tag
            WHERE recipient = ? AND conversation = ?
            """,
            [recipient.stored, conversation.stored])
        if let row, try row["epoch"] as Epoch == today { return .muted(until: today.end) }
        return try tag(of: conversation, of: recipient, at: now) == nil ? .none : .possible(until: today.end)
    }

    /// - Returns: whether it was muted.
    package func remove(from conversation: LetterID, of recipient: RecipientID) throws -> Bool {
        try transaction.run(
            """
            DELETE FROM mute_tag
            WHERE recipient = ? AND conversation = ?
            """,
            [recipient.stored, conversation.stored]) > 0
    }

    /// Those whose day goes on, newest first.
    package func list(of recipient: RecipientID, at now: Timestamp) throws -> [Line] {
        try transaction.rows(
            """
            SELECT conversation, epoch, created_at
            FROM mute_tag
            WHERE recipient = ? AND epoch >= ?
            ORDER BY created_at DESC, conversation
            LIMIT ?
            """,
            [recipient.stored, Epoch(containing: now).stored, Mutes.most.stored]
        ).map { Line(conversation: try $0["conversation"], at: try $0["created_at"], end: (try $0["epoch"] as Epoch).end) }
    }

    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM mute_tag
            WHERE recipient = ?
            """,
            [recipient.stored])
    }

    /// Until then a letter of that day may wait.
    func forget(through epoch: Epoch, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM mute_tag
            WHERE (recipient, conversation) IN (
                SELECT recipient, conversation
                FROM mute_tag
                WHERE epoch <= ?
                LIMIT ?)
            """,
            [epoch.stored, limit.stored])
    }

    /// - Returns: nil when the letter is not of today, or was posted while nobody knew the day's key.
    private func tag(of conversation: LetterID, of recipient: RecipientID, at now: Timestamp) throws -> Tag? {
        guard let entry = try transaction.submissionLog.entry(conversation), entry.recipient == recipient,
            entry.epoch == Epoch(containing: now)
        else { return nil }
        return entry.tags.first
    }
}

extension MuteTags.Standing {
    package var isMuted: Bool { if case .muted = self { true } else { false } }
}
