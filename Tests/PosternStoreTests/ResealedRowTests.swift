import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A seal takes another's place only where that still is, and what is left shows in the rows (K7)")
struct ResealedRowTests {
    private static func record(_ version: Int32, seal: [UInt8], authorisation: [UInt8]) -> SealedRecord {
        SealedRecord(version: version, seal: seal, authorisation: authorisation)
    }

    /// What was sealed again, against a row with `Sample.record(1)` → whether it is kept.
    @Test(arguments: [
        (record(1, seal: [9, 1], authorisation: [8, 1]), true),
        // Confirmed meanwhile: the seal is the same, the authorisation another.
        (record(1, seal: [9, 1], authorisation: [8, 2]), false),
        // Another process has sealed it again.
        (record(1, seal: [9, 2], authorisation: [8, 1]), false),
        (record(2, seal: [9, 1], authorisation: [8, 1]), false),
    ])
    func `It is kept where nothing changed meanwhile`(former: SealedRecord, isKept: Bool) async throws {
        try await withStore(.file) { store in
            let person = store.people[0]
            let next = Self.record(1, seal: [7, 7, 7], authorisation: [6, 6])
            let kept = try await store.database.write { try $0.recipients.reseal(person.id, from: former, as: next) }
            #expect(kept == isKept)
            let found = try #require(try await store.person())
            #expect(found.record == (isKept ? next : person.record))
            #expect(found.name == person.name && found.state == person.state)
            #expect(try await store.person(1)?.record == store.people[1].record)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Nobody who was erased gets a seal back, and none is made where nobody is`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (person, nobody) = (store.people[0], RecipientID(high: 5, low: 5))
            let former = try #require(person.record)
            let done = try await store.database.write { transaction in
                _ = try transaction.recipients.erase(person.id, at: TestStore.start)
                return try [person.id, nobody].map { try transaction.recipients.reseal($0, from: former, as: Sample.record(1)) }
            }
            #expect(done == [false, false])
            #expect(try await store.person()?.record == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Beginnings of seals come page by page, of each recipient once, and are counted`(_ kind: StoreKind) async throws {
        try await withStore(kind, people: 7) { store in
            let first = store.people[0]
            _ = try await store.database.write { transaction in
                _ = try transaction.recipients.erase(store.people[1].id, at: TestStore.start)
                return try transaction.recipients.reseal(
                    first.id, from: Sample.record(1), as: Self.record(1, seal: [4, 4, 4], authorisation: [4]))
            }
            var (seen, last) = ([Recipients.SealHead](), RecipientID?.none)
            while true {
                let after = last
                let page = try await store.database.read { try $0.recipients.sealHeads(2, after: after, limit: 3) }
                guard let end = page.last else { break }
                #expect(page.count <= 3)
                seen += page
                last = end.recipient
            }
            #expect(Set(seen.map(\.recipient)) == Set(store.people.map(\.id)) && seen.count == 7)
            #expect(seen.filter { $0.head == nil }.map(\.recipient) == [store.people[1].id])
            #expect(seen.first { $0.recipient == first.id }?.head == [4, 4])
            #expect(try await store.database.read { try $0.recipients.sealCounts(2) } == [[9, 1]: 5, [4, 4]: 1])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A change of an address counts for both of its seals`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (one, two) = (store.change(), store.change(of: 1, to: 1))
            try await store.database.write { transaction in
                for change in [one, two] { _ = try transaction.addressChanges.add(change, at: TestStore.start) }
            }
            #expect(try await store.database.read { try $0.addressChanges.sealCounts(2) } == [[9, 1]: 2, [9, 2]: 1])
        }
    }
}
