internal import ArgumentParser
private import Foundation
private import PosternCore
private import PosternSQLite
private import PosternStore

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of the store.",
        discussion: """
            Nothing may be served meanwhile. The backup is checked and copied; the store that was there is kept beside it, under \
            the name that is printed. Letters that waited when the backup was made and have been delivered since go out once \
            more, each under its first Message-ID.
            """)

    @Argument(help: ArgumentHelp("The backup, as postern backup made it.", valueName: "file"))
    var file: String

    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    private struct Restored: Encodable {
        let path: String
        let bytes: Int
        /// Where the store that was there is now.
        let replaced: String?
        let waiting: Int
    }

    func run() async throws {
        let configuration = try await home.configuration()
        let path = URL(fileURLWithPath: file).standardized.path
        let restored: Restored
        do {
            let report = try await SQLiteDatabase.restore(path, to: configuration.database, at: .now)
            let store = try await openStore(at: configuration.database)
            let states = try await store.read { try $0.queue.counts() }.states
            await store.close()
            restored = Restored(
                path: report.path, bytes: report.bytes, replaced: report.replaced,
                waiting: states[.ready, default: 0] + states[.leased, default: 0])
        } catch SQLiteError.owned(let path, let pid) {
            throw Exit.temporary.saying("\(SQLiteError.owned(path: path, pid: pid))\n    Stop postern serve, and try again.")
        } catch let error as SQLiteError {
            throw Exit.data.saying("\(error)")
        } catch let error as StoreError {
            throw Exit.data.saying("\(path) was not restored: \(error)")
        }
        try HomeFolders(
            home: home.folder, users: try ProcessUsers(configuration.users), database: configuration.database
        ).prepare()
        try output.print(restored) {
            let lines = [
                "Restored \(restored.path) (\(restored.bytes) bytes) from \(path); \(restored.waiting) letters wait.",
                restored.replaced.map {
                    "The store that was there is kept as \($0): remove it when you do not need it any more."
                },
            ]
            return lines.compactMap { $0 }.joined(separator: "\n")
        }
    }
}
