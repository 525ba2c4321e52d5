internal import Glibc
private import NIOCore

/// The file of a Unix socket. Any other file that is in its place is left alone.
package enum SocketFile {
    /// Removes a socket that belongs to this user. It is no fault if there is none.
    /// - Throws: when there is another file, or another user's socket.
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

    /// Sets the mode through an open handle, so that it is that of this very socket. fchmod does not take such a handle (O_PATH),
    /// so the mode is set by the name that the handle has in /proc (open(2)).
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
