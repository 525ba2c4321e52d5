import PosternCore
import PosternMail
import PosternTestSupport
import PosternVault
import Testing

@Suite struct DeliveryOverSMTPTests {
    @Test func `A letter arrives as it was composed`() async throws {
        try await LanePool.with { pool, server in
            let outcome = try await pool.send(.letter())
            #expect(outcome.kind == .delivered)
            #expect(outcome.diagnosis.text.hasPrefix("queued as"))
            let message = try #require(try await server.received(count: 1).first)
            #expect(message.sender == "<b0unce@relay.example.org>")
            #expect(message.recipients == ["<jo@members.example>"])
            #expect(message.octets == Array(OutgoingMessage.text.utf8))
            #expect(server.sessions.first?.commands.first == "EHLO relay.example.org")
        }
    }

    // Dots at the beginning of lines, wherever they fall, and texts around the size of libcurl's buffer.
    @Test(arguments: [
        "a\r\n.\r\nb\r\n", ".\r\n", "..\r\n...\r\n", "a\r\n.b\r\n\r\n.\r\n\r\n", "\r\n.\r\n", "a\r\n\r\n\r\n.", "no line end",
        ".QUIT\r\n.\r\nMAIL FROM:<x@y.example>\r\n",
    ])
    func `Dots arrive as dots`(text: String) async throws {
        try await LanePool.with { pool, server in
            try await pool.expects(.delivered, for: .letter(text: text))
            let message = try #require(server.messages.first)
            let expected = text.hasSuffix("\r\n") ? text : text + "\r\n"
            #expect(String(decoding: message.octets, as: UTF8.self) == expected)
            #expect(server.messages.count == 1)
        }
    }

    @Test(arguments: 0..<24)
    func `Long random texts with many dots arrive whole`(seed: UInt64) async throws {
        var randomness = SeededRandomness(seed: seed)
        let size = 65_536 * Int.random(in: 1...3, using: &randomness) + Int.random(in: -12...12, using: &randomness)
        var text = ""
        while text.utf8.count < size { text += [".", "\r\n", "\r\n.", "x", "\r\n\r\n"].randomElement(using: &randomness) ?? "" }
        let sent = text + "\r\n"
        try await LanePool.with { pool, server in
            try await pool.expects(.delivered, for: .letter(text: sent))
            #expect(server.messages.first?.octets == Array(sent.utf8))
        }
    }

    // libcurl 7.88 that is told the size counts doubled dots as text: here the count would meet the size when the first
    // 64 KiB are out, and the last 18 octets would be left behind with a 250 for the rest.
    @Test func `A text whose doubled dots make up for its end arrives whole`() async throws {
        let dots = 20
        let beginning = "Subject: x\r\n\r\n" + String(repeating: ".dot\r\n", count: dots)
        let middle = String(repeating: "y", count: 65_536 - beginning.utf8.count)
        let sent = beginning + middle + String(repeating: "z", count: dots - 2) + "\r\n"
        try await LanePool.with { pool, server in
            try await pool.expects(.delivered, for: .letter(text: sent))
            #expect(server.messages.first?.octets == Array(sent.utf8))
        }
    }

    @Test func `One connection carries many letters`() async throws {
        try await LanePool.with { pool, server in
            for number in 0..<20 {
                let outcome = try await pool.send(.letter(to: "r\(number)@members.example", text: "letter \(number)\r\n"))
                #expect(outcome.kind == .delivered)
            }
            let messages = server.messages
            #expect(server.sessions.count == 1)
            #expect(messages.map { String(decoding: $0.octets, as: UTF8.self) } == (0..<20).map { "letter \($0)\r\n" })
            #expect(messages.map(\.recipients) == (0..<20).map { ["<r\($0)@members.example>"] })
        }
    }

    @Test func `A refusal of one letter leaves the next unharmed`() async throws {
        var script = Script()
        script.choose = { stage, info in
            switch (stage, info.letter) {
            case (.recipient, 1): .reply("550 5.1.1 unknown")
            case (.finalDot, 3): .reply("554 5.7.1 spam")
            case (.mailFrom, 5): .reply("451 4.3.0 later")
            default: nil
            }
        }
        try await LanePool.with(script) { pool, server in
            var kinds: [Outcome.Kind] = []
            for _ in 0..<8 { kinds.append(try await pool.send(.letter()).kind) }
            #expect(kinds == [.delivered, .failed, .delivered, .failed, .delivered, .deferred, .delivered, .delivered])
            #expect(server.messages.count { $0.isAccepted == true } == 5)
        }
    }

