private import Glibc
private import PosternRelay

/// The room on the file system of the store.
package enum DiskCheck {
    /// Asks the file system.
    static func findings(of folder: String) -> [Finding] {
        var status = statvfs()
        guard statvfs(folder, &status) == 0, status.f_blocks > 0 else {
            return [Check.disk, .inodes].map {
                .skipped(
                    $0, because: "\(folder) does not say how full it is", "Make sure that the folder exists and can be reached.")
            }
        }
        let whole = UInt64(status.f_blocks) * UInt64(status.f_frsize)
        return [
            room(
                folder: folder, free: UInt64(status.f_bavail) * UInt64(status.f_frsize), whole: whole,
                least: DiskSpaceMonitor.least(of: whole)),
            inodes(folder: folder, free: UInt64(status.f_favail), whole: UInt64(status.f_files)),
        ]
    }

    /// - Parameters:
    ///   - free: bytes free for an ordinary user.
    ///   - whole: bytes in all.
    ///   - least: below this many free bytes no letter is taken.
    package static func room(folder: String, free: UInt64, whole: UInt64, least: UInt64) -> Finding {
        let found = "\(size(free)) of \(size(whole)) free at \(folder)"
        let remedy: Remedy = "Make room on that file system, or move the store to a larger one."
        if free < least {
            return HealthCheck.finding(
                .disk("\(found), and letters are taken down to \(size(least)). Those already accepted still go out"), as: .disk)
        }
        if free < least * 2 {
            return .warn(.disk, "\(found): it is getting near \(size(least)), below which no letter is taken", remedy)
        }
        return .ok(.disk, "\(found); letters are taken down to \(size(least))")
    }

    /// A few thousand are plenty for Postern, but others may use up what the file system has.
    /// - Parameters:
    ///   - free: files that can still be made.
    ///   - whole: files in all; 0 where the file system has no fixed number (btrfs).
    package static func inodes(folder: String, free: UInt64, whole: UInt64) -> Finding {
        guard whole > 0 else { return .ok(.inodes, "the file system at \(folder) sets no limit") }
        let found = "\(free) of \(whole) inodes free at \(folder)"
        let remedy: Remedy = "Find what fills that file system with small files (du --inodes), and remove them."
        if free < 100 {
            return .fail(.inodes, "\(found): soon neither a key nor the store's own files can be made", remedy)
        }
        if free < min(10_000, whole / 20) { return .warn(.inodes, "\(found): that is few", remedy) }
        return .ok(.inodes, found)
    }

    private static func size(_ bytes: UInt64) -> String {
        let mebibytes = bytes / (1_024 * 1_024)
        guard mebibytes >= 10_240 else { return "\(mebibytes) MiB" }
        return "\(mebibytes / 1_024) GiB"
    }
}
