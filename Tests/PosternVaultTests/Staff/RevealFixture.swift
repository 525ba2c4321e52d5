import PosternCore
import PosternJournal
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

/// A vault with a journal, some staff, and letters that are sealed to its keys.
struct RevealFixture {
    let journal: JournalFixture
    let memory = TransientRecordMemory()
    let links: StaffLinks
    let accounts: StaffAccounts
    let opened: Journal
    let now: Timestamp
    let site: SiteID
    let handle: Handle
    let recipient = RecipientID(high: 5, low: 6)
    let reason: RevealReason

    static let client = "2001:db8::17"
    static let remark = "I never asked for this."

    init() throws {
        let now = Timestamp(seconds: 1_795_514_709)
        (self.now, site, handle) = (now, try SiteID("photos"), try Handle("pat"))
        journal = try JournalFixture()
        links = try StaffLinks(ring: journal.vault.ring, memory: memory, randomness: .system, now: { now })
        accounts = try Self.accounts(links)
        opened = journal.open()
        reason = try RevealReason(typed: "Three recipients reported this sender.")
    }

    /// As after a restart.
    static func accounts(_ links: StaffLinks) throws -> StaffAccounts {
        StaffAccounts(
            links: links, party: RelyingParty(try #require(WebOrigin(SoftAuthenticator.url))),
            cost: ScryptCost(rounds: 1 << 4, blockSize: 8, parallelism: 1))
    }

    func reveals(
        most: Int = 30, needsTwo: Bool = false, journal: Journal? = nil, accounts: StaffAccounts? = nil
    ) -> Reveals {
        Reveals(
            accounts: accounts ?? self.accounts, opener: SealOpener(ring: self.journal.vault.ring, secrets: memory),
            journal: journal ?? opened,
            rule: RevealRule(most: most, needsTwo: needsTwo))
    }

    // MARK: - Staff

    /// Somebody with a password, an app and ten recovery codes.
    struct Person {
        let claim: StaffClaim
        let codes: OneTimeCode
        let recovery: [String]
    }

    func person(_ name: String = "anna", _ role: StaffRole = .reviewer) async throws -> Person {
        let link = try await links.link(StaffLinkRequest(name: try StaffName(name), role: role))
        let codes = OneTimeCode(secret: try accounts.begin(link, at: now).secret)
        let proof = StaffProof.password("correct horse battery staple", code: codes.code(of: OneTimeCode.step(at: now)))
        guard
            case .record(let record, let recovery) = try await accounts.enrol(
                StaffEnrolment(link: link, proof: proof), at: now)
        else { throw LinkRefusal(.denied, "not enrolled") }
        return Person(claim: StaffClaim(name: link.name, role: role, record: record), codes: codes, recovery: recovery)
    }

    func passkey(
        _ authenticator: SoftAuthenticator, of name: String = "paula", _ role: StaffRole = .reviewer
    ) async throws -> StaffClaim {
        let link = try await links.link(StaffLinkRequest(name: try StaffName(name), role: role))
        let creation = authenticator.create(try accounts.begin(link, at: now).challenge)
        let proof = StaffProof.newPasskey(clientData: creation.clientData, attestation: creation.attestation)
        guard case .record(let record, _) = try await accounts.enrol(StaffEnrolment(link: link, proof: proof), at: now) else {
            throw LinkRefusal(.denied, "not enrolled")
        }
        return StaffClaim(name: link.name, role: role, record: record)
    }

    // MARK: - Letters

    func held(_ number: UInt64 = 1) throws -> (item: RevealItem, seal: [UInt8]) {
        let id = LetterID(high: 1, low: number)
        let key = try #require(journal.vault.key(.letter))
        let seal = try SealingSession(to: key, at: now).seal(
            LetterCoding.bytes(of: try journal.vault.letter("Letter \(number).")),
            in: .letter(id, to: recipient, handle, at: site))
        return (RevealItem(id, at: site, .letter(to: recipient, handle)), seal)
    }

    func client(_ number: UInt64 = 1) throws -> (item: RevealItem, seal: [UInt8]) {
        let id = LetterID(high: 1, low: number)
        let key = try #require(journal.vault.key(.evidence))
        let address = try #require(ClientAddress(text: Self.client))
        let seal = try SealingSession(to: key, at: now).seal(address.mappedBytes, in: .evidence(of: id, at: site))
        return (RevealItem(id, at: site, .client), seal)
    }

    func reply(_ number: UInt64 = 3) throws -> (item: RevealItem, seal: [UInt8]) {
        let (id, first) = (LetterID(high: 1, low: number), LetterID(high: 1, low: 1))
        let key = try #require(journal.vault.key(.letter))
        let links = try #require(LinkSecret(bytes: Array(repeating: 7, count: LinkSecret.length)))
        let linked = LinkedReply(Reply(author: .visitor, text: try LetterText("A reply.", limit: 100)), links: links)
        let seal = try SealingSession(to: key, at: now).seal(
            ReplyCoding.bytes(of: linked), in: .reply(id, by: .visitor, in: first, with: recipient, handle, at: site))
        return (RevealItem(id, at: site, .reply(by: .visitor, in: first, with: recipient, handle)), seal)
    }

    func reported() throws -> (item: RevealItem, seal: [UInt8]) {
        let (id, report) = (LetterID(high: 1, low: 1), ReportID(high: 9, low: 9))
        let key = try #require(journal.vault.key(.report))
        let seal = try SealingSession(to: key, at: now).seal(
            ReportCoding.bytes(
                of: try journal.vault.letter("Reported."), remark: try LetterText(Self.remark, limit: 100)),
            in: .report(report, of: id, to: recipient, handle, at: site))
        return (RevealItem(id, at: site, .report(report, of: id, to: recipient, handle)), seal)
    }

    // MARK: - Asking

    func request(
        _ what: (item: RevealItem, seal: [UInt8]), by claim: StaffClaim, because reason: RevealReason? = nil
    ) -> RevealRequest {
        RevealRequest(claim: claim, item: what.item, reason: reason ?? self.reason, seal: what.seal)
    }

    func challenge(_ request: RevealRequest, of reveals: Reveals, at moment: Timestamp? = nil) async throws -> [UInt8] {
        guard case .offer(let challenge, _) = try await reveals.begin(request, at: moment ?? now) else {
            throw LinkRefusal(.denied, "nothing is offered")
        }
        return challenge
    }

    /// Asks and answers with a code.
    func reveal(
        _ what: (item: RevealItem, seal: [UInt8]), by claim: StaffClaim, code: String, of reveals: Reveals,
        because reason: RevealReason? = nil, at moment: Timestamp? = nil
    ) async throws -> RevealAnswer {
        let (request, moment) = (request(what, by: claim, because: reason), moment ?? now)
        switch try await reveals.begin(request, at: moment) {
        case .refused(let refusal): return .refused(refusal)
        case .offer(let challenge, _):
            return try await reveals.reveal(
                RevealAttempt(request: request, challenge: challenge, proof: .code(code)), at: moment)
        }
    }

    /// What the journal has of reveals, and whom each entry is about.
    func entries() throws -> [(event: JournalEvent, about: String?)] {
        try journal.reader().lines().compactMap { line in
            guard let entry = JournalEntry(Array(line.entry.utf8)), case .reveal = entry.event else { return nil }
            return (entry.event, line.subject)
        }
    }
}

extension RevealAnswer {
    var text: String? {
        if case .shown(.letter(let letter)) = self { letter.text } else { nil }
    }

    var refusal: RevealRefusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }

    var waits: Bool {
        if case .waits = self { true } else { false }
    }
}
