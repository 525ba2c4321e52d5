private import Glibc
internal import PosternStore

/// Why the last system call failed.
func systemReason(_ code: Int32 = errno) -> String {
    String(cString: strerror(code))
}

/// The file of a store, and the folder that holds it: nobody else may enter or read them.
struct StoreFile {
    let path: String

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
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

    /// Makes an empty file (mode 0600) unless there is one, and makes sure that its name survives a power cut. SQLite gives
    /// the files it puts beside it the same mode.
    /// - Returns: false when there was one.
    /// - Throws: `StoreFileError.file`.
    @discardableResult
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

    /// Makes the names in the file's folder durable.
    func syncFolder() throws {
        try sync(folder, flags: O_RDONLY | O_DIRECTORY)
    }

    /// Makes the content durable. Never on a store that is open: closing a descriptor of it drops SQLite's locks.
    func syncContent() throws {
        try sync(path, flags: O_RDONLY)
    }

    private func sync(_ path: String, flags: Int32) throws {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreFileError.file(path: path, doing: "open", reason: systemReason()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreFileError.file(path: path, doing: "sync", reason: systemReason()) }
    }

    /// Writes the whole content again where it stands, and syncs it. For a WAL before anybody opens it.
    ///
    /// A sync that failed leaves pages that the kernel shows to every reader and calls clean: no later sync brings them to
    /// the disk. Such a WAL looks whole after a restart, and letters are accepted after the gap; when the power goes they are
    /// lost, because nothing after a damaged frame is read. Written again, the pages are dirty again.
    /// (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.)
    /// - Throws: `StoreFileError.file`.
    func renewContent() throws {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return }
            throw StoreFileError.file(path: path, doing: "open", reason: systemReason())
        }
        defer { close(descriptor) }
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

    var exists: Bool { access(path, F_OK) == 0 }

    /// Bytes; nil when it is not there.
    var size: Int? {
        var entry = stat()
        return stat(path, &entry) == 0 ? Int(entry.st_size) : nil
    }

    /// Gives the file another name, unless something has that name.
    func rename(to target: StoreFile) throws {
        // link(2) fails where rename(2) would overwrite.
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
