package import PosternCore

/// A letter that is taken, queued or held: everything that one transaction must hold before anybody says "accepted".
package struct AcceptedLetter: Sendable {
    /// What the log will say. Its verdict decides whether the letter is due at once or waits for a person.
    package let entry: SubmissionEntry
    /// The sealed letter.
    package let seal: [UInt8]
    package let tokens: MailTokens
    /// What a reply to it will need.
    package let conversation: NewConversation?
    /// The mail that asks its visitor to prove the address: until then the letter waits. Nil for a letter that needs no proof.
    package let proof: (id: LetterID, tokens: MailTokens)?
    /// What the limits counted it under; nil when no limit did.
    package let limitRecord: LimitRecord?
    /// Nil when it was posted without a key.
    package let idempotencyRecord: IdempotencyRecord?
    /// The key of the record if the same post came yesterday: the digests change daily.
    package let yesterdaysKey: [UInt8]?

    /// What its text is compared by, and the first letter that it is near, which may be itself; nil where it is not compared.
    package let likeness: (sketch: DatedSketch, wave: LetterID)?

    package init(
        entry: SubmissionEntry, seal: [UInt8], tokens: MailTokens, conversation: NewConversation? = nil,
        proof: (id: LetterID, tokens: MailTokens)? = nil, limitRecord: LimitRecord? = nil,
        idempotencyRecord: IdempotencyRecord? = nil, yesterdaysKey: [UInt8]? = nil,
        likeness: (sketch: DatedSketch, wave: LetterID)? = nil
    ) {
        self.likeness = likeness
        self.entry = entry
        self.seal = seal
        self.tokens = tokens
        self.conversation = conversation
        self.proof = proof
        self.limitRecord = limitRecord
        self.idempotencyRecord = idempotencyRecord
        self.yesterdaysKey = yesterdaysKey
    }

    package var id: LetterID { entry.id }
}

/// What a first letter brings along for its conversation.
package struct NewConversation: Equatable, Sendable {
    /// Sealed.
    package let summary: [UInt8]
    package let links: [StoredLink]
    /// The summary's key, masked for the recipient's own page; nil while the vault has announced no key for that.
    package let ledgerKey: [UInt8]?

    package init(summary: [UInt8], links: [StoredLink], ledgerKey: [UInt8]? = nil) {
        self.summary = summary
        self.links = links
        self.ledgerKey = ledgerKey
    }
}

/// What a repeated post is recognised by. Digests under a secret that the store does not have, so that neither a client's key nor
/// a letter's text is kept, and no guess of them can be tested.
package struct IdempotencyRecord: Hashable, Sendable {
    /// How long a key is remembered.
    package static let lifetime = Duration.hours(24)

    /// 32 bytes over the key and the recipient it counts for.
    package let key: [UInt8]
    /// 32 bytes over what was posted.
    package let body: [UInt8]

    /// - Precondition: 32 bytes each.
    package init(key: [UInt8], body: [UInt8]) {
        precondition(key.count == 32 && body.count == 32, "an idempotency record is two digests of 32 bytes")
        self.key = key
        self.body = body
    }
}

/// What became of a letter that was handed to the store.
package enum Acceptance: Equatable, Sendable {
    case stored
    /// The same post came before, as this letter. Nothing was stored.
    case repeated(LetterID)
    /// The key was used before, for another post. Nothing was stored.
    case conflict
    /// The key was used yesterday, for a post with this digest that became this letter. Nothing was stored.
    case keyUsedYesterday(body: [UInt8], LetterID)
    /// The recipient takes no letters any more. Nothing was stored.
    case noLetters
    /// The recipient, or their site, wants letters of proven addresses alone, and this one was to wait for no proof. Nothing was stored.
    case unproven
}
