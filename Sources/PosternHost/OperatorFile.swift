package import Foundation
private import Glibc

/// Opens files that an operator has named: a backup, a list of recipients, a logo.
///
/// A name may lead through a folder that the relay's or the vault's user can change, and so to anything that the operator may
/// read or write. Through such a folder we read only files of those two users, and we make nothing new there.
package struct OperatorFile {
    package let path: String
    /// Those who must not choose what root opens.
    private let suspects: [ProcessUser]

    /// - Parameter users: of the installation.
    package init(_ path: String, users: ProcessUsers) {
        self.path = path
        suspects = [users.relay, users.vault].compactMap { $0 }
    }

    private init(_ path: String, suspects: [ProcessUser]) {
        (self.path, self.suspects) = (path, suspects)
    }

    package func content() throws -> Data {
        let handle = FileHandle(fileDescriptor: try opened(), closeOnDealloc: true)
        do { return try handle.readToEnd() ?? Data() } catch {
            throw fault(.noInput, "cannot be read", "\(error.localizedDescription)")
        }
    }

    /// - Returns: a descriptor for reading.
    package func opened() throws -> Int32 {
        // The operator's own, and already open.
        if path == "/dev/stdin" { return dup(STDIN_FILENO) }
        let place = try find()
        let descriptor = place.folder.open(place.name, O_RDONLY)
        guard descriptor >= 0 else { throw fault(.noInput, "cannot be read", String(cString: strerror(errno))) }
        guard let status = FileStatus(descriptor: descriptor), status.kind == .file else {
            close(descriptor)
            throw fault(.noInput, "cannot be read", "it is not an ordinary file")
        }
        let isTheirs = suspects.contains { $0.id == status.owner }
        guard isTheirs || !(place.isSuspect || (place.isShared && status.links > 1)) else {
            close(descriptor)
            throw fault(.noInput, "is not read", "others can put it there. Move it into a folder that only you can write in.")
        }
        return descriptor
    }

    /// A new file, which nobody else may read.
    package func made() throws -> NewFile {
        let place = try placeToMake()
        let descriptor = place.folder.open(place.name, O_WRONLY | O_CREAT | O_EXCL)
        guard descriptor >= 0 else {
            throw fault(.cannotCreate, "cannot be made", errno == EEXIST ? "it exists already" : String(cString: strerror(errno)))
        }
        return NewFile(folder: place.folder, name: place.name, descriptor: descriptor)
    }

    private func placeToMake() throws -> Place {
        let place = try find(toMake: true)
        guard !place.isSuspect else {
            throw fault(
                .cannotCreate, "is not made",
                "the relay or the vault can change a folder on the way to it. Choose another folder.")
        }
        return place
    }

    /// Makes a folder that nobody else may enter, where there is none.
    package func makeFolder() throws {
        let place = try placeToMake()
        if try place.folder.make(place.name) { try place.folder.sync() }
        guard place.folder.folder(place.name) != nil else { throw fault(.cannotCreate, "cannot be used", "it is not a folder") }
    }

    /// Writes a file that nobody else may read, over one of the same name.
    package func write(_ content: Data) throws {
        let part = OperatorFile(path + ".part", suspects: suspects)
        part.remove()
        let made = try part.made()
        let handle = FileHandle(fileDescriptor: made.descriptor, closeOnDealloc: false)
        do {
            try handle.write(contentsOf: content)
        } catch {
            made.discard()
            throw fault(.cannotCreate, "cannot be written", error.localizedDescription)
        }
        remove()
        try made.keep(as: URL(fileURLWithPath: path).lastPathComponent)
    }

    /// A file of this user's own, made where there is none.
    /// - Returns: a descriptor for reading and writing.
    package func kept() throws -> Int32 {
        let place = try placeToMake()
        var descriptor = place.folder.open(place.name, O_RDWR | O_CREAT | O_EXCL)
        if descriptor < 0, errno == EEXIST { descriptor = place.folder.open(place.name, O_RDWR) }
        guard descriptor >= 0 else { throw fault(.cannotCreate, "cannot be written", String(cString: strerror(errno))) }
        guard FileStatus(descriptor: descriptor)?.isOwnFile(of: geteuid()) == true else {
            close(descriptor)
            throw fault(.cannotCreate, "is not written", "it is not an ordinary file of yours with one name")
        }
        return descriptor
    }

    package func remove() {
        if let place = try? find(), !place.isSuspect { place.folder.remove(place.name) }
    }

    private func fault(_ exit: Exit, _ what: String, _ why: String) -> any Error {
        exit.saying("\(path) \(what): \(why)")
    }

    // MARK: - The way to it

    private struct Place {
        let folder: OpenFolder
        let name: String
        /// A suspect can change a folder on the way.
        let isSuspect: Bool
        /// Anybody may add a name to the folder, as to /tmp.
        let isShared: Bool
    }

    /// Goes from folder to folder, and follows only links that no suspect can have put there.
    /// - Parameter toMake: for something that is to be written, which decides what a script is told.
    private func find(toMake: Bool = false) throws -> Place {
        let exit = toMake ? Exit.cannotCreate : .noInput
        guard let root = OpenFolder("/") else { throw fault(exit, "cannot be reached", String(cString: strerror(errno))) }
        var folders = [root]
        var rest = Self.steps(path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
        var links = 0
        while let step = rest.popLast() {
            let folder = folders[folders.count - 1]
            if step == ".." {
                if folders.count > 1 { folders.removeLast() }
                continue
            }
            let isSuspect = folders.contains(where: isChangeable)
            if folder.status(of: step)?.kind == .link {
                links += 1
                let mayLead = !isSuspect && !isShared(folder)
                guard mayLead, links <= 40, let target = folder.target(of: step) else {
                    throw fault(exit, "is not opened", "\(folder.path)/\(step) is a link that others can put there")
                }
                if target.hasPrefix("/") { folders = [root] }
                rest += Self.steps(target)
            } else if rest.isEmpty {
                return Place(folder: folder, name: step, isSuspect: isSuspect, isShared: isShared(folder))
            } else {
                guard let next = folder.folder(step) else {
                    throw fault(exit, "cannot be reached", String(cString: strerror(errno)))
                }
                folders.append(next)
            }
        }
        throw fault(exit, "cannot be opened", "it is a folder")
    }

    /// The last step first.
    private static func steps(_ path: String) -> [String] {
        path.split(separator: "/").filter { $0 != "." }.map(String.init).reversed()
    }

    private func isChangeable(_ folder: OpenFolder) -> Bool {
        guard let status = folder.status else { return true }
        return suspects.contains { $0.id == status.owner || ($0.group == status.group && status.mode & 0o020 != 0) }
            || status.mode & 0o1002 == 0o002
    }

    private func isShared(_ folder: OpenFolder) -> Bool { folder.status.map { $0.mode & 0o002 != 0 } ?? true }
}

/// A file that was just made, to be written and kept, or removed.
package struct NewFile {
    package let folder: OpenFolder
    package let name: String
    package let descriptor: Int32

    package func discard() {
        close(descriptor)
        folder.remove(name)
    }

    /// Gives it its last name, unless something has that, and makes content and name durable.
    package func keep(as lastName: String) throws {
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw Exit.cannotCreate.saying("cannot sync \(folder.path)/\(name): \(String(cString: strerror(errno)))")
        }
        try folder.move(name, to: folder, as: lastName)
        try folder.sync()
    }
}
