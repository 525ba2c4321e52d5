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

    func noteSaved(_ ids: Set<String>) async throws {
        let _: Set<String> = try await ask(.noteSavedKeys, try JSONEncoder().encode(ids))
    }

    /// Which of these handles were erased, as the vault remembers.
    func erased(_ handles: [String], at site: String) async throws -> [String] {
        handles.isEmpty ? [] : try await ask(.findErased, try JSONEncoder().encode([site: handles]))
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
                let ids = try JSONDecoder().decode(Set<String>.self, from: input)
                try keys.noteSaved(ids, at: .now)
                return Array(try encoder.encode(ids))
            case .findErased:
                let asked = try JSONDecoder().decode([String: [String]].self, from: input)
                let memory = try await openMemory(home, ring: try KeyRing(folder: keys))
                let erased = try asked.flatMap { site, handles in
                    let site = try SiteID(site)
                    return try handles.filter { memory.newest(of: .recipient(try Handle($0), at: site))?.isErased == true }
                }
                return Array(try encoder.encode(erased))
            case .installKeys:
                let wish = try JSONDecoder().decode(KeyInstallation.Wish.self, from: input)
                return try await whileStopped {
                    let kept = EpochPlan.Retention(letters: retention.letters, evidence: retention.evidence)
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
