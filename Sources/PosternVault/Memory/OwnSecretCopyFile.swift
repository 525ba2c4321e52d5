internal import Glibc
private import PosternCore
internal import PosternLink
private import PosternSealing

/// The file in the second place while it is open: slot for slot the vault's own (`OwnSecretFile`).
final class OwnSecretCopyFile {
    private static let slot = OwnSecretSlot.length
    /// How many slots are compared at once.
    private static let chunk = 16_384

    private let descriptor: Int32
    private let path: String

    init(_ descriptor: Int32, at path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// An ordinary file of this user's that nobody else may read, under no other name.
    /// - Throws: `OwnSecretCopyFault`, `FileFault`.
    static func opened(_ path: String, _ way: Int32) throws -> (descriptor: Int32, status: stat) {
        let descriptor = open(path, way | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            if errno == ELOOP { throw OwnSecretCopyFault.link }
            throw FileFault("open", path)
        }
        do {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw FileFault("read", path) }
            guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { throw OwnSecretCopyFault.notOneFile }
            guard status.st_uid == geteuid() else { throw OwnSecretCopyFault.owner(status.st_uid) }
            guard status.st_mode & 0o077 == 0 else { throw OwnSecretCopyFault.mode(status.st_mode & 0o777) }
            return (descriptor, status)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Whether it would be lost with the vault's own disk.
    static func isBeside(_ own: String, _ status: stat) -> Bool {
        var folder = stat()
        return stat(own.folder, &folder) == 0 && folder.st_dev == status.st_dev
    }

    func status() throws(FileFault) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault("read", path) }
        return status
    }

    /// Writes these slots as the vault's own file has them, and syncs them.
    func take(_ changes: [Int], from secrets: OwnSecretFile) throws(FileFault) {
        guard !changes.isEmpty else { return }
        for number in Set(changes).sorted() { try put(try secrets.slots(from: number, count: 1), at: number) }
        try sync()
    }

    // MARK: - All of it

    private struct Difference {
        /// The first slots of chunks in which something differs.
        var chunks: [Int] = []
        /// How many slots differ.
        var slots = 0
        /// How many have a secret here that the vault has destroyed.
        var undestroyed = 0
        /// How many say what the vault does not know, or knows otherwise.
        var unknown = 0
        /// How many say of somebody what the vault says.
        var known = 0
    }

    /// Makes it the same. One that knows more than the vault, or is another's, stays as it is, but for secrets that the vault has destroyed.
    /// - Parameter isUnsure: whether what is read may not be on the disk, after a sync that failed (`RecordFile`): all is written again.
    /// - Throws: `OwnSecretCopyFault`, `FileFault`.
    func compare(with secrets: OwnSecretFile, isUnsure: Bool = false, changesNothing: Bool = false) throws {
        let size = Int(try status().st_size)
        guard try isBegun(size) else {
            if changesNothing { throw OwnSecretCopyFault.behind(secrets.count) }
            try OwnSecretFile.begin(descriptor, at: path)
            return try compare(with: secrets)
        }
        let end = secrets.end
        var difference = Difference()
        let slots = max(end, (size + Self.slot - 1) / Self.slot)
        for first in stride(from: 1, to: slots, by: Self.chunk) {
            try look(from: first, below: end, secrets, changesNothing, &difference)
        }
        if difference.undestroyed > 0, !changesNothing { try sync() }
        guard difference.unknown == 0 else {
            throw OwnSecretCopyFault.unlike(difference.unknown, isOurs: difference.known > 0)
        }
        if changesNothing {
            guard difference.slots == 0, size == end * Self.slot else { throw OwnSecretCopyFault.behind(difference.slots) }
            return
        }
        let all = Array(stride(from: 1, to: end, by: Self.chunk))
        for first in isUnsure ? all : difference.chunks where first < end {
            try put(try secrets.slots(from: first, count: min(Self.chunk, end - first)), at: first)
        }
        // Also where nothing differs: a process that was killed may have written what it had not synced.
        try sync()
        // What is cut was written further up, or had been overwritten.
        guard size > end * Self.slot else { return }
        guard ftruncate(descriptor, off_t(end * Self.slot)) == 0 else { throw FileFault("cut", path) }
        try sync()
    }

    /// - Throws: `OwnSecretCopyFault.notSecrets` for a file that is no copy, nor what a crash left of one.
    private func isBegun(_ size: Int) throws -> Bool {
        let head = OwnSecretFile.head + [UInt8](repeating: 0, count: Self.slot - OwnSecretFile.head.count)
        let start = try read(from: 0, count: 1).withBytes { Array($0) }
        if start == head { return true }
        guard size <= Self.slot, start.allSatisfy({ $0 == 0 }) || head.starts(with: start) else {
            throw OwnSecretCopyFault.notSecrets
        }
        return false
    }

