package import PosternCore
internal import PosternLink
internal import PosternStore

/// What members and their sites do with a member's record. What changes nothing leaves no trace.
package struct MemberOperations: Sendable {
    package enum Change: Equatable, Sendable {
        case changed
        /// The address was changed lately: as long as that can be undone, no other takes its place.
        case changedLately(until: Timestamp)
        /// Somebody else changed the record at this moment, or the member is gone.
        case changedMeanwhile
        /// It is the address that counts already.
        case sameAddress
        /// The vault does no more of this for now.
        case limited(retryAfter: Duration)
        /// What was shown to the vault does not show that it is wanted.
        case denied
    }

    let operations: Operations
    let vault: VaultLink

    // MARK: - Without the vault

    /// Everything but the end of a pause. What waits for a day with room gets a place under the new rule.
    func change(_ settings: MemberSettings, of recipient: Recipient) async throws -> Change {
        let change = try await noting(.changeSettings, recipient) { transaction, now in
            guard let former = try transaction.recipients.find(recipient.id) else { return .unknown }
            let change = try transaction.recipients.change(settings, of: recipient.id, at: now)
            if change == .changed, former.settings.dailyLetters != settings.dailyLetters {
                try transaction.dailyLetters.rearrange(of: former, limit: settings.dailyLetters, at: now)
            }
            return change
        }
        operations.wake()
        return change
    }

    func pause(_ recipient: Recipient, until end: Timestamp?) async throws -> Change {
        try await noting(.pauseRecipient, recipient) { try $0.recipients.pause(recipient.id, until: end, at: $1) }
    }

    func resume(_ recipient: Recipient) async throws -> Change {
        try await noting(.resumeRecipient, recipient) { transaction, now in
            try transaction.recipients.setState(.active, of: recipient.id, from: [.paused, .active], at: now)
        }
    }

    func unmute(_ visitor: MutedVisitorID, by recipient: Recipient) async throws {
        let record = operations.trace(.unmuteVisitor, recipient.subject)
        try await operations.store.write { transaction in
            guard try transaction.mutes.names(of: recipient.id).contains(visitor.bytes) else { return }
            try transaction.mutes.remove(visitor.bytes, of: recipient.id)
            try transaction.operationTrace.add(record)
        }
    }

    func unmuteConnection(from conversation: LetterID, by recipient: Recipient) async throws {
        _ = try await operations.conversations.setConnectionMuted(false, by: recipient, from: conversation)
    }

    /// Of a conversation of somebody else's nobody is muted.
    func mute(_ visitor: MutedVisitorID, from conversation: LetterID, by recipient: Recipient) async throws -> Change {
        let record = operations.trace(.muteVisitor, recipient.subject)
        return try await operations.store.write { transaction in
            guard try !transaction.mutes.names(of: recipient.id).contains(visitor.bytes) else { return .changed }
            let known = try transaction.conversations.find(conversation)
            guard known.map({ $0.recipient == recipient.id }) ?? true,
                try transaction.mutes.add(visitor.bytes, of: recipient.id, from: conversation, at: record.at)
            else { return .changedMeanwhile }
            try transaction.operationTrace.add(record)
            return .changed
        }
    }

    // MARK: - With the vault's authorisation

    /// The vault first: from then on no code counts, whatever becomes of the row.
    func cancelAddressChange(of recipient: Recipient, with proof: MemberProof) async throws -> Change {
        let moment = operations.now()
        let change = try await operations.store.read { try $0.addressChanges.find(of: recipient.id, at: moment) }
        guard change?.isPending == true else { return .changed }
        let answer = try await asked(recipient, proof, .keepPresent)
        guard case .done = answer else { return refusal(answer) }
        let record = operations.trace(.cancelAddressChange, recipient.subject)
        try await operations.store.erase { transaction in
            guard try transaction.addressChanges.forgetPending(of: recipient.id) else { return }
            try transaction.operationTrace.add(record)
        }
        return .changed
    }

    /// Another display name or language. A change of address that waits for its code, or can be undone or taken up again, gets the same
    /// words.
    func changeWords(
        of recipient: Recipient, to name: HeaderText, _ language: Language, with proof: MemberProof
    ) async throws -> Change {
        guard let former = recipient.record?.version else { return .changedMeanwhile }
        let moment = operations.now()
        let open = try await operations.store.read { try $0.addressChanges.find(of: recipient.id, at: moment) }
        let answer = try await asked(
            recipient, proof,
            open.map { .rename(name: name, language: language, next: $0.next) } ?? .words(name: name, language: language))
        let (renewed, next): (Recipient, SealedRecord?)
        switch answer {
        case .record(let recipient): (renewed, next) = (recipient, nil)
        case .renamed(let recipient, let record): (renewed, next) = (recipient, record)
        default: return refusal(answer)
        }
        guard let record = renewed.record else { return .changedMeanwhile }
        let change = try await noting(.changeWords, recipient, isErasing: true) { transaction, now in
            // Asked, confirmed or undone meanwhile.
            guard try transaction.addressChanges.find(of: recipient.id, at: moment) == open else { return .unknown }
            let change = try transaction.recipients.replaceRecord(of: renewed, with: record, former: former, at: now)
            guard change == .changed, let open else { return change }
            if let next {
                _ = try transaction.addressChanges.renew(open, with: next)
            } else {
                // None that this vault made: older than the record by now.
                _ = try transaction.addressChanges.forgetPending(of: recipient.id)
            }
            return change
        }
        if change == .changed { await vault.note(inUse: renewed) }
        return change
    }

    /// Asks the new address, and tells the former one.
    func changeAddress(of recipient: Recipient, to address: EmailAddress, with proof: MemberProof) async throws -> Change {
        let moment = operations.now()
        if let change = try await operations.store.read({ try $0.addressChanges.find(of: recipient.id, at: moment) }),
            change.confirmed != nil, change.undone == nil
        {
            return .changedLately(until: change.end)
        }
        let answer = try await asked(recipient, proof, .address(address))
        if case .record(let same) = answer, same.record == recipient.record { return .sameAddress }
        guard case .change(let id, let renewed) = answer, let former = recipient.record, let next = renewed.record else {
            return refusal(answer)
        }
        let change = AddressChange(id: id, recipient: recipient.id, former: former, next: next)
        var randomness = operations.randomness
        let confirmation = ServiceMail(at: moment, using: &randomness)
        let notice = ServiceMail(at: moment, using: &randomness)
        let result = try await noting(.askAddressChange, recipient) { transaction, now in
            guard let present = try transaction.recipients.find(recipient.id), present.record?.version == former.version,
                try transaction.addressChanges.add(change, at: now)
            else { return .unknown }
            try transaction.intake.enqueueService(.addressNotice, notice, to: recipient.id, about: id, at: now)
            try transaction.intake.enqueueService(.confirmation, confirmation, to: recipient.id, about: id, at: now)
            return .changed
        }
        operations.wake()
        return result
    }

    /// The former address counts again, or the new one after all: at once, or when its code is typed, if it never was. The sessions of
    /// the one who changed it are over.
    func setUndone(_ isUndone: Bool, _ change: AddressChange, of recipient: Recipient, by link: MailedToken) async throws
        -> Change
    {
        guard (change.undone != nil) != isUndone else { return .changed }
        guard let former = recipient.record?.version else { return .changedMeanwhile }
        let wish: MemberChange.Wish =
            isUndone ? .keepFormer(change.former) : .takeNew(change.next, former: change.former)
        let answer = try await asked(recipient, .undo(link), wish)
        if !isUndone, change.confirmed == nil, case .change(change.id, let waiting) = answer, let next = waiting.record {
            return try await waitAgain(change, of: recipient, with: next)
        }
        guard case .record(let renewed) = answer else { return refusal(answer) }
        return try await noting(isUndone ? .undoAddressChange : .redoAddressChange, recipient) { transaction, now in
            let moved = try transaction.addressChanges.setUndone(isUndone, change, of: renewed, former: former, at: now)
            if moved == .changed { try transaction.memberSessions.endAll(of: recipient.id, at: now) }
            return moved
        }
    }

    /// The code that was mailed stays good. Where its mail was not sent, since the change rested by then, it is mailed now.
    private func waitAgain(_ change: AddressChange, of recipient: Recipient, with next: SealedRecord) async throws -> Change {
        var randomness = operations.randomness
        let confirmation = ServiceMail(at: operations.now(), using: &randomness)
        let result = try await noting(.redoAddressChange, recipient) { transaction, now in
            guard let present = try transaction.recipients.find(recipient.id),
                present.record?.version == recipient.record?.version,
                try transaction.addressChanges.waitAgain(change, with: next)
            else { return .unknown }
            if try !transaction.intake.hasMail(.confirmation, about: change.id, to: recipient.id) {
                try transaction.intake.enqueueService(.confirmation, confirmation, to: recipient.id, about: change.id, at: now)
            }
            return .changed
        }
        operations.wake()
        return result
    }

    /// Forgets a member at once and for good: first the vault, then the store. If the store fails in between, the vault sends them
    /// nothing any more, and the same can be asked again.
    func erase(_ recipient: Recipient, with proof: MemberProof) async throws -> Change {
        let answer = try await asked(recipient, proof, .erase)
        guard case .done = answer else { return refusal(answer) }
        try await operations.recipients.apply(.erase, to: recipient.handle, at: recipient.site)
        return .changed
    }

    // MARK: -

    /// - Returns: nil when the vault says that it is not wanted.
    private func asked(_ recipient: Recipient, _ proof: MemberProof, _ wish: MemberChange.Wish) async throws -> MemberAnswer? {
        do {
            return try await vault.change(MemberChange(recipient: recipient, proof: proof, wish: wish))
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            return nil
        }
    }

    private func refusal(_ answer: MemberAnswer?) -> Change {
        switch answer {
        case nil: .denied
        case .limited(let wait), .askedOften(let wait): .limited(retryAfter: wait)
        case .record, .change, .taken, .done, .renamed: .changedMeanwhile
        }
    }

    private func noting(
        _ verb: OperationRecord.Verb, _ recipient: Recipient, isErasing: Bool = false,
        _ change: @escaping @Sendable (any Transaction, Timestamp) throws -> RecipientChange
    ) async throws -> Change {
        let record = operations.trace(verb, recipient.subject)
        return try await operations.store.write(isErasing: isErasing) { transaction in
            guard try change(transaction, record.at) == .changed else { return .changedMeanwhile }
            try transaction.operationTrace.add(record)
            return .changed
        }
    }
}

extension Operations {
    package func members(_ vault: VaultLink) -> MemberOperations { MemberOperations(operations: self, vault: vault) }
}

extension Recipient {
    /// As traces name them.
    var subject: String { "\(site)/\(handle)" }
}
