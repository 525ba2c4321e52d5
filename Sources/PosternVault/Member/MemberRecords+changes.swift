package import PosternCore
package import PosternLink
internal import PosternSealing

/// What members and their sites change in a record: words, the address, and that it is erased.
extension MemberRecords {
    /// - Throws: `LinkRefusal` (denied) when the proof is not this member's or its time is over, or the record is not the newest that was
    ///   confirmed.
    package func change(_ request: MemberChange, at now: Timestamp) async throws -> MemberAnswer {
        let recipient = request.recipient
        try check(request, at: now)
        switch (request.wish, request.proof) {
        case (.erase, _): return try await erase(recipient)
        case (.keepFormer(let former), .undo(let link)):
            return .record(try await takeBack(former, for: recipient, isUndone: true, link.change))
        case (.takeNew(let next, let former), .undo(let link)):
            guard next.version > former.version, let standing = authorisation.standing(of: recipient.with(next)) else {
                throw LinkRefusal(.denied, "the new address was not asked")
            }
            guard standing == .confirmed else {
                return .change(link.change, try await waitAgain(next, as: standing, for: recipient, link.change))
            }
            return .record(try await takeBack(next, for: recipient, isUndone: false, link.change))
        default: break
        }
        let record = try newest(recipient)
        guard authorisation.standing(of: recipient) == .confirmed else {
            throw LinkRefusal(.denied, "the record was not confirmed by this vault")
        }
        switch request.wish {
        case .words(let name, let language):
            return .record(try await rename(recipient, to: name, language, from: record))
        case .rename(let name, let language, let next):
            let renamed = try await rename(recipient, to: name, language, from: record)
            let renewed = try await renew(next, of: recipient, as: renamed)
            return renewed.map { MemberAnswer.renamed(renamed, next: $0) } ?? .record(renamed)
        case .address(let address):
            return try await changeAddress(to: address, of: recipient, from: record, by: request.proof, at: now)
        case .keepPresent:
            try await forgetAsked(of: recipient, before: try await takeVersion(for: recipient, after: record.version))
            return .done
        case .erase, .keepFormer, .takeNew:
            throw LinkRefusal(.denied, "what shows that this is wanted does not go so far")
        }
    }

    private func rename(
        _ recipient: Recipient, to name: HeaderText, _ language: Language, from record: SealedRecord
    ) async throws -> Recipient {
        let address = try address(in: record, of: recipient)
        return try await sealed(address, for: recipient.with(name, language), as: .confirmed, after: record.version)
    }

    /// The record of a change of address with its owner's new words. One that waits for its code must be newer than the present one;
    /// the code is about the address, and stays good. One that is older rests, since the former address was kept, and goes on resting.
    /// - Returns: nil for one that this vault did not make, or that was taken back.
    private func renew(_ next: SealedRecord, of recipient: Recipient, as renamed: Recipient) async throws -> SealedRecord? {
        guard let standing = authorisation.standing(of: recipient.with(next)) else { return nil }
        guard standing != .confirmed, let present = recipient.record, next.version > present.version else {
            let code = authorisation.code(standing, on: AddressAuthorisation.Subject(renamed, next))
            return SealedRecord(version: next.version, seal: next.seal, authorisation: code)
        }
        guard memory.mayBeConfirmed(next, of: recipient) else { return nil }
        let address = try address(in: next, of: recipient)
        return try await sealed(address, for: renamed, as: standing, after: renamed.record?.version ?? next.version).record
    }

    private func changeAddress(
        to address: EmailAddress, of recipient: Recipient, from record: SealedRecord, by proof: MemberProof, at now: Timestamp
    ) async throws -> MemberAnswer {
        guard try self.address(in: record, of: recipient) != address else { return .record(recipient) }
        let name = AuthorisedName.recipient(recipient.handle, at: recipient.site)
        if let wait = budgets.chargeChange(of: name) { return .limited(retryAfter: wait) }
        if let wait = budgets.chargeAsk(address) { return .askedOften(retryAfter: wait) }
        if let wait = budgets.chargeEnrolment(of: name, isVouched: true) { return .limited(retryAfter: wait) }
        var standing = AddressAuthorisation.Standing.asked
        if case .site = proof { standing = .invited }
        let next = try await sealed(address, for: recipient, as: standing, after: record.version)
        if let version = next.record?.version { try await forgetAsked(of: recipient, before: version) }
        return .change(codes.change(from: record, of: .init(recipient), at: now), next)
    }

    /// The store may still have, or get back, the record of an address that was asked before; the owner of that mailbox has a code.
    private func forgetAsked(of recipient: Recipient, before version: Int32) async throws {
        let name = AuthorisedName.asked(recipient.handle, at: recipient.site)
        try await memory.learn([LearntAuthorisation(name, version: version, recipient: recipient.id)], isDurable: true)
    }

    /// Seals the address of another record once more, as the newest. It counts at once, so that neither the present record nor one that
    /// waits for its code takes its place again.
    ///
    /// Asked once more, it gives the same version: the relay may have died before it had stored the first answer, and then has a record
    /// that counts no more.
    /// - Parameter change: under which, with the direction, the vault remembers what it gave.
    private func takeBack(
        _ other: SealedRecord, for recipient: Recipient, isUndone: Bool, _ change: AddressChangeID
    ) async throws -> Recipient {
        guard authorisation.standing(of: recipient) == .confirmed else {
            throw LinkRefusal(.denied, "the record was not confirmed by this vault")
        }
        let address = try address(in: other, of: recipient)
        let own = try await memory.takeOwnSecret(of: recipient)
        if let given = given(isUndone, change, to: recipient) {
            return try seal(address, for: recipient, as: .confirmed, version: given, with: own)
        }
        let record = try newest(recipient)
        let version = try await takeVersion(for: recipient, after: max(record.version, other.version))
        // Two presses of the same button at once get one version.
        if let given = given(isUndone, change, to: recipient) {
            return try seal(address, for: recipient, as: .confirmed, version: given, with: own)
        }
        let kept = try seal(address, for: recipient, as: .confirmed, version: version, with: own)
        let name = AuthorisedName.recipient(recipient.handle, at: recipient.site)
        try await memory.learn(
            [name, .undo(change, isUndone: isUndone)].map {
                LearntAuthorisation($0, version: version, recipient: recipient.id)
            }, isDurable: true)
        return kept
    }

