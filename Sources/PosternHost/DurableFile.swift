private import Glibc
private import PosternCore

/// Files and folders of a home, made so that a power cut leaves them complete or leaves nothing of them.
package enum DurableFile {
    /// Writes a draft beside the file, syncs it, renames it over the file, and syncs the folder. Blocks.
    /// - Throws: `ExitCode` after saying which file could not be written, and why.
    package static func write(_ text: String, to path: String, mode: FileStatus.Number) throws {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw fault("create", draft) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw fault("write", draft)
            }
        }
        // Also the mode, whatever the umask is.
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw fault("write", draft) }
        guard rename(draft, path) == 0 else { throw fault("write", path) }
        try syncFolder(of: path)
    }

    /// Moves a file that is on disk to a name that must not be taken, on whatever file system that is.
    /// - Throws: `ExitCode` after saying what could not be made, and why.
    package static func move(_ path: String, to target: String) throws {
        if link(path, target) == 0 {
            unlink(path)
        } else if errno == EXDEV || errno == EPERM {
            try copy(path, to: target)
            unlink(path)
        } else {
            throw fault("make", target)
        }
        try syncFolder(of: target)
    }

    private static func copy(_ path: String, to target: String) throws {
        let source = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard source >= 0 else { throw fault("open", path) }
        defer { close(source) }
        let draft = target + ".part"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw fault("make", draft) }
        defer {
            close(descriptor)
            unlink(draft)
        }
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = read(source, &piece, piece.count), count != 0 {
            guard count > 0 else { throw fault("read", path) }
            var rest = piece[..<count]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                guard written > 0 else { throw fault("write", draft) }
                rest = rest.dropFirst(written)
            }
        }
        guard fsync(descriptor) == 0, link(draft, target) == 0 else { throw fault("write", target) }
    }

    /// Makes the name of a file or folder durable. A key that was synced is lost all the same if the power fails while the name of
    /// its folder is not on disk.
    package static func syncFolder(of path: String) throws {
        let folder = path.folder
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // Writable but not readable (mode 0300): sync everything instead.
            guard errno == EACCES else { throw fault("open", folder) }
            sync()
            return
        }
        defer { close(descriptor) }
        // Some file systems cannot sync a folder (EINVAL): there the name is durable already, or cannot be made so.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw fault("sync", folder) }
    }

    private static func fault(_ attempt: String, _ path: String) -> any Error {
        Exit.cannotCreate.saying("cannot \(attempt) \(path): \(String(cString: strerror(errno)))")
    }
}
