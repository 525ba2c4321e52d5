/// What visitors have posted as proof that a mail reached them, one after another, as a conversation keeps it.
///
/// Only the vault can tell which of them is right, and anybody who has a visitor's link can post a made-up one. So a later one does
/// not take the place of an earlier one: the first seven are kept whatever comes, and of the others the newest.
package struct Proofs: Equatable, Sendable {
    /// Of one, in bytes.
    package static let length = 16
    /// More than one page's mails ever need: the vault makes the same for all mails of one conversation.
    package static let most = 8

    package private(set) var bytes: [UInt8]

    /// - Parameter bytes: as they are stored; nil for none yet. Of what somebody has changed, the vault finds none right.
    package init(bytes: [UInt8]? = nil) {
        self.bytes = bytes ?? []
    }

    package var all: [ArraySlice<UInt8>] {
        stride(from: 0, to: bytes.count, by: Self.length).map { bytes[$0..<min($0 + Self.length, bytes.count)] }
    }

    /// - Precondition: it has `length` bytes.
    package mutating func add(_ proof: [UInt8]) {
        precondition(proof.count == Self.length, "a proof has 16 bytes")
        var kept = all.filter { $0.count == Self.length }
        guard !kept.contains(proof[...]) else { return }
        kept = Array(kept.prefix(Self.most - 1))
        bytes = Array((kept + [proof[...]]).joined())
    }
}
