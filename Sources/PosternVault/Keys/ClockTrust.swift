package import PosternCore
private import Synchronization

/// Whether the wall clock may decide that a key's time is over.
///
/// A clock that jumps ahead by a retention would destroy every key, and what they sealed is lost for good. So it is believed only as
/// far as the monotonic clock explains: while the process runs, up to an hour more; across a restart, up to a week after the
/// latest time that was believed. Beyond that a person must say that it is right.
package struct ClockTrust: Equatable, Sendable {
    /// How far the wall clock may be ahead of what the monotonic clock explains. Enough for synchronisation after the start, and
    /// for a clock that was kept in local time.
    package static let drift = Duration.hours(1)
    /// How long an installation may have been switched off before somebody is asked.
    package static let absence = Duration.days(7)

    /// The latest time that was believed.
    package private(set) var believed: Timestamp
    /// The latest wall-clock time that is believed when the monotonic clock says zero.
    private var limit: Timestamp
    /// Whether this process has seen a time that is not before the one believed last.
    private var isAnchored = false

    /// - Parameters:
    ///   - recorded: the latest time that an earlier process believed; nil for a new installation, whose clock is believed.
    ///   - monotonic: by a clock that is never set.
    package init(recorded: Timestamp?, wall: Timestamp, monotonic: Duration) {
        believed = recorded ?? wall
        limit = believed + Self.absence - monotonic
        _ = look(wall: wall, monotonic: monotonic)
    }

    /// - Returns: whether the clock is believed.
    package mutating func look(wall: Timestamp, monotonic: Duration) -> Bool {
        guard wall <= limit + monotonic else { return false }
        // A clock that is behind (a machine without one starts in 1970) must still jump to be right, so it sets no limit.
        if !isAnchored, wall >= believed {
            isAnchored = true
            limit = wall + Self.drift - monotonic
        }
        believed = max(believed, wall)
        return true
    }

    /// An operator says that the clock is right.
    package mutating func trust(wall: Timestamp, monotonic: Duration) {
        believed = wall
        isAnchored = true
        limit = wall + Self.drift - monotonic
    }
}

/// What is kept of the clock over a restart.
package struct ClockNote: Equatable, Sendable {
    /// The latest time that was believed.
    package var believed: Timestamp
    /// Set once a clock that was ahead is right again.
    package var falseDays: EpochPlan.FalseDays?

    package init(believed: Timestamp, falseDays: EpochPlan.FalseDays?) {
        self.believed = believed
        self.falseDays = falseDays
    }
}

/// Where that is kept: a line with the time that was believed, and one with the false days, in milliseconds since 1970.
package final class ClockRecord: Sendable {
    private let path: String
    private let folder: String
    private let written = Mutex<ClockNote?>(nil)

    /// Often enough for `ClockTrust.absence`.
    private static let interval = Duration.hours(1)

    package init(path: String, in folder: String) {
        self.path = path
        self.folder = folder
    }

    /// Nil when there is none, or none that can be read.
    package func read() -> ClockNote? {
        guard let text = try? File.text(at: path) else { return nil }
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map { Int64($0).flatMap(Self.moment) } }
        guard let believed = lines.first?.first ?? nil else { return nil }
        var falseDays: EpochPlan.FalseDays?
        if lines.count > 1, lines[1].count == 2, let last = lines[1][0], let corrected = lines[1][1] {
            falseDays = EpochPlan.FalseDays(last: Epoch(containing: last), corrected: corrected)
        }
        return ClockNote(believed: believed, falseDays: falseDays)
    }

    private static func moment(_ milliseconds: Int64) -> Timestamp? {
        (0...253_402_300_799_999).contains(milliseconds) ? Timestamp(milliseconds: milliseconds) : nil
    }

    /// Writes at most once an hour, and always when the time went back or the clock was found right again. Blocks.
    func write(_ note: ClockNote) throws {
        let isDue = written.withLock { written in
            guard let written else { return true }
            return note.believed < written.believed || note.believed.since(written.believed) >= Self.interval
                || note.falseDays != written.falseDays
        }
        guard isDue else { return }
        var text = "\(note.believed.milliseconds)\n"
        if let days = note.falseDays { text += "\(days.last.start.milliseconds) \(days.corrected.milliseconds)\n" }
        try File.write(SecretBytes(Array(text.utf8)), to: path, mode: 0o600, in: folder)
        written.withLock { $0 = note }
    }
}
