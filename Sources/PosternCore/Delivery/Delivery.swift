/// The two random identifiers by which the outside knows a letter: made at acceptance, the same on every attempt, and
/// unrelated to any id of ours.
package struct MailTokens: Hashable, Sendable, Unprintable {
    /// The left part of the Message-ID.
    package let messageID: String
    /// The local part of the envelope sender.
    package let envelope: String

    package init(messageID: String, envelope: String) {
        (self.messageID, self.envelope) = (messageID, envelope)
    }

    package init(using randomness: inout some RandomNumberGenerator) {
        messageID = Self.text(using: &randomness)
        envelope = Self.text(using: &randomness)
    }

    private static func text(using randomness: inout some RandomNumberGenerator) -> String {
        Identifier<Self>(high: randomness.next(), low: randomness.next()).description
    }
}

/// What a claimed delivery carries.
package enum DeliveryKind: String, Sendable, CaseIterable {
    /// A visitor's letter to a recipient.
    case letter
    /// Our question to a recipient whether the address is theirs.
    case confirmation
    /// What one of the two wrote inside a conversation, to the other.
    case reply
    /// The same, to its author.
    case copy
    /// Tells a recipient that letters are paused, and how they go on.
    case pauseNotice = "pause-notice"
    /// Tells a recipient that a letter was one of many that were nearly the same, and that staff have stopped the others.
    case waveNotice = "wave-notice"
    /// The link to a recipient's own page, which they asked for.
    case manage
    /// Tells the former address that another is to take its place, and how to undo that.
    case addressNotice = "address-notice"
    /// Tells a recipient whose address was confirmed what this is and how to stop it.
    case welcome
    /// Asks a visitor to show that the address is theirs.
    case prove

    /// Whether somebody posted it: it has a submission, a letter, and a part in the count of what was accepted.
    package var isPosted: Bool {
        switch self {
        case .letter, .reply: true
        case .confirmation, .copy, .pauseNotice, .waveNotice, .manage, .addressNotice, .welcome, .prove: false
        }
    }
}
