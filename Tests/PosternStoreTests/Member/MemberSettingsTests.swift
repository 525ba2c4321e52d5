import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("What a member decides about letters is kept, and a pause with an end ends by itself")
struct MemberSettingsTests {
    private static let now = TestStore.start

    private func change(_ settings: MemberSettings, _ store: TestStore, at now: Timestamp = now) async throws -> RecipientChange {
        let id = store.people[0].id
        return try await store.database.write { try $0.recipients.change(settings, of: id, at: now) }
    }

    private func pause(_ store: TestStore, until end: Timestamp?) async throws -> RecipientChange {
        let id = store.people[0].id
        return try await store.database.write { try $0.recipients.pause(id, until: end, at: Self.now) }
    }

    @Test(
        arguments: StoreKind.allCases,
        [
            MemberSettings(writers: .proven, dailyLetters: 1, isTextOnly: true),
            MemberSettings(writers: .anyone, dailyLetters: 1_000),
            MemberSettings(), MemberSettings(isTextOnly: true),
        ])
    func `Settings come back as they were kept`(_ kind: StoreKind, settings: MemberSettings) async throws {
        try await withStore(kind) { store in
            #expect(try await store.person()?.settings == .standard)
            #expect(try await change(settings, store) == .changed)
            #expect(try await store.person()?.settings == settings)
            #expect(try await store.person(1)?.settings == .standard)
            // Beside a new record they stay.
            let person = store.people[0]
            _ = try await store.database.write {
                try $0.recipients.replaceRecord(of: person, with: Sample.record(2), former: 1, at: Self.now)
            }
            #expect(try await store.person()?.settings == settings)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Who was erased has none, and gets none`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = store.people[0].id
            _ = try await change(MemberSettings(writers: .proven, dailyLetters: 5, isTextOnly: true), store)
            _ = try await pause(store, until: Self.now + .days(1))
            _ = try await store.database.write { try $0.recipients.erase(id, at: Self.now) }
            #expect(try await store.person()?.settings == .standard)
            #expect(try await change(MemberSettings(dailyLetters: 1), store) == .refused(in: .erased))
            #expect(try await pause(store, until: nil) == .refused(in: .erased))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A pause with an end: no letter before it, letters from then on`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let end = Self.now + .days(3)
            let change = try await pause(store, until: end)
            #expect(change == .changed)
            #expect(try await store.person()?.state == .paused)
            #expect(try await store.person()?.settings.pausedUntil == end)
            #expect(try await store.person()?.asOf(end - .milliseconds(1)).takesLetters == false)
            #expect(try await store.person()?.asOf(end).takesLetters == true)
            for (moment, acceptance) in [(end - .milliseconds(1), Acceptance.noLetters), (end, .stored)] {
                let letter = store.letter(at: moment)
                #expect(try await store.database.write { try $0.intake.accept(letter) } == acceptance)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Upkeep ends the pauses that are over, each once, and leaves the others`(_ kind: StoreKind) async throws {
        try await withStore(kind, people: 4) { store in
            let (now, ids) = (Self.now, store.people.map(\.id))
            try await store.database.write { transaction in
                for (number, end) in [now + .days(1), now + .days(2), nil].enumerated() {
                    _ = try transaction.recipients.pause(ids[number], until: end, at: now)
                }
                // Given another end, and resumed before it.
                _ = try transaction.recipients.pause(ids[0], until: now + .days(5), at: now)
                _ = try transaction.recipients.pause(ids[3], until: now + .days(1), at: now)
                _ = try transaction.recipients.setState(.active, of: ids[3], from: [.paused], at: now)
            }
            func over(_ moment: Timestamp) async throws -> [RecipientID] {
                try await store.database.read { try $0.recipients.pausesOver(at: moment, limit: 9) }.map(\.id)
            }
            #expect(try await over(now + .days(1)) == [])
            #expect(try await over(now + .days(2)) == [ids[1]])
            #expect(try await over(now + .days(9)) == [ids[1], ids[0]])
            let ended = try await store.database.write { transaction in
                try transaction.recipients.pausesOver(at: now + .days(2), limit: 9).filter {
                    try transaction.recipients.endPause(of: $0, at: now + .days(2))
                }
            }
            #expect(ended.map(\.id) == [ids[1]])
            let one = try await store.person(1)
            #expect(one?.state == .active && one?.settings.pausedUntil == nil)
            #expect(try await store.database.write { try $0.recipients.endPause(of: ended[0], at: now + .days(3)) } == false)
            #expect(try await store.person(2)?.state == .paused)
            #expect(try await store.count(of: "SELECT recipient FROM pause_end") == 1)
        }
    }

    @Test(
        arguments: StoreKind.allCases,
        [("daily_letters", "0"), ("daily_letters", "5000"), ("writers", "'all'"), ("mail_form", "'x'")])
    func `What no program of ours wrote is no setting`(_ kind: StoreKind, cell: (column: String, value: String)) async throws {
        guard kind == .file else { return }
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(kind, path: folder.path("s.sqlite"))
        try RawSQLite(folder.path("s.sqlite")).run("UPDATE recipient SET \(cell.column) = \(cell.value)")
        await #expect(throws: StoreError.undecodable(column: cell.column)) { try await store.person() }
        await store.database.close()
    }
}
