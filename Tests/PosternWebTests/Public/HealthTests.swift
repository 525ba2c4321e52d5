import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternRelay
import PosternWeb
import Testing

struct HealthTests {
    @Test func `Live says that it runs, ready what is in the way`() async throws {
        try await withPublicListener(.validating, readiness: FakeReadiness(value: Readiness([.vault, .store]))) { client in
            let live = try await client.execute(uri: "/live", method: .get) { $0 }
            #expect(live.status == .ok)
            #expect(try live.object()["status"] as? String == "live")
            let ready = try await client.execute(uri: "/ready", method: .get) { $0 }
            #expect(ready.status == .serviceUnavailable)
            let object = try ready.object()
            #expect(object["status"] as? String == "not ready")
            #expect(
                object["faults"] as? [[String: String]] == [
                    ["part": "store", "summary": "The store takes no letters."],
                    ["part": "vault", "summary": "The vault does not answer."],
                ])
        }
    }

    @Test func `Ready without a fault is 200`() async throws {
        let ready = try await withPublicListener(.validating) { try await $0.execute(uri: "/ready", method: .get) { $0 } }
        #expect(ready.status == .ok)
        #expect(try ready.object()["status"] as? String == "ready")
    }

    @Test func `Ready tells strangers which part needs the operator, and nothing more`() async throws {
        let reason = "550 5.7.60 no right to send as contact"
        let conditions = [
            HealthCondition(.sender, .standsStill, reason, meaning: "held", remedy: "POSTERN_SMTP_USER"),
            HealthCondition(.held, .standsStill, "3 letters are held", meaning: "held", remedy: "release", count: 3),
            HealthCondition(.purge, .failingSoon, "late", meaning: "late", remedy: "log"),
        ]
        try await withPublicListener(.validating, health: FakeHealth(conditions: conditions)) { client in
            let ready = try await client.execute(uri: "/ready", method: .get) { $0 }
            #expect(ready.status == .ok)
            #expect(try ready.object()["attention"] as? [String] == ["delivery", "upkeep"])
            for secret in ["550", "contact", "POSTERN", "held", "3"] { #expect(!ready.text.contains(secret), "\(ready.text)") }
        }
    }

    @Test(arguments: [HealthCondition.ID.held, .heldLong, .oldestLetter, .noAnswer, .budget, .reports])
    func `Ready tells strangers nothing that a single letter can cause`(id: HealthCondition.ID) async throws {
        let conditions = [HealthCondition(id, .standsStill, "1 letter", meaning: "held", remedy: "release", count: 1)]
        try await withPublicListener(.validating, health: FakeHealth(conditions: conditions)) { client in
            let ready = try await client.execute(uri: "/ready", method: .get) { $0 }
            #expect(try ready.object()["attention"] as? [String] == [])
        }
    }

    @Test(
        arguments: [
            ("127.0.0.1/32", [("X-Forwarded-For", "203.0.113.9")], nil),
            ("10.0.0.1/32", [("X-Forwarded-For", "203.0.113.9")], .thisMachine),
            ("10.0.0.1/32", [("Forwarded", "for=203.0.113.9")], .thisMachine), ("10.0.0.1/32", [], nil),
            ("127.0.0.1/32", [], .silentProxy),
            ("127.0.0.1/32", [("X-Real-IP", "203.0.113.9")], .silentProxy),
            ("127.0.0.1/32", [("X-Forwarded-For", "unknown")], .silentProxy),
            ("127.0.0.1/32", [("X-Forwarded-For", "")], .silentProxy),
            ("127.0.0.1/32", [("Forwarded", "for=_hidden;proto=https")], .silentProxy),
            ("127.0.0.1/32", [("X-Forwarded-For", "203.0.113.9, unknown")], .silentProxy),
            ("127.0.0.1/32", [("X-Forwarded-For", "127.0.0.1")], nil),
            ("127.0.0.0/8", [("X-Forwarded-For", "127.0.0.5")], nil),
            ("127.0.0.1/32", [("X-Forwarded-For", "unknown"), ("Forwarded", "for=203.0.113.9")], .contradiction),
            ("127.0.0.1/32", [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=198.51.100.7")], .contradiction),
            ("127.0.0.1/32", [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")], nil),
            ("10.0.0.1/32", [("X-Real-IP", "203.0.113.9")], .markedThisMachine),
            ("10.0.0.1/32", [("Via", "1.1 x")], .markedThisMachine),
            ("10.0.0.1/32", [("X-Forwarded-Proto", "https")], .markedThisMachine),
            ("10.0.0.1/32", [("CF-Connecting-IP", "203.0.113.9")], .markedThisMachine),
            ("10.0.0.1/32", [("User-Agent", "Mozilla/5.0 (X11)")], nil),
        ] as [(String, [(String, String)], ForwardingWatch.Kind?)])
    func `A proxy that is not set up is noticed by what comes from it (H5)`(
        trusted: String, fields: [(String, String)], kind: ForwardingWatch.Kind?
    ) async throws {
        let forwarding = ForwardingWatch()
        var headers = HTTPFields()
        for (name, value) in fields {
            let field = try #require(HTTPField.Name(name))
            headers[field] = value
        }
        let settings = try configuration(trustedProxies: [try AddressRange(trusted)])
        try await withPublicListener(.validating, forwarding: forwarding, settings) { [headers] client in
            for _ in 0..<50 { _ = try await client.execute(uri: "/robots", method: .get, headers: headers) { $0 } }
            // A monitor asks this, and names nobody.
            for _ in 0..<40 { _ = try await client.execute(uri: "/live", method: .get) { $0 } }
        }
        #expect(forwarding.finding(at: Example.now)?.kind == kind)
    }

    // nginx with a bare proxy_pass.
    @Test(arguments: [true, false])
    func `A proxy that adds nothing is noticed by its many visitors, or where visitors cannot come without one (H5)`(
        isBehindProxy: Bool
    ) async throws {
        let forwarding = ForwardingWatch(isBehindProxy: isBehindProxy)
        try await withPublicListener(.validating, forwarding: forwarding, try configuration(trustedProxies: [])) { client in
            // Monitors ask these.
            for _ in 0..<40 { _ = try await client.execute(uri: "/ready", method: .get) { $0 } }
            #expect(forwarding.finding(at: Example.now) == nil)
            for number in 0..<30 {
                let agent = isBehindProxy ? "script" : "Mozilla/5.0 (X11; rv:\(number))"
                _ = try await client.execute(uri: "/robots", method: .get, headers: [.userAgent: agent]) { $0 }
            }
        }
        #expect(forwarding.finding(at: Example.now)?.kind == .bareThisMachine)
    }
}
