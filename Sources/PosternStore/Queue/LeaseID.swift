private import PosternCore

/// Names one claim of the queue: the node that made it, and a number that only rises there. An outcome other than *delivered*
/// counts only under the lease it was claimed with.
package struct LeaseID: Hashable, Sendable {
    package let node: Int64
    package let number: Int64

    package init(node: Int64, number: Int64) {
        self.node = node
        self.number = number
    }
}

/// Sixteen bytes, node first, most significant first: the leases of one node are one range of the index, in the order of their
/// numbers.
extension LeaseID: StoredAs {
    package init?(form: [UInt8]) {
        guard let id = LetterID(bytes: form) else { return nil }
        self.init(node: Int64(bitPattern: id.high), number: Int64(bitPattern: id.low))
    }

    package var form: [UInt8] { LetterID(high: UInt64(bitPattern: node), low: UInt64(bitPattern: number)).bytes }
}

extension LeaseID: CustomStringConvertible {
    package var description: String { "\(node)-\(number)" }
}

/// The leases of a node from one start to the next.
package struct NodeLeases: Hashable, Sendable {
    package let node: Int64
    private var number: Int64

    /// - Parameter start: how often the node has started. It stands in the upper half of each number, so that numbers rise from
    ///   start to start without a write for every claim.
    package init(node: Int64, start: Int64) {
        self.node = node
        number = start &<< 32
    }

    /// One that no claim has had before.
    package mutating func next() -> LeaseID {
        number &+= 1
        return LeaseID(node: node, number: number)
    }
}
