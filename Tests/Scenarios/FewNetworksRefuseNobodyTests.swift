import Foundation
import PosternTestSupport
import Testing

@Suite("A few networks that use up the limit for everything refuse nobody else", .serialized, .timeLimit(.minutes(40)))
struct FewNetworksRefuseNobodyTests {
    @Test func `Z6: of honest visitors behind a proxy each is accepted or held, while the attackers are told to wait`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_LIMIT_GLOBAL": "6/1h,12/1h", "POSTERN_LIMIT_CLIENT": "off", "POSTERN_LIMIT_RECIPIENT": "off",
                "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32",
            ])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        var attackers: [Int: Int] = [:]
        for number in 0..<60 {
            // Three /24s side by side, a /48 with a /64 for each post, and a /32 with a /48 for each.
            for client in [
                "198.18.\(number % 3).\(number)", "2001:db8:1:\(String(number, radix: 16))::1",
                "2a0f:1234:\(String(number, radix: 16))::1",
            ] {
                let answer = try await postern.post(["message": "Flood number \(number) of \(client)."], from: client)
                attackers[answer.status, default: 0] += 1
                if answer.status == 503 { #expect(answer.header("Retry-After").flatMap { Int($0) } ?? 0 > 0) }
            }
        }
        #expect(attackers.keys.sorted() == [202, 503])
        #expect(attackers[503, default: 0] > 100)
        for number in 1...40 {
            let client = number % 2 == 0 ? "81.\(number).7.9" : "2c0f:\(String(number, radix: 16)):1:1::9"
            let answer = try await postern.post(["message": "Honest letter number \(number)."], from: client)
            #expect(answer.status == 202, "\(client)")
        }
        let counts = try await postern.counts()
        #expect(counts["held", default: 0] > 20)
        #expect(counts.values.reduce(0, +) == attackers[202, default: 0] + 40)
        try await postern.stop()
        await server.stop()
    }
}
