package import PosternStore

extension StoreReport {
    /// Of a store in a file.
    /// - Parameters:
    ///   - journal: `wal`; `memory` for a store that is not in a file.
    ///   - synchronous: SQLite's number, from 0 (off) to 3 (extra); nil on a connection that cannot write, where it means nothing.
    package init(version: SQLiteVersion, journal: String, synchronous: Int?) {
        let levels = ["off", "normal", "full", "extra"]
        self.init(
            engine: "SQLite \(version)", journal: journal,
            // Below full, or without a WAL, a power cut takes back what was answered.
            isDurable: synchronous.map { journal == "wal" && $0 >= 2 },
            notes: [
                "synchronous": synchronous.flatMap { levels.indices.contains($0) ? levels[$0] : nil } ?? "unknown",
                // Safe only because one process owns the file and one connection of it writes and checkpoints.
                "wal-reset-race": version.hasWALResetRace ? "in this version; kept out by one writer" : "no",
            ])
    }
}
