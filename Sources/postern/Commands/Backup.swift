internal import ArgumentParser
private import Foundation
private import Glibc
internal import PosternCore
internal import PosternHost
internal import PosternRelay

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
        guard FileStatus(path: path, followingLinks: false) == nil else {
            throw Exit.data.saying("\(path) exists and is not overwritten: name another file")
        }
        let caller = try options.home.caller()
        let backup: BackupView =
            if let relay = caller.users.relay {
                try await backUp(to: path, by: Errand(home: caller.home, user: relay), users: caller.users)
            } else {
                try await backUp(to: path, by: caller)
            }
        try options.output.print(backup) {
            "Copied the store to \(backup.path) (\(backup.bytes) bytes) and found it whole."
        }
    }

    private func backUp(to path: String, by caller: ControlCaller) async throws -> BackupView {
        let made = try await Self.copy(by: caller)
        defer { unlink(made.path) }
        try DurableFile.move(made.path, to: path)
        return BackupView(path: path, bytes: made.bytes)
    }

    /// Root opens the file, since the relay's user may have no right to; the relay's user writes it. It gets its name last.
    private func backUp(to path: String, by errand: Errand, users: ProcessUsers) async throws -> BackupView {
        let part = OperatorFile(path + ".part", users: users)
        // Of a backup that was interrupted.
        part.remove()
        let copy = try part.made()
        do {
            try await errand.run(.backup, writingTo: copy.descriptor)
            try copy.keep(as: URL(fileURLWithPath: path).lastPathComponent)
        } catch {
            copy.discard()
            throw error
        }
        return BackupView(path: path, bytes: FileStatus(path: path, followingLinks: false)?.size ?? 0)
    }

    /// The relay writes nowhere but in the store's folder (`ProcessCage`). From there its copy is taken, and removed.
    static func copy(by caller: ControlCaller) async throws -> BackupView {
        guard let store = caller.configuration.database.file else { throw ControlCaller.mismatch }
        let name = "backup-\(String(UInt64.random(in: .min ... .max), radix: 16)).sqlite"
        return try await caller.ask(.backup(to: "\(store.folder)/\(name)"))
    }
}
