import Foundation
import PosternCore
import PosternJournal
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("What an operator has the vault do leaves an entry, or is not done")
struct JournaledOperatorsTests {
    private let fixture: JournalFixture
    private let memory = TransientRecordMemory()
    private let site: SiteID
    private let handle: Handle

    init() throws {
        fixture = try JournalFixture()
        (site, handle) = (try SiteID("photos"), try Handle("pat"))
    }

    private func operators(_ journal: Journal) throws -> JournaledOperators {
        let enrolment = try Enrolment(ring: fixture.vault.ring, memory: memory) { RecipientID(high: 1, low: 7) }
        let now = fixture.vault.now
        let links = try StaffLinks(ring: fixture.vault.ring, memory: memory, randomness: .system, now: { now })
        return JournaledOperators(
            enrolment: enrolment, links: links,
            searcher: AddressSearcher(opener: SealOpener(ring: fixture.vault.ring, secrets: memory)),
            keys: AddressKeyChange(ring: fixture.vault.ring, journal: journal, now: { now }), journal: journal)
    }

    private func request(confirmed: Bool) throws -> EnrolRequest {
        let entry = EnrolRequest.Entry(
            site: site, handle: handle, name: try HeaderText("Pat", limit: 100), language: .english,
            address: try EmailAddress("pat@private.example"), former: nil)
        return EnrolRequest(entries: [entry], confirmed: confirmed)
    }

    @Test
    func
        `An address that is vouched for, a site, a token, an erasure, saved keys: each has its entry, and whom it is about goes`()
        async throws
    {
        let operators = try operators(fixture.open())
        let token = SiteTokenID(high: 3, low: 4)
        // A person who is asked by mail confirms for themselves.
        _ = try await operators.answer(.enrol, try request(confirmed: false).payload)
        _ = try await operators.answer(.enrol, try request(confirmed: true).payload)
        _ = try await operators.answer(
            .authoriseSite, SiteRequest(id: site, name: try HeaderText("Photos", limit: 100), origins: [], former: nil).payload)
        _ = try await operators.answer(.siteToken, SiteTokenRequest(site: site, scope: .recipients, id: token).payload)
        #expect(memory.newest(of: .siteToken(token)) == nil)
        _ = try await operators.answer(.record, OperatorDeed.tokenRevoked(token).payload)
        #expect(memory.newest(of: .siteToken(token)) != nil)
        _ = try await operators.answer(.record, OperatorDeed.keysExported(["0a1b"]).payload)
        #expect(try fixture.reader().lines().map(\.subject) == [nil, "photos/pat", nil, nil, nil, nil])
        let name = AuthorisedName.recipient(handle, at: site)
        _ = try await operators.answer(.note, RecordNotes(all: [.erased(name, RecipientID(high: 1, low: 7))]).payload)
        #expect(
            try fixture.entries().dropFirst().map(\.event) == [
                .recipientAuthorised(site), .siteAuthorised(site), .tokenMade(site, token), .tokenRevoked(token),
                .keysExported(["0a1b"]), .recipientErased(site),
            ])
        #expect(try fixture.entries().allSatisfy { $0.actor == ($0.number == 0 ? .vault : .operator) })
        #expect(try fixture.reader().lines().allSatisfy { $0.subject == nil })
        #expect(memory.newest(of: name)?.isErased == true)
        // Neither name nor address is in the journal.
        for (file, bytes) in try fixture.content() { #expect(bytes.firstRange(of: Data("pat".utf8)) == nil, "\(file)") }
    }

    @Test func `A link for a member of staff has its entry, and so has its end; without one no link is made`() async throws {
        let operators = try operators(fixture.open())
        let request = StaffLinkRequest(name: try StaffName("anna"), role: .auditor)
        _ = try await operators.answer(.staffLink, request.payload)
        _ = try await operators.answer(.staffEnd, request.payload)
        #expect(try fixture.entries().suffix(2).map(\.event) == [.staffLink(.auditor), .staffLockedOut])
        #expect(try fixture.reader().lines().suffix(2).map(\.subject) == ["staff anna", "staff anna"])
        let silent = try self.operators(fixture.open(signers: []))
        let refusal = await #expect(throws: LinkRefusal.self) { try await silent.answer(.staffLink, request.payload) }
        #expect(refusal?.code == .unavailable)
    }

