internal import PosternCore
private import Synchronization

/// Sites' credentials that were revoked on a page of staff's: the relay says so. One that was taken over could name any number, and each is
/// remembered for good, so of an hour only so many are.
final class RelayRevocations: Sendable {
    private struct Count {
        var began = Timestamp(milliseconds: 0)
        var taken = 0
    }

    /// More than people revoke.
    static let mostAnHour = 100
    private let count = Mutex(Count())

    /// Does nothing when there were too many: then the store alone knows that it was revoked.
    func add(_ token: SiteTokenID, by enrolment: Enrolment, at now: Timestamp) async throws {
        let isCounted = count.withLock { count in
            if now >= count.began + .hours(1) { count = Count(began: now) }
            count.taken += 1
            return count.taken <= Self.mostAnHour
        }
        if isCounted { try await enrolment.revoke(token) }
    }
}
