import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("Recipients are found by handle, changed with care and erased for good")
struct RecipientTests {
    @Test(arguments: StoreKind.allCases, [Recipient.State.unconfirmed, .active, .paused])
    func `A recipient comes back as it was added`(_ kind: StoreKind, state: Recipient.State) async throws {
        try await withStore(kind, people: 0) { store in
            var randomness = SeededRandomness(seed: 9)
            let person = try Sample.recipient("pat.p_1-2", at: store.site.id, state: state, using: &randomness)
            #expect(try await store.database.write { try $0.recipients.add(person, at: TestStore.start) })
            #expect(try await store.database.read { try $0.recipients.find(person.id) } == person)
            #expect(try await store.database.read { try $0.recipients.find(person.handle, at: person.site) } == person)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A handle belongs to one person of a site, and to another of another site`(_ kind: StoreKind) async throws {
        try await withStore(kind, people: 1) { store in
            var randomness = SeededRandomness(seed: 9)
            let again = try Sample.recipient("person0", at: store.site.id, using: &randomness)
            #expect(try await store.database.write { try $0.recipients.add(again, at: TestStore.start) } == false)
            #expect(try await store.database.read { try $0.recipients.find(again.id) } == nil)
            let club = try Sample.site("club")
            let elsewhere = try Sample.recipient("person0", at: club.id, using: &randomness)
            #expect(
                try await store.database.write { transaction in
                    _ = try transaction.sites.add(club, at: TestStore.start)
                    return try transaction.recipients.add(elsewhere, at: TestStore.start)
                })
            #expect(try await store.database.read { try $0.recipients.find(elsewhere.handle, at: club.id)?.id } == elsewhere.id)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `An import tells which handles were there, and adds the others`(_ kind: StoreKind) async throws {
        try await withStore(kind, people: 3) { store in
            var randomness = SeededRandomness(seed: 9)
            let batch = try (0..<500).map { try Sample.recipient("person\($0)", at: store.site.id, using: &randomness) }
            let taken = try await store.database.write { try $0.recipients.add(batch, at: TestStore.start) }
            #expect(taken == store.people.map(\.handle))
            var listed: [Recipient] = []
            while true {
                let (after, site) = (listed.last?.handle, store.site.id)
                let page = try await store.database.read { try $0.recipients.list(at: site, after: after, limit: 200) }
                if page.isEmpty { break }
                listed += page
            }
            #expect(listed.count == 500)
            #expect(listed.map(\.handle.text) == listed.map(\.handle.text).sorted())
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A state changes only from where it is expected to be`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = store.people[0].id
            func set(_ state: Recipient.State, from expected: Set<Recipient.State>) async throws -> RecipientChange {
                try await store.database.write {
                    try $0.recipients.setState(state, of: id, from: expected, at: TestStore.start)
                }
            }
            let changes = [
                try await set(.paused, from: [.active]), try await set(.paused, from: [.active]),
                try await set(.active, from: [.paused]), try await set(.unconfirmed, from: [.active, .paused]),
                try await set(.active, from: [.paused]),
            ]
            #expect(changes == [.changed, .refused(in: .paused), .changed, .changed, .refused(in: .unconfirmed)])
            #expect(try await store.database.write { try $0.recipients.erase(id, at: TestStore.start) } == .changed)
            #expect(try await set(.active, from: Set(Recipient.State.allCases)) == .refused(in: .erased))
            let nobody = RecipientID(high: 5, low: 5)
            #expect(
                try await store.database.write {
                    try $0.recipients.setState(.paused, of: nobody, from: [.active], at: TestStore.start)
                } == .unknown)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A record is replaced only by one that was made from it, and name and language go along`(_ kind: StoreKind) async throws
    {
        try await withStore(kind) { store in
            let old = store.people[0]
            let renamed = Recipient(
                id: old.id, site: old.site, handle: old.handle, name: try HeaderText("New Name", limit: 100),
                language: try #require(Language("de")), state: old.state, record: nil)
            func replace(_ former: Int32, with version: Int32) async throws -> RecipientChange {
                try await store.database.write {
                    try $0.recipients.replaceRecord(
                        of: renamed, with: Sample.record(version), former: former, at: TestStore.start)
                }
            }
            let changes = [
                try await replace(0, with: 1), try await replace(2, with: 3), try await replace(1, with: 7),
                try await replace(1, with: 8),
            ]
            #expect(changes == [.outdated(version: 1), .outdated(version: 1), .changed, .outdated(version: 7)])
            let found = try #require(try await store.database.read { try $0.recipients.find(old.id) })
            #expect(found.record == Sample.record(7) && found.name == renamed.name && found.language == renamed.language)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `The vault's authorisation counts for the address it was given on, and for nobody who is confirmed already`(
        _ kind: StoreKind
    )
        async throws
    {
        try await withStore(kind) { store in
            let id = store.people[0].id
            let (asked, word) = (Sample.record(1), [UInt8]([42]))
            func confirm(_ record: SealedRecord) async throws -> RecipientChange {
                let given = SealedRecord(version: record.version, seal: record.seal, authorisation: word)
                return try await store.database.write { try $0.recipients.confirm(id, with: given, at: TestStore.start) }
            }
            let early = try await confirm(asked)
            _ = try await store.database.write {
                try $0.recipients.setState(.unconfirmed, of: id, from: [.active], at: TestStore.start)
            }
            let other = try await confirm(Sample.record(2))
            let swapped = try await confirm(SealedRecord(version: 1, seal: [6, 6], authorisation: []))
            let right = try await confirm(asked)
            #expect(early == .refused(in: .active))
            #expect(other == .outdated(version: 1))
            #expect(swapped == .outdated(version: 1))
            #expect(right == .changed)
            let person = try #require(try await store.database.read { try $0.recipients.find(id) })
            #expect(person.state == .active)
            #expect(person.record == SealedRecord(version: 1, seal: asked.seal, authorisation: word))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Erasing leaves a handle and nothing of the person`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = store.people[0].id
            let ready = try await store.accept(store.letter(to: 0))
            let held = try await store.accept(
                store.letter(to: 0, at: TestStore.start - .days(3), verdict: .held))
            let delivered = try await store.accept(store.letter(to: 0, at: TestStore.start - .days(9)))
            let other = try await store.accept(store.letter(to: 1))
            let (lease, claimed) = try await store.claim(1)
            #expect(claimed.map(\.id) == [delivered])
            let settlement = try Sample.settlement(.delivered, of: try #require(claimed.first), at: TestStore.start)
            #expect(try await store.database.write { try $0.queue.settle(delivered, under: lease, as: settlement) } == .written)

            #expect(try await store.database.write { try $0.recipients.erase(id, at: TestStore.start) } == .changed)
            #expect(try await store.database.write { try $0.recipients.erase(id, at: TestStore.start) } == .refused(in: .erased))
            let person = try #require(try await store.database.read { try $0.recipients.find(id) })
            #expect(person.state == .erased)
            #expect(person.record == nil)
            #expect(person.name.text == person.handle.text)
            #expect(try await store.line(ready)?.state == .dropped)
            #expect(try await store.line(held)?.state == .dropped)
            #expect(try await store.line(delivered)?.state == .delivered)
            #expect(try await store.line(other)?.state == .ready)
            let seals = try await store.database.read { transaction in
                try transaction.rows("SELECT id FROM letter").map { row -> LetterID in try row["id"] }
            }
            #expect(seals == [other])
            // The handle is not given away.
            var randomness = SeededRandomness(seed: 9)
            let heir = try Sample.recipient("person0", at: store.site.id, using: &randomness)
            #expect(try await store.database.write { try $0.recipients.add([heir], at: TestStore.start) } == [heir.handle])
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A site comes back as it was added, and is added once`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let club = try Sample.site("a-club", origins: ["https://club.example", "http://[::1]:8080"])
            #expect(try await store.database.write { try $0.sites.add(club, at: TestStore.start) })
            let namesake = try Sample.site("a-club", origins: [])
            #expect(try await store.database.write { try $0.sites.add(namesake, at: TestStore.start) } == false)
            #expect(try await store.database.read { try $0.sites.find(club.id) } == club)
            #expect(try await store.database.read { try $0.sites.list() } == [club, store.site])
            let nowhere = try SiteID("nowhere")
            #expect(try await store.database.read { try $0.sites.find(nowhere) } == nil)
        }
    }
}
