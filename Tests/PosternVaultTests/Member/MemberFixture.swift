import Crypto
import Logging
import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

/// A vault as its relay sees it, and a site that its operator has authorised.
struct MemberFixture {
    let vault: VaultFixture
    let memory = TransientRecordMemory()
    let authorisation: AddressAuthorisation
    let codes: MemberCodes
    let enrolment: Enrolment
    let members: MemberRecords
    let confirmation: ConfirmationChecker
    let tries = ConfirmationTries()
    let opener: SealOpener
    let site: Site
    let handle: Handle
    let now: Timestamp

    init(enrol: Limit = .off, asking: Limit.Rate? = nil) async throws {
        let vault = try VaultFixture(suite: .x25519)
        let ring = vault.ring
        let newID: @Sendable () -> RecipientID = {
            var randomness = SystemRandomNumberGenerator()
            return RecipientID(at: Timestamp(seconds: 1), using: &randomness)
        }
        (self.vault, now, handle) = (vault, vault.now, try Handle("pat"))
        authorisation = try ring.authorisation()
        codes = try ring.memberCodes()
        opener = SealOpener(ring: ring, secrets: memory)
        enrolment = try Enrolment(ring: ring, memory: memory, newID: newID)
        let budgets = DeliveryBudgets(
            .init(recipient: nil, address: nil, confirmation: asking, global: nil, enrol: enrol), path: nil,
            key: SymmetricKey(size: .bits256), now: { vault.now }, logger: Logger(label: "test"))
        members = MemberRecords(
            ring: ring, authorisation: authorisation, codes: codes, memory: memory, opener: opener, budgets: budgets, newID: newID
        )
        confirmation = ConfirmationChecker(
            authorisation: authorisation, codes: codes, opener: opener, memory: memory, tries: tries,
            proven: ProvenMailboxes(visitors: VisitorCodes(key: try ring.authorisationKeys().current)))
        let origin = try #require(WebOrigin("https://photos.example"))
        site = try await enrolment.authorise(
            SiteRequest(
                id: try SiteID("photos"), name: try HeaderText("Photos", limit: 100), origins: [origin], former: nil))
    }

    /// Asks as the page does, or with a credential as the site does.
    func ask(
        _ address: String = "pat@private.example", handle: Handle? = nil, name: String = "Pat", former: Recipient? = nil,
        token: SiteToken? = nil, site: Site? = nil, at moment: Timestamp? = nil
    ) async throws -> MemberAnswer {
        try await members.enrol(
            MemberRequest(
                site: site ?? self.site, handle: handle ?? self.handle, name: try HeaderText(name, limit: 100),
                language: .english, address: try EmailAddress(address), former: former, token: token),
            at: moment ?? now)
    }

    func asked(
        _ address: String = "pat@private.example", handle: Handle? = nil, token: SiteToken? = nil
    ) async throws -> Recipient {
        try #require(try await ask(address, handle: handle, token: token).recipient)
    }

    var credential: SiteToken {
        get throws { try #require(codes.siteToken(SiteTokenID(high: 1, low: 1), of: site.id, for: .recipients)) }
    }

    /// The code, as only a mail has it: found by trying them all, which the vault itself does not let anybody do.
    func code(for recipient: Recipient, at moment: Timestamp? = nil) throws -> String {
        codes.code(
            for: .init(recipient), at: try EmailAddress(try address(of: recipient)), on: Epoch(containing: moment ?? now)
        ).text
    }

    /// The recipient as the store has them after the code was typed.
    func confirmed(_ recipient: Recipient, at moment: Timestamp? = nil) async throws -> Recipient {
        let record = try await confirmation.confirm(
            ConfirmationRequest(recipient: recipient, token: try code(for: recipient)), at: moment ?? now)
        return recipient.with(record, .active)
    }

    func member(_ address: String = "pat@private.example") async throws -> Recipient {
        try await confirmed(try await asked(address))
    }

    func address(of recipient: Recipient) throws -> String {
        let record = try #require(recipient.record)
        return try opener.address(
            in: record.seal, context: .address(of: recipient.id, at: recipient.site, version: record.version)
        ).text
    }

    /// A link to the member's page that was asked for then.
    func manage(_ recipient: Recipient, asked moment: Timestamp? = nil) throws -> MailedToken {
        var randomness = SeededRandomness(seed: 3)
        let id = LetterID(at: moment ?? now, using: &randomness)
        return try #require(codes.token(.manage, id, of: .init(recipient)))
    }

    func undo(_ change: AddressChangeID, of recipient: Recipient) throws -> MailedToken {
        try #require(codes.token(.undo, change, of: .init(recipient)))
    }

    func change(
        _ recipient: Recipient, _ wish: MemberChange.Wish, by proof: MemberProof, at moment: Timestamp? = nil
    ) async throws -> MemberAnswer {
        try await members.change(MemberChange(recipient: recipient, proof: proof, wish: wish), at: moment ?? now)
    }

    /// Whether the vault says no, as it does to whom it does not believe.
    func isDenied(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return false
        } catch {
            return (error as? LinkRefusal).map { $0.code == .denied || $0.code == .spent } ?? false
        }
    }
}

extension MemberAnswer {
    var recipient: Recipient? {
        switch self {
        case .record(let recipient), .change(_, let recipient), .renamed(let recipient, next: _): recipient
        case .taken, .limited, .askedOften, .done: nil
        }
    }
}

extension Recipient {
    func with(_ record: SealedRecord, _ state: State) -> Recipient {
        Recipient(id: id, site: site, handle: handle, name: name, language: language, state: state, record: record)
    }

    func called(_ name: String) throws -> Recipient {
        Recipient(
            id: id, site: site, handle: handle, name: try HeaderText(name, limit: 100), language: language, state: state,
            record: record)
    }
}
