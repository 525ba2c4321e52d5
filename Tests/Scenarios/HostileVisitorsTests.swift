import Foundation
import NIOCore
import PosternTestSupport
import Testing

@Suite("Hostile visitors shut nobody out and post in nobody's name", .serialized, .timeLimit(.minutes(40)))
struct HostileVisitorsTests {
    @Test func `A network that asks too often is told so on every route and for every method, and its neighbours are served`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(
            smtpPort: server.port,
            settings: ["POSTERN_LIMIT_REQUESTS": "60,60/1d", "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32"])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let url = "http://127.0.0.1:\(postern.port)"
        let greedy = [("X-Forwarded-For", "203.0.113.9")]
        for _ in 0..<60 { _ = try await Web.get("\(url)/nothing/here", headers: greedy) }
        for path in [
            "/c/photos/pat", "/c/photos/pat/sent", "/privacy/photos", "/privacy/photos.json", "/live", "/ready",
            "/assets/0/postern.css",
            "/api/v1/openapi.json", "/nothing/here", "/confirm/photos/pat/x",
        ] {
            let answer = try await Web.get(url + path, headers: greedy)
            #expect(answer.status == 429, "\(path)")
            #expect(answer.header("Retry-After").flatMap { Int($0) } ?? 0 > 0, "\(path)")
            #expect(answer.text.contains("limited") || answer.text.contains("Too many requests"), "\(path)")
        }
        for path in ["/c/photos/pat", "/confirm/photos/pat/x", "/api/v1/sites/photos/recipients/pat/letters", "/nothing"] {
            #expect(try await Web.post(url + path, body: Data(), headers: greedy).status == 429, "\(path)")
        }
        #expect(try await Web.get("\(url)/c/photos/pat", headers: [("X-Forwarded-For", "203.0.113.10")]).status == 200)
        #expect(try await postern.post(from: "2001:db8::7").status == 202)
        // A client that goes on gets no page any more. These words are the same for everybody.
        try await eventually("an answer in plain words") {
            let answer = try await Web.get("\(url)/c/photos/pat", headers: greedy)
            #expect(answer.status == 429 && answer.header("Retry-After") != nil)
            #expect(answer.text.contains("it has not been sent"))
            return answer.header("Content-Type") == "text/plain; charset=utf-8"
        }
        let metrics = try await Web.get("http://127.0.0.1:\(postern.staffPort)/metrics").text
        for reason in ["told", "ignored"] {
            #expect(metrics.contains("postern_requests_refused_total{reason=\"\(reason)\"}"))
        }
        try await postern.stop()
        await server.stop()
    }

    @Test func `A letter that another site's page had its visitor post is held, and looks accepted`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.succeed("site", "add", "club", "--name", "Example Club", "--origin", "https://club.example")
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        func post(_ fields: [(String, String)], _ message: String) async throws -> Int {
            try await Web.post(
                "http://127.0.0.1:\(postern.port)/c/photos/pat", body: Data("name=V&email=v%40x.example&message=\(message)".utf8),
                headers: [("Content-Type", "application/x-www-form-urlencoded")] + fields
            ).status
        }
        let foreign: [[(String, String)]] = [
            [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")], [("Origin", "https://evil.example")],
            [("Origin", "null"), ("Sec-Fetch-Site", "cross-site")], [("Origin", "null")], [("Sec-Fetch-Site", "cross-site")],
            [("Origin", "https://club.example"), ("Sec-Fetch-Site", "cross-site")],
        ]
        for (number, fields) in foreign.enumerated() { #expect(try await post(fields, "foreign\(number)") == 303) }
        #expect(try await postern.counts()["held"] == foreign.count)
        let log = try await postern.succeed("log", "list", "--rule", "cross-site", "--json").output
        #expect(log.contains("cross-site:hold"))
        // A program, and our own page.
        #expect(try await post([], "program") == 303)
        #expect(try await post([("Origin", "null"), ("Sec-Fetch-Site", "same-origin")], "ours") == 303)
        #expect(try await postern.counts()["held"] == foreign.count)
        try await eventually("both are delivered") { try await postern.counts()["delivered"] == 2 }
        try await postern.stop()
        await server.stop()
    }

    @Test func `Paused, unconfirmed and erased recipients look alike to the byte, on pages and in the API`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        for (handle, name) in [("p1", "Paula Paused"), ("u1", "Una Unconfirmed"), ("e1", "Erik Erased")] {
            try await postern.addRecipient(handle, "\(handle)@private.example", name: name, confirmed: handle != "u1")
        }
        try await postern.succeed("recipient", "pause", "p1", "--site", "photos")
        try await postern.succeed("recipient", "erase", "e1", "--site", "photos", "--yes")
        try await postern.start()
        func look(_ answer: Web.Answer, _ handle: String) -> String {
            let fields = answer.headers.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }.sorted()
            return "\(answer.status)\n\(fields.joined(separator: "\n"))\n\n\(answer.text)".replacing(handle, with: "HANDLE")
        }
        let letter = ["name": "V", "email": "v@x.example", "message": "I like it."]
        var looks: [[String]] = []
        for handle in ["p1", "u1", "e1"] {
            var own: [String] = []
            for path in ["/c/photos/\(handle)", "/c/photos/\(handle)/sent", "/confirm/photos/\(handle)/x"] {
                own.append(look(try await postern.get(path), handle))
            }
            own.append(look(try await postern.form(letter, to: handle), handle))
            own.append(look(try await postern.post(to: handle), handle))
            looks.append(own)
        }
        #expect(looks[0] == looks[1] && looks[1] == looks[2])
        for text in looks.joined() {
            for name in ["Paula", "Una", "Erik"] { #expect(!text.contains(name)) }
        }
        #expect(looks[0][0].hasPrefix("403") && looks[0][4].contains("/problems/takes-no-letters"))
        try await postern.stop()
        await server.stop()
    }
}
