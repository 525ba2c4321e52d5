import Synchronization

/// How many units each commit held, as the hook was told.
final class CommitLedger: Sendable {
    private let sizes = Mutex<[Int]>([])

    func note(_ size: Int) {
        sizes.withLock { $0.append(size) }
    }

    var batches: [Int] { sizes.withLock { $0 } }
    var units: Int { batches.reduce(0, +) }

    func forget() {
        sizes.withLock { $0 = [] }
    }
}
