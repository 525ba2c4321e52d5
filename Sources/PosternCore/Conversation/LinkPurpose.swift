/// What the holder of a link may do with it. A link serves one purpose only. The raw value is the first part of its path, and what
/// the store says.
package enum LinkPurpose: String, Sendable, CaseIterable {
    /// A recipient's page of one conversation: see who wrote when, answer, close.
    case reply
    /// A recipient hears no more from one visitor, or does again.
    case mute
    /// A recipient complains about one letter, or takes that back.
    case report
    /// A recipient takes no letters for now, or does again.
    case pause
    /// A visitor's page of one conversation.
    case letter
    /// A visitor types the code from a mail, which shows that the address is theirs.
    case prove
    case manage
}

extension LinkPurpose {
    /// The links in a mail to a recipient.
    package static let ofRecipient: [LinkPurpose] = [.reply, .mute, .report, .pause]
}
