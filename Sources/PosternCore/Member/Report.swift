/// Why a recipient complains about a letter: the short list of the page.
package enum ReportReason: String, Sendable, CaseIterable {
    /// Threats, insults, harassment.
    case abuse
    /// Sexual content that was not wanted.
    case sexual
    /// Money, passwords, links that deceive.
    case fraud
    /// Advertising, or the same to many.
    case spam
    /// Something else that is against the law.
    case illegal
    case other
}

/// What staff have decided about a report.
package enum ReportDecision: String, Sendable, CaseIterable {
    case upheld
    case rejected
}
