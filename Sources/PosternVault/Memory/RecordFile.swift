internal import Crypto
internal import FoundationEssentials
private import Glibc
internal import PosternCore

/// The file of the vault's memory: it only grows, and every batch carries a MAC over itself and the MAC before it.
///
/// Head (64 bytes): name and version, whether it began with adoption, 16 random bytes, MAC. Then batches: at most 4,096 entries
/// of 32 bytes, and 64 bytes that seal them: mark, count, a MAC of the batch alone, the MAC of everything so far. A batch is
/// synced before the next one is written. So a crash or a power cut leaves at most one unfinished batch, at the end, and nobody
/// was told that it was kept. It is cut off. Anything else that does not fit was changed from outside.
///
/// Not for several threads: its owner has one for it.
final class RecordFile {
    static let slot = 32
    /// Entries in one batch.
    static let most = 4_096
    private static let mark = Array("postern records".utf8)
    private static let headLength = 2 * slot
    private static let longestBatch = (most + 2) * slot

    let path: String
    let isAdopting: Bool
    let keys: Keys
    private let descriptor: Int32
    /// The MAC of the last batch, or of the head.
    private var last: [UInt8]
    /// Where the next batch goes.
    private var end: Int
    /// Why nothing more is written. A sync that failed is not repeated: the kernel may have dropped the pages (Rebello et al.,
    /// "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
    private var obstacle: FileFault?

    /// Derived from one authorisation key.
    struct Keys: Sendable {
        let seal, batch, name: SymmetricKey

        init(from key: SymmetricKey) {
            func derive(_ purpose: String) -> SymmetricKey {
                HKDF<SHA256>.deriveKey(
                    inputKeyMaterial: key, info: Array("postern record memory, \(purpose)".utf8), outputByteCount: 32)
            }
            (seal, batch, name) = (derive("seal"), derive("batch"), derive("name"))
        }
    }

    private init(path: String, isAdopting: Bool, keys: Keys, descriptor: Int32, last: [UInt8], end: Int) {
        self.path = path
        self.isAdopting = isAdopting
        self.keys = keys
        self.descriptor = descriptor
        self.last = last
        self.end = end
    }

    deinit {
        close(descriptor)
    }

    // MARK: - Writing

