package import PosternCore
internal import PosternLink

/// Where the staff's pages get the journal.
package protocol JournalSource: Sendable {
    /// - Parameter before: the number of the last entry of the page before; nil for the newest.
    func excerpt(before: Int?) async throws -> JournalExcerpt
}

extension VaultLink: JournalSource {
    package func excerpt(before: Int?) async throws -> JournalExcerpt {
        try await excerpt(JournalExcerptRequest(before: before))
    }
}
