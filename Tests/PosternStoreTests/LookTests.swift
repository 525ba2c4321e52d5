import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A look into a store that nobody has open leaves it as it was")
struct LookTests {
    static let now = TestStore.start

    @Test(arguments: StoreKind.lasting)
    func `It sees what was committed, and lets go of the store again`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await kind.open(path)
        try await store.write { try $0.maintenance.note(.purge, at: Self.now) }
        let journal = store.report.journal
        await store.close()
        let (report, last) = try await kind.driver(path).look { try $0.maintenance.last(.purge) }
        #expect(report.journal == journal)
        #expect(last == Self.now)
        #expect(try await kind.driver(path).look { try Migrator.standing($0) }.answer == Migrator().known)
        // Opened again: nothing holds it.
        await (try await kind.open(path)).close()
    }

    @Test(arguments: StoreKind.lasting)
    func `It can write nothing`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        await (try await kind.open(path)).close()
        await #expect(throws: StoreError.self) {
            try await kind.driver(path).look { try $0.maintenance.note(.purge, at: Self.now) }
        }
    }

    @Test func `A file somebody holds is left to them; where there is none, none is made`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let driver = try StoreKind.file.driver(path)
        await #expect(throws: StoreFileError.self) { try await driver.look { _ in } }
        #expect(!FileFacts.exists(path) && !FileFacts.exists(path + ".lock"))
        let store = try await StoreKind.file.open(path)
        await #expect(throws: StoreFileError.self) { try await driver.look { _ in } }
        await store.close()
        try FileFacts.write(String(repeating: "no database ", count: 1_000), to: folder.path("t.sqlite"))
        await #expect(throws: StoreFileError.self) {
            try await StoreKind.file.driver(folder.path("t.sqlite")).look { try Migrator.standing($0) }
        }
    }
}
