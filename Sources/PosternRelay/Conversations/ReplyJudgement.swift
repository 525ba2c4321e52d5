internal import PosternCore

/// The result of the steps of a reply: one for each.
enum ReplyJudgement: Error {
    /// On disk, queued or held.
    case accepted(Verdict.Decision)
    /// The same post was kept before.
    case repeated
    /// A rule turned it away, and the log says so.
    case refused(ReplyAnswer)
    /// Its author is asked something. Nothing was kept, and nothing is said against anybody.
    case asked([PersonalDetail])
    case diskFull
    /// The store, the keys or the vault are not available.
    case failed(any Error)

    /// What a step of intake says of a letter.
    init(_ judgement: Judgement) {
        switch judgement {
        case .accepted(let decision, _, _): self = .accepted(decision)
        case .repeated: self = .repeated
        case .refused(.limited(let wait)): self = .refused(.limited(retryAfter: wait))
        case .refused(.unavailable(let wait)): self = .refused(.unavailable(retryAfter: wait))
        // The other refusals are about letters alone.
        case .refused: self = .refused(.blocked)
        case .diskFull: self = .diskFull
        case .failed(let error): self = .failed(error)
        }
    }

    /// Whether an earlier outcome of the same post replaces this one. Not after the store failed: what it shows then may not be on
    /// disk.
    var isOpenToRepeats: Bool {
        switch self {
        case .refused, .asked, .diskFull: true
        case .accepted, .repeated, .failed: false
        }
    }

    /// The verdict it is counted as.
    var metric: String? {
        switch self {
        case .accepted(let decision): decision.rawValue
        case .repeated, .asked: nil
        case .refused: Verdict.Decision.refuse.rawValue
        case .diskFull, .failed: "unavailable"
        }
    }

    var answer: ReplyAnswer {
        switch self {
        case .accepted, .repeated: .accepted
        case .refused(let answer): answer
        case .asked(let details): .doubtful(details)
        case .diskFull, .failed: .unavailable(retryAfter: .seconds(30))
        }
    }
}