    /// Writes a file with these entries beside the path, and renames it over the path when it is complete and synced.
    static func create(
        at path: String, keys: Keys, isAdopting: Bool, entries: some Sequence<RecordEntry> = []
    ) throws -> RecordFile {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = Glibc.open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFault("create", draft) }
        let head = mark + [isAdopting ? 1 : 0] + SecretBytes.random(count: 16).withBytes { Array($0) }
        let code = Array(HMAC<SHA256>.authenticationCode(for: head, using: keys.seal))
        let file = RecordFile(path: path, isAdopting: isAdopting, keys: keys, descriptor: descriptor, last: code, end: 0)
        try file.put(head + code)
        var batch: [RecordEntry] = []
        for entry in entries {
            batch.append(entry)
            guard batch.count == most else { continue }
            try file.put(file.sealed(batch))
            batch = []
        }
        if !batch.isEmpty { try file.put(file.sealed(batch)) }
        guard fsync(descriptor) == 0 else { throw FileFault("sync", draft) }
        guard Glibc.rename(draft, path) == 0 else { throw FileFault("rename into place", path) }
        try File.sync(path.folder)
        return file
    }

    /// Appends a batch of at most `most`. It is on disk when this returns. When this throws, the file is as it was before; only
    /// after a failed sync nobody knows, and then nothing more is written.
    func append(_ entries: [RecordEntry]) throws(FileFault) {
        if let obstacle { throw obstacle }
        let (former, start) = (last, end)
        do {
            try put(sealed(entries))
        } catch {
            (last, end) = (former, start)
            // Half a batch would look like what a crash leaves, with another batch after it.
            if ftruncate(descriptor, off_t(start)) != 0 { obstacle = error }
            throw error
        }
        guard fdatasync(descriptor) == 0 else {
            let fault = FileFault("sync", path)
            obstacle = fault
            throw fault
        }
    }

    private func sealed(_ entries: [RecordEntry]) -> [UInt8] {
        var writer = ByteWriter(capacity: (entries.count + 2) * Self.slot)
        for entry in entries { entry.write(to: &writer) }
        writer.write(KeyedDigest.seal.head)
        writer.write(KeyedDigest.seal.tail)
        writer.write(UInt32(entries.count))
        writer.writeRaw(Batch.ownCode(writer.bytes[...], keys))
        var code = HMAC<SHA256>(key: keys.seal)
        code.update(data: last)
        code.update(data: writer.bytes)
        last = Array(code.finalize())
        writer.writeRaw(last)
        return writer.bytes
    }

    private func put(_ bytes: [UInt8]) throws(FileFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(end)) }
            guard count >= 0 || errno == EINTR else { throw FileFault("write", path) }
            end += max(count, 0)
            rest = rest.dropFirst(max(count, 0))
        }
    }

    // MARK: - Reading

    /// The file as it is; nil when there is none.
    static func content(at path: String) throws(FileFault) -> Data? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFault("open", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault("read", path) }
        return Data(try bytes(of: descriptor, at: path, from: 0, count: Int(status.st_size)))
    }

    /// Opens the file and gives every entry of every whole batch to `take`, in order.
    /// - Parameter keys: of every authorisation key there is; the file was begun under one of them.
    /// - Returns: the file and how many bytes were cut from its end; nil when there is no file.
    /// - Throws: `RecordFileFault`, `FileFault`.
    static func open(
        at path: String, keys: [Keys], _ take: (RecordEntry) -> Void
    ) throws -> (file: RecordFile, cut: Int)? {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFault("open", path)
        }
        let head: [UInt8]
        do {
            head = try bytes(of: descriptor, at: path, from: 0, count: headLength)
        } catch {
            close(descriptor)
            throw error
        }
        let code = head.suffix(slot)
        let begun = head.dropLast(slot)
        guard head.count == headLength, head.starts(with: mark),
            let key = keys.first(where: {
                HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: begun, using: $0.seal)
            })
        else {
            close(descriptor)
            throw RecordFileFault.notOurs(path)
        }
        let file = RecordFile(
            path: path, isAdopting: head[mark.count] == 1, keys: key, descriptor: descriptor, last: Array(code), end: headLength)
        return (file, try file.read(take))
    }

    /// - Returns: how many bytes were cut.
    private func read(_ take: (RecordEntry) -> Void) throws -> Int {
        let chunk = 8 * Self.longestBatch
        var bytes: ArraySlice<UInt8> = []
        var isAtEnd = false
        while true {
            if bytes.count < Self.longestBatch, !isAtEnd {
                bytes = try Self.bytes(of: descriptor, at: path, from: end, count: chunk)[...]
                isAtEnd = bytes.count < chunk
            }
            guard let batch = Batch(bytes), batch.isValid(after: last, keys) else { break }
            for entry in batch.entries { take(entry) }
            last = Array(batch.code)
            end += batch.length
            bytes = bytes.dropFirst(batch.length)
        }
        guard !bytes.isEmpty else { return 0 }
        // Each batch is synced before the next one is written, so only the last one can be unfinished.
        guard isAtEnd, bytes.count <= Self.longestBatch, !hasWholeBatch(Array(bytes)) else {
            throw RecordFileFault.changed(path, at: end)
        }
        guard ftruncate(descriptor, off_t(end)) == 0, fsync(descriptor) == 0 else { throw FileFault("cut", path) }
        return bytes.count
    }

    /// Whether a whole batch of ours begins anywhere in here. Then it is out of its place, or what comes before it was changed.
    private func hasWholeBatch(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { mark in
            guard mark + 2 * Self.slot <= bytes.count, bytes[mark..<mark + 12].allSatisfy({ $0 == 0xFF }) else { return false }
            let start = mark - bytes[mark + 12..<mark + 16].reduce(0) { $0 << 8 | Int($1) } * Self.slot
            return start >= 0 && Batch(bytes[start..<mark + 2 * Self.slot])?.isWhole(keys) == true
        }
    }

    private static func bytes(
        of descriptor: Int32, at path: String, from start: Int, count: Int
    ) throws(FileFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: filled), count - filled, off_t(start + filled))
            }
            if got == 0 { break }
            guard got > 0 || errno == EINTR else { throw FileFault("read", path) }
            filled += max(got, 0)
        }
        bytes.removeLast(count - filled)
        return bytes
    }
}

