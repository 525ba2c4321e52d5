import PosternCore
import PosternMail
import PosternTestSupport
import PosternVault
import Testing

/// A9: what a real server does, and what a lane makes of it.
@Suite struct ClassificationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var actions: [ServerStage: ServerAction]
        var mechanisms: [String]?
        let kind: Outcome.Kind
        let health: Outcome.SmarthostHealth
        let stage: DeliveryStage
        let code: Int?

        init(
            _ name: String, _ stage: ServerStage? = nil, _ action: ServerAction = .standard, login mechanisms: [String]? = nil,
            _ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth, _ at: DeliveryStage, _ code: Int? = nil
        ) {
            (self.name, self.kind, self.health, self.stage, self.code) = (name, kind, health, at, code)
            (actions, self.mechanisms) = (stage.map { [$0: action] } ?? [:], mechanisms)
        }

        var testDescription: String { name }
    }

    private static func holds(_ row: Row, timeouts: SMTPTimeouts = SMTPTimeouts()) async throws {
        var script = Script(row.actions)
        script.login = row.mechanisms.map { Script.Login(user: "relay", password: "pass word ü", mechanisms: $0) }
        let user = row.mechanisms == nil ? nil : "relay"
        let outcome = try await LanePool.with(script, timeouts: timeouts, user: user) { pool, _ in
            try await pool.send(.letter())
        }
        #expect(outcome.kind == row.kind, "\(outcome)")
        #expect(outcome.health == row.health, "\(outcome)")
        #expect(outcome.diagnosis.stage == row.stage, "\(outcome)")
        #expect(outcome.diagnosis.code == row.code, "\(outcome)")
        #expect(!outcome.diagnosis.text.contains("@"))
    }

    // Before MAIL the smarthost speaks of the connection, not of a letter.
    @Test(arguments: [
        Row("all well", nil, .standard, .delivered, .reached, .finalDot, 250),
        Row(
            "greeting of many lines", .greeting, .reply("220-mx", "220-be patient", "220 now"), .delivered, .reached, .finalDot,
            250),
        Row("greeting 421", .greeting, .thenDrop(.reply("421 4.3.2 closing")), .deferred, .trouble, .greeting, 421),
        Row("greeting 554", .greeting, .reply("554 5.7.1 blocked"), .deferred, .trouble, .greeting, 554),
        Row("dropped before the greeting", .greeting, .drop, .deferred, .trouble, .greeting),
        Row("not an SMTP server", .greeting, .octets(Array("SSH-2.0-OpenSSH_9\r\n".utf8)), .deferred, .trouble, .greeting),
        Row("dropped at EHLO", .ehlo, .drop, .deferred, .trouble, .ehlo),
        Row("EHLO 421", .ehlo, .thenDrop(.reply("421 4.3.2 busy")), .deferred, .trouble, .ehlo, 421),
        Row("EHLO 450, login configured", .ehlo, .reply("450 4.3.2 later"), login: ["PLAIN"], .deferred, .trouble, .ehlo, 450),
        Row("EHLO unknown, HELO will do", .ehlo, .reply("502 5.5.1 unknown"), .delivered, .reached, .finalDot, 250),
        Row(
            "EHLO without end", .ehlo, .octets(Array(String(repeating: "250-more\r\n", count: 500).utf8)), .deferred, .trouble,
            .ehlo),
        Row("noise at EHLO", .ehlo, .reply("250-mx", "what?", "250 ok"), .deferred, .trouble, .ehlo),
        Row("AUTH by PLAIN", login: ["PLAIN"], .delivered, .reached, .finalDot, 250),
        Row("AUTH by LOGIN", login: ["LOGIN"], .delivered, .reached, .finalDot, 250),
        Row(
            "AUTH among many", login: ["GSSAPI", "DIGEST-MD5", "CRAM-MD5", "NTLM", "PLAIN"], .delivered, .reached, .finalDot, 250),
        Row("AUTH 535", .login, .reply("535 5.7.8 wrong"), login: ["PLAIN"], .ourFault, .trouble, .login, 535),
        Row("AUTH 534", .login, .reply("534 5.7.9 too weak"), login: ["PLAIN"], .ourFault, .trouble, .login, 534),
        Row("AUTH 454", .login, .reply("454 4.7.0 later"), login: ["LOGIN"], .deferred, .trouble, .login, 454),
        Row("AUTH 421", .login, .thenDrop(.reply("421 4.7.0 bye")), login: ["PLAIN"], .deferred, .trouble, .login, 421),
        Row("dropped at AUTH", .login, .drop, login: ["PLAIN"], .deferred, .trouble, .login, 334),
        Row("no login offered", .ehlo, .reply("250 mx.example"), login: ["PLAIN"], .deferred, .trouble, .login, 250),
        Row("no login we speak", login: ["CRAM-MD5"], .deferred, .trouble, .login, 250),
        Row("login, but only HELO", .ehlo, .reply("502 no"), login: ["PLAIN"], .deferred, .trouble, .login, 250),
    ])
    func `Greeting and login`(row: Row) async throws { try await Self.holds(row) }

    // S6: RFC 5321 §2.4 says that keywords are in any case, and libcurl 7.88 knows capitals alone.
    @Test(arguments: [
        Row(
            "auth in lower case", .ehlo, .lines(["250-mx", "250 auth plain login"]), login: ["PLAIN"], .delivered, .reached,
            .finalDot, 250),
        Row(
            "AUTH with an equals sign", .ehlo, .lines(["250-mx", "250-AUTH=LOGIN PLAIN", "250 8BITMIME"]),
            login: ["LOGIN", "PLAIN"],
            .delivered, .reached, .finalDot, 250),
        Row(
            "Auth=login alone", .ehlo, .lines(["250-mx", "250 Auth=login"]), login: ["LOGIN"], .delivered, .reached, .finalDot,
            250),
        Row("only XOAUTH2", .ehlo, .lines(["250-mx", "250 AUTH XOAUTH2"]), login: ["XOAUTH2"], .deferred, .trouble, .login, 250),
    ])
    func `S6: EHLO keywords are read in any case, and AUTH with an equals sign`(row: Row) async throws {
        try await Self.holds(row)
    }

    @Test func `S6: when nothing fits, the reason names what was offered`() async throws {
        var script = Script([.ehlo: .lines(["250-mx", "250-auth=xoauth2 Gssapi", "250 SIZE 1000"])])
        script.login = Script.Login(user: "relay", password: "secret")
        let outcome = try await LanePool.with(script, user: "relay") { pool, _ in try await pool.send(.letter()) }
        // Held when it lasts.
        #expect(outcome.health == .trouble)
        #expect(outcome.diagnosis.text.contains("only XOAUTH2 GSSAPI:"))
        #expect(outcome.diagnosis.text.contains("POSTERN_SMTP_USER"))
    }

    // From MAIL to the reply to DATA: us, the recipient, the letter.
    @Test(arguments: [
        Row("MAIL 421", .mailFrom, .thenDrop(.reply("421 4.3.2 bye")), .deferred, .trouble, .mailFrom, 421),
        Row("MAIL 451", .mailFrom, .reply("451 4.3.0 later"), .deferred, .reached, .mailFrom, 451),
        Row("MAIL 452", .mailFrom, .reply("452 4.3.1 full"), .deferred, .reached, .mailFrom, 452),
        Row("MAIL 550", .mailFrom, .reply("550 5.1.8 <x@y.example> no"), .ourFault, .trouble, .mailFrom, 550),
        Row("MAIL 552", .mailFrom, .reply("552 5.3.4 too big"), .ourFault, .trouble, .mailFrom, 552),
        Row("dropped at MAIL", .mailFrom, .drop, .deferred, .trouble, .mailFrom),
        Row("RCPT 421", .recipient, .thenDrop(.reply("421 4.7.0 slower")), .deferred, .reached, .recipient, 421),
        Row("RCPT 450", .recipient, .reply("450 4.2.0 <jo@members.example> greylisted"), .deferred, .reached, .recipient, 450),
        Row("RCPT 451", .recipient, .reply("451 4.3.0 later"), .deferred, .reached, .recipient, 451),
        Row("RCPT 452", .recipient, .reply("452 4.5.3 too many"), .deferred, .reached, .recipient, 452),
        Row(
            "RCPT 550", .recipient, .reply("550-5.1.1 <jo@members.example>:", "550 5.1.1 unknown"), .failed, .reached, .recipient,
            550),
        Row("RCPT 551", .recipient, .reply("551 5.1.6 not here"), .failed, .reached, .recipient, 551),
        Row("RCPT 552", .recipient, .reply("552 too many"), .deferred, .reached, .recipient, 552),
        Row("RCPT 553", .recipient, .reply("553 5.1.3 jo@members.example"), .failed, .reached, .recipient, 553),
        Row("RCPT 554", .recipient, .reply("554 no"), .failed, .reached, .recipient, 554),
        Row(
            "RCPT policy", .recipient, .reply("554 5.7.1 <jo@members.example>: relay denied"), .ourFault, .trouble, .recipient,
            554),
        Row("RCPT 251", .recipient, .reply("251 will forward"), .delivered, .reached, .finalDot, 250),
        Row("dropped at RCPT", .recipient, .drop, .deferred, .trouble, .recipient),
        Row("garbage at RCPT", .recipient, .octets(Array("250_ok\r\n".utf8)), .deferred, .trouble, .recipient),
        Row("DATA 451", .data, .reply("451 4.3.0 later"), .deferred, .reached, .data, 451),
        Row("DATA 554", .data, .reply("554 5.6.0 no"), .failed, .reached, .data, 554),
        Row("354 missing", .data, .reply("250 ok"), .deferred, .trouble, .data, 250),
        Row("dropped at DATA", .data, .drop, .deferred, .trouble, .data),
    ])
    func `Envelope`(row: Row) async throws { try await Self.holds(row) }

    // Once the text was begun, only an answer is certain.
    @Test(arguments: [
        Row("dropped when the text comes", .text, .drop, .uncertain, .trouble, .finalDot),
        Row("dropped after the dot", .finalDot, .drop, .uncertain, .trouble, .finalDot),
        Row("half an answer", .finalDot, .thenDrop(.octets(Array("250-half\r\n".utf8))), .uncertain, .trouble, .finalDot),
        Row(
            "garbage after the dot, then an answer", .finalDot, .octets(Array("oops\r\n250 ok\r\n".utf8)), .delivered, .reached,
            .finalDot, 250),
        Row(
            "250 and gone", .finalDot, .thenDrop(.reply("250 2.0.0 jo@members.example queued")), .delivered, .reached, .finalDot,
            250),
        Row("another 2xx", .finalDot, .reply("252 taken"), .delivered, .reached, .finalDot, 252),
        Row("final dot 421", .finalDot, .thenDrop(.reply("421 4.3.2 closing")), .deferred, .reached, .finalDot, 421),
        Row("final dot 451", .finalDot, .reply("451 4.7.1 later"), .deferred, .reached, .finalDot, 451),
        Row("final dot 452", .finalDot, .reply("452 4.3.1 full"), .deferred, .reached, .finalDot, 452),
        Row("final dot 550", .finalDot, .reply("550 5.7.1 spam"), .failed, .reached, .finalDot, 550),
        Row("final dot 552", .finalDot, .reply("552 5.3.4 too big"), .ourFault, .reached, .finalDot, 552),
        Row("final dot 554", .finalDot, .reply("554-5.6.0 no,", "554 5.6.0 really"), .failed, .reached, .finalDot, 554),
        Row("final dot 354", .finalDot, .reply("354 more?"), .uncertain, .trouble, .finalDot, 354),
    ])
    func `Text`(row: Row) async throws { try await Self.holds(row) }

    // Silence ends at every stage.
    @Test(arguments: [
        Row("silent at the greeting", .greeting, .stall, .deferred, .trouble, .greeting),
        Row("silent at EHLO", .ehlo, .stall, .deferred, .trouble, .ehlo),
        Row("silent at login", .login, .stall, login: ["PLAIN"], .deferred, .trouble, .login, 334),
        Row("silent at MAIL", .mailFrom, .stall, .deferred, .trouble, .mailFrom),
        Row("silent at RCPT", .recipient, .stall, .deferred, .trouble, .recipient),
        Row("silent at DATA", .data, .stall, .deferred, .trouble, .data),
        Row("silent after the dot", .finalDot, .stall, .uncertain, .trouble, .finalDot),
    ])
    func `Silence`(row: Row) async throws {
        try await Self.holds(row, timeouts: SMTPTimeouts(answer: .seconds(10), finalDot: .milliseconds(300)))
    }

    @Test func `A port where nobody listens is trouble`() async throws {
        let port = try TakenPort()
        defer { port.release() }
        let pool = LanePool(smarthost: try .loopback(port.number), lanes: 1)
        let outcome = try await pool.closing { try await pool.send(.letter()) }
        #expect(outcome.kind == .deferred)
        #expect(outcome.health == .trouble)
        #expect(outcome.diagnosis.stage == .connect)
    }

    @Test func `A login that libcurl cannot take is our fault, letter by letter`() async throws {
        let pool = LanePool(smarthost: try .loopback(9, user: "re\u{0}lay"), lanes: 1)
        try await pool.closing {
            for _ in 0..<2 {
                let outcome = await pool.expects(.ourFault, for: try .letter())
                #expect(outcome.diagnosis.stage == .prepare)
            }
        }
    }

    @Test func `A server that reads no further is given up on`() async throws {
        let timeouts = SMTPTimeouts(text: .milliseconds(500), finalDot: .milliseconds(500))
        let long = OutgoingMessage.text + String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 400_000)
        let outcome = try await LanePool.with(Script([.text: .stall]), timeouts: timeouts) { pool, _ in
            try await pool.send(.letter(text: long))
        }
        #expect(outcome.kind == .uncertain)
        #expect(outcome.diagnosis.text.hasPrefix("no answer within"))
    }
}
