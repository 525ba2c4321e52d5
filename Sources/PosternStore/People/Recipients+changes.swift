package import PosternCore

/// What became of a change to a recipient.
package enum RecipientChange: Equatable, Sendable {
    case changed
    /// The recipient is in a state to which the change does not apply, and was left alone.
    case refused(in: Recipient.State)
    /// The record is not the one that the new one was made from: somebody else replaced it meanwhile.
    case outdated(version: Int32)
    /// There is no such recipient.
    case unknown
}

extension Recipients {
    /// Moves a recipient to another state; a pause has no end.
    /// - Parameter expected: the states it may be in now. `erased` is never one of them: that is the end.
    /// - Precondition: the new state is not `erased`; see `erase`.
    package func setState(
        _ state: Recipient.State, of id: RecipientID, from expected: Set<Recipient.State>, at now: Timestamp
    ) throws -> RecipientChange {
        precondition(state != .erased, "erasing takes more than a state")
        guard let (current, _) = try standing(of: id) else { return .unknown }
        guard current != .erased, expected.contains(current) else { return .refused(in: current) }
        try forgetPauseEnd(of: id)
        let changed = try transaction.run(
            """
            UPDATE recipient
            SET state = ?, paused_until = NULL, updated_at = ?
            WHERE id = ? AND state = ?
            """,
            [state.stored, now.stored, id.stored, current.stored])
        return changed == 1 ? .changed : .refused(in: current)
    }

    /// Puts a recipient's new record, with the name and language it was authorised with, in the place of the present one.
    /// - Parameter former: the version that the new record was made from.
    /// - Returns: `.outdated` when the present one is another: somebody else replaced it meanwhile.
    package func replaceRecord(
        of recipient: Recipient, with record: SealedRecord, former: Int32, at now: Timestamp
    ) throws -> RecipientChange {
        guard let (state, version) = try standing(of: recipient.id) else { return .unknown }
        guard state != .erased else { return .refused(in: state) }
        let changed = try transaction.run(
            """
            UPDATE recipient
            SET name = ?, language = ?, record_version = ?, seal = ?, authorisation = ?, updated_at = ?
            WHERE id = ? AND record_version = ? AND state <> 'erased'
            """,
            [
                recipient.name.stored, recipient.language.stored, record.version.stored, record.seal.stored,
                record.authorisation.stored, now.stored, recipient.id.stored, former.stored,
            ])
        return changed == 1 ? .changed : .outdated(version: version)
    }

    /// Keeps the vault's authorisation, which says that the address is theirs. The seal stays as it is.
    /// - Returns: `.outdated` when the address was replaced meanwhile: the authorisation is for the former one.
    package func confirm(_ id: RecipientID, with record: SealedRecord, at now: Timestamp) throws -> RecipientChange {
        guard let (state, version) = try standing(of: id) else { return .unknown }
        guard state == .unconfirmed else { return .refused(in: state) }
        let changed = try transaction.run(
            """
            UPDATE recipient
            SET state = 'active', authorisation = ?, updated_at = ?
            WHERE id = ? AND record_version = ? AND seal = ? AND state = 'unconfirmed'
            """,
            [record.authorisation.stored, now.stored, id.stored, record.version.stored, record.seal.stored])
        return changed == 1 ? .changed : .outdated(version: version)
    }

    /// Forgets a person: the sealed address, the name, settings, the aliases, mutes and conversations, sessions, a change of address,
    /// reports, the invitation, every letter that is still sealed; what was not delivered is dropped, answers to visitors too. The handle stays, so that it is not given to somebody else unnoticed.
    ///
    /// What is under way at this moment comes to its outcome; unless it is delivered, the next claim drops it.
    package func erase(_ id: RecipientID, at now: Timestamp) throws -> RecipientChange {
        guard let (state, _) = try standing(of: id) else { return .unknown }
        guard state != .erased else { return .refused(in: state) }
        try forgetPauseEnd(of: id)
        try transaction.run(
            """
            UPDATE recipient
            SET state = 'erased', seal = NULL, authorisation = NULL, name = handle, paused_until = NULL, writers = NULL,
                daily_letters = NULL, mail_form = NULL, updated_at = ?
            WHERE id = ?
            """,
            [now.stored, id.stored])
        try forgetMembership(of: id)
        try transaction.aliases.forget(id)
        try transaction.mutes.forget(of: id)
        try transaction.muteTags.forget(of: id)
        try transaction.conversations.forget(of: id)
        try transaction.run(
            """
            UPDATE delivery
            SET state = 'dropped', due_at = NULL, finished_at = ?, reason = 'the recipient was erased'
            WHERE state IN ('ready', 'held') AND id IN (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ?)
            """,
            [now.stored, id.stored])
        try transaction.run(
            """
            DELETE FROM letter
            WHERE id IN (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ?)
            """,
            [id.stored])
        return .changed
    }

    /// Takes a handle from somebody who was erased, so that it can be given to another person. What is known of the erased one stays
    /// with their own id, under a name that nobody can have chosen.
    /// - Parameter successor: the person who is to get it, from whom nothing is taken.
    package func vacate(_ handle: Handle, at site: SiteID, for successor: RecipientID, now: Timestamp) throws {
        guard let former = try find(handle, at: site), former.state == .erased, former.id != successor else { return }
        try releaseName(of: former.id, at: now)
    }

    /// Frees the handle of somebody who was erased.
    func releaseName(of id: RecipientID, at now: Timestamp) throws {
        let name = "erased-\(id)"
        try transaction.run(
            """
            UPDATE recipient
            SET handle = ?, name = ?, updated_at = ?
            WHERE id = ? AND state = 'erased'
            """,
            [.text(name), .text(name), now.stored, id.stored])
    }

    private func forgetMembership(of id: RecipientID) throws {
        try transaction.addressChanges.forget(of: id)
        try transaction.memberSessions.forget(of: id)
        try transaction.invitations.forget(of: id)
        try transaction.unconfirmedJoins.forget(of: id)
        try transaction.reports.forget(of: id)
        try transaction.figures.forget(id)
        try transaction.dailyLetters.forget(of: id)
        try transaction.awaitedProofs.forget(of: id)
        try transaction.reviewItems.forget(of: id)
        try transaction.run(
            """
            DELETE FROM first_letter
            WHERE recipient = ?
            """,
            [id.stored])
    }

    func standing(of id: RecipientID) throws -> (Recipient.State, version: Int32)? {
        try transaction.row(
            """
            SELECT state, record_version
            FROM recipient
            WHERE id = ?
            """,
            [id.stored]
        ).map { (try $0["state"], try $0["record_version"]) }
    }
}