/// A batch as it is in the file: its entries up to the mark, the mark, its MAC.
private struct Batch {
    private let bytes: ArraySlice<UInt8>
    private let count: Int

    var length: Int { (count + 2) * RecordFile.slot }
    var code: ArraySlice<UInt8> { bytes.suffix(RecordFile.slot) }

    /// Nil unless a mark comes within the longest batch, after as many entries as it says.
    init?(_ bytes: ArraySlice<UInt8>) {
        let mark = (0...RecordFile.most).first { index in
            let start = bytes.startIndex + index * RecordFile.slot
            return start + 2 * RecordFile.slot <= bytes.endIndex && bytes[start..<start + 12].allSatisfy { $0 == 0xFF }
        }
        guard let count = mark else { return nil }
        let seal = bytes.startIndex + count * RecordFile.slot
        guard bytes[seal + 12..<seal + 16].reduce(0, { $0 << 8 | Int($1) }) == count else { return nil }
        self.count = count
        self.bytes = bytes[bytes.startIndex..<seal + 2 * RecordFile.slot]
    }

    /// Compares in constant time.
    func isValid(after last: [UInt8], _ keys: RecordFile.Keys) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: last + bytes.dropLast(RecordFile.slot), using: keys.seal)
    }

    /// Whether it is as it was written, by a MAC that covers nothing before it. A write that was cut short never has it.
    func isWhole(_ keys: RecordFile.Keys) -> Bool {
        let body = bytes.dropLast(RecordFile.slot)
        return body.suffix(16).elementsEqual(Self.ownCode(body.dropLast(16), keys))
    }

    static func ownCode(_ entriesAndMark: ArraySlice<UInt8>, _ keys: RecordFile.Keys) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: entriesAndMark, using: keys.batch).prefix(16))
    }

    var entries: some Sequence<RecordEntry> {
        (0..<count).lazy.map { index in
            let start = bytes.startIndex + index * RecordFile.slot
            return bytes[start..<start + RecordFile.slot].withUnsafeBytes { RecordEntry($0) }
        }
    }
}

/// Why the vault's memory cannot be used. The vault does not start then: it could no longer tell an old record from the newest.
package enum RecordFileFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not a memory, or that of a vault with other keys.
    case notOurs(String)
    /// What follows the given byte was not written by us, and it is not the end that a crash leaves.
    case changed(String, at: Int)
    /// Not a file of own secrets.
    case notSecrets(String)
    /// A second place of own secrets that has none of those which were saved with the keys.
    case otherSecrets(String)

    /// The same of a file that somebody knows by another name.
    func named(_ path: String) -> RecordFileFault {
        switch self {
        case .notOurs: .notOurs(path)
        case .changed(_, let place): .changed(path, at: place)
        case .notSecrets: .notSecrets(path)
        case .otherSecrets: .otherSecrets(path)
        }
    }

    package var description: String {
        switch self {
        case .notOurs(let path): Self.text("\(path) is not the memory of a vault with these keys", path)
        case .changed(let path, let place): Self.text("\(path) was changed or damaged from byte \(place) on", path)
        case .otherSecrets(let path):
            """
            \(path) has the own secrets of other people than those in the saved keys: it is another installation's. No own secret \
            was put back
                Name the right file with --secrets, or leave it out: then anyone who came after the keys were saved must give the address \
            again.
            """
        case .notSecrets(let path):
            """
            \(path) does not hold the own secrets of recipients, as it should. The vault does not start, since no address opens \
            without them. Letters wait and are not lost
                Put \(path) back from the latest backup of the vault's home, or move it away and put back what was saved: \
            postern keys import-recovery FOLDER. If there is neither, move it away and give the addresses again: \
            postern recipient add --replace.
            """
        }
    }

    private static func text(_ problem: String, _ path: String) -> String {
        """
        \(problem). The vault does not start, since it could no longer tell an old record of a recipient from the newest. \
        Letters wait and are not lost
            Put \(path) back from the latest backup of the vault's home. If there is none, move the file away: the vault \
        then remembers again what it sees, and until it has seen a recipient's newest record it accepts an older one.
        """
    }
}
