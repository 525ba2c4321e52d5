package import PosternCore

extension Queue {
    /// Takes what is due under a lease, soonest first, and writes down the attempt before anyone dials.
    ///
    /// Seven statements, however many letters there are, four for each mail inside a conversation, and one for each about an address. A delivery with no recipient
    /// left (erased while it was under way), or with nothing left to send, is dropped here, since every path leads through here. One
    /// whose rows cannot be read is held: its letter can still be sent once somebody has put them right.
    /// - Parameters:
    ///   - lease: a new one for every claim.
    ///   - until: when the lease runs out. By then the outcome must be settled.
    /// - Returns: at most `count`; fewer than `count` does not mean that nothing is left.
    package func claim(upTo count: Int, under lease: LeaseID, until: Timestamp, at now: Timestamp) throws -> [DeliveryJob] {
        let taken = try transaction.run(
            """
            UPDATE delivery
            SET state = 'leased', attempts = attempts + 1, lease = ?, lease_until = ?
            WHERE id IN (
                SELECT id
                FROM delivery
                WHERE state = 'ready' AND due_at <= ?
                ORDER BY due_at, id
                LIMIT ? {skip locked})
            """,
            [lease.stored, until.stored, now.stored, count.stored])
        guard taken > 0 else { return [] }
        try transaction.run(
            """
            INSERT INTO attempt (delivery, number, lease, started_at)
            SELECT id, attempts, lease, CAST(? AS BIGINT)
            FROM delivery
            WHERE state = 'leased' AND lease = ?
            """,
            [now.stored, lease.stored])
        try noteFirstLetters(under: lease)
        let rows = try leased(under: lease)
        let sites = sites(of: rows)
        let mutes = try mutes(under: lease)
        let mutedConnections = try overMutedConnections(under: lease)
        var claimed: [DeliveryJob] = []
        claimed.reserveCapacity(rows.count)
        for row in rows {
            do {
                if let job = try job(row, sites: sites, mutes: mutes, mutedConnections, at: now) {
                    claimed.append(job)
                } else {
                    let isErased = try row["state"] as Recipient.State == .erased
                    try dropUnsendable(
                        try row["id"], because: isErased ? "the recipient was erased" : "there is nothing left to send",
                        under: lease, at: now)
                }
            } catch StoreError.undecodable(let column) {
                // Somebody has changed the store. One row must not keep all others from being claimed.
                try holdUnreadable(try row["id"], column: column, under: lease)
            }
        }
        return claimed
    }

    /// The first letter that goes out to a recipient says what this is; tried again, it must say the same.
    private func noteFirstLetters(under lease: LeaseID) throws {
        try transaction.run(
            """
            INSERT INTO first_letter (recipient, letter)
            SELECT recipient, MIN(id)
            FROM delivery
            WHERE state = 'leased' AND lease = ? AND kind = 'letter' AND EXISTS (
                SELECT 1
                FROM recipient
                WHERE recipient.id = delivery.recipient AND recipient.state <> 'erased')
            GROUP BY recipient
            ON CONFLICT (recipient) DO NOTHING
            """,
            [lease.stored])
    }

    private func leased(under lease: LeaseID) throws -> [SQLRow] {
        try transaction.rows(
            """
            SELECT delivery.id, delivery.attempts,
                CASE WHEN delivery.attempts = 1 THEN 1 ELSE (
                    SELECT COUNT(*)
                    FROM attempt
                    WHERE attempt.delivery = delivery.id AND COALESCE(attempt.stage, '') <> 'budget'
                        AND attempt.started_at >= COALESCE(delivery.released_at, 0))
                END AS tries,
                CASE WHEN delivery.uncertain = 0 THEN 0 ELSE (
                    SELECT COUNT(*)
                    FROM attempt
                    WHERE attempt.delivery = delivery.id AND attempt.outcome = 'uncertain' AND attempt.stage <> 'final-dot'
                        AND attempt.started_at >= COALESCE(delivery.released_at, 0))
                END AS lost_tries,
                CASE WHEN delivery.uncertain = 0 THEN 0 ELSE (
                    SELECT COUNT(*)
                    FROM attempt
                    WHERE attempt.delivery = delivery.id AND attempt.outcome = 'uncertain' AND attempt.stage = 'final-dot')
                END AS uncertain_ends, delivery.kind, delivery.accepted_at, delivery.released_at,
                delivery.message_token, delivery.envelope_token, delivery.letter, delivery.recipient,
                recipient.site, recipient.handle, recipient.name, recipient.language, recipient.state,
                recipient.record_version, recipient.seal, recipient.authorisation, recipient.paused_until, recipient.writers,
                recipient.daily_letters, recipient.mail_form, letter.seal AS letter_seal, first_letter.letter AS first_letter
            FROM delivery
            CROSS JOIN recipient
            LEFT JOIN letter ON letter.id = delivery.letter
            LEFT JOIN first_letter ON first_letter.recipient = delivery.recipient
            WHERE delivery.state = 'leased' AND delivery.lease = ? AND recipient.id = delivery.recipient
            ORDER BY delivery.due_at, delivery.id
            """,
            [lease.stored])
    }

