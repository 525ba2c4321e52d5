/// What is wrong with a journal, and where.
package struct JournalFinding: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// An entry, a tile or a checkpoint is not what was written.
        case changed
        case removed
        case inserted
        case moved
        /// The end is missing.
        case truncated
        /// Entries after the last checkpoint.
        case unsigned
    }

    package let kind: Kind
    /// The number of the entry, from 0; nil where it is about a file.
    package let entry: Int?
    /// In the journal's folder.
    package let file: String?
    package let text: String
}

/// What a verification came to.
package struct JournalReport: Codable, Hashable, Sendable {
    package var origin: String?
    /// The key that signed the checkpoint, as other programs take it.
    package var key: String?
    package var size = 0
    package var root: String?
    package var first: String?
    package var last: String?
    /// Checkpoints from elsewhere with which the journal agrees.
    package var agreeing = 0
    /// The longest of them.
    package var agreesSince: Int?
    /// Checkpoints from elsewhere of other journals.
    package var foreign = 0
    /// Entries before which nothing was written for more than two hours, although the vault had not been started again.
    package var silences: [Int] = []
    package var findings: [JournalFinding] = []

    package init() {}

    package var holds: Bool { findings.isEmpty }
}
