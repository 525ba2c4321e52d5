private import Glibc
private import Synchronization

/// Whether there is room for another letter. Asked for every one, so it must cost nothing.
package protocol Room: Sendable {
    var hasRoom: Bool { get }
}

/// Room on the disk of the store: none below 5 % or 256 MiB free, whichever is more, so that what was
/// accepted can still be delivered, and its outcome written.
package final class DiskRoom: Room {
    private let folder: String
    private let state = Mutex((at: ContinuousClock.now - .seconds(60), hasRoom: true))

    package static let leastBytes: UInt64 = 256 * 1_024 * 1_024
    package static let leastShare = 0.05

    /// - Parameter folder: any folder of the file system the store lies on.
    package init(folder: String) {
        self.folder = folder
    }

    /// Looks at the file system once a second at most.
    package var hasRoom: Bool {
        let now = ContinuousClock.now
        return state.withLock { state in
            if now - state.at >= .seconds(1) { state = (now, Self.hasRoom(in: folder)) }
            return state.hasRoom
        }
    }

    private static func hasRoom(in folder: String) -> Bool {
        var status = statvfs()
        // A file system that does not say how full it is cannot be judged; the store says it when a write fails.
        guard statvfs(folder, &status) == 0, status.f_blocks > 0 else { return true }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let whole = UInt64(status.f_blocks) * UInt64(status.f_frsize)
        return isEnough(free: free, of: whole)
    }

    /// Bytes that must be free on a file system of that size.
    package static func least(of whole: UInt64) -> UInt64 {
        max(leastBytes, UInt64(Double(whole) * leastShare))
    }

    package static func isEnough(free: UInt64, of whole: UInt64) -> Bool {
        free >= least(of: whole)
    }
}
