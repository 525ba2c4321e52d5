private import Dispatch
private import Glibc
internal import Logging
package import PosternCore
package import PosternLink
private import Synchronization

/// Where the own secrets are kept a second time.
package struct SecretsCopyPlace: Sendable {
    let path: String
    let now: @Sendable () -> Timestamp

    package init(_ path: String, now: @escaping @Sendable () -> Timestamp) {
        self.path = path
        self.now = now
    }
}

/// The second place of the own secrets: a file on another disk, kept byte for byte as the vault's own, so that a lost disk takes nobody's
/// address with it.
///
/// A secret is on the vault's own disk first, and anyone who waits for it gets it even if it cannot be written here. What is missing is
/// caught up: at the start, with the next change, and every minute (`SecretsCopyKeeper`). That a secret was destroyed is written in the
/// vault's own file, so that no restart forgets that it is yet to be overwritten here.
///
/// The file is opened for each use, so that its disk can be unmounted. A disk that does not answer lets nobody wait for longer than
/// `patience`.
final class OwnSecretCopy: Sendable {
    private struct State {
        /// How the file was left when it was last the same.
        var left: Mark?
        /// A sync has failed since then.
        var isUnsure = false
        var current: Timestamp?
        var problem: SecretsCopyReport.Problem? = .init("it has not been compared yet", remedy: "Look again in a minute.")
        var isOnSameDisk = false
        /// Comparisons that wait or are being made.
        var underway = 0
        /// One of them takes so long that nobody waits for it any more.
        var isSlow = false
        var throttle = LogThrottle(interval: .hours(1))
    }

    /// What tells that nobody else has changed the file.
    private struct Mark: Equatable {
        let device, inode: UInt
        let size, seconds, nanoseconds: Int

        init(_ status: stat) {
            (device, inode) = (UInt(status.st_dev), UInt(status.st_ino))
            (size, seconds, nanoseconds) = (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    private let path: String
    private let now: @Sendable () -> Timestamp
    private let secrets: OwnSecretFile
    private let logger: Logger?
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "postern.vault.secrets-copy")
    private let start = ContinuousClock.now
    private static let patience = DispatchTimeInterval.seconds(10)

    /// - Parameter logger: told when it cannot be written, and when it can again.
    init(_ place: SecretsCopyPlace, of secrets: OwnSecretFile, logger: Logger?) {
        (path, now) = (place.path, place.now)
        self.secrets = secrets
        self.logger = logger
    }

    var report: SecretsCopyReport {
        state.withLock { state in
            SecretsCopyReport(
                path: path, current: state.current, isOnSameDisk: state.isOnSameDisk, problem: state.problem)
        }
    }

    /// Brings it up to date, and waits for that as long as the disk answers.
    func follow() async {
        let mayWait = state.withLock { state in
            if !state.isSlow { state.underway += 1 }
            return !state.isSlow
        }
        guard mayWait else { return }
        await withCheckedContinuation { (asker: CheckedContinuation<Void, Never>) in
            let asker = Asker(asker)
            queue.async {
                self.work()
                asker.answer()
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) {
                if asker.isWaiting { self.noteSlow() }
                asker.answer()
            }
        }
    }

    /// Who waits, to be answered once.
    private final class Asker: Sendable {
        private let asker: Mutex<CheckedContinuation<Void, Never>?>

        init(_ asker: CheckedContinuation<Void, Never>) { self.asker = Mutex(asker) }

        var isWaiting: Bool { asker.withLock { $0 != nil } }

        func answer() {
            let waiting = asker.withLock { asker in
                defer { asker = nil }
                return asker
            }
            waiting?.resume()
        }
    }

    private func noteSlow() {
        let isSlow = state.withLock { state in
            guard state.underway > 0 else { return false }
            state.isSlow = true
            state.problem = OwnSecretCopyFault.problem(of: OwnSecretCopyFault.slow, at: path)
            return true
        }
        if isSlow { tell("it does not answer") }
    }

    /// Runs on `queue`.
    private func work() {
        let result = Result { try bringUpToDate() }
        let (wasBehind, wasSlow) = state.withLock { state in
            defer {
                state.underway -= 1
                state.isSlow = false
            }
            switch result {
            case .success(let done):
                defer { (state.left, state.problem, state.current) = (done.mark, nil, now()) }
                (state.isOnSameDisk, state.isUnsure) = (done.isOnSameDisk, false)
                return (state.problem != nil, state.isSlow)
            case .failure(let error):
                state.left = nil
                if (error as? FileFault)?.attempt == "sync" { state.isUnsure = true }
                state.problem = OwnSecretCopyFault.problem(of: error, at: path)
                return (false, state.isSlow)
            }
        }
        switch result {
        case .failure(let error): tell("\(OwnSecretCopyFault.problem(of: error, at: path).reason)")
        case .success where wasBehind:
            logger?.info("memory: the second place of the own secrets is as the vault's own file", metadata: ["file": "\(path)"])
        case .success: break
        }
        // Changes of which nobody waited for the copy.
        guard wasSlow else { return }
        state.withLock { $0.underway += 1 }
        queue.async { self.work() }
    }

    private func bringUpToDate() throws -> (mark: Mark, isOnSameDisk: Bool) {
        let changes = secrets.takeChanges()
        let (descriptor, status) = try OwnSecretCopyFile.opened(path, O_RDWR | O_CREAT)
        let file = OwnSecretCopyFile(descriptor, at: path)
        let (left, isUnsure) = state.withLock { ($0.left, $0.isUnsure) }
        if left == Mark(status) {
            try file.take(changes, from: secrets)
        } else {
            try file.compare(with: secrets, isUnsure: isUnsure)
        }
        return (Mark(try file.status()), OwnSecretCopyFile.isBeside(secrets.path, status))
    }

    private func tell(_ reason: String) {
        let passed = ContinuousClock.now - start
        guard state.withLock({ $0.throttle.admit(at: passed) }) != nil else { return }
        logger?.error(
            "memory: the second place of the own secrets is not as the vault's own file; it is tried again every minute",
            metadata: ["file": "\(path)", "reason": "\(reason)"])
    }
}

extension SecretsCopyPlace {
    /// How it is while no vault runs: looks, and changes nothing.
    /// - Parameter records: the memory, beside which the own secrets are.
    package func report(beside records: String) -> SecretsCopyReport {
        var (current, isOnSameDisk) = (Timestamp?.none, false)
        func report(_ problem: SecretsCopyReport.Problem?) -> SecretsCopyReport {
            SecretsCopyReport(path: path, current: current, isOnSameDisk: isOnSameDisk, problem: problem)
        }
        do {
            let secrets = try OwnSecretFile(at: OwnSecretFile.path(beside: records), changesNothing: true)
            let (descriptor, status) = try OwnSecretCopyFile.opened(path, O_RDONLY)
            let file = OwnSecretCopyFile(descriptor, at: path)
            isOnSameDisk = OwnSecretCopyFile.isBeside(secrets.path, status)
            // When it was written, it was the same.
            current = Timestamp(seconds: Int64(status.st_mtim.tv_sec))
            try file.compare(with: secrets, changesNothing: true)
            current = now()
            return report(nil)
        } catch {
            return report(OwnSecretCopyFault.problem(of: error, at: path))
        }
    }
}
