/// What came from one client on one day.
package struct ClientTrail: Equatable, Sendable {
    package let epoch: Epoch
    package let tag: Tag
    /// By decision; at most `most` in all are counted.
    package let counts: [Verdict.Decision: Int]
    package let recipients: Int
    package let first, last: Timestamp

    package init(
        epoch: Epoch, tag: Tag, counts: [Verdict.Decision: Int], recipients: Int, first: Timestamp, last: Timestamp
    ) {
        self.epoch = epoch
        self.tag = tag
        self.counts = counts
        self.recipients = recipients
        self.first = first
        self.last = last
    }

    package var total: Int { counts.values.reduce(0, +) }

    /// More than this is not counted: what matters is that it is a flood.
    package static let most = 1_000
}
