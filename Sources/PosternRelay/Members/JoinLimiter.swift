internal import PosternCore
private import Synchronization

/// How often people of one network may become members by themselves: three a day from one IPv4 address or IPv6 /64, more from wider
/// networks, and a share for each provider: what all may join in an hour, and the vault counts, is not to be used up by a few. Only what
/// would be mailed counts: faults can be corrected, and a second press on the button is the same.
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

    /// Of a /16, or a /32 of IPv6: one provider's, or all that one owner of many networks has.
    private static let share = RateGate(Limit.Rate(count: 30, per: .days(1)), burst: 30)
    /// Those that owe nothing any more are forgotten when there are more.
    private static let mostProviders = 16_384

    private let isLimited: Bool
    private let requests: RequestLimiter
    private let providers = Mutex<[ClientPrefix: Int64]>([:])
    private let answered = Mutex<[Post: Handle]>([:])

    init(isLimited: Bool) {
        self.isLimited = isLimited
        requests = RequestLimiter(isLimited ? Self.limit : .off)
    }

    /// Counts one.
    /// - Returns: how long the client must wait; nil when it need not.
    func wait(of client: ClientAddress, at now: Timestamp) -> Duration? {
        guard isLimited else { return nil }
        if let wait = providers.withLock({ Self.wait(of: client.wideNetwork, in: $0, at: now) }) { return wait }
        switch requests.ask(client, .connection, at: now) {
        case .admitted:
            providers.withLock { Self.count(client.wideNetwork, in: &$0, at: now) }
            return nil
        case .refused(let wait): return wait
        case .ignored: return .hours(8)
        }
    }

    private static func wait(of provider: ClientPrefix, in providers: [ClientPrefix: Int64], at now: Timestamp) -> Duration? {
        guard let arrival = providers[provider], !share.admits(arrival, at: now) else { return nil }
        return share.wait(arrival, at: now)
    }

    private static func count(_ provider: ClientPrefix, in providers: inout [ClientPrefix: Int64], at now: Timestamp) {
        if providers[provider] == nil, providers.count >= mostProviders {
            providers = providers.filter { !share.isSettled($0.value, at: now) }
        }
        providers[provider] = share.admitted(providers[provider] ?? .min / 4, at: now)
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
