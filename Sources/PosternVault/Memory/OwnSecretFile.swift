private import FoundationEssentials
private import Glibc
internal import PosternCore
internal import PosternSealing
private import Synchronization

/// The file of own secrets, beside the vault's memory: a head, then a slot for each person. A slot is added at the end and synced before
/// anybody hears of it, and a secret that is to be destroyed is overwritten where it lies. That is why it is a file of its own: every
/// batch of the memory has a MAC over all batches before it, and nothing in it can be changed.
///
/// Secrets are not kept in the process: they are read when they are needed, so that none is left in memory that was freed. Those of a
/// million people take 64 MB on disk and 13 MB in memory.
///
/// Methods that write block until the disk has it. Reading does not wait for them.
final class OwnSecretFile: Sendable {
    private struct Known {
        /// Nil while there is no file.
        var descriptor: Int32?
        var index = SlotIndex()
        /// How many were destroyed since the start.
        var destroyed = 0
    }

    private struct Writer {
        /// The number of the next slot.
        var end = 1
        /// Why nothing more is written: see `RecordFile`.
        var obstacle: FileFault?
    }

    let path: String
    /// Slots that were damaged when the file was opened. They were overwritten: what they held was either never acknowledged, or was being
    /// destroyed, or is lost.
    let damaged: Int
    private let known: Mutex<Known>
    private let writer: Mutex<Writer>

    static func path(beside records: String) -> String { records + "-secrets" }

    private static let head = Array("postern own secrets 1".utf8)
    private static let slot = OwnSecretSlot.length

    /// Reads the whole file; none is made before there is a secret. Blocks.
    /// - Throws: `RecordFileFault.notSecrets`, `FileFault`.
    init(at path: String) throws {
        self.path = path
        var (known, writer, damaged) = (Known(), Writer(), [Int]())
        if let (descriptor, size) = try Self.opened(path) {
            known.descriptor = descriptor
            do {
                try Self.read(descriptor, at: path, size) { number, bytes in
                    do throws(OwnSecretSlot.Fault) {
                        known.index.insert(try OwnSecretSlot.recipient(in: bytes), slot: number)
                    } catch {
                        if error == .damaged { damaged.append(number) }
                    }
                }
                for number in damaged { try Self.overwrite(number, nil, in: descriptor, at: path) }
                // A process that was killed may have written what it had not synced.
                guard fsync(descriptor) == 0 else { throw FileFault("sync", path) }
            } catch {
                close(descriptor)
                throw error
            }
            writer.end = max(size / Self.slot, 1)
        }
        self.damaged = damaged.count
        self.known = Mutex(known)
        self.writer = Mutex(writer)
    }

    deinit {
        if let descriptor = known.withLock({ $0.descriptor }) { close(descriptor) }
    }

    var destroyed: Int { known.withLock { $0.destroyed } }
    /// How many people have a place, with a secret or with one that was destroyed.
    var count: Int { known.withLock { $0.index.count } }
    /// How much memory the places take.
    var bytes: Int { known.withLock { $0.index.bytes } }

    // MARK: - Reading

    func state(of recipient: RecipientID) throws(FileFault) -> OwnSecretState {
        try found(recipient)?.slot.state ?? .none
    }

    func isUnderAnotherName(_ owner: RecordOwner) throws(FileFault) -> Bool {
        guard let slot = try found(owner.recipient)?.slot, case .held(let secret) = slot.state else { return false }
        return slot.tag != owner.tag(under: secret)
    }

    private func found(_ recipient: RecipientID) throws(FileFault) -> (number: Int, slot: OwnSecretSlot)? {
        let (descriptor, numbers) = known.withLock { ($0.descriptor, $0.index.slots(of: recipient)) }
        guard let descriptor else { return nil }
        for number in numbers {
            if let slot = try Self.slot(number, in: descriptor, at: path), slot.recipient == recipient { return (number, slot) }
        }
        return nil
    }

