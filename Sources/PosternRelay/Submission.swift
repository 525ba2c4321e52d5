package import PosternCore

/// One posted letter as it reached us, before anything in it has been believed.
package struct Submission: Sendable {
    /// As they stand in the path; they may name nothing.
    package let site: String
    package let handle: String
    package let letter: RawLetter
    package let client: ClientAddress
    /// The `Idempotency-Key` header, or the form's one-time token.
    package let repeatKey: String?
    package let at: Timestamp

    package init(site: String, handle: String, letter: RawLetter, client: ClientAddress, repeatKey: String?, at: Timestamp) {
        (self.site, self.handle, self.letter) = (site, handle, letter)
        (self.client, self.repeatKey, self.at) = (client, repeatKey, at)
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
    case repeatKeyConflict
    /// The store or the keys are not to be had at the moment.
    case unavailable(retryAfter: Duration)
}

/// Where the web hands in what was posted.
package protocol SubmissionDesk: Sendable {
    func submit(_ submission: Submission) async -> SubmissionAnswer
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
