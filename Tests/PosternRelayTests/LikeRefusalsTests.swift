import PosternCore
import PosternRelay
import PosternStore
import PosternTestSupport
import Testing

@Suite("S2: nobody's letter ends as failed when the smarthost refuses one recipient after the other", .timeLimit(.minutes(40)))
struct LikeRefusalsTests {
    private static func refusal(_ job: DeliveryJob) -> Outcome {
        Outcome(
            .failed, health: .reached, cause: .recipient,
            diagnosis: .init(stage: .recipient, code: 550, enhanced: "5.1.1", text: "no such user"))
    }

    @Test func `Letters to twenty people, all refused alike: none fails, those that were tried are held, the rest wait`()
        async throws
    {
        let log = KeptLog()
        let relay = try await RelayFixture(logger: log.logger)
        for person in try await relay.addRecipients(20) { _ = try await relay.accept(1, to: person) }
        try await relay.serving {
            try await relay.withOutcomes({ Self.refusal($0) }) { vault in
                try await eventually("deliveries stand still") {
                    let counts = try await relay.counts()
                    return relay.dispatcher.isBreakerOpen && counts[.leased] == 0 && counts[.held] == vault.asked.count
                }
                // What was under way when the run began is let through.
                #expect(vault.asked.count <= RefusalRuns.threshold + VaultFake.lanes)
                let counts = try await relay.counts()
                #expect(counts[.failed] == 0)
                #expect(counts[.ready] == 20 - vault.asked.count)
                for job in vault.asked {
                    let shown = try #require(try await relay.show(job.id))
                    #expect(shown.reason?.contains("refused alike") == true)
                    #expect(shown.finished == nil)
                }
            }
            #expect(relay.dispatcher.likeRefusalsSince != nil)
            relay.advance(by: .minutes(11))
            try await relay.withVault({ _ in .delivered }) { _ in
                try await eventually("the others go out") { try await relay.counts()[.ready] == 0 }
            }
            #expect(relay.dispatcher.likeRefusalsSince == nil)
            #expect(!relay.dispatcher.isBreakerOpen)
        }
        #expect(try await relay.difference() == 0)
    }

    @Test func `A refusal that is about our account is held with what to do, and the breaker counts it`() async throws {
        let relay = try await RelayFixture()
        for person in try await relay.addRecipients(20) { _ = try await relay.accept(1, to: person) }
        try await relay.serving {
            try await relay.withOutcomes({ _ in
                Outcome(
                    .ourFault, health: .trouble, cause: .sender,
                    diagnosis: .init(stage: .finalDot, code: 554, enhanced: "5.2.252", text: "SendAsDenied"))
            }) { vault in
                try await eventually("the breaker is open") { relay.dispatcher.isBreakerOpen }
                try await eventually("all under way have ended") { try await relay.counts()[.leased] == 0 }
                let counts = try await relay.counts()
                #expect(counts[.held] == vault.asked.count)
                #expect(counts[.ready] == 20 - vault.asked.count)
                let first = try #require(vault.asked.first)
                let shown = try #require(try await relay.show(first.id))
                #expect(shown.reason?.hasPrefix("the smarthost refuses our sender address") == true)
                #expect(shown.reason?.hasSuffix("The smarthost said: 554 5.2.252 SendAsDenied") == true)
            }
        }
    }

    @Test func `A quota that is used up keeps letters for hours and not for days, and never gives one up`() async throws {
        let relay = try await RelayFixture()
        let id = try #require(try await relay.accept(1).first)
        try await relay.serving {
            try await relay.withOutcomes({ _ in
                Outcome(
                    .deferred, health: .trouble, cause: .quota,
                    diagnosis: .init(stage: .finalDot, code: 550, enhanced: "5.4.5", text: "Daily user sending limit exceeded"))
            }) { vault in
                try await eventually("deferred") { try await relay.show(id)?.last?.end == .settled(.deferred) }
                let due = try #require(try await relay.show(id)?.due)
                #expect(due.since(RelayFixture.now) >= .minutes(48))
                #expect(due.since(RelayFixture.now) <= .minutes(72))
                // The next tries are after the schedule's lifetime.
                relay.advance(by: .days(4) + .hours(23))
                relay.dispatcher.wake()
                try await eventually("held") { try await relay.show(id)?.state == .held }
                #expect(try await relay.show(id)?.reason?.contains("takes no more from our account") == true)
            }
        }
    }
}
