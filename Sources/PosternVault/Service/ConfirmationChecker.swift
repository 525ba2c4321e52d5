package import PosternCore
package import PosternLink
private import PosternSealing

/// `authorise`: a recipient followed the link, or typed the code, so letters may go to the record from now on.
package struct ConfirmationChecker: Sendable {
    private let authorisation: AddressAuthorisation
    private let codes: MemberCodes
    private let opener: SealOpener
    private let memory: any RecordMemory
    private let tries: ConfirmationTries
    private let proven: ProvenMailboxes

    package init(
        authorisation: AddressAuthorisation, codes: MemberCodes, opener: SealOpener, memory: any RecordMemory,
        tries: ConfirmationTries, proven: ProvenMailboxes
    ) {
        self.authorisation = authorisation
        self.codes = codes
        self.opener = opener
        self.memory = memory
        self.tries = tries
        self.proven = proven
    }

    /// - Returns: the record, authorised as confirmed.
    /// - Throws: `LinkRefusal`: spent when too many wrong codes were typed; denied when the token is not ours or has expired, the code is
    ///   wrong, this vault never authorised the record, or it is not the newest.
    package func confirm(_ request: ConfirmationRequest, at now: Timestamp) async throws -> SealedRecord {
        let record = try authorised(request, at: now)
        let name = AuthorisedName.recipient(request.recipient.handle, at: request.recipient.site)
        if memory.newest(of: name) == nil {
            // From now on the name is theirs: nobody else's record of it is confirmed, even if it was sealed before.
            let learnt = LearntAuthorisation(name, version: record.version, recipient: request.recipient.id)
            try await memory.learn([learnt], isDurable: true)
        }
        return record
    }

    /// - Throws: as `confirm` does.
    package func authorised(_ request: ConfirmationRequest, at now: Timestamp) throws -> SealedRecord {
        let recipient = request.recipient
        // A confirmed record counts too: the link may be followed twice, and the second time gets the same answer.
        guard let record = recipient.record,
            let standing = authorisation.standing(of: recipient, isAdopting: memory.isAdopting)
        else { throw LinkRefusal(.denied, "the record was not made by this vault") }
        let subject = AddressAuthorisation.Subject(recipient, record)
        if let newest = memory.newest(of: subject.authorisedName) {
            guard !newest.isErased, newest.version <= record.version, newest.recipient == recipient.id else {
                throw LinkRefusal(.denied, "the record is not the newest")
            }
        }
        guard standing == .confirmed || memory.mayBeConfirmed(record, of: recipient) else {
            throw LinkRefusal(.denied, "the address was taken back, or another was asked since")
        }
        // An address that cannot be opened cannot get letters.
        let address = try opener.address(
            in: record.seal, context: .address(of: recipient.id, at: recipient.site, version: record.version))
        try check(request, standing, subject, address, at: now)
        return SealedRecord(
            version: record.version, seal: record.seal, authorisation: authorisation.code(.confirmed, on: subject))
    }

    /// What was begun on our page is confirmed by its code alone: the record says how it began.
    private func check(
        _ request: ConfirmationRequest, _ standing: AddressAuthorisation.Standing, _ subject: AddressAuthorisation.Subject,
        _ address: EmailAddress, at now: Timestamp
    ) throws {
        if standing != .invited, let code = MailedCode(text: request.token) {
            let member = MemberCodes.Member(request.recipient)
            let holder = holder(request.holder, of: member, address, at: now)
            // Anyone who comes by the link in a mail to this address has read it, and may have another.
            if let holder, codes.isHolder(holder, of: member, at: address) { proven.add(address, at: now) }
            let answer = tries.check(codes.digest(of: member, at: address), by: holder, at: now) {
                codes.isCode(code, for: member, at: address, now: now)
            }
            switch answer {
            case .right: return
            case .wrong: throw LinkRefusal(.denied, "the code is not the one that was mailed")
            case .spent: throw LinkRefusal(.spent, "wrong codes were typed too often")
            }
        }
        guard standing != .asked else { throw LinkRefusal(.denied, "the code has six digits") }
        do {
            try authorisation.check(request.token, for: subject, at: now, address: address)
        } catch {
            throw LinkRefusal(.denied, "the confirmation token is \(error == .over ? "no longer valid" : "not ours")")
        }
    }

    /// - Returns: nil for a link that is too old or none of ours: anyone who has it counts as anybody.
    private func holder(
        _ token: MailedToken?, of member: MemberCodes.Member, _ address: EmailAddress, at now: Timestamp
    ) -> MailedToken? {
        guard let token else { return nil }
        if codes.isValid(token, for: .manage, of: member) {
            return MailedToken.isInTime(token.id.moment, within: MailedToken.proofLifetime, at: now) ? token : nil
        }
        guard codes.isHolder(token, of: member, at: address) else { return nil }
        return MailedToken.isInTime(token.id.moment, within: .days(Int64(MemberCodes.codeDays)), at: now) ? token : nil
    }
}
