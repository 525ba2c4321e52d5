import PosternCore

/// What a claim adds to mails inside a conversation.
extension Queue {
    /// Whom the recipients of what is leased have muted, not decoded yet: one row that somebody has changed must not keep the letters
    /// of others from being claimed. Nearly always nobody, and then this is one look into an empty table.
    func mutes(under lease: LeaseID) throws -> [RecipientID: [SQLRow]] {
        let rows = try transaction.rows(
            """
            SELECT recipient, visitor
            FROM mute
            WHERE recipient IN (
                SELECT recipient
                FROM delivery
                WHERE state = 'leased' AND lease = ?)
            ORDER BY recipient, visitor
            """,
            [lease.stored])
        return try Dictionary(grouping: rows) { try $0["recipient"] }
    }

    /// What of it came over a connection that its recipient has muted on that day.
    func overMutedConnections(under lease: LeaseID) throws -> Set<LetterID> {
        Set(
            try transaction.rows(
                """
                SELECT delivery.id
                FROM delivery
                CROSS JOIN mute_tag
                CROSS JOIN submission_tag
                WHERE delivery.state = 'leased' AND delivery.lease = ? AND mute_tag.recipient = delivery.recipient
                    AND submission_tag.epoch = mute_tag.epoch AND submission_tag.tag = mute_tag.tag
                    AND submission_tag.submission = delivery.id
                """,
                [lease.stored]
            ).map { try $0["id"] })
    }

    func muteName(_ row: SQLRow) throws -> [UInt8] {
        let name: [UInt8] = try row["visitor"]
        guard name.count == 16 else { throw StoreError.undecodable(column: "visitor") }
        return name
    }

    /// - Parameter letter: the reply that is sent; for a notice, and where an address is to be proven, the letter that began the
    ///   conversation.
    /// - Returns: nil when the first letter is gone.
    func conversation(of delivery: LetterID, _ kind: DeliveryKind, letter: LetterID) throws -> DeliveryJob.Conversation? {
        let reply = try transaction.row(
            """
            SELECT reply.conversation, reply.author, delivery.accepted_at
            FROM reply
            CROSS JOIN delivery
            WHERE reply.id = ? AND delivery.id = reply.id
            """,
            [letter.stored])
        if [.reply, .copy].contains(kind), reply == nil { return nil }
        let id: LetterID = try reply?["conversation"] ?? letter
        let first = try transaction.row(
            """
            SELECT letter.seal, delivery.accepted_at, conversation.proof
            FROM conversation
            CROSS JOIN letter
            CROSS JOIN delivery
            WHERE conversation.id = ? AND letter.id = conversation.id AND delivery.id = conversation.id
            """,
            [id.stored])
        guard let first else { return nil }
        let author: Party = try reply?["author"] ?? (kind == .prove ? .visitor : .recipient)
        let addressee = kind == .reply ? author.other : author
        return DeliveryJob.Conversation(
            id: id, began: try first["accepted_at"], letter: try first["seal"], author: author, reply: letter,
            replied: try reply?["accepted_at"] ?? first["accepted_at"],
            earlier: try earlierMails(in: id, to: addressee, before: delivery), proof: try first.optional("proof"))
    }

    /// The Message-IDs of the mails that one side got before, or is getting: the first letter, replies of the other, copies of its own.
    /// Without what was withdrawn, which nobody ever saw.
    private func earlierMails(in conversation: LetterID, to addressee: Party, before delivery: LetterID) throws -> [String] {
        let first = try transaction.rows(
            """
            SELECT message_token
            FROM delivery
            WHERE id = ? AND id < ?
            """,
            [conversation.stored, delivery.stored])
        let rest = try transaction.rows(
            """
            SELECT delivery.message_token
            FROM reply
            CROSS JOIN delivery
            WHERE reply.conversation = ? AND reply.id < ? AND reply.id = delivery.id
                AND (reply.kind = 'copy') = (reply.author = ?)
                AND NOT (delivery.state = 'dropped' AND delivery.attempts = 0)
            ORDER BY reply.id
            LIMIT 2000
            """,
            [conversation.stored, delivery.stored, addressee.stored])
        let tokens: [String] = try ((addressee == .recipient ? first : []) + rest).map { try $0["message_token"] }
        // As many as mail programs read; RFC 5322 §3.6.4 asks for all.
        guard tokens.count > 30 else { return tokens }
        return Array(tokens.prefix(15) + tokens.suffix(15))
    }
}