    /// - Returns: nil where it is damaged.
    private static func slot(_ number: Int, in descriptor: Int32, at path: String) throws(FileFault) -> OwnSecretSlot? {
        // No locked page, as elsewhere: this is asked for every letter, and to lock one takes longer than to read the slot.
        try withUnsafeTemporaryAllocation(byteCount: slot, alignment: 16) { buffer throws(FileFault) in
            defer { if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) } }
            guard try fill(buffer, from: descriptor, at: number * slot, path) == slot else { return nil }
            return try? OwnSecretSlot(UnsafeRawBufferPointer(buffer))
        }
    }

    // MARK: - Writing

    /// In the same order; drawn for those who have none.
    /// - Throws: `RecordMemoryFault.erased`, `FileFault`.
    func take(for owners: [RecordOwner]) throws -> [OwnSecret] {
        try writer.withLock { writer in
            var (drawn, slots) = ([RecipientID: OwnSecret](), [OwnSecretSlot]())
            let secrets = try owners.map { owner in
                if let secret = drawn[owner.recipient] { return secret }
                switch try state(of: owner.recipient) {
                case .held(let secret): return secret
                case .destroyed: throw RecordMemoryFault.erased(owner.name)
                case .none:
                    let secret = OwnSecret()
                    drawn[owner.recipient] = secret
                    slots.append(OwnSecretSlot(owner, secret))
                    return secret
                }
            }
            try append(slots, &writer)
            return secrets
        }
    }

    /// - Parameter owner: under which name; a secret of the same recipient under another one stays.
    func destroy(of owner: RecordOwner) throws(FileFault) {
        try destroy(owner.recipient) { slot in
            guard case .held(let secret) = slot.state else { return true }
            return slot.tag == owner.tag(under: secret)
        }
    }

    /// Whatever their names are.
    func destroy(ofAll recipients: Set<RecipientID>) throws(FileFault) {
        for recipient in recipients {
            let state = try state(of: recipient)
            if state != .destroyed { try destroy(recipient) { _ in true } }
        }
    }

    private func destroy(_ recipient: RecipientID, where isRight: (OwnSecretSlot) -> Bool) throws(FileFault) {
        try writer.withLock { writer throws(FileFault) in
            guard let (number, slot) = try found(recipient), isRight(slot), let descriptor else { return }
            if let obstacle = writer.obstacle { throw obstacle }
            do throws(FileFault) {
                // Also where zeros are already: who wrote them may not have synced them.
                try Self.overwrite(number, OwnSecretSlot(destroyed: recipient), in: descriptor, at: path)
            } catch {
                writer.obstacle = error
                throw error
            }
            known.withLock { $0.destroyed += 1 }
        }
    }

    private var descriptor: Int32? { known.withLock { $0.descriptor } }

    private func append(_ slots: [OwnSecretSlot], _ writer: inout Writer) throws(FileFault) {
        guard !slots.isEmpty else { return }
        if let obstacle = writer.obstacle { throw obstacle }
        let descriptor = try opened()
        let bytes = SecretBytes(capacity: slots.count * Self.slot) { buffer in
            for (place, slot) in slots.enumerated() {
                slot.write(to: UnsafeMutableRawBufferPointer(rebasing: buffer[place * Self.slot..<(place + 1) * Self.slot]))
            }
            return buffer.count
        }
        do throws(FileFault) {
            try bytes.withBytes { bytes throws(FileFault) in
                try Self.put(bytes, into: descriptor, at: writer.end * Self.slot, path)
            }
        } catch {
            if ftruncate(descriptor, off_t(writer.end * Self.slot)) != 0 { writer.obstacle = error }
            throw error
        }
        guard fdatasync(descriptor) == 0 else {
            let fault = FileFault("sync", path)
            writer.obstacle = fault
            throw fault
        }
        known.withLock { known in
            for (place, slot) in slots.enumerated() { known.index.insert(slot.recipient, slot: writer.end + place) }
        }
        writer.end += slots.count
    }

    /// Made if there is none.
    private func opened() throws(FileFault) -> Int32 {
        if let descriptor { return descriptor }
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFault("create", path) }
        do throws(FileFault) {
            let head = SecretBytes(Self.head + [UInt8](repeating: 0, count: Self.slot - Self.head.count))
            try head.withBytes { bytes throws(FileFault) in try Self.put(bytes, into: descriptor, at: 0, path) }
            guard fsync(descriptor) == 0 else { throw FileFault("sync", path) }
            try File.sync(path.folder)
        } catch {
            close(descriptor)
            throw error
        }
        known.withLock { $0.descriptor = descriptor }
        return descriptor
    }

    /// - Parameter slot: nil for zeros.
    private static func overwrite(
        _ number: Int, _ slot: OwnSecretSlot?, in descriptor: Int32, at path: String
    ) throws(FileFault) {
        let bytes = SecretBytes(capacity: Self.slot) { buffer in
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            slot?.write(to: buffer)
            return buffer.count
        }
        try bytes.withBytes { bytes throws(FileFault) in try put(bytes, into: descriptor, at: number * Self.slot, path) }
        guard fdatasync(descriptor) == 0 else { throw FileFault("sync", path) }
    }
}

