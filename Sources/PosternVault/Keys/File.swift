internal import Glibc
private import PosternCore

/// A file operation that the system refused.
package struct FileFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let attempt: String
    package let path: String
    package let code: Int32

    init(_ attempt: String, _ path: String) {
        code = errno
        self.attempt = attempt
        self.path = path
    }

    /// The disk is full or does not answer; the same attempt may succeed later.
    package var isOfTheMoment: Bool { [ENOSPC, EDQUOT, EIO, EMFILE, ENFILE].contains(code) }

    package var description: String { "cannot \(attempt) \(path): \(String(cString: strerror(code)))" }
}

/// The vault's few files: written so that a power cut leaves either the old content or the new, and read with their mode checked.
enum File {
    static func names(in folder: String) throws(FileFault) -> [String] {
        guard let entries = opendir(folder) else { throw FileFault("read folder", folder) }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }

    /// - Returns: nil when there is no such file.
    static func text(at path: String) throws(FileFault) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFault("open", path)
        }
        defer { close(descriptor) }
        return try content(of: descriptor, at: path).withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads a file that only its owner may read: mode 0400, owned by this user.
    static func privateBytes(at path: String) throws(KeyFault.Reason) -> SecretBytes {
        try ownBytes(at: path) { status throws(KeyFault.Reason) in
            guard status.st_mode & 0o777 == 0o400 else { throw .mode(status.st_mode & 0o777) }
            guard status.st_uid == geteuid() else { throw .owner(status.st_uid) }
        }
    }

    /// Reads a credential that systemd gives to this service alone (LoadCredential=, systemd.exec(5)). It belongs to root, or to us
    /// where the file system has no access lists; a list that lets us read it shows in the mode as the group's right.
    static func credential(at path: String) throws(KeyFault.Reason) -> SecretBytes {
        try ownBytes(at: path) { status throws(KeyFault.Reason) in
            guard status.st_mode & 0o777 & ~0o040 == 0o400 else { throw .mode(status.st_mode & 0o777) }
            guard [0, geteuid()].contains(status.st_uid) else { throw .owner(status.st_uid) }
        }
    }

    /// Reads a file, but neither through a symbolic link nor from a device or pipe.
    /// - Parameter check: throws when the file's mode or owner is wrong.
    static func ownBytes(
        at path: String, _ check: (stat) throws(KeyFault.Reason) -> Void = { _ in }
    ) throws(KeyFault.Reason) -> SecretBytes {
        // O_NONBLOCK: opening a pipe would wait for someone to write.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(errno: EINVAL) }
        try check(status)
        do { return try content(of: descriptor, at: path) } catch { throw .unreadable(errno: error.code) }
    }

    /// Writes a draft beside the file, syncs it, renames it over the file, and syncs the folder.
    static func write(_ content: SecretBytes, to path: String, mode: mode_t, in folder: String) throws(FileFault) {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileFault("create", draft) }
        defer { close(descriptor) }
        try put(content, into: descriptor, at: draft)
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw FileFault("write", draft) }
        guard Glibc.rename(draft, path) == 0 else { throw FileFault("rename into place", path) }
        try sync(folder)
    }

    /// A file that is gone already is not a fault.
    static func rename(_ path: String, to other: String, in folder: String) throws(FileFault) {
        guard Glibc.rename(path, other) == 0 || errno == ENOENT else { throw FileFault("set aside", path) }
        try sync(folder)
    }

    /// Into another folder of ours. The cage lets no file change its folder (EXDEV: landlock(7), LANDLOCK_ACCESS_FS_REFER, which it does
    /// not have), so the file is written there again and the former one destroyed. A file that is gone already is not a fault.
    static func move(_ path: String, to other: String, in folder: String) throws(FileFault) {
        if Glibc.rename(path, other) == 0 {
            try sync(folder)
            return try sync(other.folder)
        }
        if errno == ENOENT { return }
        guard errno == EXDEV else { throw FileFault("set aside", path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFault("set aside", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault("set aside", path) }
        let content = try content(of: descriptor, at: path)
        try write(content, to: other, mode: status.st_mode & 0o777, in: other.folder)
        try shred(path, in: folder)
    }

    /// Overwrites a file with zeros, syncs it and unlinks it. A file that is gone already is not a fault.
    static func shred(_ path: String, in folder: String) throws(FileFault) {
        // Its mode lets nobody write, so it is changed through a descriptor that only reads.
        let reading = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard reading >= 0 else {
            if errno == ENOENT { return }
            throw FileFault("destroy", path)
        }
        defer { close(reading) }
        guard fchmod(reading, 0o600) == 0 else { throw FileFault("destroy", path) }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFault("destroy", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault("destroy", path) }
        try put(SecretBytes(repeatElement(0, count: Int(status.st_size))), into: descriptor, at: path)
        guard fsync(descriptor) == 0, unlink(path) == 0 else { throw FileFault("destroy", path) }
        try sync(folder)
    }

    /// Straight into memory that is wiped: it may be a key. What is longer than any file of ours is cut off.
    private static func content(of descriptor: Int32, at path: String) throws(FileFault) -> SecretBytes {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault("read", path) }
        let size = min(Int(status.st_size), 16 * 1_024 * 1_024)
        return try SecretBytes(capacity: size) { buffer throws(FileFault) in
            var filled = 0
            while filled < size {
                let count = read(descriptor, buffer.baseAddress?.advanced(by: filled), size - filled)
                if count == 0 { break }
                guard count > 0 || errno == EINTR else { throw FileFault("read", path) }
                filled += max(count, 0)
            }
            return filled
        }
    }

    private static func put(_ content: SecretBytes, into descriptor: Int32, at path: String) throws(FileFault) {
        try content.withBytes { bytes throws(FileFault) in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                guard count >= 0 || errno == EINTR else { throw FileFault("write", path) }
                written += max(count, 0)
            }
        }
    }

    static func sync(_ folder: String) throws(FileFault) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault("sync folder", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFault("sync folder", folder) }
    }
}
