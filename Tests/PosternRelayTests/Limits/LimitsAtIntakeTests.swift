import PosternCore
import PosternRelay
import PosternStore
import PosternTestSupport
import Testing

@Suite("Limits admit what they say, however the letters come")
struct LimitsAtIntakeTests {
    @Test func `L1: fifty clients at once are admitted as often as an exact count admits them`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "3,5/1h,20/1d"))
        let (clients, posts, rounds) = (50, 8, 3)
        for round in 0..<rounds {
            let moment = IntakeFixture.now + .minutes(Int64(round) * 30)
            let accepted = try await withThrowingTaskGroup(of: (Int, Bool).self) { tasks in
                for client in 0..<clients {
                    for _ in 0..<posts {
                        tasks.addTask {
                            (client, try await fixture.post(from: "198.51.\(client).9", at: moment).answer.id != nil)
                        }
                    }
                }
                return try await tasks.reduce(into: [Int: Int]()) { $0[$1.0, default: 0] += $1.1 ? 1 : 0 }
            }
            // Three at first. One comes back every 12 minutes: after half an hour there are two and a half, and two are taken; after
            // another half hour, with the half that was left, there are three.
            let expected = [3, 2, 3][round]
            #expect(accepted == Dictionary(uniqueKeysWithValues: (0..<clients).map { ($0, expected) }), "round \(round)")
        }
    }

    @Test func `A client over its limit is told when to come back and what is left`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "2,6/1h"))
        let first = try await fixture.post()
        #expect(
            first.quota
                == ClientQuota(
                    policies: [.init(quota: 6, window: .hours(1))], remaining: 1, reset: .minutes(10)))
        _ = try await fixture.post()
        let third = try await fixture.post()
        #expect(third.answer == .limited(retryAfter: .minutes(10)))
        #expect(third.quota?.remaining == 0)
        let refused = try await fixture.entries().filter { $0.verdict.decision == .refuse }
        #expect(refused.map(\.verdict.parts) == [[Verdict.Part(.limitClient, .refuse)]])
        #expect(try await fixture.post(at: IntakeFixture.now + .minutes(10)).answer.id != nil)
    }

    @Test func `An installation over its second limit holds, and refuses only a network that has had its share`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(global: "1/1h,2/1h"))
        for client in ["192.0.2.1", "198.51.100.1"] { #expect(try await fixture.post(from: client).answer.id != nil) }
        #expect(try await fixture.deliveries(.held) == 0)
        for _ in 0..<2 { #expect(try await fixture.post(from: "203.0.113.1").answer.id != nil) }
        #expect(try await fixture.deliveries(.held) == 2)
        for client in ["203.0.113.1", "203.0.113.2"] {
            #expect(try await fixture.post(from: client).answer == .unavailable(retryAfter: .hours(1)))
        }
        #expect(try await fixture.post(from: "100.64.1.1").answer.id != nil)
        let rules = try await fixture.entries().flatMap(\.verdict.parts)
        #expect(Set(rules) == [Verdict.Part(.limitInstallation, .hold), Verdict.Part(.limitInstallation, .refuse)])
    }

    // Nobody has proven that the address is theirs.
    @Test func `A stranger who writes under a visitor's address uses up nothing of what the visitor may send`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(sender: "2,2/1d"))
        for _ in 0..<20 { _ = try await fixture.post(from: "198.51.100.9") }
        #expect(try await fixture.deliveries(.held) == 18)
        for _ in 0..<2 { _ = try await fixture.post(from: "192.0.2.7") }
        #expect(try await fixture.deliveries(.held) == 18)
        _ = try await fixture.post(from: "192.0.2.8")
        #expect(try await fixture.deliveries(.held) == 19)
    }

    // A program changes the end of a long text with every letter.
    @Test func `A long text is the same text whatever it ends with`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(text: "1/1h"))
        for client in 1...3 {
            _ = try await fixture.post(from: "192.0.\(client).1") {
                $0.message = String(repeating: "\u{130}buy this now ", count: 1_400) + "\(client)"
            }
        }
        #expect(try await fixture.deliveries(.held) == 2)
    }

    // On the same day and after midnight nobody has more than before.
    @Test(arguments: [Duration.minutes(1), .hours(20)])
    func `Limits survive a restart`(later: Duration) async throws {
        let limits = try LimitTable.of(
            client: "2,2/1d", recipient: "10/1h,50/1d", global: "300/1h,1000/1h", sender: "5/1d", text: "5/1d")
        let first = try await IntakeFixture.open(limits: limits)
        for _ in 0..<2 { #expect(try await first.post().answer.id != nil) }
        #expect(try await first.post().answer.isLimited)

        let moment = IntakeFixture.now + later
        try #require((Epoch(containing: moment) > Epoch(containing: IntakeFixture.now)) == (later == .hours(20)))
        let second = try await IntakeFixture.open(limits: limits, store: first.store, at: moment)
        // 20 h of 24 give back 1.67 of two letters.
        let due = later == .hours(20) ? 1 : 0
        for _ in 0..<due { #expect(try await second.post(at: moment).answer.id != nil) }
        #expect(try await second.post(at: moment).answer.isLimited)
    }

    @Test func `IPv6 addresses of one subscriber count as one client`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "1,1/1h"))
        #expect(try await fixture.post(from: "2001:db8:1:1::1").answer.id != nil)
        #expect(try await fixture.post(from: "2001:db8:1:1:ffff::1").answer.isLimited)
        #expect(try await fixture.post(from: "2001:db8:1:2::1").answer.id != nil)
    }

    @Test func `Short texts that anybody writes are not counted as one`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(text: "1/1h"))
        for client in 1...3 { _ = try await fixture.post(from: "192.0.2.\(client)") { $0.message = "Thank you!" } }
        #expect(try await fixture.deliveries(.held) == 0)
    }
}
