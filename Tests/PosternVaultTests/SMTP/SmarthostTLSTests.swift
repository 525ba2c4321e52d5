import Foundation
import PosternCore
import PosternMail
import PosternTestSupport
import PosternVault
import Testing

/// A14: a smarthost that cannot prove who it is hears nothing after EHLO.
@Suite struct SmarthostTLSTests {
    enum Way: Sendable, CaseIterable {
        case implicit, startTLS

        var scheme: SmarthostURL.Scheme { self == .implicit ? .smtps : .smtp }

        func script(_ pair: TestCertificates.Pair) -> Script {
            var script = Script()
            script.security = self == .implicit ? .implicit(pair) : .startTLS(pair)
            script.login = Script.Login(user: "relay", password: "pass word ü")
            return script
        }
    }

    enum Flaw: Sendable, CaseIterable {
        case wrongName, expired, notYetValid, unknownAuthority

        func pair(in certificates: TestCertificates) -> TestCertificates.Pair {
            switch self {
            case .wrongName: certificates.wrongName
            case .expired: certificates.expired
            case .notYetValid: certificates.notYetValid
            case .unknownAuthority: certificates.unknownAuthority
            }
        }

        var words: String {
            switch self {
            case .wrongName: "for another name"
            case .expired: "has expired"
            case .notYetValid: "not valid yet"
            case .unknownAuthority: "authority that is not trusted"
            }
        }
    }

    private func send(
        _ way: Way, _ script: Script, trusting caFile: String?, host: String = "localhost",
        _ check: (Outcome, ScriptedSMTPServer) async throws -> Void
    ) async throws {
        try await ScriptedSMTPServer.with(script) { server in
            let smarthost = try Smarthost.loopback(
                server.port, scheme: way.scheme, tls: .required, host: host, user: "relay", caFile: caFile)
            let pool = LanePool(smarthost: smarthost, lanes: 1)
            try await pool.closing { try await check(try await pool.send(.letter()), server) }
        }
    }

    // A good certificate is believed by name and by address.
    @Test(arguments: Way.allCases, ["localhost", "127.0.0.1"])
    func `A good certificate carries letters`(way: Way, host: String) async throws {
        let certificates = try await TestCertificates.shared()
        try await send(way, way.script(certificates.good), trusting: certificates.authority, host: host) { outcome, server in
            #expect(outcome.kind == .delivered, "\(outcome)")
            let session = try #require(server.sessions.first)
            #expect(session.lines.first { $0.text.hasPrefix("AUTH") }?.isEncrypted == true)
            #expect(session.lines.first { $0.text.hasPrefix("MAIL") }?.isEncrypted == true)
        }
    }

    @Test(arguments: Way.allCases, Flaw.allCases)
    func `A bad certificate hears nothing`(way: Way, flaw: Flaw) async throws {
        let certificates = try await TestCertificates.shared()
        try await send(way, way.script(flaw.pair(in: certificates)), trusting: certificates.authority) { outcome, server in
            #expect(outcome.kind == .deferred, "\(outcome)")
            #expect(outcome.health == .trouble)
            #expect(outcome.diagnosis.text.contains(flaw.words), "\(outcome.diagnosis.text)")
            try await eventually("the connection is over") { server.sessions.allSatisfy(\.isClosed) && !server.sessions.isEmpty }
            let said = server.commands
            #expect(said == (way == .implicit ? [] : ["EHLO relay.example.org", "STARTTLS"]))
            #expect(server.messages.isEmpty)
        }
    }

    // With a file of our own the system's certificates do not count, and without one the test's do not.
    @Test(arguments: Way.allCases)
    func `Only the named authorities are trusted`(way: Way) async throws {
        let certificates = try await TestCertificates.shared()
        try await send(way, way.script(certificates.good), trusting: nil) { outcome, server in
            #expect(outcome.kind == .deferred)
            #expect(outcome.diagnosis.text.contains("authority"))
            #expect(!server.commands.contains { $0.hasPrefix("AUTH") })
        }
    }

    @Test func `A stripped STARTTLS hears nothing after EHLO`() async throws {
        var script = Script()
        script.login = Script.Login(user: "relay", password: "pass word ü")
        try await send(.startTLS, script, trusting: nil) { outcome, server in
            #expect(outcome.kind == .deferred)
            #expect(outcome.health == .trouble)
            #expect(outcome.diagnosis.stage == .startTLS)
            try await eventually("the connections are over") { server.sessions.allSatisfy(\.isClosed) }
            #expect(server.commands == ["EHLO relay.example.org", "EHLO relay.example.org"])
        }
    }