// MARK: - Two files become one

extension OwnSecretFile {
    /// Takes over what a saved file has. What was destroyed in either is destroyed; of two secrets of one person the one here counts. Done
    /// again it changes nothing.
    /// - Parameters:
    ///   - erased: whose secret does not come back, since a memory says that they were erased.
    ///   - name: of the saved file, for what is wrong with it.
    /// - Throws: `RecordFileFault.notSecrets`, `FileFault`.
    func merge(_ saved: SecretBytes, erased: Set<RecipientID>, named name: String) throws {
        var slots: [OwnSecretSlot] = []
        try saved.withBytes { bytes in
            guard bytes.count >= Self.slot, bytes.starts(with: Self.head) else { throw RecordFileFault.notSecrets(name) }
            for start in stride(from: Self.slot, through: bytes.count - Self.slot, by: Self.slot) {
                if let slot = try? OwnSecretSlot(UnsafeRawBufferPointer(rebasing: bytes[start..<start + Self.slot])) {
                    slots.append(slot)
                }
            }
        }
        let isGone = { (slot: OwnSecretSlot) in slot.state == .destroyed || erased.contains(slot.recipient) }
        try destroy(ofAll: erased.union(slots.filter(isGone).map(\.recipient)))
        try writer.withLock { writer in
            var news: [OwnSecretSlot] = []
            for slot in slots where try state(of: slot.recipient) == .none {
                news.append(isGone(slot) ? OwnSecretSlot(destroyed: slot.recipient) : slot)
            }
            try append(news, &writer)
        }
    }
}

// MARK: - System calls

extension OwnSecretFile {
    private static func opened(_ path: String) throws -> (descriptor: Int32, size: Int)? {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFault("open", path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw FileFault("read", path)
        }
        let size = Int(status.st_size)
        // A crash while it was made: nobody has a secret in it.
        let isBegun = try size > slot || hasHead(descriptor, path)
        guard isBegun else {
            close(descriptor)
            return nil
        }
        return (descriptor, size)
    }

    private static func hasHead(_ descriptor: Int32, _ path: String) throws(FileFault) -> Bool {
        let bytes = try SecretBytes(capacity: slot) { buffer throws(FileFault) in
            try fill(buffer, from: descriptor, at: 0, path)
        }
        return bytes.withBytes { $0.count == slot && $0.contains { $0 != 0 } }
    }

    /// Gives each slot after the head to `take`. What is left of a slot at the end was never acknowledged, and is written over.
    private static func read(
        _ descriptor: Int32, at path: String, _ size: Int, _ take: (Int, UnsafeRawBufferPointer) -> Void
    ) throws {
        let chunk = 16_384
        var first = 0
        while (first + 1) * slot <= size {
            let bytes = try SecretBytes(capacity: chunk * slot) { buffer throws(FileFault) in
                try fill(buffer, from: descriptor, at: first * slot, path)
            }
            try bytes.withBytes { bytes in
                for place in 0..<bytes.count / slot {
                    let one = UnsafeRawBufferPointer(rebasing: bytes[place * slot..<(place + 1) * slot])
                    if first + place > 0 {
                        take(first + place, one)
                    } else if !one.starts(with: head) {
                        throw RecordFileFault.notSecrets(path)
                    }
                }
            }
            first += chunk
        }
    }

    /// - Returns: how many bytes there were.
    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at start: Int, _ path: String
    ) throws(FileFault) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(start + filled))
            if count == 0 { break }
            guard count > 0 || errno == EINTR else { throw FileFault("read", path) }
            filled += max(count, 0)
        }
        return filled
    }

    private static func put(
        _ bytes: UnsafeRawBufferPointer, into descriptor: Int32, at start: Int, _ path: String
    ) throws(FileFault) {
        var written = 0
        while written < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, off_t(start + written))
            guard count >= 0 || errno == EINTR else { throw FileFault("write", path) }
            written += max(count, 0)
        }
    }
}