    private func look(
        from first: Int, below end: Int, _ secrets: OwnSecretFile, _ changesNothing: Bool, _ difference: inout Difference
    ) throws {
        let own = try secrets.slots(from: first, count: max(min(Self.chunk, end - first), 0))
        let there = try read(from: first, count: Self.chunk)
        let former = difference.slots
        try there.withBytes { there in
            try own.withBytes { own in
                for place in 0..<(max(there.count, own.count) + Self.slot - 1) / Self.slot {
                    let (one, other) = (Self.slot(place, of: there), Self.slot(place, of: own))
                    if let one, let other, one.elementsEqual(other) {
                        difference.known += one.contains { $0 != 0 } ? 1 : 0
                        continue
                    }
                    difference.slots += 1
                    guard let one, let slot = try? OwnSecretSlot(one) else { continue }
                    switch (try secrets.state(of: slot.recipient), slot.state) {
                    case (.destroyed, .held):
                        difference.known += 1
                        difference.undestroyed += 1
                        guard !changesNothing else { continue }
                        try put(OwnSecretSlot(destroyed: slot.recipient), at: first + place)
                    case (let ours, let theirs) where ours == theirs: difference.known += 1
                    default: difference.unknown += 1
                    }
                }
            }
        }
        if difference.slots > former { difference.chunks.append(first) }
    }

    /// Nil where it is not whole.
    private static func slot(_ place: Int, of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard (place + 1) * slot <= bytes.count else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[place * slot..<(place + 1) * slot])
    }

    // MARK: - The disk

    private func read(from first: Int, count: Int) throws(FileFault) -> SecretBytes {
        try SecretBytes(capacity: count * Self.slot) { buffer throws(FileFault) in
            try OwnSecretFile.fill(buffer, from: descriptor, at: first * Self.slot, path)
        }
    }

    private func put(_ bytes: SecretBytes, at number: Int) throws(FileFault) {
        try bytes.withBytes { bytes throws(FileFault) in
            try OwnSecretFile.put(bytes, into: descriptor, at: number * Self.slot, path)
        }
    }

    private func put(_ slot: OwnSecretSlot, at number: Int) throws(FileFault) {
        try put(
            SecretBytes(capacity: Self.slot) { buffer in
                slot.write(to: buffer)
                return buffer.count
            }, at: number)
    }

    private func sync() throws(FileFault) {
        guard fsync(descriptor) == 0 else { throw FileFault("sync", path) }
    }
}

/// Why the second place of the own secrets is not as the vault's own file.
enum OwnSecretCopyFault: Error, Equatable {
    case link, notOneFile, notSecrets
    case owner(uid_t)
    case mode(mode_t)
    /// It says more than the vault knows, of so many people.
    case unlike(Int, isOurs: Bool)
    /// No vault runs that would catch up so many.
    case behind(Int)
    case slow

    /// In words, with the remedy.
    static func problem(of error: any Error, at path: String) -> SecretsCopyReport.Problem {
        switch error {
        case let fault as OwnSecretCopyFault: fault.problem(at: path)
        case let fault as FileFault where [ENOENT, EACCES, EROFS, EPERM, ENOTDIR].contains(fault.code):
            .init(
                "\(fault)",
                remedy:
                    "Mount its disk, or make its folder \(path.folder) for the vault's user alone. For systemd's units that folder "
                    + "must be in ReadWritePaths= (systemctl edit). Then restart the service.")
        default: .init("\(error)", remedy: "See whether its disk is there and has room. The vault tries again every minute.")
        }
    }

    private func problem(at path: String) -> SecretsCopyReport.Problem {
        switch self {
        case .link: .init("it is a symbolic link", remedy: "Name the file itself.")
        case .notOneFile: .init("it is not an ordinary file with one name", remedy: "Name a file that is not there yet.")
        case .notSecrets:
            .init("it holds something else, and was left as it is", remedy: "Name another file, or move this one away.")
        case .owner(let user):
            .init("it belongs to another user (\(user))", remedy: "Give it to the vault's user, or move it away.")
        case .mode(let mode):
            .init("others may read it (mode \(String(mode, radix: 8)))", remedy: "Take that right away: chmod 600.")
        case .unlike(let count, true):
            .init(
                "it says more than the vault knows, of \(count) \(count == 1 ? "recipient" : "recipients"): the vault's home is older "
                    + "than it",
                remedy: "Take it in, with the service stopped: postern keys import-recovery FOLDER --secrets \(path)")
        case .unlike(let count, false):
            .init(
                "it has the own secrets of \(count) \(count == 1 ? "recipient" : "recipients") whom the vault does not know: it is another "
                    + "installation's, or the vault has lost its own",
                remedy: "Name another file. Or take it in, if it is this installation's, with the service stopped: postern keys "
                    + "import-recovery FOLDER --secrets \(path)")
        case .behind(let count):
            .init("it lacks what is new of \(counted(count))", remedy: "Start the service: the vault catches up at its start.")
        case .slow:
            .init("its disk does not answer", remedy: "See whether it is there. The vault goes on as soon as it answers.")
        }
    }

    private func counted(_ count: Int) -> String { count == 1 ? "1 recipient" : "\(count) recipients" }
}