    // RFC 6531: only a server that says so now may get it, and nobody hears the address otherwise.
    @Test func `A UTF-8 address goes only where SMTPUTF8 is offered`() async throws {
        try await LanePool.with { pool, server in
            try await pool.expects(.delivered, for: .letter())
            let outcome = try await pool.send(.letter(to: "jürgen@bücher.example"))
            #expect(outcome.kind == .delivered)
            #expect(server.messages.last?.sender == "<b0unce@relay.example.org> SMTPUTF8")
            #expect(server.messages.last?.recipients == ["<jürgen@xn--bcher-kva.example>"])
            #expect(server.messages.first?.sender == "<b0unce@relay.example.org>")
        }
    }

    @Test func `Without SMTPUTF8 such a letter waits, is held when that lasts, and the address is not said`() async throws {
        let clock = LaneClock()
        var script = Script()
        script.extensions = ["8BITMIME"]
        try await LanePool.with(script, clock: clock) { pool, server in
            for round in 0..<4 {
                if round == 3 { clock.advance(by: MissingOffers.shortest) }
                let outcome = try await pool.send(.letter(to: "jürgen@bücher.example"))
                #expect(outcome.kind == (round == 3 ? .ourFault : .deferred))
                #expect(outcome.health == .reached)
                #expect(outcome.diagnosis.text.contains("SMTPUTF8"))
                // The second time a kept connection is known not to offer it.
                if round == 0 { try await pool.expects(.delivered, for: .letter()) }
            }
            #expect(!server.commands.contains { $0.contains("rgen") })
            #expect(server.sessions.filter { $0.commands.contains { $0.hasPrefix("MAIL") } }.count == 1)
        }
    }

    @Test func `What the server offers now counts, not what it once did`() async throws {
        var script = Script()
        script.choose = { stage, info in
            stage == .ehlo && info.session == 0 ? .reply("250 mx.example") : nil
        }
        try await LanePool.with(script) { pool, server in
            try await pool.expects(.delivered, for: .letter())
            try await pool.expects(.delivered, for: .letter(to: "jürgen@members.example"))
            #expect(server.sessions.count == 2)
        }
    }

    // libcurl would put each of these on the wire as it is.
    @Test(arguments: [
        "a@relay.example.org\r\nRSET", "a@relay.example.org>\r\nRCPT TO:<x@y.example", "a@relay.example.org> SIZE=1",
        " a@relay.example.org",
        "a@relay.example.org ", "", "a", "jürgen@relay.example.org", "a@b.example\u{0}c",
    ])
    func `An envelope sender that could smuggle is never sent`(sender: String) async throws {
        try await LanePool.with { pool, server in
            let outcome = try await pool.send(.letter(sender: sender))
            #expect(outcome.kind == .ourFault)
            #expect(outcome.diagnosis.stage == .prepare)
            #expect(server.sessions.isEmpty)
        }
    }

    // "SMTP smuggling": a lone CR or LF ends the text for one server and not for the next.
    @Test(arguments: ["a\n.\nb\r\n", "a\r.\rb\r\n", "a\r\n.\rb\r\n", "a\n\r\n", "a\r", "a\u{0}\r\n", ""])
    func `A text with lone line ends is never sent`(text: String) async throws {
        try await LanePool.with { pool, server in
            let outcome = try await pool.send(.letter(text: text))
            #expect(outcome.kind == .ourFault)
            #expect(outcome.health == .unknown)
            #expect(server.sessions.isEmpty)
        }
    }

    @Test func `A reply that names the recipient is kept without the name`() async throws {
        let script = Script([
            .recipient: .reply("550-5.1.1 <jo@members.example>: jo has no", "550 5.1.1 mailbox at MEMBERS.example")
        ])
        let outcome = try await LanePool.with(script) { pool, _ in try await pool.send(.letter()) }
        #expect(outcome.diagnosis.text == "‹address› : ‹address› has no mailbox at ‹address›")
        #expect(outcome.diagnosis.enhanced == "5.1.1")
    }

    @Test func `A message and a login do not print what they hold`() throws {
        let printed = "\(try OutgoingMessage.letter())" + "\(try Smarthost.loopback(25, user: "relay", password: "secret"))"
        #expect(!printed.contains("members"))
        #expect(!printed.contains("secret"))
    }
}
