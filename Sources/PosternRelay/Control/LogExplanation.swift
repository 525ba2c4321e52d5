internal import PosternCore
internal import PosternStore

/// An entry of the log with what each rule said, in words, and what became of the letter.
package struct LogExplanation: Codable, Sendable {
    package let entry: LogEntry
    package let parts: [Part]
    package let delivery: DeliveryView?

    package struct Part: Codable, Sendable {
        package let rule: String
        package let effect: String
        package let meaning: String

        package init(rule: String, effect: String, meaning: String) {
            self.rule = rule
            self.effect = effect
            self.meaning = meaning
        }
    }

    init(_ entry: LogEntry, blocks: [Int64: Block], delivery: DeliveryLine?) {
        self.entry = entry
        parts = entry.rules.map { part in
            let block = part.block.flatMap { blocks[$0] }
            return Part(
                rule: part.rule.rawValue, effect: part.effect.words,
                meaning: part.rule.meaning + (block.map { ": \($0.reason)" } ?? ""))
        }
        self.delivery = delivery.map(DeliveryView.init)
    }
}

extension Verdict.Effect {
    fileprivate var words: String {
        switch self {
        case .refuse: "refuse"
        case .hold: "hold"
        case .score(let points): "\(points) of \(Verdict.threshold) points to hold"
        }
    }
}

extension Verdict.Rule {
    /// Why the rule matched, for a reviewer.
    fileprivate var meaning: String {
        switch self {
        case .unknownRecipient: "no recipient has this handle"
        case .noLetters: "the recipient takes no letters at the moment"
        case .invalidLetter: "a field was empty, too long or not valid; the visitor was told which"
        case .idempotencyConflict: "the same form or Idempotency-Key had already been used for another letter"
        case .limitClient: "the client, or the IPv6 network it is in, is over POSTERN_LIMIT_CLIENT"
        case .limitRecipient: "the recipient is over POSTERN_LIMIT_RECIPIENT, or the client's network over its share of it"
        case .limitSender: "the visitor's address, as written from this network, is over POSTERN_LIMIT_SENDER"
        case .limitText: "the same text has come more often than POSTERN_LIMIT_TEXT allows"
        case .limitInstallation: "all sites together are over POSTERN_LIMIT_GLOBAL, or the client's network over its share of it"
        case .limitConversation: "its author has answered \(ConversationService.mostADay) times in this conversation within a day"
        case .conversationEnded: "the conversation was closed or over, or its visitor had no answer yet to answer"
        case .trapBait: "a field that people do not see was filled in"
        case .trapToken: "the form had no token of ours: it was the site's own form, or a program"
        case .trapHaste: "the form came back sooner than a person can type"
        case .crossSite: "a page of another site had its visitor post it, who may know nothing of it"
        case .impersonation: "the visitor’s name reads like the site’s own, or like its staff: “Support”, “Admin”"
        case .wave: "more recipients have letters that are nearly the same than POSTERN_LIMIT_WAVE allows"
        case .block: "staff have blocked letters like this one"
        }
    }
}
