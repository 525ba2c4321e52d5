private import Foundation
private import Glibc
internal import PosternCore

/// The copy that the relay makes beside its store, and that goes from there to where it was wanted.
enum BackupDraft {
    private static let start = "backup-"
    private static let digits = 16
    private static let ending = ".sqlite"

    static func newName(using randomness: RandomSource) -> String {
        let number = String(randomness.next(), radix: 16)
        return start + String(repeating: "0", count: digits - number.count) + number + ending
    }

    /// Whether it is such a copy, or what SQLite and an unfinished copy have beside one. An operator's own backup in the same folder
    /// is named otherwise.
    static func isDraft(_ name: String) -> Bool {
        guard name.hasPrefix(start) else { return false }
        let rest = name.dropFirst(start.count)
        let number = rest.prefix { $0.isASCII && $0.isHexDigit && !$0.isUppercase }
        return number.count == digits && rest.dropFirst(digits).hasPrefix(ending)
    }

    /// Removes what a command has left that was killed, or whose machine lost its power. For a relay that has just got the store for
    /// itself.
    /// - Returns: how many files.
    static func removeAll(in folder: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // A name only: a folder of that name stays, and what a link leads to as well.
        return names.filter(isDraft).count { unlink("\(folder)/\($0)") == 0 }
    }
}
