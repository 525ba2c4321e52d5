private import Glibc
package import PosternCore

/// The keys on disk: files of mode 0400 in a folder of mode 0700, and a list of them.
///
/// Because of the list (`manifest`) a missing file is said at start-up, and not found with the first letter that does not open. A key is
/// written before it is listed; before it is destroyed, it is removed from the list and set aside. Each step is synced, so a
/// crash leaves one file too many at worst. The next start adds it to the keys, or finishes its destruction.
package struct KeyFolder: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    private var manifestPath: String { "\(path)/manifest" }

    /// Makes the folder if it does not exist, and its name durable: a key is lost with the name of its folder.
    package func create() throws(FileFault) {
        guard mkdir(path, 0o700) == 0 else {
            guard errno == EEXIST else { throw FileFault("create", path) }
            return
        }
        try File.sync(path + "/..")
    }

    /// Reads every key that can be used. First finishes the destruction of keys that a crash may have interrupted.
    /// - Returns: also what is wrong with the others.
    /// - Throws: `FileFault` when the folder itself cannot be read.
    package func load() throws(FileFault) -> (keys: [HeldKey], faults: [KeyFault]) {
        for name in try File.names(in: path) where name.hasSuffix(Self.aside) { try File.shred("\(path)/\(name)", in: path) }
        return try read { file throws(KeyFault.Reason) in try File.privateBytes(at: file) }
    }

    /// Reads every key that can be read, whatever the modes of the files, and changes nothing. For the doctor.
    /// - Throws: when the folder itself cannot be read.
    package func look() throws(FileFault) -> (keys: [HeldKey], faults: [KeyFault]) {
        try read { file throws(KeyFault.Reason) in try File.ownBytes(at: file) }
    }

    private func read(
        _ content: (String) throws(KeyFault.Reason) -> SecretBytes
    ) throws(FileFault) -> (keys: [HeldKey], faults: [KeyFault]) {
        let listed = try manifest()
        let present = try File.names(in: path).filter { $0.hasSuffix(KeyFile.ending) }
        var faults = listed.subtracting(present).sorted().map { KeyFault(path: "\(path)/\($0)", reason: .missing) }
        var keys: [HeldKey] = []
        for name in present.sorted() {
            let file = "\(path)/\(name)"
            do throws(KeyFault.Reason) {
                keys.append(HeldKey(try KeyFile.key(from: try content(file), named: name)))
            } catch {
                faults.append(KeyFault(path: file, reason: error))
            }
        }
        return (keys, faults)
    }

    /// Writes a key, then lists it. Both are on disk when this returns.
    package func add(_ key: HeldKey) throws {
        let name = KeyFile.name(of: key.key)
        try File.write(KeyFile.text(of: key.key), to: "\(path)/\(name)", mode: 0o400, in: path)
        do {
            try list(try manifest().union([name]))
        } catch {
            // If the key is not listed, the next start would find it beside the one made in its place. If it is listed, because only
            // the sync of the folder failed, it must stay: a listed key that is missing keeps the vault from starting.
            if let listed = try? manifest(), !listed.contains(name) { try? File.shred("\(path)/\(name)", in: path) }
            throw error
        }
    }

    /// Removes a key from the list and destroys its file: overwritten, synced, unlinked. On a file system that copies on write, or
    /// on a flash disk, the zeros may go to other blocks.
    package func destroy(_ key: HeldKey) throws(FileFault) {
        try destroy(KeyFile.name(of: key.key))
    }

    /// The same for a key that cannot be used, and whose time is over.
    func destroy(_ name: String) throws(FileFault) {
        try list(try manifest().subtracting([name]))
        // Renamed before its mode and content change: half destroyed under its own name, it would be a faulty key at the next start.
        try File.rename("\(path)/\(name)", to: "\(path)/\(name)\(Self.aside)", in: path)
        try File.shred("\(path)/\(name)\(Self.aside)", in: path)
    }

    /// Follows the name of a key that is being destroyed.
    static let aside = ".gone"

    /// No longer expects a key that is lost. What is left of its file is kept under another name, in case somebody can repair it.
    func giveUp(_ name: String) throws(FileFault) {
        try list(try manifest().subtracting([name]))
        try File.rename("\(path)/\(name)", to: "\(path)/\(name).lost", in: path)
    }

    /// Moves keys out of use, into another folder. They are no longer listed.
    func move(_ names: [String], to folder: KeyFolder) throws(FileFault) {
        try folder.create()
        try list(try manifest().subtracting(names))
        for name in names { try File.move("\(path)/\(name)", to: "\(folder.path)/\(name)", in: path) }
    }

    // MARK: - Which keys are kept elsewhere too

    private var savedPath: String { "\(path)/saved" }

    /// When each key was saved outside this installation, by id. What cannot be read counts as not saved.
    package var saved: [String: Timestamp] {
        guard let text = try? File.text(at: savedPath) else { return [:] }
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count == 2 }
        return Dictionary(
            lines.compactMap { line in Timestamp(rfc3339: String(line[1])).map { (String(line[0]), $0) } }
        ) { max($0, $1) }
    }

    /// - Parameter ids: of keys that have just been written somewhere else.
    package func noteSaved(_ ids: some Sequence<String>, at now: Timestamp) throws(FileFault) {
        var all = saved
        for id in ids { all[id] = now }
        let text = all.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.rfc3339)\n" }.joined()
        try File.write(SecretBytes(Array(text.utf8)), to: savedPath, mode: 0o600, in: path)
    }

    private var savedSecretsPath: String { "\(path)/saved-secrets" }

    /// How many places of own secrets the copy had that was saved last; nil where none was.
    package var savedSecrets: (places: Int, at: Timestamp)? {
        guard let text = try? File.text(at: savedSecretsPath) else { return nil }
        let words = text.split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let places = Int(words[0]), let moment = Timestamp(rfc3339: String(words[1])) else { return nil }
        return (places, moment)
    }

    /// - Parameter places: of own secrets that have just been written somewhere else.
    package func noteSaved(secrets places: Int, at now: Timestamp) throws(FileFault) {
        let text = "\(places) \(now.rfc3339)\n"
        try File.write(SecretBytes(Array(text.utf8)), to: savedSecretsPath, mode: 0o600, in: path)
    }

    private func manifest() throws(FileFault) -> Set<String> {
        guard let text = try File.text(at: manifestPath) else { return [] }
        return Set(text.split(separator: "\n").map(String.init))
    }

    private func list(_ names: Set<String>) throws(FileFault) {
        let text = names.sorted().joined(separator: "\n") + "\n"
        try File.write(SecretBytes(Array(text.utf8)), to: manifestPath, mode: 0o600, in: path)
    }
}

/// All key files that cannot be used; at least one.
package struct KeyFaults: Error, Equatable, Sendable, CustomStringConvertible {
    package let all: [KeyFault]

    package init(all: [KeyFault]) {
        self.all = all
    }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// The only owner of a key, shared by reference: arrays and dictionaries cannot hold values that are not copyable.
package final class HeldKey: Sendable {
    package let key: VaultKey

    package init(_ key: consuming VaultKey) {
        self.key = key
    }
}
