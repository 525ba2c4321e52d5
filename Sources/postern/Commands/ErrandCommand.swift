internal import ArgumentParser
private import CUnix
private import Foundation
private import Glibc
private import PosternCore
private import PosternDoctor
internal import PosternHost
private import PosternLink
private import PosternRelay
private import PosternSealing
private import PosternStore
private import PosternVault

/// The other end of `Errand`. People do not call it.
struct ErrandCommand: CagedCommand {
    static let configuration = CommandConfiguration(commandName: "errand", abstract: "For root's commands.", shouldDisplay: false)

    @Argument var task: Errand.Task
    @Argument var words: [String] = []
    @OptionGroup var home: HomeOption

    /// `USER:GROUP`, both numbers.
    @Option(help: .hidden) var become: String

    /// Becomes that user while there is a single thread, and keeps what it needs: its own folder and the settings, no port.
    func enterCage() throws -> Home {
        let ids = become.split(separator: ":").compactMap { UInt32($0) }
        guard ids.count == 2 else { throw ValidationError("--become takes USER:GROUP") }
        // That user must not get what root's shell has left open.
        unix_close_from(3)
        try ProcessCage.giveUpRights(becoming: ProcessUser(id: ids[0], group: ids[1]))
        let folder = home.folder
        // A home that is not root's belongs to the one user of both, who may have to make folders in it.
        if let role = task.role, FileStatus(path: folder.path)?.owner == 0 {
            let configuration = try home.configuration()
            sortBesideStore(configuration.database)
            var rules = ProcessCage.Rules(ofErrand: role, configuration, home: folder)
            // The backup, if this user may read it where it is.
            if task == .restore { rules.readable += words.prefix(1) }
            try ProcessCage(role, rules).close()
        }
        return folder
    }

    func run(_ folder: Home) async throws {
        if task == .examine {
            // Before the settings are read: whatever is wrong with them, the rest is looked at.
            guard let part = words.first.flatMap(Doctor.Part.init(rawValue:)) else { throw ControlCaller.mismatch }
            return write(Array(await Doctor(home: folder, now: .now).examined(part)))
        }
        let caller = try home.caller()
        switch task {
        case .control:
            guard let request = try? JSONDecoder().decode(ControlRequest.self, from: input) else { throw ControlCaller.mismatch }
            write(try await caller.answer(to: request))
        case .backup: try await backUp(caller)
        case .restore: write(Array(try JSONEncoder().encode(try await restored(caller.configuration.database))))
        case .holdKeys, .collectKeys, .noteSavedKeys, .findErased, .installKeys:
            write(
                try await VaultFiles(home: folder, users: .shared, retention: caller.configuration.retention).answer(task, input))
        case .journal: write(try await JournalCaller(caller).answer(input))
        case .vault:
            guard let verb = words.first.flatMap(UInt8.init).flatMap(OperatorVerb.init(rawValue:)) else {
                throw ControlCaller.mismatch
            }
            write(try await OperatorCaller(home: folder, users: .shared).ask(verb, Array(input)))
        case .makeKeys:
            let suite = words.first.flatMap(Suite.init(name:)) ?? .ofAddresses
            write(Array(try JSONEncoder().encode(try KeyRing.makeMissing(in: folder, suite: suite))))
        case .examine: break
        }
    }

    private var input: Data { (try? FileHandle.standardInput.readToEnd()) ?? Data() }

    private func write(_ bytes: [UInt8]) {
        try? FileHandle.standardOutput.write(contentsOf: bytes)
    }

    /// The relay writes the copy where its own user may: beside the store. From there it goes to root's file.
    private func backUp(_ caller: ControlCaller) async throws {
        let made = try await Backup.copy(by: caller)
        defer { unlink(made.path) }
        let descriptor = open(made.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw Exit.cannotCreate.saying("cannot open \(made.path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        try Self.copy(descriptor, to: STDOUT_FILENO)
    }

    private func restored(_ database: DatabaseURL) async throws -> Restore.Restored {
        guard words.count == 2, let wish = try? JSONDecoder().decode(Restore.Wish.self, from: Data(words[1].utf8)) else {
            throw ControlCaller.mismatch
        }
        guard access(words[0], R_OK) != 0 else { return try await Restore.restore(words[0], wish, to: database) }
        let copy = "\((database.file ?? "/").folder)/restore.sqlite"
        unlink(copy)
        defer { unlink(copy) }
        let descriptor = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Exit.cannotCreate.saying("cannot make \(copy): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        try Self.copy(STDIN_FILENO, to: descriptor)
        return try await Restore.restore(copy, wish, to: database)
    }

    private static func copy(_ from: Int32, to: Int32) throws {
        let (source, target) = (FileHandle(fileDescriptor: from), FileHandle(fileDescriptor: to))
        do {
            while let piece = try source.read(upToCount: 1 << 20), !piece.isEmpty { try target.write(contentsOf: piece) }
        } catch {
            throw Exit.cannotCreate.saying(
                "the copy could not be written: \(error.localizedDescription)\n    See whether the disk is full.")
        }
    }
}

extension Errand.Task: ExpressibleByArgument {}
