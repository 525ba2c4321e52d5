internal import Glibc
private import NIOCore

/// The name of a Unix socket in a folder. What else may be in its place is left alone.
package enum SocketFile {
    /// Removes a socket of this user's own. One that is not there is not a fault.
    /// - Throws: when something else is there.
    package static func removeOwn(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw IOError(errnoCode: errno, reason: "look at \(path)")
        }
        guard status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid() else {
            throw IOError(
                errnoCode: EEXIST, reason: "something that is not our socket is at \(path): see what it is, and move it away")
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw IOError(errnoCode: errno, reason: "remove \(path)") }
    }

    /// Through an open handle of that very socket. A handle of this kind (O_PATH) can only be named, so the mode is set by the
    /// name that it has in /proc (open(2)).
    static func setMode(_ mode: mode_t, of path: String) throws {
        let onlyThePath: Int32 = 0x20_0000
        let handle = open(path, onlyThePath | O_NOFOLLOW | O_CLOEXEC)
        guard handle >= 0 else { throw IOError(errnoCode: errno, reason: "open \(path)") }
        defer { close(handle) }
        var status = stat()
        guard fstat(handle, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid() else {
            throw IOError(errnoCode: EEXIST, reason: "something that is not our socket is at \(path)")
        }
        guard chmod("/proc/self/fd/\(handle)", mode) == 0 else { throw IOError(errnoCode: errno, reason: "chmod \(path)") }
    }
}
