private import Glibc
private import PosternCore
internal import ServiceLifecycle
private import Synchronization

/// Whether the disk has space for another letter. It is asked for every letter, so the answer must cost nothing.
package protocol DiskSpace: Sendable {
    var isSufficient: Bool { get }
}

/// Space on the disk of the store: too little below 5 % or 256 MiB free, whichever is more, so that what was accepted can still be
/// delivered, and its outcome written.
package final class DiskSpaceMonitor: DiskSpace, Service {
    private let folder: String
    private let wasSufficient = Atomic(true)

    package static let leastBytes: UInt64 = 256 * 1_024 * 1_024
    package static let leastShare = 0.05

    /// - Parameter folder: any folder of the file system that holds the store.
    package init(folder: String) {
        self.folder = folder
    }

    /// As it was at the last look.
    package var isSufficient: Bool { wasSufficient.load(ordering: .relaxed) }

    /// Looks every second.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look()
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Asks the file system, on a thread of its own: a disk that does not answer keeps nobody waiting but this.
    package func look() async {
        let folder = folder
        let isSufficient = try? await blocking("postern.disk-space") { Self.isSufficient(in: folder) }
        wasSufficient.store(isSufficient ?? true, ordering: .relaxed)
    }

    private static func isSufficient(in folder: String) -> Bool {
        var status = statvfs()
        // A file system that does not say how full it is cannot be judged; the store says so when a write fails.
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
