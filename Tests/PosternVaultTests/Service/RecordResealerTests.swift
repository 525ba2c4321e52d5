import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("An address is sealed again as the same address of the same person, and for nobody whom the vault does not know (K7)")
struct RecordResealerTests {
    private let fixture: MemberFixture
    private let keys: AddressKeyChange
    private let former: SealingKey

    init() async throws {
        fixture = try await MemberFixture()
        let vault = fixture.vault
        let place = JournalPlace(
            folder: vault.folder.path("journal"), last: vault.folder.path("journal-last"),
            subjects: vault.folder.path("journal-subjects"), copy: nil)
        let now = vault.now
        let journal = Journal(
            at: place, signers: vault.ring.journalSigners, host: "contact.example.org", randomness: .system, now: { now },
            logger: KeptLog().logger)
        keys = AddressKeyChange(ring: vault.ring, journal: journal, now: { now })
        former = try #require(vault.ring.address)
    }

    private func resealer(_ memory: (any RecordMemory)? = nil) -> RecordResealer {
        let memory = memory ?? fixture.memory
        return RecordResealer(
            ring: fixture.vault.ring, authorisation: fixture.authorisation, memory: memory,
            opener: SealOpener(ring: fixture.vault.ring, secrets: memory))
    }

    private func reseal(_ people: [Recipient], _ memory: (any RecordMemory)? = nil) async throws -> [ResealedRecord] {
        try await resealer(memory).reseal(RecordsToReseal(people)).all
    }

    private func answer(_ person: Recipient, _ memory: (any RecordMemory)? = nil) async throws -> ResealedRecord {
        try #require(try await reseal([person], memory).first)
    }

    private func resealed(_ person: Recipient) async throws -> Recipient {
        guard case .resealed(let record) = try await answer(person) else { throw SealFault.badContent }
        return person.with(record, person.state)
    }

    /// As an earlier version of the program sealed and this one authorised: with no secret of their owner's.
    private func earlier(_ handle: String = "old", _ id: RecipientID = RecipientID(high: 3, low: 3)) throws -> Recipient {
        let site = fixture.site.id
        let seal = try FormerSeal.bytes(
            of: try EmailAddress("\(handle)@private.example"), in: .address(of: id, at: site, version: 1), to: former)
        return try authorised(seal, handle, id)
    }

    private func authorised(_ seal: [UInt8], _ handle: String, _ id: RecipientID) throws -> Recipient {
        let bare = Recipient(
            id: id, site: fixture.site.id, handle: try Handle(handle), name: try HeaderText("Old", limit: 100),
            language: .english, state: .active, record: nil)
        let subject = AddressAuthorisation.Subject(bare, SealedRecord(version: 1, seal: seal, authorisation: []))
        let code = fixture.authorisation.code(.confirmed, on: subject)
        return bare.with(SealedRecord(version: 1, seal: seal, authorisation: code), .active)
    }

    @Test func `Confirmed, invited and asked: each keeps standing, version and address, and opens under either key`() async throws
    {
        let confirmed = try await fixture.member("pat@private.example")
        let asked = try await fixture.asked("kim@private.example", handle: Handle("kim"))
        let invited = try await fixture.asked("sam@private.example", handle: Handle("sam"), token: fixture.credential)
        _ = try await keys.rotate()
        let key = try #require(fixture.vault.ring.address)
        let table: [(Recipient, AddressAuthorisation.Standing)] = [
            (confirmed, .confirmed), (asked, .asked), (invited, .invited),
        ]
        let answers = try await reseal(table.map(\.0))
        try #require(answers.count == 3)
        for ((person, standing), answer) in zip(table, answers) {
            guard case .resealed(let record) = answer else {
                Issue.record("\(person.handle): \(answer)")
                continue
            }
            let seal = try Seal(record.seal)
            #expect(seal.key == key.id && seal.hasOwnSecret && record.version == person.record?.version)
            #expect(Array(record.seal.prefix(Seal.headLength)) == Seal.head(ofAddressesTo: key))
            let next = person.with(record, person.state)
            let subject = AddressAuthorisation.Subject(next, record)
            for other in [AddressAuthorisation.Standing.confirmed, .asked, .invited] {
                #expect(fixture.authorisation.isValid(record.authorisation, as: other, on: subject) == (other == standing))
            }
            // The row may have either, whenever a process dies.
            #expect(try fixture.address(of: next) == fixture.address(of: person))
        }
        // A code that was mailed before is good for the record after.
        let kim = try await resealed(asked)
        #expect(try await fixture.confirmed(kim).record?.version == kim.record?.version)
    }

    @Test func `What is under the newest key already comes back unchanged`() async throws {
        let person = try await fixture.member()
        #expect(try await answer(person) == .unchanged)
        _ = try await keys.rotate()
        #expect(try await answer(try await resealed(person)) == .unchanged)
    }

