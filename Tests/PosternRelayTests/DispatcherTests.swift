import Logging
import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import ServiceLifecycle
import Synchronization
import Testing

@Suite("The dispatcher takes letters to the vault and writes down what became of them", .timeLimit(.minutes(40)))
struct DispatcherTests {
    @Test(arguments: [1, 40])
    func `A vault that is away costs no letter an attempt; when it comes, all go out`(letters: Int) async throws {
        let relay = try await RelayFixture()
        let ids = try await relay.accept(letters)
        try await relay.serving {
            #expect(try await relay.counts()[.ready] == letters)
            try await relay.withVault({ _ in .delivered }) { vault in
                try await eventually("all are delivered") { try await relay.counts()[.delivered] == letters }
                #expect(Set(vault.asked.map(\.id)) == Set(ids))
                #expect(vault.asked.allSatisfy { $0.attempt == 1 })
            }
        }
        #expect(try await relay.difference() == 0)
    }

    @Test func `A vault that ends and comes back is asked again within the second, not at the next renewal`() async throws {
        let relay = try await RelayFixture()
        try await relay.serving {
            _ = try await relay.accept(1)
            try await relay.withVault({ _ in .delivered }) { _ in
                try await eventually("the first") { try await relay.counts()[.delivered] == 1 }
            }
            // The vault is gone, and nobody has noticed.
            _ = try await relay.accept(1)
            relay.dispatcher.wake()
            try await relay.withVault({ _ in .delivered }) { _ in
                // A renewal comes after twenty.
                try await eventually("the second", within: .seconds(15)) { try await relay.counts()[.delivered] == 2 }
            }
        }
    }

    @Test func `No more letters are under way than there are lanes`() async throws {
        let relay = try await RelayFixture()
        _ = try await relay.accept(30)
        let gate = Gate()
        try await relay.serving {
            try await relay.withVault({ _ in
                try? await eventually { gate.isOpen }
                return .delivered
            }) { vault in
                try await eventually("all lanes are taken") { vault.asked.count == VaultFake.lanes }
                #expect(try await relay.counts()[.leased] == VaultFake.lanes)
                gate.open()
                try await eventually("all are delivered") { try await relay.counts()[.delivered] == 30 }
                #expect(vault.most <= VaultFake.lanes)
            }
        }
    }

    @Test func `A letter that is done is settled while all others take long, and another takes its lane`() async throws {
        let relay = try await RelayFixture()
        let ids = try await relay.accept(VaultFake.lanes + 1)
        let gate = Gate()
        try await relay.serving {
            try await relay.withVault({ job in
                if job.id != ids.first { try? await eventually { gate.isOpen } }
                return .delivered
            }) { vault in
                try await eventually("the first is settled") { try await relay.counts()[.delivered] == 1 }
                try await eventually("the last is under way") { vault.asked.count == ids.count }
                gate.open()
                try await eventually("all are delivered") { try await relay.counts()[.delivered] == ids.count }
            }
        }
    }