    /// The new address waits for its code once more: sealed again, newer than the record that was made when the former one was kept.
    /// It counts for nothing before the code, which is about the address and stays good.
    private func waitAgain(
        _ next: SealedRecord, as standing: AddressAuthorisation.Standing, for recipient: Recipient, _ change: AddressChangeID
    ) async throws -> Recipient {
        guard authorisation.standing(of: recipient) == .confirmed else {
            throw LinkRefusal(.denied, "the record was not confirmed by this vault")
        }
        let record = try newest(recipient)
        guard memory.mayBeConfirmed(next, of: recipient) else {
            throw LinkRefusal(.denied, "the address was taken back, or another was asked since")
        }
        // It waits already.
        guard next.version < record.version else { return recipient.with(next) }
        let address = try address(in: next, of: recipient)
        let own = try await memory.takeOwnSecret(of: recipient)
        let version = try await takeVersion(for: recipient, after: record.version)
        // So the former address, kept once more, gets a version that is newer still.
        try await memory.learn(
            [LearntAuthorisation(.undo(change, isUndone: false), version: version, recipient: recipient.id)], isDurable: true)
        return try seal(address, for: recipient, as: standing, version: version, with: own)
    }

    /// The version that the same wish got before; nil when there was none, or something newer counts or waits since.
    private func given(_ isUndone: Bool, _ change: AddressChangeID, to recipient: Recipient) -> Int32? {
        guard let given = memory.newest(of: .undo(change, isUndone: isUndone))?.version, let record = recipient.record,
            record.version <= given, memory.newest(of: .undo(change, isUndone: !isUndone))?.version ?? 0 <= given,
            let newest = memory.newest(of: .recipient(recipient.handle, at: recipient.site)), !newest.isErased,
            newest.recipient == recipient.id, newest.version == given
        else { return nil }
        return given
    }

    private func erase(_ recipient: Recipient) async throws -> MemberAnswer {
        let name = AuthorisedName.recipient(recipient.handle, at: recipient.site)
        let newest = memory.newest(of: name)
        // The store may have failed after the vault had forgotten them; and a disk, after it had remembered that they are erased.
        if let newest, newest.isErased, newest.recipient == recipient.id {
            try await memory.destroyOwnSecret(of: RecordOwner(recipient))
            return .done
        }
        _ = try self.newest(recipient)
        guard let standing = authorisation.standing(of: recipient) else {
            throw LinkRefusal(.denied, "the record was not made by this vault")
        }
        // A name that was never confirmed, nor given out by the operator, is nobody's, and another may take it.
        guard newest != nil || standing == .confirmed else {
            try await memory.destroyOwnSecret(of: RecordOwner(recipient))
            return .done
        }
        try await memory.erase(name, recipient: recipient.id)
        return .done
    }

    // MARK: - Proofs

    private func check(_ request: MemberChange, at now: Timestamp) throws {
        let recipient = request.recipient
        switch (request.proof, request.wish) {
        case (.member(let token), .words), (.member(let token), .rename), (.member(let token), .address),
            (.member(let token), .keepPresent), (.member(let token), .erase):
            try check(token, for: .manage, of: recipient, within: MailedToken.proofLifetime, at: now)
        case (.site(let token), .words), (.site(let token), .rename), (.site(let token), .address), (.site(let token), .erase):
            guard isGood(token, of: recipient.site) else {
                throw LinkRefusal(.denied, "the site's credential is not ours, not this site's, or was revoked")
            }
        case (.undo(let token), .keepFormer(let former)), (.undo(let token), .takeNew(_, former: let former)):
            try check(token, for: .undo, of: recipient, within: MailedToken.undoLifetime, at: now)
            guard codes.isChange(token.change, from: former, of: .init(recipient)) else {
                throw LinkRefusal(.denied, "the former record is not the one that the link is about")
            }
        default: throw LinkRefusal(.denied, "what shows that this is wanted does not go so far")
        }
    }

    func check(
        _ token: MailedToken, for purpose: MailedToken.Purpose, of recipient: Recipient, within lifetime: Duration,
        at now: Timestamp
    ) throws {
        guard codes.isValid(token, for: purpose, of: .init(recipient)) else { throw LinkRefusal(.denied, "the link is not ours") }
        guard MailedToken.isInTime(token.id.moment, within: lifetime, at: now) else {
            throw LinkRefusal(.denied, "the link is no longer valid")
        }
    }
}

extension MailedToken {
    /// As far as two clocks of one machine may differ, and a moment that was taken before a transaction.
    private static let drift = Duration.minutes(5)

    /// - Parameter begun: the moment in the token's id. Of a manage link the relay has chosen it, so it may not lie ahead.
    static func isInTime(_ begun: Timestamp, within lifetime: Duration, at now: Timestamp) -> Bool {
        begun <= now + drift && now <= begun + lifetime
    }
}
