/// What opens the summaries of one day's letters to one recipient, for their own page. It follows from the key of that day's letters, and
/// is gone with it.
package struct LedgerKey: Hashable, Sendable, Unprintable {
    package static let length = 16

    package let epoch: Epoch
    /// Sixteen bytes.
    package let bytes: [UInt8]

    /// - Returns: nil unless there are sixteen bytes.
    package init?(epoch: Epoch, bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        (self.epoch, self.bytes) = (epoch, bytes)
    }
}
