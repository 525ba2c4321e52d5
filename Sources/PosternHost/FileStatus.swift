private import Glibc

/// What a name in a folder stands for, or what is open: kind, owner, mode and links.
///
/// The one place that asks: Swift sees `struct stat` in whichever module of the toolchain it met first, and in some of our modules
/// that is one that cannot be imported.
package struct FileStatus: Equatable, Sendable {
    /// What `uid_t`, `gid_t` and `mode_t` are on Linux: of these too, Swift may see those of a module that cannot be imported.
    package typealias Number = UInt32

    package enum Kind: String, Sendable {
        case file, folder, socket, link
        case other = "device or pipe"
    }

    package let kind: Kind
    package let owner: Number
    package let group: Number
    /// Permission bits, with set-user-ID, set-group-ID and the sticky bit.
    package let mode: Number
    /// How many names it has.
    package let links: UInt64
    package let size: Int

    /// Nil when there is none, or this user may not look; `errno` says which.
    /// - Parameter followingLinks: whether a link stands for what it points to.
    package init?(path: String, followingLinks: Bool = true) {
        self.init { followingLinks ? stat(path, &$0) : lstat(path, &$0) }
    }

    package init?(descriptor: Int32) {
        self.init { fstat(descriptor, &$0) }
    }

    /// A name in an open folder. A link stands for itself.
    init?(name: String, in folder: Int32) {
        self.init { fstatat(folder, name, &$0, AT_SYMLINK_NOFOLLOW) }
    }

    private init?(_ ask: (inout stat) -> Int32) {
        var status = stat()
        guard ask(&status) == 0 else { return nil }
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFSOCK: .socket
            case S_IFLNK: .link
            default: .other
            }
        (owner, group, mode) = (status.st_uid, status.st_gid, status.st_mode & 0o7777)
        (links, size) = (UInt64(status.st_nlink), Int(status.st_size))
    }

    /// An ordinary file with one name, of this user: nobody has put a link or a device in its place.
    package func isOwnFile(of user: Number) -> Bool { kind == .file && links == 1 && owner == user }
}
