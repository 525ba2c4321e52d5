private import Glibc
internal import PosternCore
private import PosternRelay

/// Asks the file system of a folder how full it is.
enum DiskReading {
    /// - Returns: nil when it does not say.
    static func facts(folder: String) -> DiskFacts? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0, status.f_blocks > 0 else { return nil }
        let whole = UInt64(status.f_blocks) * UInt64(status.f_frsize)
        return DiskFacts(
            folder: folder, free: UInt64(status.f_bavail) * UInt64(status.f_frsize), whole: whole,
            least: DiskRoom.least(of: whole),
            inodes: status.f_files > 0 ? (UInt64(status.f_favail), UInt64(status.f_files)) : nil)
    }
}
