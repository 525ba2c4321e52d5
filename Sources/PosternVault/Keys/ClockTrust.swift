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

/// Where the latest time that was believed is kept: one line, milliseconds since 1970.
package final class ClockRecord: Sendable {
    private let path: String
    private let folder: String
    private let written = Mutex<Timestamp?>(nil)

    /// Often enough for `ClockTrust.absence`.
    private static let interval = Duration.hours(1)

    package init(path: String, in folder: String) {
        self.path = path
        self.folder = folder
    }

    /// Nil when there is none, or none that can be read.
    package func read() -> Timestamp? {
        guard let text = try? File.text(at: path), let milliseconds = Int64(text.prefix { $0 != "\n" }),
            (0...253_402_300_799_999).contains(milliseconds)
        else { return nil }
        return Timestamp(milliseconds: milliseconds)
    }

    /// Writes at most once an hour, and always when the time went back. Blocks.
    func write(_ believed: Timestamp) throws {
        let isDue = written.withLock { $0.map { believed < $0 || believed.since($0) >= Self.interval } ?? true }
        guard isDue else { return }
        try File.write(SecretBytes(Array("\(believed.milliseconds)\n".utf8)), to: path, mode: 0o600, in: folder)
        written.withLock { $0 = believed }
    }
}
