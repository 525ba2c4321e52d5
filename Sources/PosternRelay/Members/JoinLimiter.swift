internal import PosternCore
private import Synchronization

/// How often people of one network may become members by themselves: three a day from one IPv4 address or IPv6 /64, more from wider
/// networks. Only what would be mailed counts: faults can be corrected, and a second press on the button is the same.
///
/// It counts in memory, as requests are counted. What goes out in all, and to each address, the vault counts, and keeps over a restart.
final class JoinLimiter: Sendable {
    private static let limit = Limit(burst: 3, rates: [Limit.Rate(count: 3, per: .days(1))])
    /// Of answers to posts that may come again.
    private static let mostRemembered = 4_096

    fileprivate struct Post: Hashable {
        let key: String
        let draft: Int
    }

    private let requests: RequestLimiter
    private let answered = Mutex<[Post: Handle]>([:])

    init(isLimited: Bool) {
        requests = RequestLimiter(isLimited ? Self.limit : .off)
    }

    /// Counts one.
    /// - Returns: how long the client must wait; nil when it need not.
    func wait(of client: ClientAddress, at now: Timestamp) -> Duration? {
        switch requests.ask(client, .connection, at: now) {
        case .admitted: nil
        case .refused(let wait): wait
        case .ignored: .hours(8)
        }
    }

    /// What the same form was answered with.
    func earlier(_ key: String, _ draft: MemberDraft) -> Handle? { answered.withLock { $0[Post(key, draft)] } }

    func note(_ key: String, _ draft: MemberDraft) {
        answered.withLock { answered in
            // Forgetting one costs a place in the limit and no second mail.
            if answered.count >= Self.mostRemembered { answered.removeAll(keepingCapacity: true) }
            answered[Post(key, draft)] = draft.handle
        }
    }
}

extension JoinLimiter.Post {
    /// The draft only as a number under a key of this process: no address stays in memory.
    fileprivate init(_ key: String, _ draft: MemberDraft) {
        var hasher = Hasher()
        hasher.combine(draft)
        self.init(key: key, draft: hasher.finalize())
    }
}
