/// What a store runs on, read back after opening rather than believed.
package struct SQLiteReport: Equatable, Sendable {
    package let version: SQLiteVersion
    /// Safe only because one process owns the file and one connection of it writes and checkpoints.
    package let hasWALResetRace: Bool
    package let synchronous: Synchronous
    /// `wal`; `memory` for a store that is not in a file.
    package let journalMode: String
    package let pageBytes: Int

    /// SQLite's `PRAGMA synchronous`.
    package enum Synchronous: Int, Sendable {
        case off, normal, full, extra
    }

    package init(version: SQLiteVersion, synchronous: Synchronous, journalMode: String, pageBytes: Int) {
        (self.version, hasWALResetRace, self.synchronous) = (version, version.hasWALResetRace, synchronous)
        (self.journalMode, self.pageBytes) = (journalMode, pageBytes)
    }

    /// Whether a commit is on disk when it returns.
    package var isDurable: Bool { journalMode == "wal" && synchronous >= .full }
}

extension SQLiteReport.Synchronous: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
