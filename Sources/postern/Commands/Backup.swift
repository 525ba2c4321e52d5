internal import ArgumentParser
private import Foundation
private import Glibc
internal import PosternCore
internal import PosternHost
private import PosternRelay

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the store while it is in use, and check the copy.",
        discussion: """
            The copy holds sealed letters and addresses, and no key: keep it apart from a copy of the vault's folder. When the \
            key of a letter's day has been destroyed, the letter cannot be opened from a backup either.
            """)

    @Argument(help: ArgumentHelp("The file to make. It must not exist yet.", valueName: "file"))
    var file: String

    @OptionGroup var options: AskOptions

    func run() async throws {
        let path = URL(fileURLWithPath: file).standardized.path
        let backup = try await Self.backUp(to: path, by: try options.home.caller())
        try options.output.print(backup) {
            "Copied the store to \(backup.path) (\(backup.bytes) bytes) and found it whole."
        }
    }

    /// The relay writes nowhere but in the store's folder (`ProcessCage`). From there the file is taken by the person who asked.
    private static func backUp(to path: String, by caller: ControlCaller) async throws -> BackupView {
        guard FileStatus(path: path, followingLinks: false) == nil else {
            throw Exit.data.saying("\(path) exists and is not overwritten: name another file")
        }
        guard let store = caller.configuration.database.file else { return try await caller.ask(.backup(to: path)) }
        let made = "\(store.folder)/backup-\(String(UInt64.random(in: .min ... .max), radix: 16)).sqlite"
        defer { unlink(made) }
        let backup: BackupView = try await caller.ask(.backup(to: made))
        try DurableFile.move(made, to: path)
        return BackupView(path: path, bytes: backup.bytes)
    }
}
