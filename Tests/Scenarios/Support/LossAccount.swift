import Foundation
import PosternTestSupport
import Synchronization
import Testing

/// What the ledgers say after a fault: one row of the table of `deploy/prove loss`.
struct LossAccount: Sendable {
    let fault: String
    let times: Int
    var promised = 0
    var lost = 0
    /// How many copies too many arrived, and how many may.
    var duplicates = 0
    var bound = 0
    /// Copies of one letter that differ.
    var unlike = 0
    /// Whether the accepted letters are the sum of all states, and every promised letter is `delivered`.
    var isInOneState = true

    var isSound: Bool { lost == 0 && duplicates <= bound && unlike == 0 && isInOneState && promised > 0 }

    /// Compares the ledgers once the queue is empty.
    init(_ fault: String, times: Int, bound: Int, of postern: Installation, _ ledger: Ledger, _ server: ScriptedSMTPServer)
        async throws
    {
        (self.fault, self.times, self.bound) = (fault, times, bound)
        let arrived = Arrivals(server.messages)
        promised = ledger.count
        lost = ledger.marks.subtracting(arrived.marks).count
        duplicates = arrived.duplicates
        unlike = arrived.repeated.count { copies in
            Set(copies.map(\.octets)).count != 1 || Set(copies.map { $0.header("Message-ID") }).count != 1
        }
        let counts = try await postern.counts()
        isInOneState =
            try await postern.isBalanced() && counts["delivered", default: 0] >= promised
            && ["ready", "leased", "failed", "expired", "dropped", "held"].allSatisfy { counts[$0, default: 0] == 0 }
    }

    /// The sum of two runs with the same fault.
    static func + (one: LossAccount, other: LossAccount) -> LossAccount {
        var sum = LossAccount(one.fault, times: one.times + other.times)
        sum.promised = one.promised + other.promised
        sum.lost = one.lost + other.lost
        sum.duplicates = one.duplicates + other.duplicates
        sum.bound = one.bound + other.bound
        sum.unlike = one.unlike + other.unlike
        sum.isInOneState = one.isInOneState && other.isInOneState
        return sum
    }

    private init(_ fault: String, times: Int) {
        (self.fault, self.times) = (fault, times)
    }

    /// Prints it, and adds it to the table if a proof asks for one.
    func report() {
        let state = isInOneState ? "yes" : "NO"
        print(
            "\(fault): \(times) times, promised \(promised), lost \(lost), twice \(duplicates) of at most \(bound), in one state: \(state)"
        )
        #expect(isSound, "\(self)")
        guard let table = ProcessInfo.processInfo.environment["POSTERN_PROOF_TABLE"] else { return }
        let row = [fault, "\(times)", "\(promised)", "\(lost)", "\(duplicates) / \(bound)", state].joined(separator: "\t") + "\n"
        Self.table.withLock { _ in
            guard let file = FileHandle(forWritingAtPath: table) else {
                Issue.record("the table \(table) cannot be written")
                return
            }
            file.seekToEndOfFile()
            file.write(Data(row.utf8))
        }
    }

    private static let table = Mutex(())
}

/// Runs a proof, and keeps its ledgers, its log and its home when it fails.
/// - Throws: what the proof throws.
func keepingLedgers(
    of postern: Installation, _ ledger: Ledger, _ server: ScriptedSMTPServer, _ proof: () async throws -> LossAccount
) async throws -> LossAccount {
    do {
        let account = try await proof()
        if !account.isSound { Issue.record("\(account.fault): what was found is kept in \(try keep(postern, ledger, server))") }
        return account
    } catch {
        Issue.record("the proof broke off; what was found is kept in \(try keep(postern, ledger, server))")
        throw error
    }
}

/// - Returns: the folder: `promised` (mark, id), `arrived` (mark, Message-ID, octets), `serve.log`, `home/`.
private func keep(_ postern: Installation, _ ledger: Ledger, _ server: ScriptedSMTPServer) throws -> String {
    let place =
        ProcessInfo.processInfo.environment["POSTERN_PROOF_KEEP"] ?? FileManager.default.temporaryDirectory.path
    let folder = "\(place)/postern-kept-\(UUID().uuidString.lowercased().prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let promised = ledger.all.sorted { $0.key < $1.key }.map { "\($0.key)\t\($0.value)\n" }.joined()
    try promised.write(toFile: folder + "/promised", atomically: true, encoding: .utf8)
    let arrived = server.messages.filter { $0.isAccepted == true }.map {
        "\($0.header("Subject") ?? "")\t\($0.header("Message-ID") ?? "")\t\($0.octets.count)\n"
    }.sorted().joined()
    try arrived.write(toFile: folder + "/arrived", atomically: true, encoding: .utf8)
    try postern.log.write(toFile: folder + "/serve.log", atomically: true, encoding: .utf8)
    // Sockets are no evidence, and stop a copy.
    for path in try FileManager.default.subpathsOfDirectory(atPath: postern.home) {
        let source = "\(postern.home)/\(path)"
        var status = stat()
        guard lstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
        let target = "\(folder)/home/\(path)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: target).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: source, toPath: target)
    }
    return folder
}
