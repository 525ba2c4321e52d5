import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

@Suite("A backup is one sound file that holds what was answered before it began")
struct BackupTests {
    @Test func `A copy is made while letters come in, and opens as a store`() async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"))
        for _ in 0..<300 { try await store.accept(store.letter(seal: Array(repeating: 5, count: 1_800))) }
        let target = folder.path("backup.sqlite")
        let steps = StepLedger()
        let writing = Task {
            var count = 0
            while !Task.isCancelled {
                try await store.accept(store.letter())
                count += 1
            }
            return count
        }
        let bytes = try await store.sqlite.backup(to: target) { steps.note($0) }
        writing.cancel()
        let meanwhile = try await writing.value
        #expect(bytes > 300 * 1_800)
        let last = try #require(steps.all.last)
        #expect(last.done == last.total)
        #expect(last.total * 4_096 == bytes)
        #expect(try FileFacts.mode(target) == 0o600)
        #expect(!FileFacts.exists(target + "-wal"))
        #expect(!FileFacts.exists(target + ".part"))
        #expect(try await store.counts().accepted == 300 + meanwhile)
        await store.database.close()

        let copy = try await SQLiteDatabase.open(target, at: TestStore.start)
        let counts = try await copy.read { try $0.queue.counts() }
        #expect((300...300 + meanwhile).contains(counts.accepted))
        #expect(counts.difference == 0)
        #expect(copy.report.isDurable == true)
        await copy.close()
    }

    @Test
    func `A file that is there is not overwritten, and what an interrupted backup left behind is in nobody's way`() async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"))
        let target = folder.path("backup.sqlite")
        try FileFacts.write("precious", to: target)
        await #expect(throws: StoreFileError.backupExists(path: target)) { try await store.sqlite.backup(to: target) }
        #expect(try FileFacts.text(target) == "precious")
        let second = folder.path("second.sqlite")
        try FileFacts.write("half", to: second + ".part")
        #expect(try await store.sqlite.backup(to: second) > 0)
        await store.database.close()
    }

    @Test func `A folder that is not there is named, and nothing is left behind`() async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"))
        await #expect(throws: StoreFileError.self) { try await store.sqlite.backup(to: folder.path("nowhere/b.sqlite")) }
        await store.database.close()
    }

    /// What the progress callback was told.
    private final class StepLedger: Sendable {
        private let steps = Mutex<[BackupProgress]>([])

        func note(_ step: BackupProgress) {
            steps.withLock { $0.append(step) }
        }

        var all: [BackupProgress] { steps.withLock { $0 } }
    }
}
