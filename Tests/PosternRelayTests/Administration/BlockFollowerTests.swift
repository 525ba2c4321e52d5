import Logging
import PosternCore
import PosternRelay
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

@Suite("A block by tag goes on under the tags that its client has on later days")
struct BlockFollowerTests {
    private typealias Fixture = AdministrationFixture

    private static let later = PosternCore.Tag(value: 70)

    private func blocked(_ fixture: Fixture, _ tag: PosternCore.Tag) throws -> Int {
        let client = try #require(ClientAddress(text: "192.0.2.7"))
        return fixture.desk.blocks.parts(for: client, tags: [tag], at: fixture.desk.clock.now).count
    }

    private func block(_ fixture: Fixture, lasting: Duration? = .days(7)) async throws -> Block {
        _ = try await fixture.desk.hold(1)
        let answer = try await fixture.blocks.add(
            Fixture.wish(.tag, "\(DeskFixture.client)", lasting: lasting, isConfirmed: true), by: try DeskFixture.staff("anna"))
        guard case .added(let block, _) = answer else { throw Unexpected() }
        return block
    }

    private struct Unexpected: Error {}

    @Test func `The day after it matches the same client, and nobody in between`() async throws {
        let fixture = try await Fixture()
        let follower = fixture.follower(KeptLog())
        let block = try await block(fixture)
        await follower.follow()
        #expect(try blocked(fixture, DeskFixture.client) == 1)
        fixture.desk.clock.advance(by: .days(1))
        #expect(try blocked(fixture, DeskFixture.client) == 0)
        let waiting = try await fixture.blocks.list(before: nil).lines
        #expect(waiting.map(\.isActive) == [false] && waiting.map(\.isOutdated) == [true])
        await follower.follow()
        #expect(try blocked(fixture, Self.later) == 1 && blocked(fixture, DeskFixture.client) == 0)
        let line = try #require(try await fixture.blocks.list(before: nil).lines.first)
        #expect(line.isActive && !line.isOutdated && line.block.id == block.id && line.block.expires == block.expires)
        // What it is called then is nowhere in the store.
        #expect(line.block.mark == block.mark)
        #expect(line.author == .staff("anna"))
    }

    @Test func `One that has expired, and one that was removed, are not followed`() async throws {
        let fixture = try await Fixture()
        let follower = fixture.follower(KeptLog())
        _ = try await block(fixture, lasting: .hours(1))
        let removed = try await block(fixture)
        #expect(try await fixture.blocks.remove(removed.id, by: try DeskFixture.staff("anna")))
        fixture.desk.clock.advance(by: .days(1))
        let asked = fixture.asked.count
        await follower.follow()
        #expect(try blocked(fixture, Self.later) == 0 && fixture.asked.count == asked)
    }

    @Test func `While the vault says nothing it is asked less and less often, and the log has one line`() async throws {
        let fixture = try await Fixture()
        let log = KeptLog()
        let follower = fixture.follower(log)
        _ = try await block(fixture)
        fixture.desk.clock.advance(by: .days(1))
        fixture.asked.isAway = true
        let asked = fixture.asked.count
        await follower.follow()
        await follower.follow()
        #expect(fixture.asked.count == asked + 1)
        fixture.desk.clock.advance(by: .minutes(1))
        await follower.follow()
        fixture.desk.clock.advance(by: .minutes(1))
        await follower.follow()
        #expect(fixture.asked.count == asked + 2)
        #expect(log.warnings.count { $0.contains("matches nobody for now") } == 1)
        fixture.asked.isAway = false
        fixture.desk.clock.advance(by: .minutes(1))
        await follower.follow()
        #expect(try blocked(fixture, Self.later) == 1 && fixture.asked.count == asked + 3)
    }

    // The log has no entry with the tag of a quiet day: the vault is asked about the first one again.
    @Test func `A client that is quiet for days is known when it comes back`() async throws {
        let fixture = try await Fixture()
        let follower = fixture.follower(KeptLog())
        _ = try await block(fixture)
        for _ in 0..<3 {
            fixture.desk.clock.advance(by: .days(1))
            await follower.follow()
            #expect(try blocked(fixture, Self.later) == 1)
        }
    }
}
