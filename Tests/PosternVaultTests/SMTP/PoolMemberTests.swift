import PosternCore
import PosternLink
import PosternMail
import PosternTestSupport
import PosternVault
import Testing

/// S3: behind one name there may be several servers, and one of them may be set up wrongly.
@Suite struct PoolMemberTests {
    /// A smarthost with STARTTLS and a login, of whose connections some are answered by a member that lacks something.
    private func script(_ bad: @escaping @Sendable (SessionInfo) -> Bool, _ reply: String...) async throws -> Script {
        var script = Script()
        script.security = .startTLS(try await TestCertificates.shared().good)
        script.login = Script.Login(user: "relay", password: "pass word ü")
        script.choose = { stage, info in stage == .ehlo && bad(info) ? .lines(reply) : nil }
        return script
    }

    private func with(
        _ script: Script, clock: LaneClock = LaneClock(), log: KeptLog = KeptLog(),
        _ body: (LanePool, ScriptedSMTPServer) async throws -> Void
    ) async throws {
        let authority = try await TestCertificates.shared().authority
        try await ScriptedSMTPServer.with(script) { server in
            let smarthost = try Smarthost.loopback(
                server.port, tls: .required, host: "localhost", user: "relay", caFile: authority)
            let pool = LanePool(smarthost: smarthost, lanes: 1, logger: log.logger, now: { clock.now })
            try await pool.closing { try await body(pool, server) }
            // Never in the clear, whatever happened.
            let clear = server.sessions.flatMap(\.lines).filter { !$0.isEncrypted }.map(\.text)
            #expect(clear.allSatisfy { $0 == "STARTTLS" || $0.hasPrefix("EHLO") || $0 == "QUIT" }, "\(clear)")
        }
    }

    @Test func `S3: STARTTLS left out by one member: the letter goes over another connection at once`() async throws {
        try await with(try await script({ $0.session == 0 }, "250-mx.example", "250 8BITMIME")) { pool, server in
            try await pool.expects(.delivered, for: .letter())
            #expect(server.sessions.count == 2)
            #expect(server.sessions.first?.commands.contains { $0.hasPrefix("MAIL") } == false)
        }
    }

    @Test func `S3: AUTH left out by one member: the letter goes over another connection at once`() async throws {
        let script = try await script({ $0.session == 0 && $0.isEncrypted }, "250-mx.example", "250 8BITMIME")
        try await with(script) { pool, server in
            try await pool.expects(.delivered, for: .letter())
            #expect(server.sessions.count == 2)
        }
    }

    @Test func `S3: two bad members in a row: the letter waits, and is no fault of ours`() async throws {
        try await with(try await script({ $0.session < 2 }, "250 mx.example")) { pool, _ in
            let outcome = try await pool.send(.letter())
            #expect(outcome.kind == .deferred && outcome.health == .trouble && outcome.diagnosis.stage == .startTLS)
            #expect(outcome.diagnosis.text.contains("does not offer STARTTLS") && outcome.diagnosis.text.contains("tried again"))
            #expect(outcome.cause == .encryption, "if it never comes back, the letter is held and does not expire")
            #expect(pool.condition.missing.isEmpty)
            try await pool.expects(.delivered, for: .letter())
        }
    }

    // What is left out, by the whole pool and for long, and back again.
    @Test(arguments: [("STARTTLS", false), ("AUTH", true)])
    func `S3: what lasts is held and alarmed once; when it is back, letters go out`(what: String, inTLS: Bool) async throws {
        let (clock, log, gate) = (LaneClock(), KeptLog(), Gate())
        let script = try await script({ !gate.isOpen && $0.isEncrypted == inTLS }, "250 mx.example")
        try await with(script, clock: clock, log: log) { pool, _ in
            // Two connections a letter.
            for _ in 0..<4 { try await pool.expects(.deferred, for: .letter()) }
            #expect(log.errors.isEmpty)
            clock.advance(by: MissingOffers.shortest)
            for _ in 0..<3 {
                let outcome = try await pool.expects(.ourFault, for: .letter())
                #expect(outcome.health == .trouble)
            }
            #expect(log.errors.count == 1 && log.errors.first?.contains("lacks=\(what)") == true, "\(log.errors)")
            #expect(pool.condition.missing.map(\.what) == [what])
            gate.open()
            try await pool.expects(.delivered, for: .letter())
            #expect(pool.condition.missing.isEmpty)
            #expect(log.notices.count == 1)
        }
    }

    @Test func `S3: a login that has worked and is refused now and then waits; one that never worked is held`() async throws {
        var script = try await script({ _ in false })
        script.choose = { stage, info in
            stage == .login && info.session == 1 ? .reply("535 5.7.8 authentication backend is away") : nil
        }
        try await with(script) { pool, server in
            try await pool.expects(.delivered, for: .letter())
            await server.closeConnections()
            let outcome = try await pool.expects(.deferred, for: .letter())
            #expect(outcome.diagnosis.code == 535 && outcome.health == .trouble)
            // A wrong password is not tried twice in a row: some servers lock the account.
            #expect(server.sessions.count == 2)
            try await pool.expects(.delivered, for: .letter())
        }
        script.choose = { stage, _ in stage == .login ? .reply("535 5.7.8 wrong") : nil }
        try await with(script) { pool, server in
            try await pool.expects(.ourFault, for: .letter())
            #expect(server.sessions.count == 1)
        }
    }
}
