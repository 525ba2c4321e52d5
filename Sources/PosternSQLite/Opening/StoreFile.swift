private import Glibc
private import PosternCore
internal import PosternStore

/// Why the last system call failed.
func systemReason(_ code: Int32 = errno) -> String {
    String(cString: strerror(code))
}

/// One of the files of a store, and the folder that holds it: nobody else may enter or read them.
///
/// Somebody who may write to the folder could put a link in a file's place, and have a command of root's write through it. So no
/// link is followed, and a file with a second name, of another kind or of somebody else is refused.
struct StoreFile {
    let path: String

    /// The files that a store may consist of.
    static func all(of path: String) -> [StoreFile] {
        ["", "-wal", "-shm", "-journal"].map { StoreFile(path: path + $0) }
    }

    private var folder: String { path.folder }

    /// With the links on the way to its folder resolved: SQLite, told to follow none, follows none there either.
    var resolved: String {
        guard let real = realpath(folder, nil) else { return path }
        defer { free(real) }
        let folder = String(cString: real)
        return (folder == "/" ? "" : folder) + "/" + path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
    }

    /// Makes the folder (mode 0700; its parent must be there) unless it is there.
    /// - Throws: `StoreFileError.file`.
    func makeFolder() throws {
        guard mkdir(folder, 0o700) == 0 else {
            guard errno == EEXIST else { throw StoreFileError.file(path: folder, doing: "make", reason: systemReason()) }
            return
        }
        try StoreFile(path: folder).syncFolder()
    }

    /// Makes an empty file (mode 0600) and makes sure that its name survives a power cut. SQLite gives the files it puts beside it
    /// the same mode.
    /// - Returns: false when something has that name.
    /// - Throws: `StoreFileError.file`.
    func make() throws -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw StoreFileError.file(path: path, doing: "make", reason: systemReason()) }
            return false
        }
        close(descriptor)
        try syncFolder()
        return true
    }

    /// - Throws: `StoreFileError.strange` when what is there is not a file of ours alone. No file at all is fine.
    func checkIsOurs() throws {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw StoreFileError.file(path: path, doing: "look at", reason: systemReason()) }
            return
        }
        try check(status)
    }

    private func check(_ status: stat) throws {
        let finding: String? =
            switch status.st_mode & S_IFMT {
            case S_IFREG where status.st_nlink != 1: "the file has \(status.st_nlink) names"
            // Root's commands look after the relay's store.
            case S_IFREG where geteuid() != 0 && status.st_uid != geteuid(): "it belongs to another user (\(status.st_uid))"
            case S_IFREG where status.st_mode & 0o022 != 0: "others may write to it"
            case S_IFREG: nil
            case S_IFLNK: "it is a link"
            default: "it is no plain file"
            }
        if let finding { throw StoreFileError.strange(path: path, finding: finding) }
    }

    /// Opens what is there and closes it again. Never on a store that is open: closing a descriptor of it drops SQLite's locks.
    /// - Returns: nil when nothing is there.
    private func opened<Answer>(_ flags: Int32, _ body: (Int32) throws -> Answer) throws -> Answer? {
        // Without waiting: somebody may have put a pipe there.
        let descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            if errno == ELOOP { throw StoreFileError.strange(path: path, finding: "it is a link") }
            throw StoreFileError.file(path: path, doing: "open", reason: systemReason())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw StoreFileError.file(path: path, doing: "look at", reason: systemReason())
        }
        try check(status)
        return try body(descriptor)
    }

    /// The first bytes; nil when nothing is there.
    func beginning(_ count: Int) throws -> [UInt8]? {
        try opened(O_RDONLY) { descriptor in
            var bytes = [UInt8](repeating: 0, count: count)
            let read = pread(descriptor, &bytes, count, 0)
            guard read >= 0 else { throw StoreFileError.file(path: path, doing: "read", reason: systemReason()) }
            return Array(bytes.prefix(read))
        }
    }

    /// Makes the names in the file's folder durable.
    func syncFolder() throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreFileError.file(path: folder, doing: "open", reason: systemReason()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreFileError.file(path: folder, doing: "sync", reason: systemReason()) }
    }

    /// Makes the content durable.
    func syncContent() throws {
        let synced: Void? = try opened(O_RDONLY) { descriptor in
            guard fsync(descriptor) == 0 else { throw StoreFileError.file(path: path, doing: "sync", reason: systemReason()) }
        }
        if synced == nil { throw StoreFileError.file(path: path, doing: "sync", reason: systemReason(ENOENT)) }
    }

    /// Writes the whole content again where it stands, and syncs it. For a WAL before anybody opens it.
    ///
    /// A sync that failed leaves pages that the kernel shows to every reader and calls clean: no later sync brings them to
    /// the disk. Such a WAL looks whole after a restart, and letters are accepted after the gap; when the power goes they are
    /// lost, because nothing after a damaged frame is read. Written again, the pages are dirty again.
    /// (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.)
    /// - Throws: `StoreFileError`.
    func renewContent() throws {
        _ = try opened(O_RDWR) { descriptor in
            var chunk = [UInt8](repeating: 0, count: 1_048_576)
            var offset: off_t = 0
            while true {
                let count = pread(descriptor, &chunk, chunk.count, offset)
                guard count >= 0 else { throw StoreFileError.file(path: path, doing: "read", reason: systemReason()) }
                guard count > 0 else { break }
                guard pwrite(descriptor, chunk, count, offset) == count else {
                    throw StoreFileError.file(path: path, doing: "write", reason: systemReason())
                }
                offset += off_t(count)
            }
            guard offset == 0 || fsync(descriptor) == 0 else {
                throw StoreFileError.file(path: path, doing: "sync", reason: systemReason())
            }
        }
    }

    var exists: Bool { access(path, F_OK) == 0 }

    /// Bytes; nil when it is not there.
    var size: Int? {
        var entry = stat()
        return lstat(path, &entry) == 0 ? Int(entry.st_size) : nil
    }

    /// Gives the file another name, unless something has that name.
    func rename(to target: StoreFile) throws {
        // link(2) fails where rename(2) would overwrite. Neither follows a link.
        guard link(path, target.path) == 0 else {
            guard errno == EEXIST else { throw StoreFileError.file(path: target.path, doing: "make", reason: systemReason()) }
            throw StoreFileError.backupExists(path: target.path)
        }
        remove()
        try target.syncFolder()
    }

    func remove() {
        unlink(path)
    }
}
