private import CUnix
private import Glibc

/// An open folder. What is done in it goes by the descriptor and follows no link: anyone who can write in it, or swap a folder
/// above it, can make us fail, and cannot make us touch something else.
package final class OpenFolder {
    package let path: String
    package let descriptor: Int32

    private init(_ path: String, _ descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// - Parameter path: is followed through links, since the operator has named it.
    /// - Returns: nil when there is no such folder.
    package convenience init?(_ path: String) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        self.init(path, descriptor)
    }

    package var status: FileStatus? { FileStatus(descriptor: descriptor) }

    package func status(of name: String) -> FileStatus? { FileStatus(name: name, in: descriptor) }

    /// - Returns: nil when there is none, or it is no folder; `errno` says why.
    package func folder(_ name: String) -> OpenFolder? {
        let found = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        return found < 0 ? nil : OpenFolder("\(path == "/" ? "" : path)/\(name)", found)
    }

    /// - Returns: whether the folder was made; false when there is something by that name.
    func make(_ name: String) throws -> Bool {
        guard mkdirat(descriptor, name, 0o700) == 0 else {
            if errno == EEXIST { return false }
            throw Exit.configuration.saying("cannot make the folder \(path)/\(name): \(String(cString: strerror(errno)))")
        }
        return true
    }

    /// A descriptor of a file of any kind: its status says which. Never waits, as opening a pipe otherwise would.
    package func open(_ name: String, _ flags: Int32, mode: UInt32 = 0o600) -> Int32 {
        openat(descriptor, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode)
    }

    /// - Parameter owner: nil leaves owner and group.
    func give(to owner: (user: UInt32, group: UInt32)?, mode: UInt32?) throws {
        // Only where something changes: the disk may be read-only.
        let status = status
        if let owner, status?.owner != owner.user || status?.group != owner.group,
            fchown(descriptor, owner.user, owner.group) != 0
        {
            throw Exit.configuration.saying("cannot give \(path) to user \(owner.user): \(String(cString: strerror(errno)))")
        }
        if let mode, status?.mode != mode, fchmod(descriptor, mode) != 0 {
            throw Exit.configuration.saying("cannot set the mode of \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Moves a name into another folder, never over something there.
    func move(_ name: String, to other: OpenFolder, as newName: String? = nil) throws {
        guard unix_move(descriptor, name, other.descriptor, newName ?? name) == 0 else {
            throw Exit.configuration.saying("cannot move \(path)/\(name) to \(other.path): \(String(cString: strerror(errno)))")
        }
    }

    /// Where a link leads.
    func target(of name: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(descriptor, name, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    package func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    package func sync() throws {
        // Some file systems cannot sync a folder (EINVAL): there the name is durable already, or cannot be made so.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw Exit.cannotCreate.saying("cannot sync \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Nil when the folder cannot be read; `errno` says why.
    package var names: [String]? {
        // A descriptor of its own, since reading moves the place in it.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let entries = fdopendir(copy) else { return nil }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
