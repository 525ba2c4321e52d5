internal import ArgumentParser
private import Foundation
private import Glibc
internal import PosternCore
internal import PosternHost
private import PosternLink
internal import PosternRelay

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the store while it is in use, and check the copy.",
        discussion: """
            It works the same way whether or not the service runs. The copy holds sites, recipients with sealed addresses, \
            sealed letters and the log. It holds no key, no settings and no password: save the keys with postern keys \
            export-recovery, and keep them apart from the copy. When the key of a letter's day has been destroyed, the letter cannot \
            be opened from a backup either.
            """)

    @Argument(help: ArgumentHelp("The file to make. It must not exist yet.", valueName: "file"))
    var file: String

    @OptionGroup var options: AskOptions

    /// What is printed.
    private struct Made: Encodable {
        let path: String
        let bytes: Int
        /// Whether each key that the backup needs has been saved; nil where this user may not know.
        let areKeysSaved: Bool?
    }

    func run() async throws {
        let path = URL(fileURLWithPath: file).standardized.path
        guard let taken = FileStatus(path: path, followingLinks: false) else {
            return try await backUp(to: path)
        }
        throw Exit.data.saying(
            taken.kind == .folder
                ? "\(path) is a folder\n    Name the file to make in it, as in \(path)/postern-\(Timestamp.now.rfc3339.prefix(10)).sqlite"
                : "\(path) exists and is not overwritten: name another file")
    }

    private func backUp(to path: String) async throws {
        let caller = try options.home.caller()
        let backup: BackupView =
            if let relay = caller.users.relay {
                try await backUp(to: path, by: Errand(home: caller.home, user: relay), users: caller.users)
            } else {
                try await backUp(to: path, by: caller)
            }
        let made = Made(path: backup.path, bytes: backup.bytes, areKeysSaved: await areKeysSaved(caller))
        try options.output.print(made) {
            let saved =
                switch made.areKeysSaved {
                case true?:
                    "The keys have been saved; save them again when postern doctor says so, and the memory as often as this."
                case false?: "NOT ALL KEYS HAVE BEEN SAVED. Without them this backup gives no address back."
                case nil: "Without the saved keys this backup gives no address back."
                }
            return """
                Copied the store to \(made.path) (\(made.bytes) bytes) and found it whole.
                It has sites, recipients with sealed addresses, sealed letters and the log. It has no key, no settings, no \
                journal and no SMTP password.
                \(saved) Keep them apart from it: postern keys export-recovery FOLDER
                """
        }
    }

    /// Only where the vault's folder is this user's, or root's affair.
    private func areKeysSaved(_ caller: ControlCaller) async -> Bool? {
        guard caller.users.vault != nil || access(caller.home.keys, R_OK | X_OK) == 0 else { return nil }
        let report = try? await OperatorCaller(home: caller.home, users: caller.users).keys()
        return report.map { $0.keys.allSatisfy { $0.epoch != nil || $0.saved != nil } }
    }

    private func backUp(to path: String, by caller: ControlCaller) async throws -> BackupView {
        let made = try await showingProgress(nil) { try await Self.copy(by: caller) }
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
            try await showingProgress(copy.descriptor) { try await errand.run(.backup, writingTo: copy.descriptor) }
        } catch {
            copy.discard()
            throw error
        }
        try copy.keep(as: URL(fileURLWithPath: path).lastPathComponent)
        return BackupView(path: path, bytes: FileStatus(path: path, followingLinks: false)?.size ?? 0)
    }

    /// On a terminal: how long the relay has been copying and checking, then how much of the copy has come.
    private func showingProgress<Result: Sendable>(_ file: Int32?, _ body: () async throws -> Result) async rethrows -> Result {
        let began = ContinuousClock.now
        // Ended below, with what it tells of.
        let telling = Task {
            while (try? await Task.sleep(for: .milliseconds(250))) != nil {
                let bytes = file.flatMap { FileStatus(descriptor: $0)?.size } ?? 0
                Terminal.progress(
                    bytes == 0
                        ? "Copying and checking the store … \((ContinuousClock.now - began).components.seconds) s"
                        : "Writing the backup … \(bytes >> 20) MiB")
            }
        }
        defer {
            telling.cancel()
            Terminal.progress("")
        }
        return try await body()
    }

    /// The relay writes nowhere but in the store's folder (`ProcessCage`). From there its copy is taken, and removed.
    static func copy(by caller: ControlCaller) async throws -> BackupView {
        guard let store = caller.configuration.database.file else { throw ControlCaller.mismatch }
        return try await caller.ask(.backup(to: "\(store.folder)/\(BackupDraft.newName(using: .system))"))
    }
}
