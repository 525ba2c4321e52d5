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
        /// Slots that were written and that nobody has copied yet; nil where nobody does.
        var uncopied: [Int]?
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

    static let head = Array("postern own secrets 1".utf8)
    static let slot = OwnSecretSlot.length

    /// Reads the whole file; none is made before there is a secret. Blocks.
    /// - Parameters:
    ///   - isCopied: whether somebody takes `changes` to a second place.
    ///   - changesNothing: for a look at it, while it may be another process's.
    /// - Throws: `RecordFileFault.notSecrets`, `FileFault`.
    init(at path: String, isCopied: Bool = false, changesNothing: Bool = false) throws {
        self.path = path
        var (known, writer, damaged) = (Known(), Writer(), [Int]())
        if isCopied { known.uncopied = [] }
        if let (descriptor, size) = try Self.opened(path, changesNothing ? O_RDONLY : O_RDWR) {
            known.descriptor = descriptor
            do {
                try Self.read(descriptor, at: path, size) { number, bytes in
                    do throws(OwnSecretSlot.Fault) {
                        known.index.insert(try OwnSecretSlot.recipient(in: bytes), slot: number)
                    } catch {
                        if error == .damaged { damaged.append(number) }
                    }
                }
                if !changesNothing {
                    for number in damaged { try Self.overwrite(number, nil, in: descriptor, at: path) }
                    // A process that was killed may have written what it had not synced.
                    guard fsync(descriptor) == 0 else { throw FileFault("sync", path) }
                }
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
            known.withLock { known in
                known.destroyed += 1
                known.uncopied?.append(number)
            }
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
            known.uncopied?.append(contentsOf: writer.end..<writer.end + slots.count)
        }
        writer.end += slots.count
    }

    // MARK: - For a second place

    /// The number after the last slot.
    var end: Int { writer.withLock { $0.end } }

    /// Numbers of slots that were written since this was called last, each of them synced.
    func takeChanges() -> [Int] {
        known.withLock { known in
            let changes = known.uncopied ?? []
            if known.uncopied != nil { known.uncopied = [] }
            return changes
        }
    }

    /// Slots as they are on disk, fewer at the end; the head is the first of all.
    func slots(from first: Int, count: Int) throws(FileFault) -> SecretBytes {
        let descriptor = descriptor
        return try SecretBytes(capacity: count * Self.slot) { buffer throws(FileFault) in
            guard let descriptor else { return 0 }
            return try Self.fill(buffer, from: descriptor, at: first * Self.slot, path)
        }
    }

    /// Made if there is none.
    private func opened() throws(FileFault) -> Int32 {
        if let descriptor { return descriptor }
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFault("create", path) }
        do throws(FileFault) {
            try Self.begin(descriptor, at: path)
        } catch {
            close(descriptor)
            throw error
        }
        known.withLock { $0.descriptor = descriptor }
        return descriptor
    }

    /// - Parameter slot: nil for zeros.
    static func overwrite(
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
    /// - Parameter erased: whose secret does not come back, since a memory says that they were erased.
    /// - Throws: `FileFault`.
    func merge(_ slots: [OwnSecretSlot], erased: Set<RecipientID>) throws {
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

    /// What a saved file has, without what is damaged.
    /// - Parameter name: of the file, for what is wrong with it.
    /// - Throws: `RecordFileFault.notSecrets`.
    static func slots(in saved: SecretBytes, named name: String) throws -> [OwnSecretSlot] {
        try saved.withBytes { bytes in
            guard bytes.count >= slot, bytes.starts(with: head) else { throw RecordFileFault.notSecrets(name) }
            return stride(from: slot, through: bytes.count - slot, by: slot).compactMap { start in
                try? OwnSecretSlot(UnsafeRawBufferPointer(rebasing: bytes[start..<start + slot]))
            }
        }
    }
}
