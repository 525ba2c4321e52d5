import PosternCore
import PosternLink
import PosternTestSupport
import PosternVault
import Testing

/// What ends a letter of a muted visitor, and when.
extension PostmanTests {
    private func visitorsReply(muted isMuted: Bool, number: UInt64) throws -> DeliveryJob {
        let name = visitors.muteName(of: try EmailAddress(Self.visitor), for: recipient.id, recipient.handle, at: site.id)
        return try conversationJob(Changes(author: .visitor, mutes: isMuted ? [name.bytes] : [], number: number))
    }

    @Test func `V4: a muted visitor's letter takes as long as the last one that was delivered, and no lane`() async throws {
        let muted = try visitorsReply(muted: true, number: 10)
        var (outcomes, mails) = try await send([muted])
        #expect(outcomes.map(\.kind) == [.muted] && pauses.all == [LastTransfers.usual])
        (outcomes, mails) = try await send([try visitorsReply(muted: false, number: 11), muted])
        #expect(outcomes.map(\.kind) == [.delivered, .muted] && mails.count == 1)
        // What it took is not what is assumed before there was one.
        #expect(pauses.all.count == 2 && pauses.all.last.map { $0 > .zero && $0 != LastTransfers.usual } == true, "\(pauses.all)")
    }

    @Test func `V4: while the smarthost refuses us, a muted visitor's letter waits as another's does`() async throws {
        var script = Script()
        script.choose = { stage, info in stage == .greeting && info.session == 0 ? .reply("554 5.7.1 blocked") : nil }
        let (muted, other) = (try visitorsReply(muted: true, number: 10), try visitorsReply(muted: false, number: 11))
        let (outcomes, mails) = try await send([other, muted, muted, other, muted], script: script)
        #expect(outcomes.map(\.kind) == [.deferred, .deferred, .deferred, .delivered, .muted], "\(outcomes)")
        #expect(mails.count == 1 && pauses.all.count == 1)
        // It says nothing of the smarthost, which was not dialled for it.
        for outcome in outcomes[1...2] {
            #expect(outcome.isOfMute && outcome.health == .unknown && outcome.cause == nil && outcome.diagnosis.stage == .mute)
        }
        #expect(outcomes.last?.isOfMute == true && !outcomes[0].isOfMute)
    }

    @Test func `What came over a muted connection ends and waits in the same way, and says what was muted`() async throws {
        var changes = Changes(author: .visitor, number: 10)
        changes.isOverMutedConnection = true
        let (over, other) = (try conversationJob(changes), try visitorsReply(muted: false, number: 11))
        let name = visitors.muteName(of: try EmailAddress(Self.visitor), for: recipient.id, recipient.handle, at: site.id)
        changes.mutes = [name.bytes]
        let both = try conversationJob(changes)
        var script = Script()
        script.choose = { stage, info in stage == .greeting && info.session == 0 ? .reply("554 5.7.1 blocked") : nil }
        let (outcomes, mails) = try await send([other, over, other, over, both], script: script)
        #expect(outcomes.map(\.kind) == [.deferred, .deferred, .delivered, .muted, .muted], "\(outcomes)")
        #expect(mails.count == 1 && pauses.all.count == 2)
        // Where the visitor is muted as well, it is the visitor's.
        #expect(outcomes.map(\.diagnosis.stage) == [.greeting, .muteByConnection, .finalDot, .muteByConnection, .prepare])
        #expect(outcomes[1].isOfMute && outcomes[3].isOfMute && outcomes[1].health == .unknown)
        #expect(outcomes[3].diagnosis.text == "the recipient has muted the connection that it came over")
    }
}
