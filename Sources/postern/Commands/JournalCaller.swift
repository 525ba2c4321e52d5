internal import Foundation
internal import PosternCore
internal import PosternHost
internal import PosternJournal
internal import PosternVault

/// What a command wants to know of the vault's journal.
enum JournalQuestion: Codable {
    /// Text with checkpoints that somebody has kept, by the name of where it was.
    case report(checkpoints: [String: String])
    case lines
    case proof(Int)
    /// Set this journal aside and begin another, while no vault runs.
    case begin
}

/// The other half of `JournalQuestion`.
enum JournalAnswer: Codable {
    case report(JournalReport)
    case lines([JournalReader.Line])
    case proof(String)
    /// Where the former journal is now.
    case began(aside: String?)
    /// There is no journal, or no such entry in one that holds.
    case none
}

/// Reads the journal of an installation as the vault's user, who alone opens its files. It asks no vault: what verifies a journal must not
/// be who writes it.
struct JournalCaller {
    private let home: Home
    private let users: ProcessUsers
    private let configuration: Configuration

    init(_ caller: ControlCaller) {
        (home, users, configuration) = (caller.home, caller.users, caller.configuration)
    }

    private var place: JournalPlace { JournalPlace(home, copy: configuration.journalCopy) }

    /// - Throws: `ExitCode` after saying why it cannot be read.
    func ask(_ question: JournalQuestion) async throws -> JournalAnswer {
        let input = try JSONEncoder().encode(question)
        guard let vault = users.vault else {
            try RightUser.check(for: home.operatorRun, in: home)
            return try decoded(try await answer(input))
        }
        return try decoded(try await Errand(home: home, user: vault).run(.journal, input: Array(input)))
    }

    private func decoded(_ bytes: [UInt8]) throws -> JournalAnswer {
        guard let answer = try? JSONDecoder().decode(JournalAnswer.self, from: Data(bytes)) else { throw ControlCaller.mismatch }
        return answer
    }

    /// As this process's user.
    func answer(_ input: Data) async throws -> [UInt8] {
        guard let question = try? JSONDecoder().decode(JournalQuestion.self, from: input) else { throw ControlCaller.mismatch }
        do {
            return Array(try JSONEncoder().encode(try await answer(to: question)))
        } catch let fault as FileFault {
            throw (fault.isOfTheMoment ? Exit.temporary : .noInput).saying("\(fault)")
        } catch let fault as JournalFault {
            throw Exit.data.saying("\(fault)")
        }
    }

    private func answer(to question: JournalQuestion) async throws -> JournalAnswer {
        let reader = try JournalReader(place, keys: KeyFolder(path: home.keys))
        switch question {
        case .report(let texts):
            let anchors = texts.flatMap { name, text in JournalExamination.Anchor.all(in: text, of: name) }
            return try reader.report(anchors: anchors).map { .report($0) } ?? .none
        case .lines: return .lines(try reader.lines())
        case .proof(let number): return try reader.proof(of: number).map { .proof($0.text) } ?? .none
        case .begin: return .began(aside: try await begin())
        }
    }

    private func begin() async throws -> String? {
        guard let lock = try await FileLock.taken(path: home.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault (process \(FileLock.holder(of: home.vaultLock))) runs\n    Stop the service and try again.")
        }
        let ring = try KeyRing(folder: KeyFolder(path: home.keys))
        let former = try JournalReplacement.setAside(place, at: .now)
        let journal = makeJournal(home, configuration, signers: ring.journalSigners, former: former?.checkpoint)
        try await journal.check()
        _ = consume lock
        return former?.folder
    }
}
