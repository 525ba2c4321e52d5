internal import PosternCore
internal import PosternSealing
internal import PosternStore

/// A submission on its way through the steps of intake, with their findings so far.
struct PendingSubmission: Sendable {
    let submission: Submission
    let id: LetterID
    /// Nil where the path cannot name a site or a handle.
    let site: SiteID?
    let handle: Handle?
    /// Nil while the vault has not announced the keys of the day. Nothing can be sealed then either.
    let day: DayPseudonyms?
    /// The tags of the client and its networks, narrowest first.
    let tags: [Tag]
    /// Nil when nobody has that name, or it has not been looked up.
    var recipient: Recipient?
    /// The findings of the rules that matched.
    var verdictParts: [Verdict.Part] = []
    /// What the client is counted under.
    var clientKeys = ClientKeys()
    /// What the letter was counted under. Given back unless the letter is kept.
    var countedKeys: [DatedLimitKey] = []
    /// What its text is compared by, and what that found; nil where it is not compared. Taken back unless the letter is kept.
    var likeness: (sketch: DatedSketch, finding: WaveLedger.Finding)?

    init(_ submission: Submission, id: LetterID, day: DayPseudonyms?) {
        self.submission = submission
        self.id = id
        self.day = day
        site = try? SiteID(submission.site)
        handle = try? Handle(submission.handle)
        tags = day?.tags(of: submission.client) ?? []
    }

    var at: Timestamp { submission.at }

    /// Records that a rule refused the submission.
    mutating func refuse(_ rule: Verdict.Rule, with answer: SubmissionAnswer) -> Judgement {
        verdictParts.append(Verdict.Part(rule, .refuse))
        return .refused(answer)
    }

    /// Its line of the log.
    func entry(
        _ verdict: Verdict, evidence: [UInt8]?, letterBytes: Int, isCollective: Bool = false
    ) -> SubmissionEntry {
        SubmissionEntry(
            id: id, at: at, site: site?.text ?? "", handle: (recipient?.handle ?? handle)?.text ?? "", recipient: recipient?.id,
            verdict: verdict,
            tags: isCollective ? [] : tags, evidence: evidence, letterBytes: letterBytes)
    }

    /// What the store knows a repeat of this post by; none without an idempotency key, or while there are no keys of the day.
    func idempotencyNames(to recipient: Recipient) -> [IdempotencyName] {
        submission.idempotencyKey.flatMap { day?.idempotencyNames(of: $0, to: recipient.id) } ?? []
    }
}

/// The result of the steps of intake: one for each submission.
enum Judgement: Error {
    /// On disk, queued or held.
    /// - Parameter prove: where its visitor types the code that it waits for; nil when it waits for none.
    case accepted(Verdict.Decision, page: LinkToken, prove: LinkToken?)
    /// The same post was kept before, as this letter.
    case repeated(LetterID)
    /// A rule turned it away, and the log says so.
    case refused(SubmissionAnswer)
    /// The disk is nearly full.
    case diskFull
    /// The store or the keys are not available.
    case failed(any Error)

    var isAccepted: Bool {
        if case .accepted = self { true } else { false }
    }

    /// Whether an earlier outcome of the same post replaces this one. Not after the store failed: what it shows then may not be
    /// on disk.
    var isOpenToRepeats: Bool {
        switch self {
        case .refused, .diskFull: true
        case .accepted, .repeated, .failed: false
        }
    }

    /// Whether the reply says how much of the client limit is left.
    var tellsQuota: Bool {
        switch self {
        case .accepted, .repeated, .refused(.limited), .refused(.unavailable): true
        case .refused, .diskFull, .failed: false
        }
    }

    /// The verdict it is counted as; a repeated post is no submission.
    var metric: String? {
        switch self {
        case .accepted(let decision, _, _): decision.rawValue
        case .repeated: nil
        case .refused: Verdict.Decision.refuse.rawValue
        case .diskFull, .failed: "unavailable"
        }
    }

    /// The visitor's link to the conversation that has begun.
    var page: LinkToken? {
        if case .accepted(_, let page, _) = self { page } else { nil }
    }

    /// A person must mend what somebody has written into the store: another try in a minute would end alike.
    private static let mending = Duration.hours(1)

    func answer(for id: LetterID) -> SubmissionAnswer {
        switch self {
        case .accepted: .accepted(id)
        case .repeated(let first): .accepted(first)
        case .refused(let answer): answer
        case .failed(StoreError.undecodable): .unavailable(retryAfter: Self.mending)
        case .diskFull, .failed: .unavailable(retryAfter: .seconds(30))
        }
    }
}
