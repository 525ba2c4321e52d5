/// A decision of staff: letters with a certain mark are held or refused.
package struct Block: Hashable, Sendable {
    package enum Effect: String, Sendable, CaseIterable {
        case hold, refuse
    }

    /// What a letter is recognised by.
    package enum Mark: Hashable, Sendable {
        /// A client or its network, on the one day on which it has this tag. A running relay turns it into the tag of each new day.
        case tag(Tag, Epoch)
        /// A network that an operator typed. It is not evidence of a visit, so it is stored in the clear.
        case range(AddressRange)
        /// The domain of the visitor's address, and every domain below it.
        case domain(String)
        /// The visitor's address, which is not stored.
        case sender(SenderDigest)
        /// Words in the subject or in the message.
        case phrase(BlockedPhrase)
    }

    /// Never reused: verdicts in the log refer to it.
    package let id: Int64
    package let mark: Mark
    package let effect: Effect
    package let reason: String
    package let added: Timestamp
    /// Nil: it lasts until it is removed.
    package let expires: Timestamp?

    /// The longest reason and the longest phrase, in code points.
    package static let textLimit = 200
    /// How long a client is kept out by the one key of the desk.
    package static let deskSpan = Duration.days(7)
    /// A shorter phrase would match unrelated letters.
    package static let shortestPhrase = 4

    package init(id: Int64, mark: Mark, effect: Effect, reason: String, added: Timestamp, expires: Timestamp?) {
        self.id = id
        self.mark = mark
        self.effect = effect
        self.reason = reason
        self.added = added
        self.expires = expires
    }

    package func isActive(at now: Timestamp) -> Bool { !isExpired(at: now) && !isOutdated(at: now) }

    package func isExpired(at now: Timestamp) -> Bool { expires.map { $0 <= now } ?? false }

    /// It would go on, but what its client is called today is not known: it matches nobody.
    package func isOutdated(at now: Timestamp) -> Bool {
        guard case .tag(_, let epoch) = mark, !isExpired(at: now) else { return false }
        return epoch < Epoch(containing: now)
    }
}

/// Words that letters are blocked by: as staff typed them, and as they are compared.
package struct BlockedPhrase: Hashable, Sendable {
    package let text: String
    package let folded: FoldedText

    package init(_ typed: String) {
        text = TextNormaliser.message(typed).unicodeScalars.split(whereSeparator: \.isBlank).map { String($0) }.joined(
            separator: " ")
        folded = FoldedText(text)
    }
}
