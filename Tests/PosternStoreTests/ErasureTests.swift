import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

/// Z7: the answer to an erasure is given once nothing of it is left, so that a second later nothing is.
@Suite("What is erased, replaced or purged is in no file of the store once that is answered")
struct ErasureTests {
    /// Bytes that occur nowhere else.
    private struct Canaries {
        private var randomness: SeededRandomness

        init(seed: UInt64) { randomness = SeededRandomness(seed: seed) }

        mutating func bytes(_ count: Int = 40) -> [UInt8] {
            (0..<count).map { _ in UInt8.random(in: 1...255, using: &randomness) }
        }

        mutating func word() -> String {
            String((0..<24).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &randomness) ?? "a" })
        }
    }

    private func record(_ version: Int32, seal: [UInt8], word: [UInt8]) -> SealedRecord {
        SealedRecord(version: version, seal: seal + [UInt8](repeating: 1, count: 1_400), authorisation: word)
    }

    private func expectGone(_ canaries: [(what: String, bytes: [UInt8])], in folder: TemporaryFolder, _ moment: String) throws {
        for (name, content) in try FileFacts.contents(of: folder.path) {
            for canary in canaries {
                #expect(!content.holds(canary.bytes), "\(canary.what) in \(name) after \(moment)")
            }
        }
    }

    /// Letters come in and pages are shown until the body is done.
    private func underLoad(_ store: TestStore, _ body: () async throws -> Void) async throws {
        let ended = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    while ended.count == 0 {
                        try await store.accept(store.letter(to: 9, seal: Array(repeating: 7, count: 1_700)))
                    }
                }
            }
            for _ in 0..<4 {
                group.addTask {
                    while ended.count == 0 { _ = try await store.database.read { try $0.queue.list(limit: 500) } }
                }
            }
            do {
                try await body()
            } catch {
                ended.add()
                throw error
            }
            ended.add()
            try await group.waitForAll()
        }
    }

    @Test(arguments: [UInt64(1), 2])
    func `Name, address, letters, tags and evidence are gone, while letters come in and pages are shown`(seed: UInt64)
        async throws
    {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"), people: 10, seed: seed)
        let now = TestStore.start
        var canaries = Canaries(seed: seed)
        try await underLoad(store) {
            for person in 0..<6 {
                let recipient = store.people[person]
                let id = recipient.id
                let former = [("a former seal", canaries.bytes()), ("a former authorisation", canaries.bytes())]
                let present = [("a seal", canaries.bytes()), ("an authorisation", canaries.bytes())]
                let letters = (0..<5).map { _ in canaries.bytes() }
                let first = record(2, seal: former[0].1, word: former[1].1)
                _ = try await store.database.write {
                    try $0.recipients.replaceRecord(of: recipient, with: first, former: 1, at: now)
                }
                for letter in letters {
                    try await store.accept(store.letter(to: person, seal: letter + [UInt8](repeating: 2, count: 900)))
                }
                let second = record(3, seal: present[0].1, word: present[1].1)
                _ = try await store.database.erase {
                    try $0.recipients.replaceRecord(of: recipient, with: second, former: 2, at: now)
                }
                try expectGone(former, in: folder, "an address was replaced")
                _ = try await store.database.erase { try $0.recipients.erase(id, at: now) }
                try expectGone(present + letters.map { ("a letter", $0) }, in: folder, "a recipient was erased")
            }
            for _ in 0..<3 {
                let (name, logo) = (canaries.word(), canaries.word())
                let site = store.site.id
                let renamed = Site(id: site, name: try HeaderText(name, limit: 100), origins: [])
                let image = try Logo(file: Array("<svg><!--\(logo)--></svg>".utf8))
                try await store.database.write { transaction in
                    _ = try transaction.sites.change(renamed)
                    _ = try transaction.sites.setLogo(image, of: site)
                }
                let plain = store.site
                try await store.database.erase { transaction in
                    _ = try transaction.sites.change(plain)
                    _ = try transaction.sites.setLogo(nil, of: site)
                }
                try expectGone(
                    [("a site's name", Array(name.utf8)), ("a logo", Array(logo.utf8))], in: folder, "a site was changed")
            }
            try await purge(store, folder, &canaries)
        }
        await store.database.close()
    }

    private func purge(_ store: TestStore, _ folder: TemporaryFolder, _ canaries: inout Canaries) async throws {
        let old = TestStore.start - .days(200)
        var planted: [(String, [UInt8])] = []
        for number in UInt8(0)..<20 {
            let (seal, evidence, handle) = (canaries.bytes(), canaries.bytes(), canaries.word())
            let tag = PosternCore.Tag(value: UInt64.random(in: 1 << 60 ... .max))
            planted += [
                ("a letter", seal), ("evidence", evidence), ("a handle", Array(handle.utf8)),
                ("a tag", Identifier<Never>(high: tag.value, low: 0).bytes.dropLast(8).map { $0 }),
            ]
            let entry = store.entry(at: old)
            let refused = SubmissionEntry(
                id: entry.id, at: old, site: "photos", handle: handle, recipient: nil, verdict: Verdict(.refuse), tags: [tag],
                evidence: evidence, letterBytes: 9)
            try await store.database.write { try $0.intake.log(refused) }
            try await store.accept(store.letter(to: 9, at: old, mark: store.mark(number), seal: seal))
        }
        let over = Epoch(containing: TestStore.start - .days(100))
        for _ in 0..<20 {
            _ = try await store.database.erase { try $0.retention.forgetLetters(through: over, at: TestStore.start, limit: 3) }
            _ = try await store.database.erase {
                try $0.retention.forgetSubmissions(before: TestStore.start - .days(100), limit: 3)
            }
        }
        #expect(try await store.database.read { try $0.submissionLog.oldest() } ?? TestStore.start >= TestStore.start)
        try expectGone(planted, in: folder, "a purge")
    }

    // The rule: secure_delete leaves copies in the unused middle of pages; these seeds made it leave one of 3,000 rows.
    @Test(arguments: [UInt64(2), 3, 4, 5])
    func `Nothing is left in the unused space of pages, whatever was deleted among what stays`(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"), seed: seed)
        var (canaries, randomness) = (Canaries(seed: seed), SeededRandomness(seed: seed))
        let letters = (0..<3_000).map { number in
            let canary = canaries.bytes(24)
            let rest = [UInt8](repeating: 3, count: .random(in: 300...1_800, using: &randomness))
            return (canary, store.letter(at: TestStore.start + .milliseconds(Int64(number)), seal: canary + rest))
        }
        try await store.database.write { transaction in
            for (_, letter) in letters { _ = try transaction.intake.accept(letter) }
        }
        let gone = letters.shuffled(using: &randomness).prefix(2_500)
        for start in stride(from: 0, to: gone.count, by: 250) {
            let bite = gone[start..<start + 250].map(\.1.id.stored)
            try await store.database.erase { transaction in
                for id in bite { try transaction.run("DELETE FROM letter WHERE id = ?", [id]) }
            }
            // What was zeroed in the file must not come back from memory.
            for _ in 0..<5 { try await store.accept(store.letter(seal: [UInt8](repeating: 9, count: 1_000))) }
        }
        let content = try FileFacts.contents(of: folder.path)
        for (canary, letter) in gone {
            for (name, bytes) in content where bytes.holds(canary) { Issue.record("letter \(letter.id) is in \(name)") }
        }
        #expect(try await store.database.read { try $0.row("PRAGMA integrity_check")?["integrity_check"] } == "ok")
        await store.database.close()
    }

    @Test func `Letters get in while somebody keeps an erasure waiting, and it is answered when they are done`() async throws {
        let folder = try TemporaryFolder()
        var settings = SQLiteSettings()
        // However busy the machine is: what is shown here is the order.
        settings.erasureLimit = .seconds(600)
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"), settings: settings)
        let isLooking = Tally()
        let mayEnd = Tally()
        let isErased = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // The group waits for the reader, whatever fails.
            defer { mayEnd.add() }
            group.addTask {
                try await store.database.read { transaction in
                    _ = try transaction.queue.counts()
                    isLooking.add()
                    while mayEnd.count == 0 { sched_yield() }
                }
            }
            try await eventually { (isLooking.count > 0) }
            group.addTask {
                let id = store.people[0].id
                _ = try await store.database.erase { try $0.recipients.erase(id, at: TestStore.start) }
                isErased.add()
            }
            for _ in 0..<20 { try await store.accept(store.letter(to: 1)) }
            let isTooEarly = (isErased.count > 0)
            #expect(!isTooEarly)
            mayEnd.add()
            try await group.waitForAll()
        }
        #expect(try FileFacts.size(folder.path("s.sqlite-wal")) == 0)
        await store.database.close()
    }

    /// Puts bytes where SQLite could have left a copy: into the unused middle of one of the last pages with rows.
    private func soil(_ path: String, _ canary: [UInt8], pageBytes: Int) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        let content = Array(try #require(try file.readToEnd()))
        let places = stride(from: content.count - pageBytes, to: content.count / 2, by: -pageBytes).compactMap { page in
            func number(_ offset: Int) -> Int { Int(content[page + offset]) << 8 | Int(content[page + offset + 1]) }
            let begin = page + 8 + 2 * number(3)
            let isRoomy = content[page] == 13 && number(5) <= pageBytes && begin + canary.count < page + number(5)
            return isRoomy && content[page + 2] == 0 ? begin : nil
        }
        try file.seek(toOffset: UInt64(#require(places.first)))
        try file.write(contentsOf: canary)
        try file.close()
    }

    // The rule: one look is at 16,384 pages, and letters are committed before the next. Opening a store takes one look, unless an
    // erasure had not been completed.
    @Test func `An erasure is complete when the whole of a large file has been looked at`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        var settings = SQLiteSettings()
        settings.pageBytes = 512
        let store = try await TestStore.open(.file, path: path, settings: settings)
        for _ in 0..<50 { try await store.accept(store.letter(to: 1, seal: [UInt8](repeating: 5, count: 200_000))) }
        for _ in 0..<300 { try await store.accept(store.letter(to: 1, seal: [UInt8](repeating: 5, count: 100))) }
        await store.database.close()
        let canary = (0..<40).map { UInt8(0xA0 + $0) }
        try soil(path, canary, pageBytes: 512)

        let opened = try await StoreKind.file.open(path, settings: settings)
        let isLeft = try FileFacts.contents(of: folder.path).contains { $0.1.holds(canary) }
        #expect(isLeft, "the file is too small to show anything")
        let id = store.people[0].id
        _ = try await opened.erase { try $0.recipients.erase(id, at: TestStore.start) }
        try expectGone([("a copy", canary)], in: folder, "a recipient was erased")
        await opened.close()
    }

    @Test func `An erasure is not confirmed where nobody can tell what is left in the file`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await TestStore.open(.file, path: path)
        await store.database.close()
        // Some pages are then maps, which look like pages with rows.
        try RawSQLite(path).run("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = 1; VACUUM")
        let opened = try await StoreKind.file.open(path)
        let id = store.people[0].id
        await #expect(throws: StoreError.self) {
            try await opened.erase { _ = try $0.recipients.erase(id, at: TestStore.start) }
        }
        // Nobody else suffers from it.
        #expect(try await opened.write { try $0.recipients.find(id)?.state } == .erased)
        await opened.close()
    }

    @Test func `An erasure that a killed process left incomplete is completed when the store is opened`() async throws {
        let (folder, left) = (try TemporaryFolder(), try TemporaryFolder())
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"))
        let canary = [UInt8](repeating: 0xE8, count: 60)
        try await store.accept(store.letter(to: 0, seal: canary))
        let (isLooking, mayEnd) = (Tally(), Tally())
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { mayEnd.add() }
            group.addTask {
                try await store.database.read { transaction in
                    _ = try transaction.queue.counts()
                    isLooking.add()
                    while mayEnd.count == 0 { sched_yield() }
                }
            }
            try await eventually { isLooking.count > 0 }
            group.addTask {
                let id = store.people[0].id
                _ = try await store.database.erase { try $0.recipients.erase(id, at: TestStore.start) }
            }
            let person = store.people[0]
            try await eventually {
                try await store.database.write { try $0.recipients.find(person.id)?.state } == .erased
            }
            for (name, content) in try FileFacts.contents(of: folder.path) {
                try Data(content).write(to: URL(filePath: left.path(name)))
            }
            mayEnd.add()
            try await group.waitForAll()
        }
        await store.database.close()

        #expect(try FileFacts.contents(of: left.path).contains { $0.1.holds(canary) })
        let opened = try await StoreKind.file.open(left.path("s.sqlite"))
        try expectGone([("a letter", canary)], in: left, "the store was opened again")
        #expect(try await opened.read { try $0.row("PRAGMA user_version")?["user_version"] as Int64? } == 0)
        await opened.close()
    }

    @Test func `A backup that is under way begins again without what is erased`() async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"))
        let canary = [UInt8](repeating: 0xE7, count: 60)
        for _ in 0..<40 { try await store.accept(store.letter(to: 1, seal: [UInt8](repeating: 5, count: 200_000))) }
        try await store.accept(store.letter(to: 0, seal: canary))
        let sqlite = try store.sqlite
        let erasure = Mutex<Task<Void, any Error>?>(nil)
        let backup = folder.path("backup.sqlite")
        _ = try await sqlite.backup(to: backup) { _ in
            let isFirst = erasure.withLock { task in
                guard task == nil else { return false }
                let id = store.people[0].id
                task = Task { _ = try await store.database.erase { try $0.recipients.erase(id, at: TestStore.start) } }
                return true
            }
            // On a thread of the backup's own: until the erasure has asked it to let go.
            while isFirst, sqlite.pause.count == 0 { sched_yield() }
        }
        try await erasure.withLock { $0 }?.value
        for (name, content) in try FileFacts.contents(of: folder.path) { #expect(!content.holds(canary), "\(name)") }
        #expect(FileFacts.exists(backup))
        await store.database.close()
    }

    @Test func `An erasure is answered when nobody is in its way any more, and otherwise says that something is left`()
        async throws
    {
        for (readers, limit) in [(3, Duration.seconds(60)), (Int.max, .zero)] {
            let connection = ScriptedConnection([:], readers: readers)
            let pool = ConnectionPool(
                writer: ConnectionLane("test", connection), readers: [], erasureLimit: limit, onCommit: { _, _ in })
            if readers == 3 {
                _ = try await pool.erase { try $0.run("DELETE", [.integer(1)]) }
                #expect(connection.wipes == 4)
            } else {
                await #expect(throws: StoreError.notErased(waited: .zero)) {
                    _ = try await pool.erase { try $0.run("DELETE", [.integer(1)]) }
                }
            }
            #expect(connection.kept == [1])
            await pool.close()
        }
    }

    @Test func `A store that breaks while it erases says so`() async throws {
        let connection = ScriptedConnection([.wipe: [.broken(ScriptedConnection.fault)]])
        let pool = ConnectionPool(writer: ConnectionLane("test", connection), readers: [], onCommit: { _, _ in })
        await #expect(throws: StoreError.broken(ScriptedConnection.fault)) {
            _ = try await pool.erase { try $0.run("DELETE", [.integer(1)]) }
        }
        #expect(pool.health == .broken(ScriptedConnection.fault))
        await pool.close()
    }
}
