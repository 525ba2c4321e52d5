private import Glibc
private import PosternRelay

/// The room on the file system of the store.
package struct DiskCheck {
    private let folder: String
    private let free, whole: UInt64
    private let least: UInt64
    private let inodes: (free: UInt64, whole: UInt64)?

    /// - Parameters:
    ///   - free: bytes free for an ordinary user.
    ///   - whole: bytes in all.
    ///   - least: below this many free bytes no letter is taken.
    ///   - inodes: files that can still be made, and in all; nil where the file system has no fixed number (btrfs).
    package init(folder: String, free: UInt64, whole: UInt64, least: UInt64, inodes: (free: UInt64, whole: UInt64)?) {
        self.folder = folder
        self.free = free
        self.whole = whole
        self.least = least
        self.inodes = inodes
    }

    /// Asks the file system; nil when it does not say.
    init?(reading folder: String) {
        var status = statvfs()
        guard statvfs(folder, &status) == 0, status.f_blocks > 0 else { return nil }
        let whole = UInt64(status.f_blocks) * UInt64(status.f_frsize)
        self.init(
            folder: folder, free: UInt64(status.f_bavail) * UInt64(status.f_frsize), whole: whole,
            least: DiskSpaceMonitor.least(of: whole),
            inodes: status.f_files > 0 ? (UInt64(status.f_favail), UInt64(status.f_files)) : nil)
    }

    static func findings(of folder: String) -> [Finding] {
        DiskCheck(reading: folder)?.findings
            ?? [Check.disk, .inodes].map {
                .skipped(
                    $0, because: "\(folder) does not say how full it is", "Make sure that the folder exists and can be reached.")
            }
    }

    package var findings: [Finding] { [room, names] }

    private var room: Finding {
        let found = "\(Self.size(free)) of \(Self.size(whole)) free at \(folder)"
        let remedy: Remedy = "Make room on that file system, or move the store to a larger one."
        if free < least {
            return .fail(
                .disk, "\(found): below \(Self.size(least)) no letter is taken; letters already accepted still go out", remedy)
        }
        if free < least * 2 {
            return .warn(
                .disk, "\(found): it is getting near \(Self.size(least)), below which no letter is taken", remedy)
        }
        return .ok(.disk, "\(found); letters are taken down to \(Self.size(least))")
    }

    /// A few thousand are plenty for Postern, but others may use up what the file system has.
    private var names: Finding {
        guard let inodes, inodes.whole > 0 else { return .ok(.inodes, "the file system at \(folder) sets no limit") }
        let found = "\(inodes.free) of \(inodes.whole) inodes free at \(folder)"
        let remedy: Remedy = "Find what fills that file system with small files (du --inodes), and remove them."
        if inodes.free < 100 {
            return .fail(.inodes, "\(found): soon neither a key nor the store's own files can be made", remedy)
        }
        if inodes.free < min(10_000, inodes.whole / 20) { return .warn(.inodes, "\(found): that is few", remedy) }
        return .ok(.inodes, found)
    }

    private static func size(_ bytes: UInt64) -> String {
        let mebibytes = bytes / (1_024 * 1_024)
        guard mebibytes >= 10_240 else { return "\(mebibytes) MiB" }
        return "\(mebibytes / 1_024) GiB"
    }
}
