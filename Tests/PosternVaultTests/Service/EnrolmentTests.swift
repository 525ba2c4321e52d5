import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("Only what this vault authorised before is authorised again")
struct EnrolmentTests {
    let fixture: VaultFixture
    let memory = TransientRecordMemory()
    let enrolment: Enrolment
    let site: SiteID
    let handle: Handle

    init() throws {
        fixture = try VaultFixture(suite: .x25519)
        (site, handle) = (try SiteID("photos"), try Handle("pat"))
        enrolment = try Enrolment(ring: fixture.ring, memory: memory) {
            var randomness = SystemRandomNumberGenerator()
            return RecipientID(at: Timestamp(seconds: 1), using: &randomness)
        }
    }

    private func enrol(
        _ handle: Handle, _ address: String = "pat@private.example", replacing former: Recipient? = nil, name: String = "Pat"
    ) async throws -> Recipient {
        let entry = EnrolRequest.Entry(
            site: site, handle: handle, name: try HeaderText(name, limit: 100), language: .english,
            address: try EmailAddress(address), former: former)
        let recipient = try #require(
            try await enrolment.enrol(EnrolRequest(entries: [entry], confirmed: true)).all.first)
        return recipient
    }

    private func store(_ recipient: Recipient) async throws {
        let version = try #require(recipient.record?.version)
        try await enrolment.note(
            RecordNotes(all: [
                .inUse(.recipient(recipient.handle, at: recipient.site), version: version, recipient.id)
            ]))
    }

    private func changed(
        _ recipient: Recipient, id: RecipientID? = nil, handle: Handle? = nil, name: String? = nil, version: Int32? = nil
    ) throws -> Recipient {
        let record = try #require(recipient.record)
        return Recipient(
            id: id ?? recipient.id, site: recipient.site, handle: handle ?? recipient.handle,
            name: try name.map { try HeaderText($0, limit: 100) } ?? recipient.name, language: recipient.language,
            state: recipient.state,
            record: SealedRecord(
                version: version ?? record.version, seal: record.seal, authorisation: record.authorisation))
    }

    @Test func `A record is replaced by the next version for the same id`() async throws {
        let first = try await enrol(handle)
        try await store(first)
        let second = try await enrol(handle, "pat@new.example", replacing: first, name: "Pat New")
        #expect(second.id == first.id && first.record?.version == 1 && second.record?.version == 2)
        // Not stored, so that the command is given again: the version that was reserved is not used twice.
        #expect(try await enrol(handle, "pat@new.example", replacing: first).record?.version == 3)
        #expect(memory.newest(of: .recipient(handle, at: site))?.version == 1)
    }

    // Item 1 of the audit: the store says that Mallory has Alice's id.
    @Test func `An id that the store names is never vouched for`() async throws {
        let alice = try await enrol(Handle("alice"), "alice@private.example")
        let mallory = try await enrol(Handle("mallory"), "mallory@evil.example")
        for one in [alice, mallory] { try await store(one) }
        for forged in [
            try changed(mallory, id: alice.id), try changed(alice, handle: Handle("mallory")),
            try changed(mallory, name: "Alice"), try changed(mallory, version: 7), try changed(mallory, version: .max),
        ] {
            await #expect(throws: LinkRefusal.self) {
                try await enrol(Handle("mallory"), "mallory@evil.example", replacing: forged)
            }
        }
        // Without the row, the id that the vault remembers counts, and no other.
        let again = try await enrol(Handle("mallory"), "mallory@evil.example")
        #expect(again.id == mallory.id && again.record?.version == 2)
    }

    @Test func `A version that can go no higher is refused, not passed`() async throws {
        let first = try await enrol(handle)
        try await enrolment.note(
            RecordNotes(all: [.inUse(.recipient(handle, at: site), version: .max, first.id)]))
        await #expect(throws: RecordMemoryFault.noVersionLeft(.recipient(handle, at: site))) {
            try await enrol(handle, replacing: first)
        }
    }

    @Test func `Nobody who was erased gets another address`() async throws {
        let first = try await enrol(handle)
        try await store(first)
        try await enrolment.note(RecordNotes(all: [.erased(.recipient(handle, at: site), first.id)]))
        await #expect(throws: RecordMemoryFault.erased(.recipient(handle, at: site))) {
            try await enrol(handle, replacing: first)
        }
        await #expect(throws: RecordMemoryFault.erased(.recipient(handle, at: site))) { try await enrol(handle) }
    }

    @Test func `M8: an erased handle goes to a new person under a new id, and the former record never counts again`() async throws
    {
        let name = AuthorisedName.recipient(handle, at: site)
        let first = try await enrol(handle)
        try await store(first)
        let entry = EnrolRequest.Entry(
            site: site, handle: handle, name: try HeaderText("New", limit: 100), language: .english,
            address: try EmailAddress("new@private.example"), former: nil)
        let request = EnrolRequest(entries: [entry], confirmed: true, isSuccession: true)
        await #expect(throws: RecordMemoryFault.notErased(name)) { try await enrolment.enrol(request) }
        try await enrolment.note(RecordNotes(all: [.erased(name, first.id)]))
        let second = try #require(try await enrolment.enrol(request).all.first)
        #expect(second.id != first.id && second.record?.version == 2)
        #expect(memory.newest(of: name)?.isErased == true, "until it is stored")
        try await store(second)
        #expect(memory.newest(of: name) == NewestAuthorisation(version: 2, recipient: second.id))
        // The old row, put back, is older than the newest and somebody else's.
        try await store(first)
        #expect(memory.newest(of: name)?.recipient == second.id)
        try await enrolment.note(RecordNotes(all: [.erased(name, second.id)]))
        #expect(memory.newest(of: name)?.isErased == true)
    }

    @Test func `A site keeps only what was authorised before, and its version rises`() async throws {
        let (name, other) = (try HeaderText("Photos", limit: 100), try HeaderText("Example Bank", limit: 100))
        let origin = try #require(WebOrigin("https://photos.example"))
        let first = try await enrolment.authorise(SiteRequest(id: site, name: name, origins: [origin], former: nil))
        #expect(first.authorisation?.version == 1)
        let second = try await enrolment.authorise(SiteRequest(id: site, name: other, origins: nil, former: first))
        #expect(second.name == other && second.origins == [origin] && second.authorisation?.version == 2)
        let forged = Site(id: site, name: other, origins: [origin], authorisation: first.authorisation)
        for former in [forged, Site(id: site, name: name, origins: [origin]), nil] {
            await #expect(throws: LinkRefusal.self) {
                try await enrolment.authorise(SiteRequest(id: site, name: nil, origins: [], former: former))
            }
        }
        // Both are the operator's own words: nothing of the forged one is believed.
        let third = try await enrolment.authorise(SiteRequest(id: site, name: name, origins: [], former: forged))
        #expect(third.authorisation?.version == 3 && third.origins.isEmpty)
    }

    @Test func `An old row of a site that was put back is not signed again`() async throws {
        let name = try HeaderText("Photos", limit: 100)
        let (old, new) = (try #require(WebOrigin("https://old.example")), try #require(WebOrigin("https://new.example")))
        let first = try await enrolment.authorise(SiteRequest(id: site, name: name, origins: [old], former: nil))
        let second = try await enrolment.authorise(SiteRequest(id: site, name: nil, origins: [new], former: first))
        try await enrolment.note(RecordNotes(all: [.inUse(.site(site), version: 2, nil)]))
        await #expect(throws: LinkRefusal.self) {
            try await enrolment.authorise(SiteRequest(id: site, name: name, origins: nil, former: first))
        }
        let third = try await enrolment.authorise(SiteRequest(id: site, name: name, origins: nil, former: second))
        #expect(third.origins == [new] && third.authorisation?.version == 3)
    }

    @Test func `What an earlier version authorised is adopted once, with the words of that moment`() async throws {
        let memory = TransientRecordMemory(isAdopting: true)
        let enrolment = try Enrolment(ring: fixture.ring, memory: memory) { RecipientID(high: 1, low: 1) }
        let authorisation = try fixture.ring.authorisation()
        let id = RecipientID(high: 5, low: 5)
        let seal = try FormerSeal.bytes(
            of: try EmailAddress("pat@private.example"), in: .address(of: id, at: site, version: 4),
            to: try #require(fixture.key(.address)))
        func recipient(_ name: String, code: [UInt8]) throws -> Recipient {
            Recipient(
                id: id, site: site, handle: handle, name: try HeaderText(name, limit: 100), language: .english, state: .active,
                record: SealedRecord(version: 4, seal: seal, authorisation: code))
        }
        let old = try recipient("Pat", code: FormerAuthorisation.code("confirmed", site, handle, id, 4, seal, fixture.ring))
        let forged = try recipient("Pat", code: [UInt8](repeating: 7, count: 32))
        let named = Site(id: site, name: try HeaderText("Photos", limit: 100), origins: [])
        let adopted = try await enrolment.adopt(
            AdoptionRequest(sites: [named], recipients: [old, forged], isLast: false))
        let (record, mark) = (try #require(adopted.recipients.first?.record), try #require(adopted.sites.first))
        #expect(adopted.recipients.count == 1 && adopted.sites.count == 1)
        #expect(authorisation.isValid(mark))
        func counts(_ name: String) throws -> Bool {
            authorisation.isValid(
                record.authorisation, as: .confirmed,
                on: .init(
                    site: site, handle: handle, recipient: id, name: try HeaderText(name, limit: 100), language: .english,
                    version: 4, seal: seal))
        }
        #expect(try counts("Pat") && !counts("Example Bank"))
        #expect(memory.newest(of: .recipient(handle, at: site)) == NewestAuthorisation(version: 4, recipient: id))
        // The name of a site that is remembered is not taken from the store a second time.
        let renamed = Site(id: site, name: try HeaderText("Example Bank", limit: 100), origins: [])
        let second = try await enrolment.adopt(AdoptionRequest(sites: [renamed], recipients: [], isLast: true))
        #expect(second.sites.isEmpty)
        await #expect(throws: LinkRefusal.self) {
            try await enrolment.adopt(AdoptionRequest(sites: [], recipients: [old], isLast: false))
        }
        await #expect(throws: LinkRefusal.self) {
            try await enrolment.enrol(
                EnrolRequest(
                    entries: [
                        .init(
                            site: site, handle: handle, name: old.name, language: .english,
                            address: try EmailAddress("x@y.example"), former: old)
                    ], confirmed: true))
        }
    }
}
