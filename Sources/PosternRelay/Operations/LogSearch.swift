package import PosternCore
internal import PosternStore

/// Which entries of the log somebody looks for, by the names that they can write; all conditions together.
package struct LogSearch: Equatable, Sendable {
    /// The first moment, included.
    package var since: Timestamp?
    /// The first moment that is too late.
    package var until: Timestamp?
    package var decision: Verdict.Decision?
    package var rule: Verdict.Rule?
    package var tag: Tag?
    package var site: SiteID?
    /// Of somebody at that site.
    package var handle: Handle?

    package init(
        since: Timestamp? = nil, until: Timestamp? = nil, decision: Verdict.Decision? = nil, rule: Verdict.Rule? = nil,
        tag: Tag? = nil, site: SiteID? = nil, handle: Handle? = nil
    ) {
        (self.since, self.until, self.decision, self.rule) = (since, until, decision, rule)
        (self.tag, self.site, self.handle) = (tag, site, handle)
    }
}

/// Entries that were found, newest first.
package struct LogListing: Equatable, Sendable {
    package let entries: [LogEntry]
    /// Where the next page begins; nil where nothing is left.
    package let next: LetterID?
    /// So many entries were looked through that the search ended before the page was full; it goes on from `next`.
    package let isCut: Bool

    package init(entries: [LogEntry], next: LetterID? = nil, isCut: Bool = false) {
        self.entries = entries
        self.next = next
        self.isCut = isCut
    }
}

extension LogOperations {
    /// How many entries one search looks through that no index leads to: those of a site, or of a name that nobody has.
    private static let most = 5_000
    private static let bite = 500

    /// - Parameter before: where the page before ended.
    package func search(_ search: LogSearch, before: LetterID?, limit: Int) async throws -> LogListing {
        try await operations.store.read { transaction in
            var filter = LogFilter(
                since: search.since, until: search.until, decision: search.decision, rule: search.rule, tag: search.tag)
            if let site = search.site, let handle = search.handle {
                filter.recipient = try transaction.recipients.find(handle, at: site)?.id
            }
            let isSifted = filter.recipient == nil && search.site != nil
            let bite = isSifted ? Self.bite : limit + 1
            var (found, last, looked) = ([SubmissionEntry](), before, 0)
            while true {
                let entries = try transaction.submissionLog.latest(filter, before: last, limit: bite)
                looked += entries.count
                last = entries.last?.id
                found += isSifted ? entries.filter { search.names($0) } : entries
                if found.count > limit {
                    let page = found.prefix(limit)
                    return LogListing(entries: page.map(LogEntry.init), next: page.last?.id)
                }
                if entries.count < bite { return LogListing(entries: found.map(LogEntry.init)) }
                if looked >= Self.most { return LogListing(entries: found.map(LogEntry.init), next: last, isCut: true) }
            }
        }
    }
}

extension LogSearch {
    fileprivate func names(_ entry: SubmissionEntry) -> Bool {
        entry.site == site?.text && (handle == nil || entry.handle == handle?.text)
    }
}
