internal import PosternStore

/// What a store in a file runs on, read back after opening rather than believed.
package struct SQLiteReport: Equatable, Sendable {
    package let version: SQLiteVersion
    package let synchronous: Synchronous
    /// `wal`; `memory` for a store that is not in a file.
    package let journalMode: String
    package let pageBytes: Int

    /// SQLite's `PRAGMA synchronous`.
    package enum Synchronous: Int, Sendable {
        case off, normal, full, extra
    }

    package init(version: SQLiteVersion, synchronous: Synchronous, journalMode: String, pageBytes: Int) {
        self.version = version
        self.synchronous = synchronous
        self.journalMode = journalMode
        self.pageBytes = pageBytes
    }

    /// Whether a commit is on disk when it returns.
    package var isDurable: Bool { journalMode == "wal" && synchronous >= .full }

    var summary: StoreReport { summary(isDurable: isDurable) }

    func summary(isDurable: Bool?) -> StoreReport {
        StoreReport(
            engine: "SQLite \(version)", journal: journalMode, isDurable: isDurable,
            notes: [
                "synchronous": "\(synchronous)",
                // Safe only because one process owns the file and one connection of it writes and checkpoints.
                "wal-reset-race": version.hasWALResetRace ? "in this version; kept out by one writer" : "no",
            ])
    }
}

extension SQLiteReport.Synchronous: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
