internal import Foundation
private import Glibc
internal import PosternCore
internal import PosternHost
internal import PosternVault

/// What commands do with the files of the vault: root through an errand, so that the vault's user alone opens them.
struct VaultFiles {
    let home: Home
    let users: ProcessUsers
    let retention: Configuration.Retention

    /// - Throws: `ExitCode` 75 while a vault runs.
    func holdings() async throws -> KeyHoldings { try await ask(.holdKeys) }

    /// - Throws: `ExitCode` after saying why they cannot be read.
    func collected() async throws -> RecoverySet { try await ask(.collectKeys) }

    /// What was written into a folder of the operator's.
    struct Saved: Codable {
        let ids: Set<String>
        /// Places of own secrets.
        let secrets: Int
    }

    func noteSaved(_ saved: Saved) async throws {
        let _: Saved = try await ask(.noteSavedKeys, try JSONEncoder().encode(saved))
    }

    /// What the vault is asked about the recipients of a site.
    private struct ErasedQuestion: Codable {
        let site: String
        let handles: [String]
        let former: String?
    }

    /// Which of these handles were erased, as the vault remembers.
    /// - Parameter former: the file of another memory, which counts as well, of the site too.
    func erased(_ handles: [String], at site: String, former: String? = nil) async throws -> [String] {
        guard !handles.isEmpty || former != nil else { return [] }
        return try await ask(
            .findErased, try JSONEncoder().encode(ErasedQuestion(site: site, handles: handles, former: former)))
    }

    /// - Throws: `ExitCode` 75 while a vault runs; else after saying what is wrong with the keys.
    func install(_ wish: KeyInstallation.Wish) async throws -> KeyInstallation.Report {
        try await ask(.installKeys, try JSONEncoder().encode(wish))
    }

    private func ask<Answer: Decodable>(_ task: Errand.Task, _ input: Data = Data()) async throws -> Answer {
        let answer =
            if let vault = users.vault {
                try await Errand(home: home, user: vault).run(task, input: Array(input))
            } else {
                try await answer(task, input)
            }
        guard let decoded = try? JSONDecoder().decode(Answer.self, from: Data(answer)) else { throw ControlCaller.mismatch }
        return decoded
    }

    /// As this process's user.
    func answer(_ task: Errand.Task, _ input: Data) async throws -> [UInt8] {
        let keys = KeyFolder(path: home.keys)
        let encoder = JSONEncoder()
        do {
            switch task {
            case .holdKeys:
                return try await whileStopped {
                    try keys.create()
                    return Array(try encoder.encode(KeyHoldings(try keys.look().keys)))
                }
            case .collectKeys:
                let (set, faults) = try RecoverySet.reading(keys, records: home.records)
                for fault in faults { Terminal.complain("not saved: \(fault)") }
                return Array(try encoder.encode(set))
            case .noteSavedKeys:
                let saved = try JSONDecoder().decode(Saved.self, from: input)
                try keys.noteSaved(saved.ids, at: .now)
                try keys.noteSaved(secrets: saved.secrets, at: .now)
                return Array(try encoder.encode(saved))
            case .findErased:
                let asked = try JSONDecoder().decode(ErasedQuestion.self, from: input)
                let ring = try KeyRing(folder: keys)
                let memory = try await openMemory(home, ring: ring)
                let site = try SiteID(asked.site)
                let names = try asked.handles.map { ($0, AuthorisedName.recipient(try Handle($0), at: site)) }
                if let former = asked.former {
                    let known = try ring.authorisationKeys()
                    let other = try await blocking("postern.vault.memory") {
                        try DurableRecordMemory.open(at: former, keys: [known.current] + known.former, adopting: false).memory
                    }
                    try await memory.takeOver([.site(site)] + names.map(\.1), from: other)
                }
                return Array(try encoder.encode(names.filter { memory.newest(of: $0.1)?.isErased == true }.map(\.0)))
            case .installKeys:
                let wish = try JSONDecoder().decode(KeyInstallation.Wish.self, from: input)
                return try await whileStopped {
                    let kept = EpochPlan.Retention(retention)
                    let installation = KeyInstallation(keys: keys, vault: home.vault, retention: kept, now: .now)
                    return Array(try encoder.encode(try installation.run(wish)))
                }
            default: throw ControlCaller.mismatch
            }
        } catch let faults as KeyFaults {
            throw Exit.data.saying("\(faults)")
        } catch let fault as RecordFileFault {
            throw Exit.data.saying("\(fault)")
        } catch let fault as FileFault {
            throw (fault.isOfTheMoment ? Exit.temporary : .cannotCreate).saying("\(fault)")
        }
    }

    private func whileStopped<Answer>(_ body: () throws -> Answer) async throws -> Answer {
        guard let lock = try await FileLock.taken(path: home.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault (process \(FileLock.holder(of: home.vaultLock))) runs\n    Stop the service and try again.")
        }
        let answer = try body()
        _ = consume lock
        return answer
    }
}
