import PosternCore
import PosternLink
import PosternMail
import PosternTestSupport
import PosternVault
import Testing

/// S5: servers that allow few connections, few letters on each, or none for a while.
@Suite struct ConnectionLimitTests {
    private func script(_ limit: ConnectionLimit) -> Script {
        // So that letters overlap.
        var script = Script([.finalDot: .after(.milliseconds(10), .standard)])
        script.choose = { limit.action(at: $0, $1) }
        return script
    }

    // How the third connection learns that it is one too many.
    @Test(
        arguments: [
            (.greeting, ConnectionLimit.greeting), (.greeting, .drop),
            (.greeting, .reply("421 too many concurrent SMTP sessions")),
            (.greeting, .thenDrop(.reply("554 5.7.0 no more"))), (.ehlo, .thenDrop(.reply("421 4.3.2 connection limit reached"))),
            (.ehlo, .drop), (.mailFrom, .thenDrop(.reply("421 4.7.0 try again later"))),
            (.mailFrom, .reply("432 4.3.2 Concurrent connections limit exceeded")),
            (.mailFrom, .reply("452 4.3.2 Connection rate limit exceeded.")),
        ] as [(ServerStage, ServerAction)])
    func `S5: two connections are allowed: every letter goes out over these, and none is deferred`(
        stage: ServerStage, refusal: ServerAction
    ) async throws {
        let (limit, log) = (ConnectionLimit(2, at: stage, refusal), KeptLog())
        try await LanePool.with(script(limit), lanes: 8, log: log) { pool, server in
            let outcomes = try await pool.send(count: 60)
            #expect(outcomes.allSatisfy { $0.kind == .delivered }, "\(outcomes.filter { $0.kind != .delivered })")
            #expect(Set(server.messages.map(\.recipients)).count == 60 && server.messages.count == 60)
            #expect(limit.peak <= 2 && limit.refused <= 6)
            #expect((1...2).contains(pool.condition.allowed) && pool.capacity <= 3)
            #expect(pool.condition.turnedAway.times == limit.refused)
            let said = log.warnings.filter { $0.contains("takes fewer connections at once") }
            #expect(said.count == 1, "\(log.warnings)")
        }
    }

    @Test func `S5: with a login too many connections are refused at AUTH`() async throws {
        let limit = ConnectionLimit(2, at: .login, .thenDrop(.reply("421 4.7.0 too many connections for this user")))
        var script = script(limit)
        script.login = Script.Login(user: "relay", password: "pass word ü")
        try await LanePool.with(script, lanes: 8, user: "relay") { pool, _ in
            let outcomes = try await pool.send(count: 40)
            #expect(outcomes.allSatisfy { $0.kind == .delivered })
        }
    }

    @Test func `S5: when the server allows more again, more are used, one after the other`() async throws {
        let (limit, clock) = (ConnectionLimit(2), LaneClock())
        try await LanePool.with(script(limit), lanes: 6, clock: clock) { pool, _ in
            _ = try await pool.send(count: 30)
            #expect(pool.condition.allowed <= 2)
            limit.set(100)
            var seen: [Int] = []
            for _ in 0..<8 {
                clock.advance(by: LaneLimit.longestWait)
                #expect(try await pool.send(count: 30).allSatisfy { $0.kind == .delivered })
                seen.append(pool.condition.allowed)
            }
            #expect(seen == seen.sorted() && seen.last == 6, "\(seen)")
            #expect(limit.peak == 6 && pool.capacity == 6)
        }
    }

    // It finds out only at the second letter.
    @Test(arguments: [ServerStage.mailFrom, .recipient, .data])
    func `S5: a kept connection that is one too many is closed, and its letter goes over another`(stage: ServerStage) async throws
    {
        var script = Script([.finalDot: .after(.milliseconds(10), .standard)])
        script.choose = { at, info in
            guard at == stage, info.letter >= 8, info.open.count > 2 else { return nil }
            return .reply("432 4.3.2 Concurrent connections limit exceeded")
        }
        try await LanePool.with(script, lanes: 4) { pool, server in
            let outcomes = try await pool.send(count: 40)
            // The server may see connections as open that have been closed, and turn away the last lane as well: then its letter waits.
            let delivered = outcomes.count { $0.kind == .delivered }
            #expect(outcomes.allSatisfy { [.delivered, .deferred].contains($0.kind) } && delivered >= 36, "\(outcomes)")
            #expect(server.messages.count == delivered)
        }
    }

