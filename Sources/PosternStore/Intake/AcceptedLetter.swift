package import PosternCore

/// A letter that passed, sealed and ready to be kept: everything that one transaction has to hold (P1).
package struct AcceptedLetter: Sendable {
    /// Where its delivery begins.
    package enum Placement: Equatable, Sendable {
        /// Due at once.
        case queue
        /// Kept for review.
        /// - Parameter reason: for staff; nothing personal.
        case hold(reason: String)
    }

    package let id: LetterID
    package let at: Timestamp
    package let site: SiteID
    package let handle: Handle
    package let recipient: RecipientID
    package let placement: Placement
    /// What each rule said that spoke.
    package let parts: [Verdict.Part]
    package let epoch: Epoch
    package let seal: [UInt8]
    /// The sealed client address.
    package let evidence: [UInt8]
    /// Of the client and its networks, narrowest first.
    package let tags: [Tag]
    /// What the limits counted it under; nil when none did.
    package let limitMark: LimitMark?
    /// How long the letter was before it was sealed.
    package let letterBytes: Int
    package let tokens: MailTokens
    /// Nil when whoever posted it gave no key.
    package let idempotencyRecord: IdempotencyRecord?

    package init(
        id: LetterID, at: Timestamp, site: SiteID, handle: Handle, recipient: RecipientID, placement: Placement,
        parts: [Verdict.Part], epoch: Epoch, seal: [UInt8], evidence: [UInt8], tags: [Tag] = [], limitMark: LimitMark? = nil,
        letterBytes: Int, tokens: MailTokens, idempotencyRecord: IdempotencyRecord?
    ) {
        (self.id, self.at, self.site, self.handle, self.recipient) = (id, at, site, handle, recipient)
        (self.placement, self.parts, self.epoch) = (placement, parts, epoch)
        (self.seal, self.evidence, self.letterBytes) = (seal, evidence, letterBytes)
        (self.tokens, self.idempotencyRecord) = (tokens, idempotencyRecord)
        (self.tags, self.limitMark) = (tags, limitMark)
    }
}

/// By what a repeated post is recognised: digests, so that neither a client's key nor a letter's text is kept.
package struct IdempotencyRecord: Hashable, Sendable {
    /// How long a key is remembered (REQUIREMENTS A5).
    package static let lifetime = Duration.hours(24)

    /// 32 bytes over the key and what it is scoped to.
    package let key: [UInt8]
    /// 32 bytes over what was posted.
    package let body: [UInt8]

    /// - Precondition: 32 bytes each.
    package init(key: [UInt8], body: [UInt8]) {
        precondition(key.count == 32 && body.count == 32, "an idempotency record is two digests of 32 bytes")
        (self.key, self.body) = (key, body)
    }
}

/// What became of a letter handed to the store.
package enum Acceptance: Equatable, Sendable {
    case stored
    /// The same post came before, as this letter. Nothing was stored.
    case repeated(LetterID)
    /// The key was used before, for another post. Nothing was stored.
    case conflict
    /// The recipient takes no letters any more. Nothing was stored.
    case noLetters
}

/// A submission that was turned away: only the log knows of it.
package struct RefusedSubmission: Sendable {
    package let id: LetterID
    package let at: Timestamp
    /// As they were asked for; empty where they could be no names.
    package let site: String
    package let handle: String
    /// Nil when nobody has that handle.
    package let recipient: RecipientID?
    package let parts: [Verdict.Part]
    package let epoch: Epoch
    /// Nil for an entry that counts refusals from everywhere.
    package let evidence: [UInt8]?
    package let tags: [Tag]
    package let letterBytes: Int

    package init(
        id: LetterID, at: Timestamp, site: String, handle: String, recipient: RecipientID?, parts: [Verdict.Part], epoch: Epoch,
        evidence: [UInt8]?, tags: [Tag] = [], letterBytes: Int
    ) {
        (self.id, self.at, self.site, self.handle, self.recipient) = (id, at, site, handle, recipient)
        (self.parts, self.epoch, self.evidence, self.tags, self.letterBytes) = (parts, epoch, evidence, tags, letterBytes)
    }
}

/// A question to a recipient whether the address is theirs: a delivery without a letter.
package struct NewConfirmation: Sendable {
    package let id: LetterID
    package let at: Timestamp
    package let recipient: RecipientID
    package let tokens: MailTokens

    package init(id: LetterID, at: Timestamp, recipient: RecipientID, tokens: MailTokens) {
        (self.id, self.at, self.recipient, self.tokens) = (id, at, recipient, tokens)
    }
}
