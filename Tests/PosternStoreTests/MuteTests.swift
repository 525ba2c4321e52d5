import PosternCore
import PosternStore
import Testing

@Suite("Whom a recipient has muted is kept by a name that the vault gives, and goes with every claim")
struct MuteTests {
    private func add(_ name: [UInt8], to store: TestStore, person: Int = 0) async throws -> Bool {
        let recipient = store.people[person].id
        return try await store.database.write {
            try $0.mutes.add(name, of: recipient, from: .zero, at: TestStore.start)
        }
    }

    private func names(_ store: TestStore, person: Int = 0) async throws -> [[UInt8]] {
        let recipient = store.people[person].id
        return try await store.database.read { try $0.mutes.names(of: recipient) }
    }

    @Test(arguments: StoreKind.allCases)
    func `Muting twice is muting once, and unmuting leads back`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (one, two) = (store.bytes(), store.bytes())
            for _ in 1...2 { #expect(try await add(one, to: store)) }
            #expect(try await add(two, to: store))
            #expect(try await add(one, to: store, person: 1))
            #expect(Set(try await names(store)) == [one, two])
            // Muted again from another conversation, it is undone from that one.
            let (recipient, other) = (store.people[0].id, LetterID(high: 7, low: 7))
            for (conversation, isMuted) in [(LetterID.zero, true), (other, false)] {
                let found = try await store.database.read { try $0.mutes.isMuted(from: conversation, of: recipient) }
                #expect(found == isMuted)
            }
            _ = try await store.database.write { try $0.mutes.add(one, of: recipient, from: other, at: TestStore.start) }
            #expect(try await store.database.read { try $0.mutes.isMuted(from: other, of: recipient) })
            for _ in 1...2 { try await store.database.write { try $0.mutes.remove(one, of: recipient) } }
            #expect(try await names(store) == [two])
            #expect(try await names(store, person: 1) == [one])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A recipient mutes as many as a job can carry, and then those who are muted already`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let all = (0..<Mutes.most).map { _ in store.bytes() }
            let recipient = store.people[0].id
            let added = try await store.database.write { transaction in
                try all.filter { try transaction.mutes.add($0, of: recipient, from: .zero, at: TestStore.start) }.count
            }
            #expect(added == Mutes.most)
            #expect(try await add(store.bytes(), to: store) == false)
            #expect(try await add(all[0], to: store))
            #expect(try await add(store.bytes(), to: store, person: 1))
            #expect(try await names(store).count == Mutes.most)
            try await store.database.write { try $0.mutes.remove(all[0], of: recipient) }
            #expect(try await add(store.bytes(), to: store))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A claim carries them with what a visitor wrote to that recipient, and with nothing else`(_ kind: StoreKind) async throws
    {
        try await withStore(kind) { store in
            let (letter, other) = (try await store.begin(), try await store.begin(to: 1))
            let muted = [store.bytes(), store.bytes()]
            for name in muted { #expect(try await add(name, to: store)) }
            let replies = Party.allCases.map { store.reply(in: letter.id, by: $0) }
            for reply in replies { try await store.accept(reply) }
            let elsewhere = store.reply(in: other.id, by: .visitor, person: 1)
            try await store.accept(elsewhere)
            let (first, confirmation) = (store.letter(), store.confirmation())
            try await store.accept(first)
            try await store.database.write { try confirmation.enqueue(in: $0) }
            let jobs = try await store.claim(20, at: TestStore.start + .minutes(2)).deliveries
            #expect(jobs.count == 8)
            for job in jobs {
                let isVisitors =
                    job.recipient == store.people[0].id
                    && (job.kind == .letter || job.kind == .reply && job.conversation?.author == .visitor)
                #expect(Set(job.mutes) == (isVisitors ? Set(muted) : []), "\(job.kind)")
            }
            #expect(jobs.filter { !$0.mutes.isEmpty }.count == 2)
        }
    }

    @Test func `A mute that somebody has changed holds that recipient's letters, and no other's`() async throws {
        try await withStore(.file) { store in
            #expect(try await add(store.bytes(), to: store))
            let letters = [store.letter(to: 0), store.letter(to: 1)]
            for letter in letters { try await store.accept(letter) }
            try await store.database.write { transaction in
                try transaction.run("PRAGMA ignore_check_constraints = ON")
                try transaction.run("UPDATE mute SET visitor = x'01'")
            }
            #expect(try await store.claim().deliveries.map(\.id) == [letters[1].id])
            let held = try #require(try await store.line(letters[0].id))
            #expect(held.state == .held && held.reason?.contains("“visitor”") == true)
        }
    }
}