    // The thread pool of a hosted suite is used up: it says so after the dot.
    @Test func `S5: a server that says so after the dot gets fewer connections, and that letter waits`() async throws {
        var script = Script([.finalDot: .after(.milliseconds(10), .standard)])
        script.choose = { stage, info in
            guard stage == .finalDot, info.open.count > 2 else { return nil }
            return .reply("432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded")
        }
        try await LanePool.with(script, lanes: 4) { pool, server in
            _ = try await pool.send(count: 12)
            let later = try await pool.send(count: 12)
            #expect(pool.condition.allowed < 4)
            #expect(later.allSatisfy { [.delivered, .deferred].contains($0.kind) })
            #expect(server.messages.contains { $0.isAccepted == true })
        }
    }

    @Test func `A smarthost that is away is trouble for each letter, and gets all lanes when it is back`() async throws {
        let port = try TakenPort()
        let pool = LanePool(smarthost: try .loopback(port.number), lanes: 4)
        try await pool.closing {
            let outcomes = try await pool.send(count: 8)
            #expect(outcomes.allSatisfy { $0.kind == .deferred && $0.health == .trouble && $0.diagnosis.stage == .connect })
            port.release()
            let server = try await ScriptedSMTPServer.start(port: port.number)
            #expect(try await pool.send(count: 8).allSatisfy { $0.kind == .delivered })
            #expect(pool.condition.allowed == 4)
            await server.stop()
        }
    }

    // Silence is no sign of a limit: the smarthost, or the way to it, is away.
    @Test func `Silence at all lanes at once defers all letters at once`() async throws {
        let timeouts = SMTPTimeouts(answer: .milliseconds(300))
        try await LanePool.with(Script([.greeting: .stall]), lanes: 4, timeouts: timeouts) { pool, server in
            let outcomes = try await pool.send(count: 4)
            #expect(outcomes.allSatisfy { $0.kind == .deferred && $0.health == .trouble })
            try await eventually("each letter has dialled once") { server.sessions.count == 4 }
        }
    }

    @Test func `A greeting that keeps one lane waiting delays nobody else`() async throws {
        let gate = Gate()
        var script = Script()
        script.choose = { stage, info in stage == .greeting && info.session == 0 ? .once(gate, .standard) : nil }
        try await LanePool.with(script, lanes: 2) { pool, server in
            let slow = Task { try await pool.send(.letter(to: "slow@members.example")) }
            try await eventually("the first has dialled") { server.sessions.count == 1 }
            for _ in 0..<10 { try await pool.expects(.delivered, for: .letter()) }
            gate.open()
            #expect(try await slow.value.kind == .delivered)
        }
    }

    // The refusals of a server that takes a few letters on each connection. No letter's text was begun.
    @Test(
        arguments: [
            (.mailFrom, "421 4.7.0 too many messages in this connection"),
            (.mailFrom, "452 4.7.0 Too many messages in this session"),
            (.mailFrom, "421 Max message per connection reached, closing transmission channel"),
            (.recipient, "452 4.5.3 too many messages for this session"), (.data, "451 4.7.1 session limit of messages exceeded"),
            (.recipient, "421 4.4.2 closing"),
        ] as [(ServerStage, String)])
    func `S5: after a few letters the next goes over a new connection, and none is deferred`(
        stage: ServerStage, reply: String
    ) async throws {
        var script = Script()
        script.choose = { at, info in
            at == stage && info.letter % 3 == 2 && info.session == info.letter / 3 ? .thenDrop(.reply(reply)) : nil
        }
        try await LanePool.with(script) { pool, server in
            for _ in 0..<6 { try await pool.expects(.delivered, for: .letter()) }
            #expect(server.messages.count == 6)
            #expect(server.sessions.count >= 2)
        }
    }
}
