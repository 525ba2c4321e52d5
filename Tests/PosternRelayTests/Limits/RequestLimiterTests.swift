import PosternCore
import PosternRelay
import Testing

@Suite("Requests of any kind are limited by network")
struct RequestLimiterTests {
    private static let start = Timestamp(seconds: 1_795_514_709)
    private static let limit = Limit(burst: 60, rates: [Limit.Rate(count: 60, per: .minutes(1))])

    private func address(_ text: String) throws -> ClientAddress { try #require(ClientAddress(text: text)) }

    /// How many requests pass at once.
    private func passing(
        _ limiter: RequestLimiter, _ cost: RequestLimiter.Cost = .page, at now: Timestamp = start,
        from client: (Int) throws -> ClientAddress
    ) rethrows -> Int {
        var passed = 0
        for number in 0..<2_000 {
            if limiter.ask(try client(number), cost, at: now) == .admitted { passed += 1 }
        }
        return passed
    }

    /// Networks, by the width that an attacker has: one address in it for each number.
    enum Width: CaseIterable {
        case address4, network24, network64, network56, network48

        func address(_ number: Int) -> String {
            switch self {
            case .address4: "192.0.2.1"
            case .network24: "192.0.2.\(number % 256)"
            case .network64: "2001:db8::\(String(number, radix: 16))"
            case .network56: "2001:db8:0:\(String(number % 256, radix: 16))::1"
            case .network48: "2001:db8:0:\(String(number * 31, radix: 16))::1"
            }
        }

        /// How many requests it may make at once.
        var requests: Int {
            switch self {
            case .address4, .network64: 60
            case .network56: 120
            case .network24, .network48: 240
            }
        }
    }

    @Test(arguments: Width.allCases)
    func `A network may make so many requests, and no more`(width: Width) throws {
        let limiter = RequestLimiter(Self.limit)
        #expect(try passing(limiter) { try address(width.address($0)) } == width.requests)
        // Its neighbours are not affected, and what was used comes back steadily.
        #expect(try limiter.ask(address("198.51.100.7"), .post, at: Self.start) == .admitted)
        let later = Self.start + .seconds(10)
        #expect(try passing(limiter, at: later) { _ in try address(width.address(0)) } == width.requests / 6)
    }

    @Test func `A post counts as ten requests, and a letter that was refused as twenty more`() throws {
        let client = try address("192.0.2.1")
        let posts = RequestLimiter(Self.limit)
        #expect(passing(posts, .post) { _ in client } == 6)
        let refused = RequestLimiter(Self.limit)
        refused.charge(client, .refusedLetter, at: Self.start)
        #expect(passing(refused, .post) { _ in client } == 4)
    }

    @Test func `A client over its limit is told when to come back, and is ignored when it goes on`() throws {
        let limiter = RequestLimiter(Self.limit)
        let client = try address("192.0.2.1")
        _ = (0..<60).map { _ in limiter.ask(client, .page, at: Self.start) }
        let answers = (0..<50).map { _ in limiter.ask(client, .page, at: Self.start) }
        #expect(answers.prefix(20).allSatisfy { $0 == .refused(retryAfter: .seconds(1)) })
        #expect(answers.dropFirst(20).allSatisfy { $0 == .ignored })
        #expect(!limiter.admitsConnection(from: client, at: Self.start))
        #expect(limiter.ask(client, .post, at: Self.start + .seconds(3)) == .refused(retryAfter: .seconds(7)))
        // A neighbour in the same /24 is served.
        let neighbour = try address("192.0.2.2")
        #expect(limiter.admitsConnection(from: neighbour, at: Self.start))
        #expect(limiter.ask(neighbour, .page, at: Self.start) == .admitted)
        #expect(limiter.admitsConnection(from: client, at: Self.start + .seconds(61)))
    }

    @Test func `Many people behind one address read pages at their own pace with the limit of every installation`() throws {
        let limiter = RequestLimiter(try #require(Limit("3000,3000/1m")))
        let client = try address("192.0.2.1")
        // A page is twelve requests and connections; two hundred people open it within a minute, then two each second.
        for view in 0..<800 {
            let now = Self.start + (view < 200 ? .milliseconds(300 * view) : .milliseconds(500 * view))
            for _ in 0..<6 {
                #expect(limiter.admitsConnection(from: client, at: now))
                #expect(limiter.ask(client, .page, at: now) == .admitted)
            }
        }
    }

    @Test func `Connections that ask for nothing are counted as well`() throws {
        let limiter = RequestLimiter(Self.limit)
        let client = try address("192.0.2.1")
        for _ in 0..<60 { #expect(limiter.admitsConnection(from: client, at: Self.start)) }
        #expect(limiter.ask(client, .page, at: Self.start) != .admitted)
    }

    @Test func `A limit that is off refuses nothing and remembers nobody`() throws {
        let limiter = RequestLimiter(.off)
        #expect(try passing(limiter) { _ in try address("192.0.2.1") } == 2_000)
        #expect(limiter.count == 0)
    }

    @Test func `What it remembers is bounded, and a flood of addresses does not make it forget who owes most`() throws {
        let limiter = RequestLimiter(Self.limit, capacity: 2_000)
        let greedy = try address("198.51.100.7")
        _ = passing(limiter) { _ in greedy }
        for number in 0..<20_000 {
            _ = limiter.ask(try address("10.\(number / 65_536).\(number / 256 % 256).\(number % 256)"), .page, at: Self.start)
            #expect(limiter.count <= 2_002)
        }
        #expect(limiter.ask(greedy, .page, at: Self.start) != .admitted)
        // Those that owe nothing any more go first.
        _ = passing(limiter, at: Self.start + .hours(1)) { _ in greedy }
        #expect(limiter.count <= 2_002)
    }

    @Test func `A clock that is set back makes nobody wait longer than the whole burst`() throws {
        let limiter = RequestLimiter(Self.limit)
        let client = try address("192.0.2.1")
        _ = passing(limiter) { _ in client }
        let before = Self.start - .days(3)
        #expect(limiter.ask(client, .page, at: before) != .admitted)
        #expect(limiter.ask(client, .page, at: before + .minutes(1)) == .admitted)
        #expect(limiter.ask(try address("198.51.100.1"), .page, at: before + .minutes(1)) == .admitted)
    }
}
