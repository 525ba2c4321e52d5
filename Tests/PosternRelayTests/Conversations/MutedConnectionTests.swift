import PosternCore
import PosternRelay
import PosternStore
import PosternTestSupport
import Testing

@Suite("A recipient can mute a visitor's connection as well, for the day", .timeLimit(.minutes(40)))
struct MutedConnectionTests {
    private static let end = Epoch(containing: ConversationFixture.now).end

    @Test func `What comes over it is muted, no matter who writes it, and looks delivered to them, until that is undone`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let first = try await fixture.begin(from: "192.0.2.7")
            try await fixture.deliverAll()
            #expect(try await fixture.service.open(first.mute, for: .mute)?.connection == .canBeMuted(until: Self.end))
            #expect(try await fixture.view(first, of: .visitor)?.connection == .unknown)
            for _ in 0..<2 {
                let view = try await fixture.service.setConnectionMuted(true, first.mute)
                #expect(view?.connection == .muted(until: Self.end) && view?.isMuted == false)
            }
            // Others, over the same connection and over another one of its network.
            let (same, near) = (try await fixture.begin(from: "192.0.2.7"), try await fixture.begin(from: "192.0.2.8"))
            #expect(try await fixture.answer(first, from: "192.0.2.7") == .accepted)
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            for links in [same, near] { #expect(try await fixture.states(links, of: .visitor) == [.delivered]) }
            #expect(try await fixture.deliveries().filter { $0.state != .delivered }.map(\.id) == [same.id])
            for _ in 0..<2 {
                let view = try await fixture.service.setConnectionMuted(false, first.mute)
                #expect(view?.connection == .canBeMuted(until: Self.end))
            }
            let later = try await fixture.begin(from: "192.0.2.7")
            try await fixture.deliverAll()
            let sent = try await fixture.deliveries().filter { $0.state == .delivered }.map(\.id)
            #expect(sent.contains(later.id) && !sent.contains(same.id))
            let id = fixture.recipient.id
            #expect(
                try await fixture.trace() == [
                    "recipient:\(id) connection.mute photos/pat", "recipient:\(id) connection.unmute photos/pat",
                ])
        }
    }

    @Test func `Who hears the visitor again hears the connection too; when the day is over, there is nothing to mute`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let first = try await fixture.begin()
            #expect(try await fixture.service.setMuted(true, first.mute, for: .mute)?.isMuted == true)
            #expect(try await fixture.service.setConnectionMuted(true, first.mute)?.connection == .muted(until: Self.end))
            let heard = try #require(try await fixture.service.setMuted(false, first.mute, for: .mute))
            #expect(!heard.isMuted && heard.connection == .canBeMuted(until: Self.end))
            fixture.advance(by: Self.end.since(ConversationFixture.now))
            #expect(try await fixture.service.open(first.mute, for: .mute)?.connection == .unknown)
            #expect(try await fixture.service.setConnectionMuted(true, first.mute)?.connection == .unknown)
            #expect(try await fixture.trace().filter { $0.contains("connection.") }.count == 2)
        }
    }

    @Test func `The member's own pages do not say who else wrote over it, and lead back`() async throws {
        try await ConversationFixture.run { fixture in
            let first = try await fixture.begin()
            try await fixture.deliverAll()
            _ = try await fixture.service.setConnectionMuted(true, first.mute)
            let other = try await fixture.begin { $0.name = "Otto" }
            try await fixture.deliverAll()
            let session = try await fixture.signIn()
            let entries = try #require(try await fixture.members.ledger(session, before: nil))
            let hidden = try #require(entries.first { $0.id == other.id })
            #expect(hidden.standing == .mutedByConnection && hidden.visitorName == nil && hidden.summary == nil)
            #expect(entries.first { $0.id == first.id }?.visitorName == "Vera")
            #expect(try await fixture.members.export(session)?.conversations.map(\.id) == [first.id])
            let muted = try #require(try await fixture.members.page(session)?.mutedConnections)
            #expect(muted.map(\.visitorName) == ["Vera"] && muted.map(\.end) == [Self.end])
            for _ in 0..<2 {
                guard case .done(let page) = await fixture.members.act(.unmuteConnection(from: first.id), session) else {
                    Issue.record("not done")
                    continue
                }
                #expect(page.mutedConnections.isEmpty)
            }
            #expect(try await fixture.trace().filter { $0.contains("connection.unmute") }.count == 1)
        }
    }
}