    @Test
    func `A new address key and the end of a former one have their entries; while none can be written, neither happens (K7)`()
        async throws
    {
        let silent = try operators(fixture.open(signers: []))
        let former = try #require(fixture.vault.ring.address?.id.description)
        let refusal = await #expect(throws: LinkRefusal.self) { try await silent.answer(.rotateAddressKey, []) }
        #expect(refusal?.code == .unavailable)
        #expect(fixture.vault.ring.address?.id.description == former)

        let operators = try operators(fixture.open())
        let report = try KeyReport(payload: try await operators.answer(.rotateAddressKey, []))
        let next = try #require(fixture.vault.ring.address?.id.description)
        #expect(next != former)
        #expect(report.keys.filter { $0.kind == "address" && $0.isFormer }.map(\.id) == [former])
        await #expect(throws: LinkRefusal.self) { try await silent.answer(.retireKeys, KeyRetirement(ids: [former]).payload) }
        #expect(fixture.vault.ring.formerAddresses.count == 1)
        let left = try KeyReport(payload: try await operators.answer(.retireKeys, KeyRetirement(ids: [former]).payload))
        #expect(left.keys.filter { $0.kind == "address" }.map(\.id) == [next])
        #expect(
            try fixture.entries().suffix(2).map(\.event) == [
                .keysMade(["address-\(next)"]), .keysDestroyed(["address-\(former)"]),
            ])
        #expect(try fixture.entries().suffix(2).allSatisfy { $0.actor == .operator })
    }

    @Test func `While nothing can be written no address is vouched for, and somebody is erased all the same`() async throws {
        let operators = try operators(fixture.open(signers: []))
        let refusal = await #expect(throws: LinkRefusal.self) {
            try await operators.answer(.enrol, try request(confirmed: true).payload)
        }
        #expect(refusal?.code == .unavailable && refusal?.description.contains("journal") == true)
        await #expect(throws: LinkRefusal.self) {
            try await operators.answer(
                .siteToken, SiteTokenRequest(site: site, scope: .recipients, id: .init(high: 1, low: 1)).payload)
        }
        _ = try await operators.answer(.enrol, try request(confirmed: false).payload)
        let name = AuthorisedName.recipient(handle, at: site)
        _ = try await operators.answer(.note, RecordNotes(all: [.erased(name, RecipientID(high: 1, low: 7))]).payload)
        #expect(memory.newest(of: name)?.isErased == true)
        #expect(fixture.log.criticals.contains { $0.contains("done all the same") })
    }

    @Test func `Keys that are made and destroyed have an entry each day, under their names`() async throws {
        let journal = fixture.open()
        let ring = try KeyRing(folder: KeyFolder(path: fixture.vault.keysPath))
        let later = fixture.vault.now + .days(40)
        let keeper = EpochKeeper(
            ring: ring, opener: SealOpener(ring: ring, secrets: TransientRecordMemory()), retention: VaultFixture.retention,
            record: nil, journal: journal,
            now: { later }, monotonic: { .zero }, logger: fixture.log.logger)
        try await keeper.trustClock()
        let events = try fixture.entries().map(\.event)
        let today = Epoch(containing: later)
        #expect(events.contains { if case .keysMade(let keys) = $0 { keys.contains("letter-\(today)") } else { false } })
        #expect(
            events.contains {
                if case .keysDestroyed(let keys) = $0 {
                    keys.contains("letter-\(Epoch(containing: fixture.vault.now))")
                } else {
                    false
                }
            })
    }
}

@Suite("What the relay says that somebody has done has its entry")
struct JournaledDeedsTests {
    @Test func `Staff are named beside the journal, and an operator is an operator`() async throws {
        let fixture = try JournalFixture()
        let journal = fixture.open()
        for (deed, actor) in [
            (RelayDeed.Deed.blockAdded(3), Actor.staff("anna")), (.blockRemoved(3), .operator),
            (.tokenRevoked(SiteTokenID(high: 1, low: 2)), .staff("Not a name")), (.blockAdded(4), .service),
            (.staffLockedOut(try StaffName("berta")), .staff("anna")),
            (.decided(StaffDecisionID(high: 1, low: 9), .drop, count: 23), .staff("anna")),
            (.decisionUndone(StaffDecisionID(high: 1, low: 9)), .staff("anna")),
            (.waveReleased(LetterID(high: 2, low: 1)), .operator),
            (.waveWithdrawn(LetterID(high: 2, low: 1)), .staff("anna")), (.waveUndone(LetterID(high: 2, low: 1)), .staff("anna")),
        ] {
            let payload = RelayDeed(deed, by: actor).payload
            await journal.noteForRelay(.init(try RelayDeed(payload: payload)))
        }
        let (decision, wave) = (StaffDecisionID(high: 1, low: 9), LetterID(high: 2, low: 1))
        let entries = try fixture.entries().suffix(10)
        #expect(
            entries.map(\.event) == [
                .blockAdded(3), .blockRemoved(3), .tokenRevoked(SiteTokenID(high: 1, low: 2)), .blockAdded(4), .staffLockedOut,
                .decided(decision, .drop, count: 23), .decisionUndone(decision), .waveDecided(wave, .released),
                .waveDecided(wave, .withdrawn), .waveDecided(wave, .undone),
            ])
        #expect(
            entries.map(\.actor) == [
                .staff, .operator, .staff, .relay, .staff, .staff, .staff, .operator, .staff, .staff,
            ])
        #expect(
            try fixture.reader().lines().suffix(10).map(\.subject) == [
                "staff anna", nil, nil, nil, "staff berta", "staff anna", "staff anna", nil, "staff anna", "staff anna",
            ])
        #expect(throws: ByteFault.self) { try RelayDeed(payload: [1]) }
    }
}
