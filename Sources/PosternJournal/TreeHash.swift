private import Crypto
internal import FoundationEssentials

/// A SHA-256 hash of the journal's Merkle tree (RFC 9162 §2.1.1).
package struct TreeHash: Hashable, Sendable {
    package static let length = 32

    package let bytes: [UInt8]

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = Array(bytes)
    }

    private init(digest: SHA256Digest) {
        bytes = Array(digest)
    }

    package static func leaf(_ entry: some Collection<UInt8>) -> TreeHash {
        TreeHash(digest: SHA256.hash(data: [0] + entry))
    }

    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        TreeHash(digest: SHA256.hash(data: [1] + left.bytes + right.bytes))
    }

    /// The root of a tree without leaves.
    package static let empty = TreeHash(digest: SHA256.hash(data: [UInt8]()))

    /// The root over these leaves.
    package static func root(of leaves: some RandomAccessCollection<TreeHash>) -> TreeHash {
        switch leaves.count {
        case 0: return .empty
        case 1: return leaves.first ?? .empty
        default:
            let middle = leaves.index(leaves.startIndex, offsetBy: leaves.count.largestPowerOfTwoBelow)
            return node(root(of: leaves[..<middle]), root(of: leaves[middle...]))
        }
    }

    package init?(base64: some StringProtocol) {
        guard let data = Data(strictBase64: base64) else { return nil }
        self.init(data)
    }

    package var base64: String { Data(bytes).base64EncodedString() }
}

extension Int {
    /// Where a tree of this many leaves is split: the largest power of two that is smaller. For two or more.
    var largestPowerOfTwoBelow: Int { 1 << (Int.bitWidth - 1 - (self - 1).leadingZeroBitCount) }
}

extension Data {
    /// Base64 as it is written (RFC 4648 §4): one spelling for each value, so that nothing can be changed without being another value.
    init?(strictBase64 text: some StringProtocol) {
        guard let data = Data(base64Encoded: String(text)), data.base64EncodedString() == text else { return nil }
        self = data
    }
}
