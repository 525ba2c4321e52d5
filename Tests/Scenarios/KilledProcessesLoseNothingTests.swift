import Foundation
import PosternTestSupport
import Testing

@Suite("No accepted letter is lost, whichever process is killed and whenever", .serialized, .timeLimit(.minutes(Scale.minutes)))
struct KilledProcessesLoseNothingTests {
    /// After each kill of a vault, at most as many letters arrive twice as there are lanes.
    static let lanes = 8

    @Test
    func
        `Kills of relay, vault, supervisor or all under load, and stops longer than a lease: every 202 arrives, duplicates are byte-identical (A2, A4)`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_LEASE": "\(Self.leaseSeconds)s"])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let ledger = Ledger()
        // When only the relay is killed, nothing is repeated: the vault remembers what it delivered.
        let vaultKills = (0..<Scale.kills).count { Processes.allCases[$0 % Processes.allCases.count] != .relay }
        let account = try await keepingLedgers(of: postern, ledger, server) {
            try await killing(postern, ledger)
            try await eventually("ready after the last kill", within: .seconds(40)) { await postern.isReady() }
            try await postern.drained(within: .seconds(120))
            return try await LossAccount(
                "kill -9 (and \(Scale.kills / Self.killsForAStop) stops longer than a lease)", times: Scale.kills,
                bound: vaultKills * Self.lanes, of: postern, ledger, server)
        }
        account.report()
        #expect(account.promised >= Scale.letters)
        try await postern.stop()
        await server.stop()
    }

    private static let leaseSeconds = 2
    private static let killsForAStop = 10

    private func killing(_ postern: Installation, _ ledger: Ledger) async throws {
        let stop = Gate()
        var randomness = SeededRandomness(seed: 20_261_124)
        // So many letters between two kills that the promised number is reached.
        let most = max(60, Scale.letters * 2 / max(Scale.kills, 1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await postern.load(ledger, clients: 4, prefix: "kill", until: { stop.isOpen }) }
            defer { stop.open() }
            for number in 0..<Scale.kills {
                // Each kill comes after a few more promised letters, so that every kill hits a working service.
                try await accepted(Int.random(in: 5...most, using: &randomness), ledger, "before kill \(number)")
                if number % Self.killsForAStop == 0 { try await stopForLonger(number / Self.killsForAStop, postern) }
                let victim = Processes.allCases[number % Processes.allCases.count]
                postern.kill(victim)
                if victim == .supervisor || victim == .all {
                    try await eventually("the old processes are gone", within: .seconds(40)) {
                        postern.pid(of: .supervisor) == nil
                    }
                    try await postern.start(within: .seconds(45))
                }
            }
            try await accepted(max(0, Scale.letters - ledger.count), ledger, "after the last kill")
            stop.open()
            try await group.waitForAll()
        }
    }

    private func accepted(_ more: Int, _ ledger: Ledger, _ moment: String) async throws {
        let before = ledger.count
        try await eventually("letters are accepted \(moment)", within: .seconds(60 + more / 50)) { ledger.count >= before + more }
    }

    /// Stops relay and vault in turn, each for longer than a lease.
    private func stopForLonger(_ number: Int, _ postern: Installation) async throws {
        let sleeper = [Processes.vault, .relay][number % 2]
        postern.kill(sleeper, SIGSTOP)
        // Only the passing of this time can be tested by waiting.
        try await pause(.milliseconds(Self.leaseSeconds * 1_000 + 500))
        postern.kill(sleeper, SIGCONT)
    }

    @Test
    func `SIGTERM under load: each stop ends with 0 within 30 s, nothing is lost and nothing comes twice (A12)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let ledger = Ledger()
        let stop = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await postern.load(ledger, clients: 4, prefix: "roll", until: { stop.isOpen }) }
            for _ in 0..<5 {
                let before = ledger.count
                try await eventually("letters are accepted", within: .seconds(60)) { ledger.count >= before + 50 }
                #expect(try await postern.stop(within: .seconds(32)) == 0)
                try await postern.start()
            }
            stop.open()
            try await group.waitForAll()
        }
        try await postern.drained(within: .seconds(60))
        let arrived = Arrivals(server.messages)
        #expect(ledger.marks.subtracting(arrived.marks).isEmpty)
        #expect(arrived.duplicates == 0)
        #expect(try await postern.isBalanced())
        try await postern.stop()
        await server.stop()
    }

    @Test
    func
        `A letter that hangs at its final dot does not hold up a stop: 0 within 30 s, and it goes out after the next start (A12)`()
        async throws
    {
        let smarthost = SmarthostMood(.silent)
        let server = try await ScriptedSMTPServer.start(smarthost.script)
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let answer = try await postern.post(["subject": "hanging"])
        #expect(answer.status == 202)
        try await eventually("it hangs") { try await postern.counts()["leased"] == 1 }
        let began = ContinuousClock.now
        #expect(try await postern.stop(within: .seconds(40)) == 0)
        #expect(ContinuousClock.now - began < .seconds(30))
        smarthost.set(.well)
        try await postern.start()
        try await postern.drained(within: .seconds(60))
        #expect(Arrivals(server.messages).marks == ["hanging"])
        try await postern.stop()
        await server.stop()
    }

    @Test
    func
        `When the vault is stopped for longer than a lease, the letter is due again and arrives once, and the late outcome changes nothing`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_LEASE": "2s"])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post(["subject": "before"]).status == 202)
        try await server.received(count: 1)
        postern.kill(.vault, SIGSTOP)
        let id = try #require(try await postern.post(["subject": "stopped"]).id)
        try await eventually("the lease has run out", within: .seconds(60)) {
            try await postern.succeed("queue", "show", id).output.contains("interrupted")
        }
        postern.kill(.vault, SIGCONT)
        try await server.received(count: 2, within: .seconds(30))
        try await postern.drained(within: .seconds(60))
        #expect(server.messages.count == 2)
        #expect(try await postern.isBalanced())
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `A vault that is told to stop while it sends letters reports their outcomes, so nothing comes twice (A4, A12)`()
        async throws
    {
        // Every letter's last answer takes two seconds.
        let server = try await ScriptedSMTPServer.start(Script([.finalDot: .after(.seconds(2), .reply("250 2.0.0 queued"))]))
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        for number in 0..<4 { #expect(try await postern.post(["subject": "n\(number)"]).status == 202) }
        try await eventually("letters are under way", within: .seconds(60)) { server.messages.count >= 4 }
        postern.kill(.vault, SIGTERM)
        try await server.received(count: 4)
        try await postern.drained(within: .seconds(60))
        #expect(server.messages.count == 4, "a letter was sent twice; the log ends in:\n\(postern.log.suffix(3_000))")
        #expect(try await postern.counts()["delivered"] == 4)
        let list = try await postern.succeed("queue", "list").output
        #expect(!list.contains("uncertain"), "\(list)")
        try await postern.stop()
        await server.stop()
    }

    @Test func `The attempt is in the store before the vault dials (A7)`() async throws {
        let gate = Gate()
        let server = try await ScriptedSMTPServer.start(Script([.greeting: .once(gate, .standard)]))
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let id = try #require(try await postern.post().id)
        // The connection is open, and nothing has been said on it.
        try await eventually("the smarthost was dialled") { server.sessions.count == 1 }
        // Until no process is left: a dying relay may still take the command's request and then not answer.
        try await postern.cutOff()
        let shown = try await postern.succeed("queue", "show", id).output
        #expect(shown.contains("leased"))
        #expect(shown.contains("under way"))
        gate.open()
        try await postern.start()
        try await server.received(count: 1)
        try await postern.drained(within: .seconds(60))
        #expect(try await postern.succeed("queue", "show", id).output.contains("interrupted"))
        try await postern.stop()
        await server.stop()
    }
}
