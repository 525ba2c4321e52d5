internal import ArgumentParser
private import Foundation
private import Glibc
internal import PosternCore
internal import PosternHost
private import PosternStore

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replace the store with a backup.",
        discussion: """
            Stop the service first. The backup is checked and copied. The present store is kept beside it, under the name that is \
            printed. Letters that were waiting when the backup was made and have been delivered since are sent again, each with \
            the Message-ID of the first time.
            """)

    @Argument(help: ArgumentHelp("The backup, made by postern backup.", valueName: "file"))
    var file: String

    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    /// How it went, from the process that did it to the one that tells.
    struct Restored: Codable {
        let path: String
        let bytes: Int
        /// Where the former store is now.
        let replaced: String?
        let waiting: Int
    }

    func run() async throws {
        let caller = try home.caller()
        let path = URL(fileURLWithPath: file).standardized.path
        let restored: Restored
        if let relay = caller.users.relay {
            let backup = try OperatorFile(path, users: caller.users).opened()
            defer { close(backup) }
            let told = try await Errand(home: caller.home, user: relay).run(.restore, [path], readingFrom: backup)
            restored = try JSONDecoder().decode(Restored.self, from: Data(told))
        } else {
            restored = try await Self.restore(path, to: caller.configuration.database)
        }
        try output.print(restored) {
            let lines = [
                "Restored \(restored.path) (\(restored.bytes) bytes) from \(path). Letters waiting: \(restored.waiting).",
                restored.replaced.map {
                    "The former store is kept as \($0). Remove it when you no longer need it."
                },
            ]
            return lines.compactMap { $0 }.joined(separator: "\n")
        }
    }

    /// As this process's user.
    static func restore(_ path: String, to database: DatabaseURL) async throws -> Restored {
        do {
            let report = try await database.driver.restore(path, at: .now)
            let store = try await openStore(at: database)
            let states = try await store.read { try $0.queue.counts() }.states
            await store.close()
            return Restored(
                path: database.file ?? "\(database)", bytes: report.bytes, replaced: report.replaced,
                waiting: states[.ready, default: 0] + states[.leased, default: 0])
        } catch StoreFileError.owned(let path, let pid) {
            throw Exit.temporary.saying("\(StoreFileError.owned(path: path, pid: pid))\n    Stop postern serve and try again.")
        } catch let error as StoreFileError {
            throw Exit.data.saying("\(error)")
        } catch let error as StoreError {
            throw Exit.data.saying("\(path) was not restored: \(error)")
        }
    }
}
