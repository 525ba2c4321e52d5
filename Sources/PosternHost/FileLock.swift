private import Glibc

/// An advisory lock on a file (flock(2)). The kernel releases it when the process ends, however it ends.
package struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// - Returns: nil when another process holds it.
    /// - Throws: `ExitCode` 78, after naming the file, when it cannot be made, or is not a file of this user's own.
    package init?(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            throw Exit.configuration.saying("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard FileStatus(descriptor: descriptor)?.isOwnFile(of: geteuid()) == true else {
            close(descriptor)
            throw Exit.configuration.saying("\(path) is not a file of this process's user\n    Remove it while nothing runs.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { write(descriptor, $0, text.utf8.count) }
    }

    /// The process that holds the lock, as it wrote its own number into the file.
    package static func holder(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return "unknown" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }, as: UTF8.self)
    }

    /// Whether a process holds the lock. Tests it by taking the lock for an instant, which a process that starts at that very moment
    /// waits for (`taken`). Nil where this user may not look.
    package static func isHeld(_ path: String) -> Bool? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return errno == ENOENT ? false : nil }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// Waits a moment where somebody holds it: the doctor takes it for an instant to look.
    /// - Returns: nil when another process goes on holding it.
    package static func taken(path: String, within limit: Duration = .seconds(2)) async throws -> FileLock? {
        let deadline = ContinuousClock.now + limit
        while true {
            if let lock = try FileLock(path: path) { return lock }
            guard ContinuousClock.now < deadline else { return nil }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    deinit {
        close(descriptor)
    }
}
