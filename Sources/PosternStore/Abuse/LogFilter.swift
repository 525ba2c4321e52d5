package import PosternCore

/// Which entries of the log a person asks for; all conditions together.
package struct LogFilter: Equatable, Sendable {
    /// The first moment, included.
    package var since: Timestamp?
    /// The first moment that is too late.
    package var until: Timestamp?
    package var decision: Verdict.Decision?
    package var rule: Verdict.Rule?
    package var recipient: RecipientID?
    package var tag: Tag?

    package init(
        since: Timestamp? = nil, until: Timestamp? = nil, decision: Verdict.Decision? = nil, rule: Verdict.Rule? = nil,
        recipient: RecipientID? = nil, tag: Tag? = nil
    ) {
        (self.since, self.until, self.decision) = (since, until, decision)
        (self.rule, self.recipient, self.tag) = (rule, recipient, tag)
    }

    /// For a way through the log whose index meets that condition.
    func without<Condition>(_ condition: WritableKeyPath<LogFilter, Condition?>) -> LogFilter {
        var rest = self
        rest[keyPath: condition] = nil
        return rest
    }

    /// What every statement of the log ends in: each condition twice, once to see whether there is one.
    var conditions: [SQLValue] {
        [
            decision.stored, decision.stored, recipient.stored, recipient.stored, rule.stored, rule.stored, tag.stored,
            tag.stored,
        ]
    }
}