    @Test func `New records are sealed to the new key at once, by the operator and on our page`() async throws {
        _ = try await keys.rotate()
        let key = try #require(fixture.vault.ring.address)
        let joined = try #require(try await fixture.asked().record)
        let entry = EnrolRequest.Entry(
            site: fixture.site.id, handle: try Handle("sam"), name: try HeaderText("Sam", limit: 100), language: .english,
            address: try EmailAddress("sam@private.example"), former: nil)
        let added = try await fixture.enrolment.enrol(EnrolRequest(entries: [entry], confirmed: true)).all.first?.record
        for record in [joined, try #require(added)] { #expect(try Seal(record.seal).key == key.id) }
    }

    @Test func `A seal of an earlier version gets its owner's secret, also where the key stays the same`() async throws {
        let person = try earlier()
        #expect(fixture.memory.ownSecret(of: person.id) == .none)
        let next = try await resealed(person)
        let record = try #require(next.record)
        #expect(try Seal(record.seal).hasOwnSecret && Seal(record.seal).key == former.id)
        guard case .held = fixture.memory.ownSecret(of: person.id) else {
            Issue.record("no secret was drawn")
            return
        }
        #expect(try fixture.address(of: next) == "old@private.example")
        // Erased afterwards, the address is gone with the secret.
        fixture.memory.erase(.recipient(next.handle, at: next.site), recipient: next.id)
        #expect(throws: SealFault.noOwnSecret) { try fixture.address(of: next) }
    }

    @Test func `A forged or swapped record, an older one, and that of somebody who was erased stay as they are`() async throws {
        let (pat, kim) = (try await fixture.member(), try await fixture.asked("kim@private.example", handle: Handle("kim")))
        let (patRecord, kimRecord) = (try #require(pat.record), try #require(kim.record))
        _ = try await keys.rotate()
        var forged = patRecord.authorisation
        forged[forged.count - 1] ^= 1
        let bad = SealedRecord(version: patRecord.version, seal: patRecord.seal, authorisation: forged)
        let foreign: [Recipient] = [
            pat.with(bad, .active), pat.with(kimRecord, .active), kim.with(patRecord, .active), try pat.called("Somebody Else"),
        ]
        #expect(try await reseal(foreign) == Array(repeating: .refused(.notAuthorised), count: 4))

        let name = AuthorisedName.recipient(pat.handle, at: pat.site)
        fixture.memory.learn(
            [LearntAuthorisation(name, version: patRecord.version + 1, recipient: pat.id)], isDurable: true)
        #expect(try await answer(pat) == .refused(.outdated))
        fixture.memory.erase(name, recipient: pat.id)
        #expect(try await answer(pat) == .refused(.erased))
        #expect(fixture.memory.ownSecret(of: pat.id) == .destroyed)
    }

    @Test func `A lost key, a lost secret and a damaged seal are told apart, and keep no other record from being sealed again`()
        async throws
    {
        let person = try await fixture.member()
        _ = try await keys.rotate()
        // A memory that begins with nothing: the secrets are lost with it.
        #expect(try await answer(person, TransientRecordMemory()) == .refused(.noOwnSecret))
        let old = try earlier()
        let broken = Seal.head(ofAddressesTo: former) + [UInt8](repeating: 5, count: 400)
        let damaged = try authorised(broken, "broken", RecipientID(high: 4, low: 4))
        let nonsense = try authorised([1, 2, 3], "nonsense", RecipientID(high: 5, low: 5))
        let answers = try await reseal([nonsense, damaged, old])
        #expect(answers.prefix(1) == [.refused(.doesNotOpen)])
        // Nobody has a secret under that id: that comes before the seal is looked at.
        #expect(answers[1] == .refused(.noOwnSecret))
        guard case .resealed = answers[2] else {
            Issue.record("\(answers[2])")
            return
        }
        _ = try await keys.retire(KeyRetirement(ids: [former.id.description]))
        #expect(try await answer(person) == .refused(.noKey))
    }

    @Test func `Somebody who is erased while it is done gets nothing, and the others do`() async throws {
        let people = try (0..<3).map { try earlier("old\($0)", RecipientID(high: 3, low: UInt64($0))) }
        _ = try await keys.rotate()
        let gone = RecordOwner(people[1].id, people[1].handle, at: people[1].site)
        // Their secret is destroyed, and the memory of it is lost: the one place left that says so.
        _ = try fixture.memory.takeOwnSecrets(for: [gone])
        fixture.memory.destroyOwnSecret(of: gone)
        let answers = try await reseal(people)
        #expect(answers[1] == .refused(.erased))
        for place in [0, 2] {
            guard case .resealed(let record) = answers[place] else {
                Issue.record("\(answers[place])")
                continue
            }
            #expect(try fixture.address(of: people[place].with(record, .active)) == "old\(place)@private.example")
        }
    }
}
