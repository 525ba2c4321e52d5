package import Glibc

/// Owner and mode of a file or folder.
///
/// The one place that asks: Swift sees `struct stat` in whichever module of the toolchain it met first, and in some of our modules
/// that is one that cannot be imported.
package struct FileStatus: Equatable, Sendable {
    package let owner: uid_t
    /// Permission bits, with set-user-ID, set-group-ID and the sticky bit.
    package let mode: mode_t

    /// Nil when there is none, or this user may not look; `errno` says which.
    /// - Parameter followingLinks: whether a link stands for what it points to.
    package init?(path: String, followingLinks: Bool = true) {
        var status = stat()
        guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        owner = status.st_uid
        mode = status.st_mode & 0o7777
    }
}
