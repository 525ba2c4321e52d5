package import PosternCore
package import PosternLink
private import PosternSealing

/// What the operator's commands have the vault authorise: `recipient add` and `import`, `site add` and `set`. They ask over the
/// operator socket, or use this in their own process while no vault runs.
package struct Enrolment: Sendable {
    private let ring: KeyRing
    private let authorisation: AddressAuthorisation
    private let codes: MemberCodes
    private let senders: SenderKeys
    private let memory: any RecordMemory
    private let newID: @Sendable () -> RecipientID

    /// - Parameter newID: gives the id of a new recipient.
    /// - Throws: `KeyFault` when the ring lacks the authorisation key.
    package init(ring: KeyRing, memory: any RecordMemory, newID: @escaping @Sendable () -> RecipientID) throws {
        self.ring = ring
        authorisation = try ring.authorisation()
        codes = try ring.memberCodes()
        senders = try ring.senderKeys()
        self.memory = memory
        self.newID = newID
    }

    package var isAdopting: Bool { memory.isAdopting }

    /// The second place of the own secrets.
    package var secretsCopy: SecretsCopyReport? { memory.secretsCopy }

    /// Nil when the address keys are lost: sites can be authorised, and nothing can be sealed.
    private var key: SealingKey? { ring.address }

    /// What the operator's socket asks, and a command that holds the keys itself.
    /// - Throws: `LinkRefusal`; `ByteFault` when the payload is not what the verb takes, or why something cannot be sealed.
    package func answer(_ verb: OperatorVerb, _ payload: [UInt8]) async throws -> [UInt8] {
        do {
            switch verb {
            case .enrol: return try await enrol(try EnrolRequest(payload: payload)).payload
            case .authoriseSite: return try await authorise(try SiteRequest(payload: payload)).payload
            case .note:
                try await note(try RecordNotes(payload: payload))
                return []
            case .nameSender:
                return SenderNames(all: senders.digests(of: try AddressRequest(payload: payload).address)).payload
            case .siteToken: return try siteToken(try SiteTokenRequest(payload: payload)).payload
            case .keys, .examine, .condition, .trustClock, .record, .staffLink, .staffEnd, .search, .rotateAddressKey,
                .retireKeys:
                throw LinkRefusal(.denied, "\(verb) is not about enrolment")
            }
        } catch let fault as RecordMemoryFault {
            throw LinkRefusal(.denied, "\(fault)")
        }
    }

    /// Seals addresses: all of them or none.
    ///
    /// The store is not believed. A former record counts only with this vault's authorisation for that site, handle, id and
    /// version. Otherwise the vault would vouch for any id that a row names, and the letters that wait for that id would go to
    /// the new address.
    /// - Throws: `LinkRefusal` (denied), `RecordMemoryFault`, or why an address cannot be sealed.
    package func enrol(_ request: EnrolRequest) async throws -> Enrolled {
        guard let key else {
            throw LinkRefusal(
                .denied,
                "the vault has no address key to seal with; see postern doctor. Put the saved keys back (postern keys "
                    + "import-recovery FOLDER) or, if they are lost for good, stop the service and run postern init")
        }
        let wanted = try request.entries.map { entry in
            let name = AuthorisedName.recipient(entry.handle, at: entry.site)
            if let former = entry.former { try check(former, is: entry) }
            // A new person never gets an erased one's id: whatever is sealed for that id stays closed to them.
            let known = request.isSuccession ? nil : memory.newest(of: name)?.recipient
            return VersionRequest(
                name, recipient: entry.former?.id ?? known ?? newID(), former: entry.former?.record?.version ?? 0,
                isSuccessor: request.isSuccession)
        }
        let owners = zip(request.entries, wanted).map { RecordOwner($1.recipient ?? newID(), $0.handle, at: $0.site) }
        let secrets = try await memory.takeOwnSecrets(for: owners)
        let versions = try await memory.takeVersions(for: wanted)
        return Enrolled(
            all: try zip(zip(request.entries, owners), zip(versions, secrets)).map { who, made in
                let ((entry, owner), (version, own)) = (who, made)
                let id = owner.recipient
                let seal = try key.seal(entry.address, in: .address(of: id, at: entry.site, version: version), with: own)
                let subject = AddressAuthorisation.Subject(
                    site: entry.site, handle: entry.handle, recipient: id, name: entry.name, language: entry.language,
                    version: version, seal: seal)
                let code = authorisation.code(request.confirmed ? .confirmed : .invited, on: subject)
                return Recipient(
                    id: id, site: entry.site, handle: entry.handle, name: entry.name, language: entry.language,
                    state: request.confirmed ? .active : .unconfirmed,
                    record: SealedRecord(version: version, seal: seal, authorisation: code))
            })
    }

    private func check(_ former: Recipient, is entry: EnrolRequest.Entry) throws {
        guard former.site == entry.site, former.handle == entry.handle,
            authorisation.standing(of: former, isAdopting: memory.isAdopting) != nil
        else {
            throw LinkRefusal(
                .denied,
                "the store's record of \(entry.site)/\(entry.handle) is not authorised by this vault: it was forged, swapped or "
                    + "made by another installation. Nothing was sealed")
        }
    }

    /// Authorises what mails say of a site. What the operator does not name stays as the vault authorised it before.
    /// - Throws: `LinkRefusal` (denied), `RecordMemoryFault`.
    package func authorise(_ request: SiteRequest) async throws -> Site {
        let former = request.former.flatMap { isCurrent($0, as: request.id) ? $0 : nil }
        guard let name = request.name ?? former?.name, let origins = request.origins ?? former?.origins else {
            throw LinkRefusal(
                .denied,
                "the store's name and origins of site \(request.id) are not what this vault authorised last. Give both, with --name "
                    + "and --origin")
        }
        let site = Site(id: request.id, name: name, origins: origins)
        let version = try await memory.takeVersions(
            for: [VersionRequest(.site(site.id), recipient: nil, former: former?.authorisation?.version ?? 0)]
        ).first
        guard let version else { throw LinkRefusal(.unavailable, "no version was given") }
        return Site(id: site.id, name: name, origins: origins, authorisation: authorisation.site(site, version: version))
    }

    /// Whether the store's row of a site is what was authorised last: an old row that was put back must not be signed again.
    private func isCurrent(_ former: Site, as id: SiteID) -> Bool {
        let newest = memory.newest(of: .site(id))
        guard former.id == id else { return false }
        guard let authorised = former.authorisation else { return memory.isAdopting && newest == nil }
        return authorisation.isValid(former) && authorised.version >= newest?.version ?? 0
    }

    /// Makes a site's credential. What it is good for is in its MAC; whether it still is, the store knows, and this vault's memory.
    package func siteToken(_ request: SiteTokenRequest) throws -> SiteToken {
        guard let token = codes.siteToken(request.id, of: request.site, for: request.scope) else {
            throw LinkRefusal(.unavailable, "no credential was made")
        }
        return token
    }

    /// A site's credential is good for nothing any more, whatever the store says of it.
    package func revoke(_ token: SiteTokenID) async throws {
        try await memory.learn([LearntAuthorisation(.siteToken(token), version: 1, recipient: nil)], isDurable: true)
    }

    /// Remembers what the store has kept.
    package func note(_ notes: RecordNotes) async throws {
        var learnt: [LearntAuthorisation] = []
        for note in notes.all {
            switch note {
            case .inUse(let name, let version, let recipient):
                learnt.append(LearntAuthorisation(name, version: version, recipient: recipient))
            case .erased(let name, let recipient): try await memory.erase(name, recipient: recipient)
            }
        }
        if !learnt.isEmpty { try await memory.learn(learnt, isDurable: true) }
    }

    /// Takes over what an earlier version of the program stored, once: what it says now is authorised from then on.
    ///
    /// An address must have that version's authorisation, which covers site, handle, id, version and seal. Display names,
    /// languages, and the names and origins of sites had none: this trusts the store in them, at this one time. It is possible
    /// from the first start of a vault that has keys and no memory until the relay says that nothing is left.
    /// - Throws: `LinkRefusal` (denied) when it is over.
    package func adopt(_ request: AdoptionRequest) async throws -> Adoption {
        guard memory.isAdopting else { throw LinkRefusal(.denied, "this vault adopts nothing any more") }
        let sites = request.sites.filter { $0.authorisation == nil && memory.newest(of: .site($0.id)) == nil }.map { site in
            Site(id: site.id, name: site.name, origins: site.origins, authorisation: authorisation.site(site, version: 1))
        }
        let recipients = request.recipients.compactMap { recipient -> Recipient? in
            guard let record = recipient.record, let standing = authorisation.standing(of: recipient, isAdopting: true) else {
                return nil
            }
            let code = authorisation.code(standing, on: AddressAuthorisation.Subject(recipient, record))
            return recipient.with(SealedRecord(version: record.version, seal: record.seal, authorisation: code))
        }
        let learnt =
            sites.map { LearntAuthorisation(.site($0.id), version: 1, recipient: nil) }
            + recipients.compactMap { recipient in
                recipient.record.map {
                    LearntAuthorisation(
                        .recipient(recipient.handle, at: recipient.site), version: $0.version, recipient: recipient.id)
                }
            }
        if !learnt.isEmpty { try await memory.learn(learnt, isDurable: true) }
        if request.isLast { try await memory.endAdoption() }
        return Adoption(sites: sites, recipients: recipients)
    }
}

extension Recipient {
    func with(_ record: SealedRecord) -> Recipient {
        Recipient(id: id, site: site, handle: handle, name: name, language: language, state: state, record: record)
    }

    func with(_ name: HeaderText, _ language: Language) -> Recipient {
        Recipient(id: id, site: site, handle: handle, name: name, language: language, state: state, record: record)
    }
}
