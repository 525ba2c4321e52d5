internal import Glibc

/// The files of a journal, by their paths in its folder.
package struct JournalFolder: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    private static let draft = ".new"

    /// Everything in the folder. What is no ordinary file counts as an empty one: no journal has such a thing.
    /// - Returns: nil when there is no folder.
    package func files() throws(FileFault) -> [String: [UInt8]]? {
        guard access(path, F_OK) == 0 else {
            if errno == ENOENT { return nil }
            throw FileFault("open", path)
        }
        var files: [String: [UInt8]] = [:]
        try read("", depth: 0, into: &files)
        return files
    }

    private func read(_ folder: String, depth: Int, into files: inout [String: [UInt8]]) throws(FileFault) {
        for name in try File.names(in: "\(path)/\(folder)") where name != "." && name != ".." {
            let place = folder.isEmpty ? name : "\(folder)/\(name)"
            var status = stat()
            guard lstat("\(path)/\(place)", &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR where depth < 12: try read(place, depth: depth + 1, into: &files)
            // What a crash left of a file that never got its name.
            case S_IFREG where name.hasSuffix(Self.draft): continue
            case S_IFREG:
                do throws(KeyFault.Reason) {
                    files[place] = try File.ownBytes(at: "\(path)/\(place)").withBytes { Array($0) }
                } catch {
                    // A partial tile goes once the full one is there.
                    if case .unreadable(errno: ENOENT) = error { continue }
                    throw FileFault("read", "\(path)/\(place)")
                }
            default: files[place] = []
            }
        }
    }

    /// Writes a file so that it is there as a whole or not at all, and its folders.
    func write(_ bytes: [UInt8], to place: String) throws(FileFault) {
        var folder = path
        try Self.make(folder)
        for step in place.split(separator: "/").dropLast() {
            folder += "/\(step)"
            try Self.make(folder)
        }
        try File.write(SecretBytes(bytes), to: "\(path)/\(place)", mode: 0o600, in: folder)
    }

    private static func make(_ folder: String) throws(FileFault) {
        guard mkdir(folder, 0o700) == 0 else {
            guard errno == EEXIST else { throw FileFault("create", folder) }
            return
        }
        try File.sync(folder + "/..")
    }

    func remove(_ place: String) { unlink("\(path)/\(place)") }

    /// The folder of the partial forms of a file that is full now.
    func removeFolder(_ place: String) {
        for name in (try? File.names(in: "\(path)/\(place)")) ?? [] where name != "." && name != ".." {
            remove("\(place)/\(name)")
        }
        rmdir("\(path)/\(place)")
    }
}
