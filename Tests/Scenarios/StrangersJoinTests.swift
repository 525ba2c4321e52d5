import Foundation
import PosternMail
import PosternTestSupport
import Testing

@Suite("Strangers become members by themselves, and nobody becomes one for somebody else", .serialized, .timeLimit(.minutes(40)))
struct StrangersJoinTests {
    private static let sue = "sue@private.example"

    private func installation(_ server: ScriptedSMTPServer, settings: [String: String] = [:]) async throws -> Installation {
        let postern = try await Installation(smtpPort: server.port, settings: settings)
        try await postern.succeed("site", "set", "photos", "--join", "open")
        return postern
    }

    private func mails(to address: String, _ server: ScriptedSMTPServer) -> [ServerMessage] {
        server.messages.filter { $0.isAccepted == true && $0.recipients == ["<\(address)>"] }
    }

    private func mail(to address: String, _ server: ScriptedSMTPServer) async throws -> ServerMessage {
        try await eventually("a mail to \(address)") { !self.mails(to: address, server).isEmpty }
        return try #require(mails(to: address, server).first)
    }

    @Test func `A stranger joins and gets a letter`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        try await postern.start()
        let joined = try await postern.join("sue", Self.sue)
        #expect(joined.status == 303 && joined.header("Location") == "/confirm/photos/sue")
        #expect(try await postern.state(of: "sue") == "unconfirmed")
        #expect(try await postern.post(to: "sue").status == 403, "nobody can write before the address is confirmed")
        let asked = try await mail(to: Self.sue, server)
        let code = try #require(asked.code)
        #expect(!joined.text.contains(code))
        let wrong = try await postern.type(code == "000000" ? "000001" : "000000", as: "sue")
        #expect(wrong.status == 403)
        #expect(try await postern.state(of: "sue") == "unconfirmed")
        let done = try await postern.type(code, as: "sue")
        #expect(done.status == 200 && done.text.contains("/c/photos/sue"))
        #expect(try await postern.state(of: "sue") == "active")
        #expect(try await postern.post(to: "sue").status == 202)
        try await eventually("the letter arrives") { self.mails(to: Self.sue, server).count >= 2 }
        // The handle is hers now, for the next stranger and for a program alike.
        let taken = try await postern.join("sue", "other@private.example")
        #expect(taken.status == 422 && taken.text.contains("sue is taken"))
        #expect(!postern.log.contains(Self.sue) && !postern.log.contains(code))
        try await postern.stop()
        await server.stop()
    }

    @Test func `A scanner that follows and presses everything in the mail confirms nothing`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        try await postern.start()
        #expect(try await postern.join("sue", Self.sue).status == 303)
        let asked = try await mail(to: Self.sue, server)
        let both = Correspondence(postern, server, recipient: Self.sue, visitor: "nobody@visitor.example")
        let links = both.links(in: asked)
        #expect(!links.isEmpty, "it says where the code is typed")
        for link in links {
            #expect(try await Web.head("http://127.0.0.1:\(postern.port)\(link)").status < 500)
            for form in try await postern.get(link).forms { _ = try await postern.postForm(form.fields, to: form.action) }
        }
        #expect(try await postern.state(of: "sue") == "unconfirmed")
        #expect(try await postern.post(to: "sue").status == 403)
        try await postern.stop()
        await server.stop()
    }

    @Test func `Of 1,000 joins for one address by many clients one mail leaves (V3)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(
            server,
            settings: [
                "POSTERN_LIMIT_CLIENT": "3,5/1h,20/1d", "POSTERN_LIMIT_REQUESTS": "off", "POSTERN_BUDGET_ENROL": "off",
                "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32",
            ])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        for number in 0..<1_000 {
            // Each from a provider of its own, some for one name and some for another.
            let client = "\(20 + number / 250).\(number % 250).9.7"
            let answer = try await postern.join("sue\(number % 40)", Self.sue, from: client)
            #expect([303, 503].contains(answer.status), "\(number): \(answer.status)")
        }
        _ = try await mail(to: Self.sue, server)
        // What comes after them has left when this has: the others have had their chance.
        for number in 0..<3 {
            #expect(try await postern.post(["subject": "after \(number)"], from: "203.0.113.\(number)").status == 202)
        }
        try await eventually("letters pass", within: .seconds(120)) { self.mails(to: "pat@private.example", server).count == 3 }
        #expect(mails(to: Self.sue, server).count == 1)
        try await postern.stop()
        await server.stop()
    }

    @Test func `One connection joins three times a day, and is told when to come back with everything it typed`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(
            server, settings: ["POSTERN_LIMIT_CLIENT": "3,5/1h,20/1d", "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32"])
        try await postern.start()
        for number in 0..<3 {
            #expect(try await postern.join("m\(number)", "m\(number)@private.example", from: "192.0.2.7").status == 303)
        }
        let over = try await postern.join("m3", "m3@private.example", from: "192.0.2.7")
        #expect(over.status == 429 && over.header("Retry-After") != nil && over.text.contains("value=\"m3@private.example\""))
        #expect(try await postern.join("m4", "m4@private.example", from: "198.51.100.7").status == 303)
        try await postern.stop()
        await server.stop()
    }

    @Test func `An invitation lets one person in, and is worth nothing where joining is off`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        let made = try await postern.succeed("recipient", "invite", "--site", "photos", "--count", "2")
        #expect(made.errors.contains("Joining is off"))
        let links = made.output.split(separator: "\n").map { String($0.dropFirst("http://127.0.0.1:\(postern.port)".count)) }
        try #require(links.count == 2 && links[0].hasPrefix("/join/photos/"))
        try await postern.start()
        #expect(try await postern.get(links[0]).status == 403)
        try await postern.succeed("site", "set", "photos", "--join", "invitation")
        #expect(try await postern.get("/join/photos").status == 403, "without a link nobody gets in")
        #expect(try await postern.join("sue", Self.sue, at: links[0]).status == 303)
        let code = try #require(try await mail(to: Self.sue, server).code)
        #expect(try await postern.type(code, as: "sue").status == 200)
        let again = try await postern.get(links[0])
        #expect(again.status == 403 && again.text.contains("invitation"))
        #expect(try await postern.join("kim", "kim@private.example", at: links[1]).status == 303)
        let own = try await postern.succeed(
            "recipient", "invite", "--site", "photos", "--handle", "ann", "--expires", "1s", "--json")
        #expect(own.output.contains("/join/photos/") && own.output.contains("\"expires\""))
        #expect(!postern.log.contains(links[1].suffix(32)))
        try await postern.stop()
        await server.stop()
    }

    @Test func `A site's token enrols its own members alone, and no longer when it is revoked`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.succeed("site", "add", "club", "--name", "Example Club")
        try await postern.start()
        let token = try await postern.succeed("token", "add", "--site", "photos", "--scope", "recipients").output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        func call(_ body: String, at site: String = "photos", _ headers: [(String, String)] = []) async throws -> Web.Answer {
            try await Web.post(
                "http://127.0.0.1:\(postern.port)/api/v1/sites/\(site)/recipients", body: Data(body.utf8),
                headers: [("Content-Type", "application/json"), ("Authorization", "Bearer \(token)")] + headers)
        }
        let sue = #"{"handle":"sue","name":"Sue","email":"\#(Self.sue)"}"#
        for _ in 0..<3 { #expect(try await call(sue).status == 202, "the same member is the same post") }
        for key in ["a", "a"] { #expect(try await call(sue, [("Idempotency-Key", key)]).status == 202) }
        #expect(try await call(sue.replacing("Sue", with: "Susan"), [("Idempotency-Key", "a")]).status == 422)
        let asked = try await mail(to: Self.sue, server)
        let both = Correspondence(postern, server, recipient: Self.sue, visitor: "nobody@visitor.example")
        let link = try #require(both.links(in: asked).first { $0.hasPrefix("/confirm/photos/sue/") })
        #expect(try await postern.postForm([:], to: link).status == 200)
        #expect(try await postern.state(of: "sue") == "active")
        #expect(mails(to: Self.sue, server).count { $0.code == nil } >= 1)
        let taken = try await call(sue)
        #expect(taken.status == 409 && taken.text.contains("handle-taken"))
        #expect(try await call(sue, [("Idempotency-Key", "a")]).status == 202, "the first outcome stands")
        #expect(try await call(sue, at: "club").status == 403)
        let listed = try await postern.succeed("token", "list").output
        #expect(listed.contains("photos") && !listed.contains(token))
        let id = try #require(listed.split(separator: "\n").last?.split(separator: " ").first.map(String.init))
        try await postern.succeed("token", "revoke", id)
        #expect(try await call(sue.replacing("sue", with: "kim")).status == 401)
        #expect(!postern.log.contains(token.suffix(20)) && !postern.log.contains(Self.sue))
        try await postern.stop()
        await server.stop()
    }

    @Test func `Where joining is on and no mail goes out, the doctor says so`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        await server.stop()
        let report = try await postern.command("doctor", "--json")
        #expect(report.status == 69 && report.output.contains("nobody gets the six digits"))
    }
}
