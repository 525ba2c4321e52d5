package import PosternCore

/// A change of a member's address, as long as it can be confirmed or undone.
package struct AddressChange: Equatable, Sendable {
    package let id: AddressChangeID
    package let recipient: RecipientID
    /// The record that counted when it was asked for.
    package let former: SealedRecord
    /// The new address: as it was asked for; once it is confirmed, with the vault's authorisation.
    package let next: SealedRecord
    package let confirmed: Timestamp?
    /// When the former address was kept. One that was not confirmed by then rests, and its code does not count.
    package let undone: Timestamp?

    package init(
        id: AddressChangeID, recipient: RecipientID, former: SealedRecord, next: SealedRecord, confirmed: Timestamp? = nil,
        undone: Timestamp? = nil
    ) {
        self.id = id
        self.recipient = recipient
        self.former = former
        self.next = next
        self.confirmed = confirmed
        self.undone = undone
    }

    /// When it was asked for.
    package var asked: Timestamp { id.moment }
    /// Until then it can be confirmed and undone.
    package var end: Timestamp { asked + MailedToken.undoLifetime }
    package var isPending: Bool { confirmed == nil && undone == nil }
}

/// Changes of addresses. Each member has one at most: while one counts that can still be undone, no other takes its place, since with it
/// the former address would lose the link to undo it.
package struct AddressChanges {
    let transaction: any Transaction

    /// - Returns: false when one counts that can still be undone.
    package func add(_ change: AddressChange, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            INSERT INTO address_change (
                id, recipient, former_version, former_seal, former_authorisation, next_version, next_seal, next_authorisation)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (recipient) DO UPDATE
            SET id = excluded.id, former_version = excluded.former_version, former_seal = excluded.former_seal,
                former_authorisation = excluded.former_authorisation, next_version = excluded.next_version,
                next_seal = excluded.next_seal, next_authorisation = excluded.next_authorisation, confirmed_at = NULL,
                undone_at = NULL
            WHERE address_change.confirmed_at IS NULL OR address_change.undone_at IS NOT NULL OR address_change.id < ?
            """,
            [
                change.id.stored, change.recipient.stored, change.former.version.stored, change.former.seal.stored,
                change.former.authorisation.stored, change.next.version.stored, change.next.seal.stored,
                change.next.authorisation.stored, AddressChangeID.floor(of: now - MailedToken.undoLifetime).stored,
            ]) == 1
    }

    /// - Returns: nil for one that never was, or is over.
    package func find(_ id: AddressChangeID, at now: Timestamp) throws -> AddressChange? {
        try transaction.row(
            """
            SELECT id, recipient, former_version, former_seal, former_authorisation, next_version, next_seal, next_authorisation,
                confirmed_at, undone_at
            FROM address_change
            WHERE id = ?
            """,
            [id.stored]
        ).map(AddressChange.init).flatMap { $0.end > now ? $0 : nil }
    }

    package func find(of recipient: RecipientID, at now: Timestamp) throws -> AddressChange? {
        try transaction.row(
            """
            SELECT id, recipient, former_version, former_seal, former_authorisation, next_version, next_seal, next_authorisation,
                confirmed_at, undone_at
            FROM address_change
            WHERE recipient = ?
            """,
            [recipient.stored]
        ).map(AddressChange.init).flatMap { $0.end > now ? $0 : nil }
    }

    /// The new address counts from now on.
    /// - Parameters:
    ///   - record: with the vault's authorisation, which is given once the address was reached.
    ///   - former: the version that counts until now, if the name was changed meanwhile; nil for that of the change.
    package func confirm(
        _ change: AddressChange, of recipient: Recipient, with record: SealedRecord, former: Int32? = nil, at now: Timestamp
    ) throws -> RecipientChange {
        let moved = try transaction.recipients.replaceRecord(
            of: recipient, with: record, former: former ?? change.former.version, at: now)
        guard moved == .changed else { return moved }
        try transaction.run(
            """
            UPDATE address_change
            SET next_authorisation = ?, confirmed_at = ?
            WHERE id = ? AND recipient = ?
            """,
            [record.authorisation.stored, now.stored, change.id.stored, recipient.id.stored])
        return .changed
    }

    /// The new address under the name that its owner has by now.
    /// - Returns: false when the change is another one by now, or gone.
    package func renew(_ change: AddressChange, with next: SealedRecord) throws -> Bool {
        try transaction.run(
            """
            UPDATE address_change
            SET next_version = ?, next_seal = ?, next_authorisation = ?
            WHERE id = ? AND recipient = ? AND next_version = ?
            """,
            [
                next.version.stored, next.seal.stored, next.authorisation.stored, change.id.stored, change.recipient.stored,
                change.next.version.stored,
            ]) == 1
    }

    /// One that was undone before it was confirmed waits for its code again.
    /// - Parameter next: as the vault gave it back, newer than the recipient's record.
    /// - Returns: false when it is another one by now, or does not rest.
    package func waitAgain(_ change: AddressChange, with next: SealedRecord) throws -> Bool {
        try transaction.run(
            """
            UPDATE address_change
            SET next_version = ?, next_seal = ?, next_authorisation = ?, undone_at = NULL
            WHERE id = ? AND recipient = ? AND next_version = ? AND confirmed_at IS NULL AND undone_at IS NOT NULL
            """,
            [
                next.version.stored, next.seal.stored, next.authorisation.stored, change.id.stored, change.recipient.stored,
                change.next.version.stored,
            ]) == 1
    }

    /// The former address counts again, or the new one after all.
    /// - Parameters:
    ///   - recipient: as the vault gave it back, with a record that is newer than both.
    ///   - former: the version that this record was made from.
    package func setUndone(
        _ isUndone: Bool, _ change: AddressChange, of recipient: Recipient, former: Int32, at now: Timestamp
    ) throws -> RecipientChange {
        guard let record = recipient.record else { return .unknown }
        let moved = try transaction.recipients.replaceRecord(of: recipient, with: record, former: former, at: now)
        guard moved == .changed else { return moved }
        try transaction.run(
            """
            UPDATE address_change
            SET undone_at = ?
            WHERE id = ? AND recipient = ?
            """,
            [(isUndone ? now : nil).stored, change.id.stored, change.recipient.stored])
        return .changed
    }

    /// Takes one back that was not confirmed: its record is older than the recipient's by now.
    /// - Returns: whether there was one.
    package func forgetPending(of recipient: RecipientID) throws -> Bool {
        try transaction.run(
            """
            DELETE FROM address_change
            WHERE recipient = ? AND confirmed_at IS NULL AND undone_at IS NULL
            """,
            [recipient.stored]) == 1
    }

    /// Forgets those that were asked for before `moment`, with the former address.
    /// - Returns: how many are gone; call again until there are none.
    package func forget(before moment: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM address_change
            WHERE id IN (
                SELECT id
                FROM address_change
                WHERE id < ?
                ORDER BY id
                LIMIT ?)
            """,
            [AddressChangeID.floor(of: moment).stored, limit.stored])
    }

    /// Also one that counts: with the person, or when the operator has given them another address.
    package func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM address_change
            WHERE recipient = ?
            """,
            [recipient.stored])
    }
}

extension AddressChange {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], recipient: try row["recipient"],
            former: SealedRecord(
                version: try row["former_version"], seal: try row["former_seal"],
                authorisation: try row["former_authorisation"]),
            next: SealedRecord(
                version: try row["next_version"], seal: try row["next_seal"], authorisation: try row["next_authorisation"]),
            confirmed: try row.optional("confirmed_at"), undone: try row.optional("undone_at"))
    }
}
