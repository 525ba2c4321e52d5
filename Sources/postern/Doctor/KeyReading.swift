private import Glibc
internal import PosternCore
internal import PosternLink
internal import PosternVault

/// Has the running vault prove its keys, and proves those in its folder.
struct KeyReading {
    let vault: ServiceFacts.State
    let process: String?
    /// Nil when the folder could not be read; then `obstacle` says why.
    let proofs: (onDisk: KeyReport, inMemory: KeyReport?, faults: [KeyFault])?
    let obstacle: Finding?

    static func look(home: Home) async -> KeyReading {
        var inMemory: KeyReport?
        var state: ServiceFacts.State
        var process: String? = FileLock.holder(of: home.vaultLock)
        switch await Inquiry.ask(home.operatorSocket, OperatorVerb.examine) {
        case .answered(let bytes):
            inMemory = try? KeyReport(payload: bytes)
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
            let (proofs, faults) = try KeyFolder(path: home.keys).examine()
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
            folder: folder, faults: proofs.faults.map(KeyFacts.Fault.init), onDisk: proofs.onDisk.keys.map(KeyFacts.Key.init),
            inMemory: proofs.inMemory?.keys.map(KeyFacts.Key.init), wanted: Set(wanted), now: now,
            retention: retention.map { (letters: $0.letters, evidence: $0.evidence) })
    }
}

extension KeyFacts.Key {
    fileprivate init(_ key: KeyReport.Key) {
        self.init(kind: key.kind, id: key.id, epoch: key.epoch, fits: key.fits)
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
