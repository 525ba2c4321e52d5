package import PosternCore

/// One posted letter as it reached us. Nothing in it has been checked.
package struct Submission: Sendable {
    /// As written in the path. There may be no such site or handle, and the handle may be an alias.
    package let site: String
    package let handle: String
    package let letter: RawLetter
    package let client: ClientAddress
    /// The `Idempotency-Key` header, or the form's one-time token.
    package let idempotencyKey: String?
    package let channel: Channel
    package let origin: PostOrigin
    /// Of the page on which it was written, or what the client asks for: mails to the visitor are in it. Nil when nobody said.
    package let language: Language?
    package let at: Timestamp

    /// How it was posted, and what that says about who posted it.
    package enum Channel: Equatable, Sendable {
        case api
        case form(FormSignals)
    }

    package init(
        site: String, handle: String, letter: RawLetter, client: ClientAddress, idempotencyKey: String?, channel: Channel = .api,
        origin: PostOrigin = .expected, language: Language? = nil, at: Timestamp
    ) {
        self.site = site
        self.handle = handle
        self.letter = letter
        self.client = client
        self.idempotencyKey = idempotencyKey
        self.channel = channel
        self.origin = origin
        self.language = language
        self.at = at
    }
}

/// On whose page a post was made, as far as the browser says.
package enum PostOrigin: Equatable, Sendable {
    /// Ours or the site's own, or it was no browser.
    case expected
    /// Ours, in a browser that says less, or somebody else's.
    case unclear
    /// Somebody else's: it makes its visitors post, who may know nothing of it.
    case foreign
}

/// What a posted form says about who filled it in. None of it is proof; each sign counts towards a verdict.
package struct FormSignals: Equatable, Sendable {
    package let token: FormTokenStatus
    /// The hidden field, which people do not see, was filled in.
    package let isBaitTaken: Bool

    package init(token: FormTokenStatus, isBaitTaken: Bool) {
        self.token = token
        self.isBaitTaken = isBaitTaken
    }
}

/// What a visitor is told, with what is left of the client limit.
package struct SubmissionReply: Equatable, Sendable {
    package let answer: SubmissionAnswer
    /// Nil when the client limit is off or has nothing to do with the answer.
    package let quota: ClientQuota?
    /// The link to the visitor's page of the conversation, for a letter that was accepted just now, held ones too. A repeat gets none:
    /// its link was forgotten when it was given out.
    package let page: LinkToken?
    /// Where the visitor types the code that shows that the address is theirs; nil where no code is asked for. The letter waits for it.
    package let prove: LinkToken?

    package init(_ answer: SubmissionAnswer, quota: ClientQuota? = nil, page: LinkToken? = nil, prove: LinkToken? = nil) {
        self.answer = answer
        self.quota = quota
        self.page = page
        self.prove = prove
    }
}

/// What the visitor is told. Every case but the first means that no letter was stored.
package enum SubmissionAnswer: Equatable, Sendable {
    /// On disk. Queued and held letters get the same answer.
    case accepted(LetterID)
    case invalid(LetterFaults)
    /// No such site or handle.
    case unknownRecipient
    /// Paused, unconfirmed or erased: one answer for all of them, so that nobody can tell which.
    case takesNoLetters
    /// The key was used for another letter within the last 24 h.
    case idempotencyKeyConflict
    /// The client has sent as many letters as it may for the moment.
    case limited(retryAfter: Duration)
    /// Staff have blocked letters like this one.
    case blocked
    /// The store or the keys are not available, or the whole installation is over its limit.
    case unavailable(retryAfter: Duration)
}

/// What the web listener calls with a posted letter.
package protocol SubmissionService: Sendable {
    func submit(_ submission: Submission) async -> SubmissionReply
    /// What the contact page may show; nil when there is no such site, handle or alias.
    func contact(site: String, handle: String, at now: Timestamp) async throws -> Contact?
}

/// What a page may show of a recipient, and never more than this.
package struct Contact: Equatable, Sendable {
    package let site: Site
    /// The recipient's own, whichever name was asked for.
    package let handle: Handle
    package let name: HeaderText
    package let takesLetters: Bool
    /// Whether its visitor is to type a code from a mail before the letter goes out.
    package let asksForProof: Bool

    package init(site: Site, handle: Handle, name: HeaderText, takesLetters: Bool, asksForProof: Bool = false) {
        self.site = site
        self.handle = handle
        self.name = name
        self.takesLetters = takesLetters
        self.asksForProof = asksForProof
    }
}
