private import Crypto
internal import PosternCore
internal import PosternSealing

/// One person's place in the file of own secrets, 64 bytes, so that none lies across two sectors of a disk and each is written whole or
/// not at all: recipient (16), secret (32), tag of the name (8), check of all this (8). A secret that was destroyed is zeros, and so is
/// its tag.
struct OwnSecretSlot: Sendable {
    static let length = 64
    private static let checked = length - 8

    let recipient: RecipientID
    let state: OwnSecretState
    let tag: UInt64

    init(_ owner: RecordOwner, _ secret: OwnSecret) {
        (recipient, state, tag) = (owner.recipient, .held(secret), owner.tag(under: secret))
    }

    init(destroyed recipient: RecipientID) {
        self.recipient = recipient
        state = .destroyed
        tag = 0
    }

    enum Fault: Error {
        /// Nothing was written here.
        case empty
        /// What a crash left of a slot that nobody was told of, or of one that was being destroyed; or damage.
        case damaged
    }

    init(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
        recipient = try Self.recipient(in: bytes)
        let secret = UnsafeRawBufferPointer(rebasing: bytes[16..<16 + OwnSecret.length])
        tag = Self.number(in: bytes, at: 48)
        state = secret.allSatisfy { $0 == 0 } ? .destroyed : OwnSecret(bytes: secret).map { .held($0) } ?? .none
    }

    /// Whose it is, without its secret: all that is asked of each slot when the file is opened.
    static func recipient(in bytes: UnsafeRawBufferPointer) throws(Fault) -> RecipientID {
        guard bytes.contains(where: { $0 != 0 }) else { throw .empty }
        guard check(bytes) == number(in: bytes, at: checked) else { throw .damaged }
        return RecipientID(high: number(in: bytes, at: 0), low: number(in: bytes, at: 8))
    }

    /// - Parameter bytes: as many as a slot has.
    func write(to bytes: UnsafeMutableRawBufferPointer) {
        func put(_ number: UInt64, at place: Int) { bytes.storeBytes(of: number.bigEndian, toByteOffset: place, as: UInt64.self) }
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        put(recipient.high, at: 0)
        put(recipient.low, at: 8)
        if case .held(let secret) = state {
            secret.key.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: bytes[16..<48]).copyMemory(from: $0) }
        }
        put(tag, at: 48)
        put(Self.check(UnsafeRawBufferPointer(bytes)), at: Self.checked)
    }

    /// Against accidents only: who writes in the vault's home needs no forged slot.
    private static func check(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = SHA256()
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<checked]))
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func number(in bytes: UnsafeRawBufferPointer, at place: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
}
