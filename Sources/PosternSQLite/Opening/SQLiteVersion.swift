private import CSQLite

/// The version of the SQLite library this process runs on.
package struct SQLiteVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// As `sqlite3_libversion_number` gives it: 3.40.1 is 3040001.
    package let number: Int

    package init(number: Int) {
        self.number = number
    }

    /// The one this process runs on.
    package static var loaded: SQLiteVersion { SQLiteVersion(number: Int(sqlite3_libversion_number())) }

    package var description: String { "\(number / 1_000_000).\(number / 1_000 % 1_000).\(number % 1_000)" }

    package static func < (left: SQLiteVersion, right: SQLiteVersion) -> Bool { left.number < right.number }

    /// Whether two connections that commit or checkpoint a WAL at the same moment may lose committed pages: 3.7.0 to 3.51.2,
    /// except where the fix was brought back to 3.44.6 and 3.50.7 (sqlite.org, release notes of 3.51.3). It cannot
    /// happen while a single connection does all of both.
    package var hasWALResetRace: Bool {
        switch number {
        case ..<3_007_000: false
        case 3_044_006..<3_045_000, 3_050_007..<3_051_000: false
        case 3_051_003...: false
        default: true
        }
    }
}
