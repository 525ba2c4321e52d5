import PosternCore
import PosternMail
import PosternTestSupport
import PosternVault
import Testing

/// What becomes of connections between letters, and of letters when a connection goes.
@Suite struct ConnectionLifeTests {
    @Test func `A connection that the server closed while idle costs nothing`() async throws {
        try await LanePool.with { pool, server in
            for round in 1...5 {
                try await pool.expects(.delivered, for: .letter())
                await server.closeConnections()
                #expect(server.sessions.count == round)
            }
        }
    }

    @Test func `A server that says goodbye to an idle connection costs nothing`() async throws {
        let script = Script([.finalDot: .octets(Array("250 ok\r\n421 4.4.2 idle too long\r\n".utf8))])
        try await LanePool.with(script) { pool, server in
            for _ in 0..<4 { try await pool.expects(.delivered, for: .letter()) }
            #expect(server.sessions.count == 4)
        }
    }

    // On a kept connection MAIL comes first. Refused with 421, or unanswered on a dead connection, it is sent again on a new one.
    @Test(arguments: [
        ServerAction.drop, .thenDrop(.reply("421 4.4.2 too many letters on one connection")), .reply("421 4.7.0 enough"),
    ])
    func `A kept connection that ends at MAIL does not cost an attempt`(action: ServerAction) async throws {
        var script = Script()
        script.choose = { stage, info in stage == .mailFrom && info.session == 0 && info.letter == 1 ? action : nil }
        try await LanePool.with(script) { pool, server in
            try await pool.expects(.delivered, for: .letter())
            try await pool.expects(.delivered, for: .letter())
            #expect(server.sessions.count == 2)
            #expect(server.messages.count == 2)
        }
    }

    @Test func `Once MAIL is accepted there is no second try`() async throws {
        var script = Script()
        script.choose = { stage, info in stage == .recipient && info.letter == 1 ? .drop : nil }
        try await LanePool.with(script) { pool, server in
            try await pool.expects(.delivered, for: .letter())
            try await pool.expects(.deferred, for: .letter())
            #expect(server.sessions.count == 1)
        }
    }

    @Test func `A new connection that ends at MAIL is an attempt`() async throws {
        try await LanePool.with(Script([.mailFrom: .drop])) { pool, server in
            try await pool.expects(.deferred, for: .letter())
            #expect(server.sessions.count == 1)
        }
    }

    @Test func `A letter is said again once, not for ever`() async throws {
        var script = Script()
        script.choose = { stage, info in stage == .mailFrom && info.letter > 0 ? .drop : nil }
        try await LanePool.with(script) { pool, server in
            try await pool.expects(.delivered, for: .letter())
            let outcome = try await pool.send(.letter())
            #expect(outcome.kind == .deferred)
            #expect(outcome.diagnosis.stage == .mailFrom)
            #expect(server.sessions.count == 2)
        }
    }

    // libcurl 7.88 keeps a connection whose last reply it gave up on; the late "250" would answer the next MAIL.
    @Test func `A late answer to one letter is never taken for the next one's`() async throws {
        let gate = Gate()
        var script = Script()
        script.choose = { stage, info in
            stage == .finalDot && info.letter == 0 ? .once(gate, .reply("250 late")) : nil
        }
        // This long because the second letter has no more time either.
        let timeouts = SMTPTimeouts(finalDot: .seconds(10))
        try await LanePool.with(script, timeouts: timeouts) { pool, server in
            try await pool.expects(.uncertain, for: .letter())
            gate.open()
            try await pool.expects(.delivered, for: .letter(text: "second\r\n"))
            #expect(server.sessions.count == 2)
            #expect(server.messages.last?.octets == Array("second\r\n".utf8))
        }
    }

    @Test func `An idle connection is ended politely after a while`() async throws {
        try await LanePool.with(timeouts: SMTPTimeouts(idle: .milliseconds(100))) { pool, server in
            try await pool.expects(.delivered, for: .letter())
            try await eventually("the session is closed") { server.sessions.first?.isClosed == true }
            #expect(server.sessions.first?.commands.last == "QUIT")
            try await pool.expects(.delivered, for: .letter())
            #expect(server.sessions.count == 2)
        }
    }

    @Test func `Closing ends connections with QUIT and waits for no answer to it`() async throws {
        try await ScriptedSMTPServer.with(Script([.quit: .stall])) { server in
            let pool = LanePool(smarthost: try .loopback(server.port), lanes: 1)
            try await pool.expects(.delivered, for: .letter())
            let began = ContinuousClock.now
            await pool.close()
            #expect(began.duration(to: .now) < .seconds(60))
            try await eventually("QUIT was said") { server.sessions.first?.commands.last == "QUIT" }
        }
    }

    @Test func `A server that stalls on QUIT after a refusal holds nobody up`() async throws {
        let script = Script([.recipient: .reply("550 5.1.1 unknown"), .quit: .stall])
        try await LanePool.with(script) { pool, _ in
            let began = ContinuousClock.now
            for _ in 0..<5 { try await pool.expects(.failed, for: .letter()) }
            #expect(began.duration(to: .now) < .seconds(60))
        }
    }
}
