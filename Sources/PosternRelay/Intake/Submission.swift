package import PosternCore

/// One posted letter as it reached us, before anything in it has been believed.
package struct Submission: Sendable {
    /// As they stand in the path; they may name nothing.
    package let site: String
    package let handle: String
    package let letter: RawLetter
    package let client: ClientAddress
    /// The `Idempotency-Key` header, or the form's one-time token.
    package let idempotencyKey: String?
    package let channel: Channel
    package let at: Timestamp

    /// How it was posted, and what that tells about who did.
    package enum Channel: Equatable, Sendable {
        case api
        case form(FormSigns)
    }

    package init(
        site: String, handle: String, letter: RawLetter, client: ClientAddress, idempotencyKey: String?, channel: Channel = .api,
        at: Timestamp
    ) {
        (self.site, self.handle, self.letter) = (site, handle, letter)
        (self.client, self.idempotencyKey, self.channel, self.at) = (client, idempotencyKey, channel, at)
    }
}

/// What a posted form tells about who filled it in. None of it is proof: each sign counts towards a verdict.
package struct FormSigns: Equatable, Sendable {
    package let token: FormStanding
    /// The field that people do not see came back filled.
    package let isBaitTaken: Bool

    package init(token: FormStanding, isBaitTaken: Bool) {
        (self.token, self.isBaitTaken) = (token, isBaitTaken)
    }
}

/// What a visitor is told, and what may be told of the limits.
package struct SubmissionReply: Equatable, Sendable {
    package let answer: SubmissionAnswer
    /// What the client limit leaves; nil while it is off, and where nothing was counted.
    package let quota: ClientQuota?

    package init(_ answer: SubmissionAnswer, quota: ClientQuota? = nil) {
        (self.answer, self.quota) = (answer, quota)
    }
}

/// What the visitor is told. Each case but the first means: nothing was stored.
package enum SubmissionAnswer: Equatable, Sendable {
    /// Durable. Said alike for a letter that is queued and one that is held.
    case accepted(LetterID)
    case invalid(LetterFaults)
    /// No such site or handle.
    case unknownRecipient
    /// Paused, unconfirmed or erased: one answer for all of them (P7).
    case takesNoLetters
    /// The key was used within 24 h for another letter.
    case idempotencyKeyConflict
    /// The client has sent as many letters as it may for now.
    case limited(retryAfter: Duration)
    /// Staff have blocked letters like this one.
    case blocked
    /// The store or the keys are not to be had at the moment, or the whole installation is over its limit.
    case unavailable(retryAfter: Duration)
}

/// How much of the client limit is left, for the `RateLimit` header fields.
package struct ClientQuota: Equatable, Sendable {
    /// One rate of the limit, as `POSTERN_LIMIT_CLIENT` has it.
    package struct Policy: Equatable, Sendable {
        /// How many at once.
        package let quota: Int
        /// The span in which that many come back.
        package let window: Duration

        package init(quota: Int, window: Duration) {
            (self.quota, self.window) = (quota, window)
        }
    }

    package let policies: [Policy]
    /// How many more may come now, by the rate that leaves fewest.
    package let remaining: Int
    /// Until one more may come than now.
    package let reset: Duration

    package init(policies: [Policy], remaining: Int, reset: Duration) {
        (self.policies, self.remaining, self.reset) = (policies, remaining, reset)
    }
}

/// Where the web hands in what was posted.
package protocol SubmissionService: Sendable {
    func submit(_ submission: Submission) async -> SubmissionReply
    /// What the contact page may show of a recipient; nil when there is no such site or handle.
    func contact(site: String, handle: String) async throws -> Contact?
}

/// The public face of a recipient: never more than this reaches a page.
package struct Contact: Equatable, Sendable {
    package let site: Site
    package let handle: Handle
    package let name: HeaderText
    package let takesLetters: Bool

    package init(site: Site, handle: Handle, name: HeaderText, takesLetters: Bool) {
        (self.site, self.handle, self.name, self.takesLetters) = (site, handle, name, takesLetters)
    }
}
