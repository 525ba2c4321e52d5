internal import PosternCore
internal import PosternStore

extension ControlAnswer.EntryView {
    init(_ entry: SubmissionEntry) {
        self.init(
            id: entry.id.description, at: entry.at.rfc3339, site: entry.site, handle: entry.handle,
            verdict: entry.verdict.decision.rawValue, rules: entry.verdict.parts.map(\.description),
            tags: entry.tags.map(\.description), letterBytes: entry.letterBytes, repeats: entry.repeats,
            evidence: entry.evidence != nil)
    }
}

extension ControlAnswer.BlockView {
    init(_ block: Block, at now: Timestamp) {
        self.init(
            id: block.id, kind: block.mark.kind, mark: block.mark.text, effect: block.effect.rawValue, reason: block.reason,
            added: block.added.rfc3339, expires: block.expires?.rfc3339, active: block.isActive(at: now))
    }
}

extension LogLine {
    init(_ entry: SubmissionEntry) {
        self.init(
            id: entry.id, at: entry.at, site: entry.site, handle: entry.handle, decision: entry.verdict.decision,
            rules: entry.verdict.parts.map(\.description), tags: entry.tags.map(\.description), letterBytes: entry.letterBytes,
            repeats: entry.repeats)
    }
}

extension Verdict.Effect {
    var words: String {
        switch self {
        case .refuse: "refuse"
        case .hold: "hold"
        case .score(let points): "\(points) of \(Verdict.threshold) points to hold"
        }
    }
}

extension Verdict.Rule {
    /// What a reviewer is told of a rule that spoke.
    var meaning: String {
        switch self {
        case .unknownRecipient: "nobody has this handle"
        case .noLetters: "the recipient takes no letters at the moment"
        case .invalidLetter: "a field was empty, too long or not what it has to be; the visitor was told which"
        case .idempotencyConflict: "the same form or Idempotency-Key had been used for another letter"
        case .limitClient: "the client, or the IPv6 network it is in, is over POSTERN_LIMIT_CLIENT"
        case .limitRecipient: "the recipient is over POSTERN_LIMIT_RECIPIENT, or the client's network over its share of it"
        case .limitSender: "the visitor's address is over POSTERN_LIMIT_SENDER"
        case .limitText: "the same text has come more often than POSTERN_LIMIT_TEXT allows"
        case .limitInstallation: "all sites together are over POSTERN_LIMIT_GLOBAL"
        case .trapBait: "a field that people do not see was filled in"
        case .trapToken: "the form came without a token of ours: a form of the site's own, or a program"
        case .trapHaste: "the form came back sooner than a person types"
        case .block: "staff have blocked letters like this one"
        }
    }
}
