private import Glibc

/// What the last system call complained of.
func systemReason(_ code: Int32 = errno) -> String {
    String(cString: strerror(code))
}

/// The file of a store, and the folder that holds it: nobody's but ours.
struct StoreFile {
    let path: String

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the folder (mode 0700; its parent must be there) unless it is there.
    /// - Throws: `SQLiteError.file`.
    func makeFolder() throws {
        guard mkdir(folder, 0o700) == 0 else {
            guard errno == EEXIST else { throw SQLiteError.file(path: folder, doing: "make", reason: systemReason()) }
            return
        }
        try StoreFile(path: folder).syncFolder()
    }

    /// Makes an empty file (mode 0600) unless there is one, and makes sure that its name survives a power cut. SQLite gives
    /// the files it puts beside it the same mode.
    /// - Returns: false when there was one.
    /// - Throws: `SQLiteError.file`.
    @discardableResult
    func make() throws -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw SQLiteError.file(path: path, doing: "make", reason: systemReason()) }
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
        guard descriptor >= 0 else { throw SQLiteError.file(path: path, doing: "open", reason: systemReason()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SQLiteError.file(path: path, doing: "sync", reason: systemReason()) }
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
            guard errno == EEXIST else { throw SQLiteError.file(path: target.path, doing: "make", reason: systemReason()) }
            throw SQLiteError.backupExists(path: target.path)
        }
        remove()
        try target.syncFolder()
    }

    func remove() {
        unlink(path)
    }
}