    /// Few sites, many letters: each site is read once. If one cannot be read, its deliveries say why.
    private func sites(of rows: [SQLRow]) -> [SiteID: Result<Site?, any Error>] {
        var sites: [SiteID: Result<Site?, any Error>] = [:]
        for row in rows {
            // An id that cannot be read is found again with its delivery, and that is held.
            guard let id = try? row["site"] as SiteID, sites[id] == nil else { continue }
            sites[id] = Result { try transaction.sites.find(id) }
        }
        return sites
    }

    /// - Returns: nil when there is nobody to send it to, or nothing to send.
    private func job(
        _ row: SQLRow, sites: [SiteID: Result<Site?, any Error>], mutes: [RecipientID: [SQLRow]],
        _ mutedConnections: Set<LetterID>, at now: Timestamp
    ) throws -> DeliveryJob? {
        let kind: DeliveryKind = try row["kind"]
        let seal: [UInt8]? = try row.optional("letter_seal")
        let recipient = try Recipient(row, id: "recipient")
        guard var record = recipient.record, !kind.needsSeal || seal != nil else { return nil }
        guard let site = try sites[recipient.site]?.get() else { throw StoreError.undecodable(column: "site") }
        let (id, subject): (LetterID, LetterID?) = (try row["id"], try row.optional("letter"))
        var conversation: DeliveryJob.Conversation?
        if kind != .letter, kind.needsSeal {
            conversation = try self.conversation(of: id, kind, letter: try row["letter"])
            // The first letter is gone, and with it the visitor's address.
            guard conversation != nil else { return nil }
        }
        // Its link would be too old.
        if kind == .manage, now >= (try row["accepted_at"] as Timestamp) + MailedToken.signInLifetime { return nil }
        var change: AddressChangeID?
        if let subject, kind == .confirmation || kind == .addressNotice {
            // Confirmed or undone meanwhile, or another has taken its place.
            guard let found = try addressChange(subject, kind, at: now) else { return nil }
            (change, record) = (found.id, kind == .confirmation ? found.next : found.former)
        }
        // What somebody whom the recipient has muted wrote. A mute keeps no answer of the recipient's own from going out.
        let isVisitors = kind == .letter || kind == .reply && conversation?.author == .visitor
        return DeliveryJob(
            id: id, attempt: try row["attempts"], tries: try row["tries"], lostTries: try row["lost_tries"],
            uncertainEnds: try row["uncertain_ends"], kind: kind, accepted: try row["accepted_at"],
            released: try row.optional("released_at"),
            tokens: MailTokens(messageID: try row["message_token"], envelope: try row["envelope_token"]), site: site,
            recipient: recipient.id, handle: recipient.handle, recipientName: recipient.name, language: recipient.language,
            record: record, letter: kind.isSealed ? seal ?? [] : [], conversation: conversation, change: change,
            isTextOnly: recipient.settings.isTextOnly, isFirst: try kind == .letter && row.optional("first_letter") == id,
            mutes: isVisitors ? try (mutes[recipient.id] ?? []).map(muteName) : [],
            isOverMutedConnection: isVisitors && mutedConnections.contains(id))
    }

    /// A notice goes to the former address also when the change was confirmed at once.
    private func addressChange(_ subject: LetterID, _ kind: DeliveryKind, at now: Timestamp) throws -> AddressChange? {
        let id = AddressChangeID(high: subject.high, low: subject.low)
        guard let change = try transaction.addressChanges.find(id, at: now) else { return nil }
        return kind == .addressNotice || change.isPending ? change : nil
    }

    /// Undoes the claim of one delivery and keeps it for a person.
    private func holdUnreadable(_ id: LetterID, column: String, under lease: LeaseID) throws {
        try forgetAttempt(of: id, under: lease)
        try transaction.run(
            """
            UPDATE delivery
            SET state = 'held', attempts = attempts - 1, due_at = NULL, lease = NULL, lease_until = NULL, reason = ?
            WHERE id = ? AND state = 'leased' AND lease = ?
            """,
            [
                "a row of its recipient, site or conversation holds what Postern did not write, in “\(column)”".stored, id.stored,
                lease.stored,
            ])
    }

    /// Undoes the claim of one delivery and drops it, with the letter's seal.
    private func dropUnsendable(_ id: LetterID, because reason: String, under lease: LeaseID, at now: Timestamp) throws {
        try forgetAttempt(of: id, under: lease)
        try transaction.run(
            """
            DELETE FROM letter
            WHERE id = ?
            """,
            [id.stored])
        try transaction.run(
            """
            UPDATE delivery
            SET state = 'dropped', attempts = attempts - 1, due_at = NULL, lease = NULL, lease_until = NULL, finished_at = ?,
                reason = ?
            WHERE id = ? AND state = 'leased' AND lease = ?
            """,
            [now.stored, reason.stored, id.stored, lease.stored])
    }
}

extension DeliveryKind {
    /// Whether it is nothing without the letter that began its conversation.
    fileprivate var needsSeal: Bool {
        switch self {
        case .letter, .reply, .copy, .pauseNotice, .waveNotice, .prove: true
        case .confirmation, .manage, .addressNotice, .welcome: false
        }
    }

    /// Whether the mail has a letter or reply in it.
    fileprivate var isSealed: Bool {
        switch self {
        case .letter, .reply, .copy: true
        case .confirmation, .pauseNotice, .waveNotice, .manage, .addressNotice, .welcome, .prove: false
        }
    }
}
