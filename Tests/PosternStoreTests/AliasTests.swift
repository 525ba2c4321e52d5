import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A site's other names lead to one recipient, and nobody takes another's (H5)")
struct AliasTests {
    private func add(_ name: String, for person: Recipient, in store: TestStore) async throws -> Aliases.Addition {
        let alias = try HandleAlias(name)
        return try await store.database.write { try $0.aliases.add(alias, for: person, at: TestStore.start) }
    }

    private func found(_ name: String, in store: TestStore) async throws -> Handle? {
        let site = store.site.id
        return try await store.database.read { try $0.recipients.find(named: name, at: site)?.handle }
    }

    @Test(arguments: StoreKind.allCases)
    func `A recipient is found by each spelling of an alias, and by the handle`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let person = store.people[0]
            let first = try await add("Pat Müller", for: person, in: store)
            #expect(first == .added)
            #expect(try await add("PAT MU\u{308}LLER", for: person, in: store) == .known)
            for name in ["Pat Müller", "pat_müller", "ＰＡＴ　ＭÜＬＬＥＲ", "Pat+Müller.", person.handle.text, "Person0)"] {
                #expect(try await found(name, in: store) == person.handle, "\(name)")
            }
            for name in ["Pat Muller", "Pat", "", "%", String(repeating: "x", count: 9_000)] {
                #expect(try await found(name, in: store) == nil)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Nobody takes another's handle or alias`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (one, two) = (store.people[0], store.people[1])
            let first = try await add("Pat Müller", for: one, in: store)
            #expect(first == .added)
            #expect(try await add("pat müller", for: two, in: store) == .taken(by: one.handle))
            #expect(try await add("Person0", for: two, in: store) == .taken(by: one.handle))
            #expect(try await add("Person1", for: two, in: store) == .known)
            // A name that looks like a handle, as old user names do.
            #expect(try await add("JohnDoe", for: one, in: store) == .added)
            var randomness = SeededRandomness(seed: 9)
            let new = try Sample.recipient("johndoe", at: store.site.id, using: &randomness)
            #expect(try await store.database.write { try $0.recipients.add(new, at: TestStore.start) } == false)
            let free = try Sample.recipient("janedoe", at: store.site.id, using: &randomness)
            #expect(try await store.database.write { try $0.recipients.add([new, free], at: TestStore.start) } == [new.handle])
            #expect(try await found("johndoe", in: store) == one.handle)
            #expect(try await found("Pat Müller", in: store) == one.handle)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `An alias is of one site`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let club = try Sample.site("club")
            var randomness = SeededRandomness(seed: 9)
            let elsewhere = try Sample.recipient("pat", at: club.id, using: &randomness)
            try await store.database.write { transaction in
                _ = try transaction.sites.add(club, at: TestStore.start)
                _ = try transaction.recipients.add(elsewhere, at: TestStore.start)
            }
            #expect(try await add("Pat Müller", for: store.people[0], in: store) == .added)
            #expect(try await add("Pat Müller", for: elsewhere, in: store) == .added)
            #expect(try await found("Pat Müller", in: store) == store.people[0].handle)
            #expect(
                try await store.database.read { try $0.recipients.find(named: "pat müller", at: club.id)?.id } == elsewhere.id)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Aliases are listed in pages, removed, and gone with their recipient`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (one, two, site) = (store.people[0], store.people[1], store.site.id)
            for name in ["Éa", "B b", "C c"] { #expect(try await add(name, for: one, in: store) == .added) }
            #expect(try await add("D d", for: two, in: store) == .added)
            func list(after: String?, _ limit: Int) async throws -> [Aliases.Line] {
                try await store.database.read { try $0.aliases.list(at: site, after: after, limit: limit) }
            }
            let first = try await list(after: nil, 2)
            #expect(first.map(\.alias) == ["B b", "C c"])
            #expect(try await list(after: first.last?.key, 9).map(\.alias) == ["D d", "Éa"])
            #expect(try await store.database.read { try $0.aliases.list(of: two.id) }.map(\.handle) == [two.handle])
            let gone = try HandleAlias("b B")
            #expect(try await store.database.write { try $0.aliases.remove(gone, at: site) } == one.handle)
            #expect(try await store.database.write { try $0.aliases.remove(gone, at: site) } == nil)
            _ = try await store.database.write { try $0.recipients.erase(one.id, at: TestStore.start) }
            #expect(try await list(after: nil, 9).map(\.alias) == ["D d"])
            #expect(try await found("Éa", in: store) == nil)
        }
    }

    @Test func `No file holds an erased recipient's alias`() async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"))
        let person = store.people[0]
        #expect(try await add("Xyzzyplugh Quuxalot", for: person, in: store) == .added)
        _ = try await store.database.write(isErasing: true) { try $0.recipients.erase(person.id, at: TestStore.start) }
        for (name, content) in try FileFacts.contents(of: folder.path) {
            #expect(!content.holds(Array("Quuxalot".utf8)) && !content.holds(Array("quuxalot".utf8)), "\(name)")
        }
        await store.database.close()
    }
}
