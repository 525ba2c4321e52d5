import PosternCore
import PosternStore
import Testing

@Suite("Blocks, limit records, looks and maintenance come back as they were kept")
struct AbuseTests {
    @Test(arguments: StoreKind.allCases)
    func `Every kind of block, until it is removed; its number is not given again`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let now = TestStore.start
            let marks: [Block.Mark] = [
                .tag(Tag(value: .max), Epoch(containing: now)), .range(try AddressRange("2001:db8::/32")),
                .domain("spam.example"), .phrase(BlockedPhrase("buy now")),
                .sender(try #require(SenderDigest(bytes: Array(1...16)))),
            ]
            let ids = try await store.database.write { transaction in
                try marks.map {
                    try transaction.blocks.add($0, effect: .refuse, reason: "because", expires: now + .days(1), at: now)
                }
            }
            #expect(ids == [1, 2, 3, 4, 5])
            #expect(
                try await store.database.read { try $0.blocks.list() }
                    == zip(ids, marks).map {
                        Block(id: $0, mark: $1, effect: .refuse, reason: "because", added: now, expires: now + .days(1))
                    })
            #expect(try await store.database.write { try $0.blocks.remove(4, at: now) })
            #expect(try await store.database.write { try $0.blocks.remove(4, at: now) } == false)
            #expect(try await store.database.write { try $0.blocks.remove(9, at: now) } == false)
            #expect(try await store.database.read { try $0.blocks.list().count } == 4)
            // The log's old verdicts go on naming it.
            #expect(try await store.database.read { try $0.blocks.find(4)?.mark } == marks[3])
            let next = try await store.database.write {
                try $0.blocks.add(marks[3], effect: .hold, reason: "again", expires: nil, at: now)
            }
            #expect(next == 6)
            // Nobody's address, not even a digest of it, outlasts its block.
            #expect(try await store.database.write { try $0.blocks.remove(5, at: now) })
            #expect(try await store.database.read { try $0.blocks.find(5)?.mark } == .sender(.forgotten))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Marks come back in their order, with both days' digests, and go when no limit looks back to them`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let keys = [
                DatedLimitKey(
                    today: LimitKey(.client, high: .max, low: 2), tomorrow: LimitKey(.client, high: 3, low: .max)),
                DatedLimitKey(today: LimitKey(.sender, high: 1, low: 2), tomorrow: nil),
                DatedLimitKey(lasting: .installationHard), DatedLimitKey(lasting: .recipient(store.people[0].id)),
            ]
            let mark = LimitRecord(epoch: Epoch(containing: TestStore.start), keys: keys)
            let letter = store.letter(limitRecord: mark)
            try await store.accept(letter)
            let kept = try await store.database.read { try $0.limitRecords.list(after: .zero, limit: 10) }
            #expect(kept.map(\.id) == [letter.id])
            #expect(kept.map(\.record) == [mark])
            #expect(letter.id.moment == TestStore.start)
            #expect(try await store.database.write { try $0.limitRecords.forget(before: TestStore.start, limit: 10) } == 0)
            #expect(
                try await store.database.write { try $0.limitRecords.forget(before: TestStore.start + .days(2), limit: 10) } == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A site keeps its look and its logo`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let german = try #require(Language("de"))
            let look = SiteLook(
                accent: AccentColour("#00ff7f"),
                introductions: [
                    .english: try HeaderText("Write to us about prints.", limit: 400),
                    german: try HeaderText("Schreiben Sie uns: gern!", limit: 400),
                ], languages: [german, .english])
            let changed = Site(id: store.site.id, name: store.site.name, origins: store.site.origins, look: look)
            #expect(try await store.database.write { try $0.sites.change(changed) })
            #expect(try await store.database.read { try $0.sites.find(changed.id) } == changed)
            let logo = try Logo(file: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1])
            #expect(try await store.database.write { try $0.sites.setLogo(logo, of: changed.id) })
            #expect(try await store.database.read { try $0.sites.logo(of: changed.id) } == logo)
            #expect(try await store.database.read { try $0.sites.find(changed.id)?.look.logo } == logo.id)
            #expect(try await store.database.write { try $0.sites.setLogo(nil, of: changed.id) })
            #expect(try await store.database.read { try $0.sites.find(changed.id)?.look.logo } == nil)
            #expect(try await store.database.read { try $0.sites.logo(of: changed.id) } == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `When maintenance was done is known`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.database.read { try $0.maintenance.last(.purge) } == nil)
            for moment in [TestStore.start, TestStore.start + .hours(1)] {
                try await store.database.write { try $0.maintenance.note(.purge, at: moment) }
            }
            #expect(try await store.database.read { try $0.maintenance.last(.purge) } == TestStore.start + .hours(1))
        }
    }
}
