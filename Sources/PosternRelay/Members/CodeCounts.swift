internal import PosternCore
private import Synchronization

/// What the page for a code counts by the name in its path, whether there is such a person or not: so it answers alike.
///
/// It counts in memory only. What is really mailed and tried, the vault counts.
final class CodeCounts: Sendable {
    private struct Count {
        var mails = Int64.min / 4
        var wrong = 0
    }

    /// Mails that may be asked for under one name.
    private static let gate = RateGate(Limit.Rate(count: 5, per: .days(1)), burst: 5)
    private static let mostWrong = 10
    private static let mostNames = 8_192
    private let counts = Mutex<[String: Count]>([:])

    /// Counts a mail. With it begins a new count of wrong codes.
    /// - Returns: how long to wait before another may be asked for; nil when this one may go.
    func mail(to name: String, at now: Timestamp) -> Duration? {
        counts.withLock { counts in
            var count = Self.count(of: name, in: &counts)
            guard Self.gate.admits(count.mails, at: now) else { return max(Self.gate.wait(count.mails, at: now), .seconds(1)) }
            count.mails = Self.gate.admitted(count.mails, at: now)
            count.wrong = 0
            counts[name] = count
            return nil
        }
    }

    /// - Returns: whether there were as many wrong ones as may be.
    func noteWrong(for name: String) -> Bool {
        counts.withLock { counts in
            var count = Self.count(of: name, in: &counts)
            count.wrong += 1
            counts[name] = count
            return count.wrong >= Self.mostWrong
        }
    }

    private static func count(of name: String, in counts: inout [String: Count]) -> Count {
        if let count = counts[name] { return count }
        // Forgetting costs a mail more than there would have been, and the vault has the last word on those.
        if counts.count >= mostNames { counts.removeAll(keepingCapacity: true) }
        return Count()
    }
}
