import PosternCore
import PosternMail
import PosternTestSupport
import PosternVault
import Testing

@Suite struct LanePoolTests {
    /// A10: one slow answer holds up its own lane and nobody else.
    @Test func `A slow answer to one final dot delays no other letter`() async throws {
        let gate = Gate()
        var script = Script()
        script.choose = { stage, info in
            stage == .finalDot && info.recipients == ["<slow@members.example>"] ? .once(gate, .standard) : nil
        }
        try await LanePool.with(script, lanes: 4) { pool, server in
            let slow = Task { try await pool.send(.letter(to: "slow@members.example")) }
            try await eventually("the slow letter waits for its answer") { server.messages.count == 1 }
            let kinds = try await withThrowingTaskGroup(of: Outcome.Kind.self) { group in
                for number in 0..<60 { group.addTask { try await pool.send(.letter(to: "r\(number)@members.example")).kind } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds == Array(repeating: .delivered, count: 60))
            // All are through, and the slow one still has no answer.
            #expect(server.messages.filter { $0.isAccepted == nil }.map(\.recipients) == [["<slow@members.example>"]])
            gate.open()
            #expect(try await slow.value.kind == .delivered)
        }
    }

    @Test func `No more letters are under way than there are lanes`() async throws {
        try await LanePool.with(Script([.finalDot: .after(.milliseconds(30), .standard)]), lanes: 3) { pool, server in
            try await withThrowingTaskGroup { group in
                for number in 0..<30 { group.addTask { _ = try await pool.send(.letter(to: "r\(number)@members.example")) } }
                try await group.waitForAll()
            }
            #expect(server.sessions.count == 3)
            #expect(Set(server.messages.map(\.recipients)).count == 30)
        }
    }

    // A visitor who shows their address stands in Reply-To, and a server that does not like their domain says so.
    @Test func `An answer that names the visitor is kept without the name`() async throws {
        let reply = ServerAction.reply("554 5.7.1 domain canary-family.example is listed, jo.canary")
        try await LanePool.with(Script([.finalDot: reply])) { pool, _ in
            let outcome = try await pool.send(.letter(shown: "jo.canary@canary-family.example"))
            #expect(outcome.kind == .deferred)
            #expect(!outcome.diagnosis.text.contains("canary") && outcome.diagnosis.text.contains("is listed"))
        }
    }

    @Test func `At low traffic one connection stays warm`() async throws {
        try await LanePool.with(lanes: 4) { pool, server in
            for _ in 0..<12 { try await pool.expects(.delivered, for: .letter()) }
            #expect(server.sessions.count == 1)
        }
    }

    // Tasks, since a scope that is left waits for what it began with `async let`, and these servers do not answer by themselves.
    @Test func `Closing finishes what is under way and returns what is not`() async throws {
        let gate = Gate()
        try await ScriptedSMTPServer.with(Script([.finalDot: .once(gate, .standard)])) { server in
            let pool = LanePool(smarthost: try .loopback(server.port), lanes: 1)
            let first = Task { try await pool.send(.letter(to: "first@members.example")) }
            try await eventually("the first is under way") { server.messages.count == 1 }
            let second = Task { try await pool.send(.letter(to: "second@members.example")) }
            let third = Task { try await pool.send(.letter(to: "third@members.example")) }
            async let closed: Void = pool.close()
            // What waits comes back at once, before the one under way is answered.
            let left = [try await second.value, try await third.value]
            gate.open()
            #expect(try await first.value.kind == .delivered)
            await closed
            #expect(left.allSatisfy { $0.kind == .deferred && $0.health == .unknown && $0.diagnosis.stage == .prepare })
            try await pool.expects(.deferred, for: .letter())
            #expect(server.messages.count == 1)
        }
    }

    // The wait for what is under way has an end too, and the outcome says what is known.
    @Test(arguments: [
        (ServerStage.recipient, Outcome.Kind.deferred), (.finalDot, .uncertain), (.greeting, .deferred),
    ])
    func `Closing breaks off what does not end`(stage: ServerStage, kind: Outcome.Kind) async throws {
        try await ScriptedSMTPServer.with(Script([stage: .stall])) { server in
            let pool = LanePool(smarthost: try .loopback(server.port), lanes: 1)
            let letter = Task { try await pool.send(.letter()) }
            try await eventually("the server was dialled") { server.sessions.count == 1 }
            try await eventually("the stage is reached") {
                switch stage {
                case .recipient: server.sessions.first?.commands.last?.hasPrefix("RCPT") == true
                case .finalDot: server.messages.count == 1
                default: true
                }
            }
            await pool.close(within: .milliseconds(100))
            let outcome = try await letter.value
            #expect(outcome.kind == kind)
            #expect(outcome.health == .unknown)
        }
    }

    @Test func `Closing twice is closing`() async throws {
        let pool = LanePool(smarthost: try .loopback(9), lanes: 2)
        await pool.close()
        await pool.close()
        #expect(try await pool.send(.letter()).diagnosis.stage == .prepare)
    }

    @Test func `A cancelled caller still learns the outcome`() async throws {
        let gate = Gate()
        try await LanePool.with(Script([.finalDot: .once(gate, .standard)])) { pool, server in
            let task = Task { try await pool.send(.letter()) }
            try await eventually("the letter is under way") { server.messages.count == 1 }
            task.cancel()
            gate.open()
            #expect(try await task.value.kind == .delivered)
        }
    }
}
