import PosternCore
import Testing

@Suite struct SmarthostURLTests {
    struct Good: Sendable, CustomTestStringConvertible {
        let raw: String
        var tls = SmarthostURL.TLS.required
        let scheme: SmarthostURL.Scheme
        let host: String
        let port: UInt16
        let authority: String
        var testDescription: String { raw }
    }

    // 465 for smtps and 587 for smtp, unless a port is given.
    @Test(arguments: [
        Good(
            raw: "smtps://mail.example.org", scheme: .smtps, host: "mail.example.org", port: 465,
            authority: "mail.example.org:465"),
        Good(
            raw: "smtp://mail.example.org", scheme: .smtp, host: "mail.example.org", port: 587, authority: "mail.example.org:587"),
        Good(
            raw: "SMTP://Mail.Example.ORG:2525/", scheme: .smtp, host: "mail.example.org", port: 2525,
            authority: "mail.example.org:2525"),
        Good(raw: "smtps://192.0.2.7:1", scheme: .smtps, host: "192.0.2.7", port: 1, authority: "192.0.2.7:1"),
        Good(raw: "smtps://[2001:DB8::25]", scheme: .smtps, host: "2001:db8::25", port: 465, authority: "[2001:db8::25]:465"),
        Good(raw: "smtp://localhost:25", tls: .off, scheme: .smtp, host: "localhost", port: 25, authority: "localhost:25"),
        Good(
            raw: "smtp://127.8.9.10:65535", tls: .off, scheme: .smtp, host: "127.8.9.10", port: 65535,
            authority: "127.8.9.10:65535"),
        Good(raw: "smtp://[::1]:25", tls: .off, scheme: .smtp, host: "::1", port: 25, authority: "[::1]:25"),
        Good(raw: "smtp://mail_out:25", scheme: .smtp, host: "mail_out", port: 25, authority: "mail_out:25"),
    ])
    func `Good URLs are read`(good: Good) throws {
        let url = try SmarthostURL(good.raw, tls: good.tls)
        #expect(url.scheme == good.scheme)
        #expect(url.host == good.host)
        #expect(url.port == good.port)
        #expect(url.authority == good.authority)
        #expect(url.tls == good.tls)
    }

    // Each is refused for the stated reason.
    @Test(
        arguments: [
            ("", .empty), ("mail.example.org", .scheme), ("http://mail.example.org", .scheme), ("smtp:mail.example.org", .scheme),
            ("smtp://ma il.example.org", .characters), ("smtp://mail.example.org\r\nQUIT", .characters),
            ("smtp://bücher.example", .characters), ("smtp://user:pw@mail.example.org", .credentials),
            ("smtps://mail.example.org/path", .path), ("smtps://mail.example.org?x=1", .path),
            ("smtps://mail.example.org#x", .path),
            ("smtps://", .host), ("smtps://:25", .host), ("smtps://-a.example", .host), ("smtps://a..example", .host),
            ("smtps://300.1.1.1", .host), ("smtps://1.2.3", .host), ("smtps://[::1", .host), ("smtps://[1::2::3]", .host),
            ("smtps://2001:db8::25", .host), ("smtps://[::1]25", .port), ("smtps://mail.example.org:465:465", .port),
            ("smtps://a.example:", .port),
            ("smtps://a.example:0", .port), ("smtps://a.example:65536", .port), ("smtps://a.example:+25", .port),
        ] as [(String, SmarthostFault)])
    func `Bad URLs are refused for the stated reason`(raw: String, fault: SmarthostFault) {
        #expect(throws: fault) { try SmarthostURL(raw) }
    }

    // Unprotected letters never leave the machine.
    @Test(
        arguments: [
            ("smtp://mail.example.org", .tlsOffBeyondLoopback), ("smtp://128.0.0.1:25", .tlsOffBeyondLoopback),
            ("smtp://localhost.example.org", .tlsOffBeyondLoopback), ("smtp://[::2]", .tlsOffBeyondLoopback),
            ("smtps://localhost", .tlsOffOverTLS),
        ] as [(String, SmarthostFault)])
    func `TLS is off on loopback only`(raw: String, fault: SmarthostFault) {
        #expect(throws: fault) { try SmarthostURL(raw, tls: .off) }
    }

    @Test(arguments: SmarthostFault.allCases)
    func `Every fault says what to do`(fault: SmarthostFault) {
        #expect(fault.description.count > 20)
        #expect(!fault.description.contains("\n"))
    }
}
