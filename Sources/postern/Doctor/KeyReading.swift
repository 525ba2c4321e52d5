private import Glibc
internal import PosternCore
private import PosternLink
internal import PosternVault

/// Has the running vault prove its keys, and proves those in its folder.
struct KeyReading {
    let vault: ServiceFacts.State
    let process: String?
    /// Nil when the folder could not be read; then `obstacle` says why.
    let proofs: (onDisk: KeyProofs, inMemory: KeyProofs?, faults: [KeyFault])?
    let obstacle: Finding?

    static func look(home: Home) async -> KeyReading {
        var inMemory: KeyProofs?
        var state: ServiceFacts.State
        var process: String? = FileLock.holder(of: home.vaultLock)
        switch await Inquiry.ask(home.operatorSocket, .examine, []) {
        case .answered(let bytes):
            inMemory = try? KeyProofs(payload: bytes)
            state = inMemory == nil ? .unknown("it is of another version") : .running
        case .failed: state = .silent(process: process)
        case .forbidden: state = .unknown("its operator socket is for its own user and root")
        case .nobody:
            switch FileLock.isHeld(home.vaultLock) {
            case true?: state = .silent(process: process)
            case false?: (state, process) = (.stopped, nil)
            case nil: state = .unknown("its folder is for its own user and root")
            }
        }
        do throws(FileFault) {
            let (proofs, faults) = try KeyProofs.look(at: KeyFolder(path: home.keys))
            return KeyReading(vault: state, process: process, proofs: (proofs, inMemory, faults), obstacle: nil)
        } catch {
            let isForbidden = error.code == EACCES || error.code == EPERM
            return KeyReading(
                vault: state, process: process, proofs: nil,
                obstacle: isForbidden
                    ? .skipped(.keys, because: "this user may not look into \(home.keys)", .asRoot)
                    : .fail(.keys, "\(error)", .keysBack))
        }
    }

    func facts(folder: String, wanted: [String], now: Timestamp, retention: Configuration.Retention?) -> KeyFacts? {
        guard let proofs else { return nil }
        return KeyFacts(
            folder: folder, faults: proofs.faults.map(KeyFacts.Fault.init), onDisk: proofs.onDisk.keys,
            inMemory: proofs.inMemory?.keys, wanted: Set(wanted), now: now,
            retention: retention.map { (letters: $0.letters, evidence: $0.evidence) })
    }
}

extension KeyFacts.Fault {
    init(_ fault: KeyFault) {
        // `letter-2026-11-24-9f3a6c01d2e4b587.key`
        let name = fault.path.split(separator: "/").last ?? ""
        let kind = name.hasSuffix(".key") ? name.split(separator: "-").first.map(String.init) : nil
        self.init(problem: fault.problem, remedy: fault.remedy, kind: kind)
    }
}
