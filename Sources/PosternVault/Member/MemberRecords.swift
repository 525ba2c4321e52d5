package import PosternCore
package import PosternLink
internal import PosternSealing

/// Records of members: people who enrol on our page or by their site, and who change or erase what is held about them.
///
/// The relay asks for all of this, and may be somebody else's. So a new name is sealed only where nobody has it, and counts only after
/// its address was confirmed; a change needs what shows that the member, or the site, wants it.
package struct MemberRecords: Sendable {
    private let ring: KeyRing
    let authorisation: AddressAuthorisation
    let codes: MemberCodes
    let memory: any RecordMemory
    let opener: SealOpener
    let ledger: LedgerKeys
    let budgets: DeliveryBudgets
    let newID: @Sendable () -> RecipientID

    /// - Parameter newID: gives the id of a new recipient.
    package init(
        ring: KeyRing, authorisation: AddressAuthorisation, codes: MemberCodes, memory: any RecordMemory, opener: SealOpener,
        budgets: DeliveryBudgets, newID: @escaping @Sendable () -> RecipientID
    ) {
        self.ring = ring
        ledger = LedgerKeys(ring: ring)
        self.authorisation = authorisation
        self.codes = codes
        self.memory = memory
        self.opener = opener
        self.budgets = budgets
        self.newID = newID
    }

    /// Nil when the address keys are lost.
    private var key: SealingKey? { ring.address }

    // MARK: - New members

    /// Seals an address under a name that nobody has, to be asked by mail. Asked again for the same address while it is not confirmed,
    /// the answer is the same record, and so the same code.
    /// - Throws: `LinkRefusal` (denied) when the site, its credential or the former record is not what this vault authorised.
    package func enrol(_ request: MemberRequest, at now: Timestamp) async throws -> MemberAnswer {
        try checkSite(of: request)
        let standing: AddressAuthorisation.Standing = request.token == nil ? .asked : .invited
        let name = AuthorisedName.recipient(request.handle, at: request.site.id)
        let newest = memory.newest(of: name)
        if let former = request.former {
            guard let record = former.record, former.site == request.site.id, former.handle == request.handle,
                let stands = authorisation.standing(of: former), stands != .confirmed
            else { throw LinkRefusal(.denied, "the former record was not made by this vault, or is confirmed") }
            // Nobody on a page takes over what a site has asked for.
            guard newest.map({ !$0.isErased && $0.recipient == former.id && $0.version <= record.version }) ?? true,
                stands == standing || standing == .invited
            else { return .taken }
            let isSame = former.name == request.name && former.language == request.language
            if isSame, stands == standing, try address(in: record, of: former) == request.address { return .record(former) }
        } else if newest != nil {
            return .taken
        }
        if let wait = budgets.chargeAsk(request.address) { return .askedOften(retryAfter: wait) }
        if let wait = budgets.chargeEnrolment(of: name, isVouched: request.token != nil) { return .limited(retryAfter: wait) }
        let id = request.former?.id ?? newID()
        let recipient = Recipient(
            id: id, site: request.site.id, handle: request.handle, name: request.name, language: request.language,
            state: .unconfirmed, record: nil)
        do {
            return .record(
                try await sealed(request.address, for: recipient, as: standing, after: request.former?.record?.version ?? 0))
        } catch RecordMemoryFault.erased, RecordMemoryFault.otherRecipient {
            // Somebody else's request came in between.
            return .taken
        }
    }

    private func checkSite(of request: MemberRequest) throws {
        let site = request.site
        guard let given = site.authorisation, authorisation.isValid(site),
            memory.newest(of: .site(site.id))?.version ?? 0 <= given.version
        else { throw LinkRefusal(.denied, "the name or the origins of the site are not what this vault authorised last") }
        guard let token = request.token else { return }
        guard isGood(token, of: site.id) else {
            throw LinkRefusal(.denied, "the site's credential is not ours, or was revoked")
        }
    }

    /// Whether a credential was made for this site and never revoked.
    func isGood(_ token: SiteToken, of site: SiteID) -> Bool {
        codes.isValid(token, of: site, for: .recipients) && memory.newest(of: .siteToken(token.id)) == nil
    }

    // MARK: - The member's page

    /// - Throws: `LinkRefusal` (denied) when the link is not this member's or its time is over, or the record is not the newest that
    ///   was confirmed.
    package func signIn(_ request: SignInRequest, at now: Timestamp) throws -> SignIn {
        let recipient = request.recipient
        _ = try newest(recipient)
        guard authorisation.standing(of: recipient) == .confirmed else {
            throw LinkRefusal(.denied, "the record was not confirmed by this vault")
        }
        try check(request.token, for: .manage, of: recipient, within: MailedToken.signInLifetime, at: now)
        return SignIn(ledgerKeys: ledger.keys(of: recipient.id))
    }

    // MARK: - Records

    /// What the store has kept is in use from now on, and not only once a mail shows it: a writer of the store could put the row of
    /// before back until then. The relay gains nothing by saying so of a record that the store does not have.
    /// - Throws: `LinkRefusal` (denied) when the record is not the newest that was confirmed.
    package func note(_ kept: RecordInUse) async throws {
        let recipient = kept.recipient
        let record = try newest(recipient)
        guard authorisation.standing(of: recipient) == .confirmed else {
            throw LinkRefusal(.denied, "the record was not confirmed by this vault")
        }
        let name = AuthorisedName.recipient(recipient.handle, at: recipient.site)
        try await memory.learn(
            [LearntAuthorisation(name, version: record.version, recipient: recipient.id)], isDurable: true)
    }

    /// The member's record, unless the vault remembers a newer one, another person's, or that they were erased.
    func newest(_ recipient: Recipient) throws -> SealedRecord {
        guard let record = recipient.record, authorisation.standing(of: recipient) != nil else {
            throw LinkRefusal(.denied, "the record was not made by this vault")
        }
        if let newest = memory.newest(of: .recipient(recipient.handle, at: recipient.site)) {
            guard !newest.isErased, newest.version <= record.version, newest.recipient == recipient.id else {
                throw LinkRefusal(.denied, "the record is not the newest")
            }
        }
        return record
    }

    func address(in record: SealedRecord, of recipient: Recipient) throws -> EmailAddress {
        do {
            return try opener.address(
                in: record.seal, context: .address(of: recipient.id, at: recipient.site, version: record.version))
        } catch {
            throw LinkRefusal(.denied, "the address does not open")
        }
    }

    func sealed(
        _ address: EmailAddress, for recipient: Recipient, as standing: AddressAuthorisation.Standing, after version: Int32
    ) async throws -> Recipient {
        guard key != nil else { throw Self.noKey }
        let own = try await memory.takeOwnSecret(of: recipient)
        let version = try await takeVersion(for: recipient, after: version)
        return try seal(address, for: recipient, as: standing, version: version, with: own)
    }

    func takeVersion(for recipient: Recipient, after version: Int32) async throws -> Int32 {
        guard key != nil else { throw Self.noKey }
        let name = AuthorisedName.recipient(recipient.handle, at: recipient.site)
        let versions = try await memory.takeVersions(for: [VersionRequest(name, recipient: recipient.id, former: version)])
        guard let version = versions.first else { throw LinkRefusal(.unavailable, "no version was given") }
        return version
    }

    static var noKey: LinkRefusal {
        LinkRefusal(.unavailable, "the vault has no address key to seal with; see postern doctor")
    }

    func seal(
        _ address: EmailAddress, for recipient: Recipient, as standing: AddressAuthorisation.Standing, version: Int32,
        with own: OwnSecret
    ) throws -> Recipient {
        guard let key else { throw Self.noKey }
        let seal = try key.seal(address, in: .address(of: recipient.id, at: recipient.site, version: version), with: own)
        let record = SealedRecord(version: version, seal: seal, authorisation: [])
        let code = authorisation.code(standing, on: AddressAuthorisation.Subject(recipient, record))
        return recipient.with(SealedRecord(version: version, seal: seal, authorisation: code))
    }
}
