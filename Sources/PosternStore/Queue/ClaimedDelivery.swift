package import PosternCore

/// A delivery under a lease, with all that the vault needs to make the attempt.
package struct ClaimedDelivery: Equatable, Sendable {
    package let id: LetterID
    /// The number of this attempt; the first is 1. It stands in the store already.
    package let attempt: Int
    package let kind: DeliveryKind
    package let accepted: Timestamp
    /// When it became due: how far behind the queue is.
    package let due: Timestamp
    /// How often the line went dead after the final dot: it may have been delivered before.
    package let uncertain: Int
    package let tokens: MailTokens
    /// As it stands now, not as it stood when the letter was written: may be paused. Never erased.
    package let recipient: Recipient
    package let record: SealedRecord
    package let site: Site
    /// Empty for a confirmation.
    package let seal: [UInt8]

    package init(
        id: LetterID, attempt: Int, kind: DeliveryKind, accepted: Timestamp, due: Timestamp, uncertain: Int, tokens: MailTokens,
        recipient: Recipient, record: SealedRecord, site: Site, seal: [UInt8]
    ) {
        (self.id, self.attempt, self.kind, self.accepted, self.due) = (id, attempt, kind, accepted, due)
        (self.uncertain, self.tokens, self.recipient, self.record) = (uncertain, tokens, recipient, record)
        (self.site, self.seal) = (site, seal)
    }
}