    // Refused, dropped, followed by commands in the clear: no way leads around TLS.
    @Test(
        arguments: [
            (ServerAction.reply("454 4.7.0 not now"), 454), (.reply("501 5.5.4 no"), 501), (.reply("250 ok"), 250), (.drop, nil),
            (.octets(Array("220 go\r\n250 injected\r\n".utf8)), 220), (.octets(Array("220 go\r\nnot TLS at all\r\n".utf8)), nil),
        ] as [(ServerAction, Int?)])
    func `No answer to STARTTLS leads around TLS`(action: ServerAction, code: Int?) async throws {
        let certificates = try await TestCertificates.shared()
        var script = Way.startTLS.script(certificates.good)
        script.actions[.startTLS] = action
        try await send(.startTLS, script, trusting: certificates.authority) { outcome, server in
            #expect(outcome.kind == .deferred, "\(outcome)")
            #expect(outcome.health == .trouble)
            #expect(outcome.diagnosis.stage == .startTLS)
            if let code { #expect(outcome.diagnosis.code == code) }
            let clear = server.sessions.flatMap(\.lines).filter { !$0.isEncrypted }.map(\.text)
            #expect(clear == ["EHLO relay.example.org", "STARTTLS"])
            #expect(server.messages.isEmpty)
        }
    }

    // Offers made in the clear are void under TLS (RFC 3207 §4.2).
    @Test func `What was offered before TLS does not count after it`() async throws {
        let certificates = try await TestCertificates.shared()
        var script = Way.startTLS.script(certificates.good)
        script.choose = { stage, info in stage == .ehlo && info.isEncrypted ? .reply("250 mx.example") : nil }
        try await send(.startTLS, script, trusting: certificates.authority) { outcome, server in
            #expect(outcome.kind == .deferred)
            #expect(outcome.diagnosis.stage == .login)
            #expect(!server.commands.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        }
    }

    @Test func `A server without TLS on the TLS port is trouble`() async throws {
        try await send(.implicit, Script(), trusting: nil) { outcome, server in
            #expect(outcome.kind == .deferred)
            #expect(outcome.health == .trouble)
            #expect(outcome.diagnosis.stage == .connect)
            #expect(server.messages.isEmpty)
        }
    }

    @Test(arguments: Way.allCases)
    func `An unreadable file of certificates is our fault`(way: Way) async throws {
        let certificates = try await TestCertificates.shared()
        let path = certificates.path("nothing-here.pem")
        try await send(way, way.script(certificates.good), trusting: path) { outcome, server in
            #expect(outcome.kind == .ourFault, "\(outcome)")
            #expect(outcome.diagnosis.text.contains("POSTERN_SMTP_CA_FILE"))
            #expect(!server.commands.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        }
    }

    @Test(arguments: Way.allCases)
    func `A TLS connection carries many letters and comes back after the server closed it`(way: Way) async throws {
        let certificates = try await TestCertificates.shared()
        try await ScriptedSMTPServer.with(way.script(certificates.good)) { server in
            let smarthost = try Smarthost.loopback(
                server.port, scheme: way.scheme, tls: .required, user: "relay", caFile: certificates.authority)
            let pool = LanePool(smarthost: smarthost, lanes: 1)
            try await pool.closing {
                for _ in 0..<5 { try await pool.expects(.delivered, for: .letter()) }
                #expect(server.sessions.count == 1)
                await server.closeConnections()
                for _ in 0..<5 { try await pool.expects(.delivered, for: .letter()) }
                #expect(server.sessions.count == 2)
                #expect(server.messages.count == 10)
            }
        }
    }

    @Test func `Wrong credentials are our fault`() async throws {
        let certificates = try await TestCertificates.shared()
        var script = Way.implicit.script(certificates.good)
        script.login = Script.Login(user: "relay", password: "another")
        try await send(.implicit, script, trusting: certificates.authority) { outcome, server in
            #expect(outcome.kind == .ourFault)
            #expect(outcome.health == .trouble)
            #expect(outcome.diagnosis.code == 535)
            #expect(!server.commands.contains { $0.hasPrefix("MAIL") })
        }
    }
}
