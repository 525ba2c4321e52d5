import Foundation
import PosternCore
import PosternJournal
import PosternTestSupport
import PosternVault
import Synchronization

/// A vault's journal in a folder of its own.
struct JournalFixture {
    let vault: VaultFixture
    let log = KeptLog()
    private let copy: CheckpointCopy?

    /// - Parameter hasCopy: whether checkpoints are written a second time.
    init(hasCopy: Bool = false) throws {
        vault = try VaultFixture()
        copy = hasCopy ? CheckpointCopy(.file(vault.folder.path("elsewhere"))) : nil
    }

    /// - Parameter socket: of a system's log, in the fixture's folder.
    init(systemLog socket: String) throws {
        vault = try VaultFixture()
        copy = CheckpointCopy(.syslog, systemLog: vault.folder.path(socket))
    }

    var folder: String { vault.folder.path("journal") }
    var last: String { vault.folder.path("journal-last") }
    var subjects: String { vault.folder.path("journal-subjects") }
    var copyPath: String { vault.folder.path("elsewhere") }

    var place: JournalPlace { JournalPlace(folder: folder, last: last, subjects: subjects, copy: copy) }

    /// As a vault that starts.
    func open(signers: [JournalSigner]? = nil) -> Journal {
        Journal(
            at: place, signers: signers ?? vault.ring.journalSigners, host: "contact.example.org",
            randomness: .system, now: { Timestamp(seconds: 1_795_514_709) }, logger: log.logger)
    }

    func reader() throws -> JournalReader { try JournalReader(place, keys: KeyFolder(path: vault.keysPath)) }

    func report() throws -> JournalReport? { try reader().report() }

    func entries() throws -> [JournalEntry] {
        try reader().lines().compactMap { JournalEntry(Array($0.entry.utf8)) }
    }

    /// Every file of the journal and beside it, by path.
    func content() throws -> [String: Data] {
        var content: [String: Data] = [:]
        let files = FileManager.default
        for name in files.enumerator(atPath: vault.folder.path)?.allObjects.compactMap({ $0 as? String }) ?? []
        where name.hasPrefix("journal") {
            var isFolder: ObjCBool = false
            let path = vault.folder.path(name)
            guard files.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else { continue }
            content[name] = try Data(contentsOf: URL(fileURLWithPath: path))
        }
        return content
    }

    /// Puts every file back as it was.
    func put(_ content: [String: Data]) throws {
        let files = FileManager.default
        for path in [folder, last, subjects] where files.fileExists(atPath: path) { try files.removeItem(atPath: path) }
        for (name, bytes) in content {
            let url = URL(fileURLWithPath: vault.folder.path(name))
            try files.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try bytes.write(to: url)
        }
    }

    /// What another program says of the folder.
    func secondOpinion(_ arguments: [String]? = nil) async throws -> (status: Int32, said: String) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("PosternJournalTests/verify.py").path
        let answer = vault.folder.path("answer")
        try Data().write(to: URL(fileURLWithPath: answer))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-I", script] + (try arguments ?? [folder, report()?.key ?? ""])
        process.environment = ["LC_ALL": "C.UTF-8"]
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: answer))
        let status = try await withCheckedThrowingContinuation { (finished: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { finished.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                finished.resume(throwing: error)
            }
        }
        return (status, try String(contentsOfFile: answer, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

extension RandomSource {
    /// Journals and links that are made in one millisecond have names of their own.
    static let system = RandomSource { .random(in: .min ... .max) }
}