    /// What the vault says → where the letter stands.
    @Test(arguments: [
        (Outcome.Kind.delivered, DeliveryState.delivered), (.failed, .failed), (.ourFault, .held), (.deferred, .ready),
        (.uncertain, .ready),
    ])
    func `Each outcome is settled as the table says`(kind: Outcome.Kind, state: DeliveryState) async throws {
        let relay = try await RelayFixture()
        let id = try #require(try await relay.accept(1).first)
        try await relay.serving {
            try await relay.withVault({ _ in kind }) { _ in
                try await eventually("settled") {
                    let shown = try #require(try await relay.show(id))
                    return shown.state == state && shown.attempts == 1 && shown.last?.end == .settled(kind)
                }
            }
        }
        let shown = try #require(try await relay.show(id))
        #expect(shown.uncertain == (kind == .uncertain ? 1 : 0))
        // Deferred: due in a minute, give or take.
        if let due = shown.due { #expect(due.since(shown.accepted) > .seconds(40)) }
        #expect(try await relay.difference() == 0)
    }

    @Test func `The log says why an attempt ended as it did (H4)`() async throws {
        let log = KeptLog()
        let relay = try await RelayFixture(logger: log.logger)
        _ = try await relay.accept(1)
        try await relay.serving {
            try await relay.withVault({ _ in .uncertain }) { _ in
                try await eventually("settled") { log.warnings.contains { $0.contains("an attempt ended") } }
            }
        }
        let line = try #require(log.warnings.first { $0.contains("an attempt ended") })
        #expect(line.contains("outcome=uncertain") && line.contains("reason=250 ok"), "\(line)")
        #expect(relay.dispatcher.smarthostRecord.lastAttempt != nil)
    }

    @Test func `Five troubles open the breaker: the others wait untouched`() async throws {
        let relay = try await RelayFixture()
        _ = try await relay.accept(100)
        try await relay.serving {
            try await relay.withVault({ _ in .deferred }, health: .trouble) { vault in
                try await eventually("the breaker is open") { relay.dispatcher.isBreakerOpen }
                #expect(relay.dispatcher.breakerOpened != nil)
                // What was under way when it opened is let through; nothing after that.
                try await eventually("all under way have ended") { try await relay.counts()[.leased] == 0 }
                #expect(vault.asked.count <= 5 + VaultFake.lanes)
            }
        }
    }

    @Test func `The log has one line when the breaker opens and one when it closes, however many probes fail`() async throws {
        let log = KeptLog()
        let relay = try await RelayFixture(logger: log.logger)
        _ = try await relay.accept(100)
        let opened = "dispatch: the smarthost refuses us; letters wait, and one at a time is tried"
        try await relay.serving {
            try await relay.withVault({ _ in .deferred }, health: .trouble) { vault in
                try await eventually("the breaker is open") { relay.dispatcher.isBreakerOpen }
                try await eventually("all under way have ended") { try await relay.counts()[.leased] == 0 }
                for _ in 0..<3 {
                    let asked = vault.asked.count
                    relay.advance(by: .minutes(11))
                    relay.dispatcher.wake()
                    try await eventually("a probe went out") { vault.asked.count > asked }
                    try await eventually("the probe has ended") { try await relay.counts()[.leased] == 0 }
                }
            }
            #expect(log.warnings.filter { $0.hasPrefix(opened) } == ["\(opened) next_try_seconds=30 troubles=5"])
            relay.advance(by: .minutes(11))
            try await relay.withVault({ _ in .delivered }) { _ in
                try await eventually("the breaker is closed") { !relay.dispatcher.isBreakerOpen }
            }
        }
        let closed = log.notices.filter { $0.hasPrefix("dispatch: the smarthost takes letters again") }
        #expect(closed == ["dispatch: the smarthost takes letters again seconds=2640"])
    }

    private static func ofMute(waits: Bool) -> Outcome {
        Outcome(waits ? .deferred : .muted, health: .unknown, diagnosis: .init(stage: waits ? .mute : .prepare, text: "muted"))
    }

    @Test func `V4: letters of muted visitors that wait as others do are tried again, and open no breaker`() async throws {
        let relay = try await RelayFixture()
        let id = try #require(try await relay.accept(20).first)
        try await relay.serving {
            try await relay.withOutcomes({ _ in Self.ofMute(waits: true) }) { vault in
                try await eventually("all have been tried") {
                    let counts = try await relay.counts()
                    return vault.asked.count == 20 && counts[.ready] == 20
                }
                let shown = try #require(try await relay.show(id))
                #expect(try #require(shown.due).since(shown.accepted) > .seconds(40) && shown.attempts == 1)
            }
        }
        #expect(!relay.dispatcher.isBreakerOpen && relay.dispatcher.smarthostRecord.lastAttempt == nil)
        #expect(try await relay.difference() == 0)
    }

    @Test func `V4: as the probe such a letter neither closes the breaker nor keeps others waiting`() async throws {
        let relay = try await RelayFixture()
        let hider = try #require(try await relay.addRecipients(1).first)
        let isBack = Gate()
        _ = try await relay.accept(Breaker.threshold)
        try await relay.serving {
            try await relay.withOutcomes({ job in
                if job.recipient == hider.id { return Self.ofMute(waits: !isBack.isOpen) }
                return Outcome(
                    isBack.isOpen ? .delivered : .deferred, health: isBack.isOpen ? .reached : .trouble,
                    diagnosis: .init(stage: .finalDot, text: ""))
            }) { vault in
                try await eventually("the breaker is open") {
                    let counts = try await relay.counts()
                    return relay.dispatcher.isBreakerOpen && counts[.leased] == 0
                }
                let muted = try #require(try await relay.accept(1, to: hider).first)
                // Nobody else's is due by then.
                relay.advance(by: Breaker.firstWait)
                relay.dispatcher.wake()
                try await eventually("it was the probe, and waits") {
                    let shown = try await relay.show(muted)
                    return shown?.attempts == 1 && shown?.state == .ready
                }
                #expect(relay.dispatcher.isBreakerOpen && vault.asked.count == Breaker.threshold + 1)
                isBack.open()
                relay.advance(by: .minutes(2))
                relay.dispatcher.wake()
                try await eventually("all others are delivered, and it ends as muted") {
                    let counts = try await relay.counts()
                    return counts[.delivered] == Breaker.threshold && counts[.held] == 1
                }
                #expect(!relay.dispatcher.isBreakerOpen)
            }
        }
        #expect(try await relay.difference() == 0)
    }

    @Test func `A job the vault refuses for good is held for a person and not asked for again and again`() async throws {
        let relay = try await RelayFixture()
        let id = try #require(try await relay.accept(1).first)
        try await relay.serving {
            try await relay.withVault({ _ in throw LinkRefusal(.malformed, "not what deliver takes") }) { vault in
                try await eventually("held") { try await relay.counts()[.held] == 1 }
                #expect(vault.asked.count == 1)
            }
        }
        #expect(try await relay.show(id)?.reason?.contains("not what deliver takes") == true)
    }

    /// Where a mistake of ours shows for one delivery only.
    enum Mistake: CaseIterable {
        case claiming, settling
    }

    // The rule: what fails by itself fails for ever, and must keep nobody else waiting.
    @Test(arguments: Mistake.allCases)
    func `A delivery that cannot be written is held with the reason, and the others go out`(mistake: Mistake) async throws {
        let relay = try await RelayFixture()
        let ids = try await relay.accept(6)
        let wrong = ids[2]
        try await relay.store.write { transaction in
            switch mistake {
            case .claiming:
                // The attempt that a claim would write is there already.
                try transaction.run(
                    """
                    INSERT INTO attempt (delivery, number, lease, started_at)
                    VALUES (?, 1, ?, 0)
                    """, [wrong.stored, LeaseID(node: 9, number: 9).stored])
            case .settling:
                try transaction.run("UPDATE delivery SET uncertain = 7 WHERE id = ?", [wrong.stored])
                // The store allows no triggers; the lowest whole number has no absolute value.
                try transaction.run(
                    """
                    CREATE INDEX refuses
                    ON delivery (abs(CASE WHEN state = 'delivered' AND uncertain = 7 THEN -9223372036854775808 ELSE 0 END))
                    """)
            }
        }
        try await relay.serving {
            try await relay.withVault({ _ in .delivered }) { vault in
                try await eventually("all others are delivered, and one is held") {
                    let counts = try await relay.counts()
                    return counts[.delivered] == 5 && counts[.held] == 1
                }
                #expect(vault.asked.filter { $0.id == wrong }.count == (mistake == .settling ? 1 : 0))
            }
        }
        let held = try #require(try await relay.show(wrong))
        #expect(held.state == .held)
        #expect(held.reason?.contains("Postern could not write") == true)
        #expect(try await relay.difference() == 0)
    }

    @Test func `M10: what a person wants tried is due now, and when that fails it waits for minutes, not for hours again`()
        async throws
    {
        let relay = try await RelayFixture()
        let id = try #require(try await relay.accept(1).first)
        try await relay.serving {
            try await relay.withVault({ _ in .deferred }) { vault in
                // Until its waits are as long as they get.
                for attempt in 1...8 {
                    relay.dispatcher.wake()
                    try await eventually("try \(attempt) is over") {
                        let line = try await relay.show(id)
                        return line?.attempts == attempt && line?.state == .ready
                    }
                    if attempt < 8 { relay.advance(by: .hours(5)) }
                }
                let shown = try await relay.show(id)
                let moment = RelayFixture.now + .hours(35)
                #expect(try #require(shown?.due).since(moment) > .hours(3))
                _ = try await relay.store.write { try $0.queue.retry(id, at: moment) }
                relay.dispatcher.retryNow()
                try await eventually("it is tried now") {
                    let line = try await relay.show(id)
                    return line?.attempts == 9 && line?.state == .ready
                }
                let again = try #require(try await relay.show(id)?.due)
                #expect(again.since(moment) <= .minutes(6) && vault.asked.count == 9)
            }
        }
    }

    @Test func `While the vault does not believe the clock, no letter is given up as too old (M11)`() async throws {
        let relay = try await RelayFixture()
        let id = try #require(try await relay.accept(1).first)
        relay.advance(by: .days(40))
        try await relay.withVault({ _ in .deferred }) { vault in
            vault.trustClock(false)
            try await relay.serving {
                try await eventually("it is tried") { !vault.asked.isEmpty }
                try await eventually("it waits again") { try await relay.show(id)?.state == .ready }
                #expect(try await relay.counts()[.expired] == 0)
                vault.trustClock(true)
                try await eventually("the relay hears of it") {
                    await relay.vault.renew()
                    return relay.vault.isClockTrusted(at: RelayFixture.now)
                }
                _ = try await relay.store.write { try $0.queue.retryAll(at: RelayFixture.now + .days(5), limit: 9) }
                relay.advance(by: .days(1))
                relay.dispatcher.wake()
                try await eventually("it is too old") { try await relay.show(id)?.state == .expired }
            }
        }
    }
}
