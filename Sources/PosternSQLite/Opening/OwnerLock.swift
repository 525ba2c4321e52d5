private import Glibc
internal import PosternStore

/// Keeps a store to one process: a lock on a file beside it (flock(2)), which the kernel lets go of when the process ends,
/// however it ends.
///
/// A file of its own, because SQLite's own locks on the store (fcntl) vanish when any descriptor of that file is closed.
struct OwnerLock: ~Copyable {
    private let descriptor: Int32

    /// - Throws: `StoreFileError.owned` when another process holds it, `.file` when the file cannot be made.
    init(store path: String) throws {
        let file = path + ".lock"
        // Root may run this in a folder where the relay's user can write. A link that this user put there must not be followed:
        // its target would be emptied below.
        var descriptor = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        let isNew = descriptor >= 0
        if !isNew, errno == EEXIST {
            try StoreFile(path: file).checkIsOurs()
            descriptor = open(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        }
        guard descriptor >= 0 else { throw StoreFileError.file(path: file, doing: "open", reason: systemReason()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let (reason, pid) = (errno, Self.holder(descriptor))
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw StoreFileError.file(path: file, doing: "lock", reason: systemReason(reason))
            }
            throw StoreFileError.owned(path: path, pid: pid)
        }
        self.descriptor = descriptor
        // Made by root for somebody else's store it would keep that somebody out afterwards.
        var status = stat()
        if isNew, geteuid() == 0, lstat(path, &status) == 0 { _ = fchown(descriptor, status.st_uid, status.st_gid) }
        // For people and for the process that finds the lock taken. The lock is what counts, not the number.
        let text = "\(getpid())\n"
        _ = ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
    }

    /// Waits until the lock is free, at most for `timeout`.
    static func taken(store path: String, timeout: Duration) async throws -> OwnerLock {
        let deadline = ContinuousClock.now + timeout
        while true {
            do {
                return try OwnerLock(store: path)
            } catch StoreFileError.owned(let path, let pid) {
                guard ContinuousClock.now < deadline else { throw StoreFileError.owned(path: path, pid: pid) }
                // flock(2) can wait, but neither with a deadline nor without a thread of its own.
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self))
    }

    deinit {
        close(descriptor)
    }
}
