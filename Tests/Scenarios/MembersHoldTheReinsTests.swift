import Foundation
import PosternTestSupport
import Testing

@Suite("Members hold the reins of their own page, and nobody else does", .timeLimit(.minutes(40)))
struct MembersHoldTheReinsTests {
    private static let old = "pat@private.example"
    private static let new = "pat@new.example"

    private struct Running {
        let server: ScriptedSMTPServer
        let postern: Installation
        let pat: MemberBrowser

        init(_ settings: [String: String] = [:]) async throws {
            server = try await ScriptedSMTPServer.start()
            postern = try await Installation(smtpPort: server.port, settings: settings)
            try await postern.addRecipient("pat", MembersHoldTheReinsTests.old)
            try await postern.start()
            pat = MemberBrowser(postern, server, address: MembersHoldTheReinsTests.old)
        }

        func letter(_ subject: String, to address: String) async throws {
            #expect(try await postern.post(["subject": subject]).status == 202)
            try await eventually("“\(subject)” at \(address)", within: .seconds(60)) {
                pat.mails(to: address).contains { $0.header("Subject")?.contains(subject) == true }
            }
        }

        func subjects(at address: String) -> [String] { pat.mails(to: address).compactMap { $0.header("Subject") } }

        func stop() async throws {
            try await postern.stop()
            await server.stop()
        }
    }

    @Test func `A change of address: the new one shows its code, the former one is told, and letters move only then`()
        async throws
    {
        let running = try await Running()
        let pat = running.pat
        try await pat.signIn()
        #expect(try await pat.press(["action": "address", "address": Self.new], on: "/manage/address").status == 303)
        let code = try await pat.code(to: Self.new)
        let undo = try await pat.mailed("/undo/")
        #expect(
            pat.mails(to: Self.new).allSatisfy {
                !$0.octets.isEmpty && !String(decoding: $0.octets, as: UTF8.self).contains(undo)
            })
        try await running.letter("Before the code", to: Self.old)

        let wrong = code == "000000" ? "000001" : "000000"
        #expect(try await pat.press(["action": "code", "code": wrong], on: "/manage/address").status == 422)
        let done = try await pat.press(["action": "code", "code": code], on: "/manage/address")
        #expect(done.status == 303 && done.header("Location") == "/manage?done=confirmed")
        try await running.letter("After the code", to: Self.new)
        #expect(!running.subjects(at: Self.old).contains { $0.contains("After the code") })
        for path in ["/manage", "/manage/data", "/manage/export", "/manage/address"] {
            let page = try await pat.get(path)
            #expect(page.status == 200 && !page.text.contains("private.example") && !page.text.contains("new.example"), "\(path)")
        }
        try await running.stop()
    }

    @Test func `The former address undoes the change with one press, the other button takes it up again, and sessions are over`()
        async throws
    {
        let running = try await Running()
        let pat = running.pat
        try await pat.signIn()
        _ = try await pat.press(["action": "address", "address": Self.new], on: "/manage/address")
        let (code, undo) = (try await pat.code(to: Self.new), try await pat.mailed("/undo/"))
        _ = try await pat.press(["action": "code", "code": code], on: "/manage/address")
        try await running.letter("Moved", to: Self.new)

        // Anyone who reads the former mailbox needs no session.
        #expect(try await running.postern.get(undo).text.contains("value=\"keep\""))
        #expect(try await running.postern.postForm(["action": "keep"], to: undo).text.contains("value=\"again\""))
        try await running.letter("Back", to: Self.old)
        #expect(try await pat.get("/manage/settings").status == 303, "the session in which it was changed is over")
        #expect(try await running.postern.postForm(["action": "again"], to: undo).text.contains("value=\"keep\""))
        try await running.letter("Moved again", to: Self.new)
        try await running.stop()
    }

    @Test func `A program that presses the button in the former mailbox ends no change: the other one has its code count again`()
        async throws
    {
        let running = try await Running()
        let (pat, postern) = (running.pat, running.postern)
        try await pat.signIn()
        _ = try await pat.press(["action": "address", "address": Self.new], on: "/manage/address")
        let (code, undo) = (try await pat.code(to: Self.new), try await pat.mailed("/undo/"))
        // The program: it presses, once for each mail that it has seen.
        for _ in 1...2 {
            for form in try await postern.get(undo).forms where form.fields["action"] == "keep" {
                #expect(try await postern.postForm(form.fields, to: form.action).text.contains("value=\"again\""))
            }
        }
        // At the member's page the change rests. Signed in once more: the first session is over.
        try await pat.signIn(count: 2)
        #expect(try await pat.get("/manage").text.contains("Your change of address rests"))
        #expect(try await pat.press(["action": "code", "code": code], on: "/manage/address").status == 422)
        try await running.letter("While it rests", to: Self.old)

        #expect(try await postern.postForm(["action": "again"], to: undo).text.contains("value=\"keep\""))
        let done = try await pat.press(["action": "code", "code": code], on: "/manage/address")
        #expect(done.status == 303 && done.header("Location") == "/manage?done=confirmed")
        try await running.letter("After the code", to: Self.new)
        try await running.stop()
    }

    @Test func `A member who has erased themselves gets no mail any more, and nothing of theirs is left`() async throws {
        let running = try await Running()
        let (pat, postern) = (running.pat, running.postern)
        try await running.letter("First", to: Self.old)
        let old = try await pat.ask()
        try await pat.signIn(count: 2)
        let before = pat.mails(to: Self.old).count
        #expect(try await pat.press(["action": "erase", "handle": ""], on: "/manage/erase").status == 422)
        let erased = try await pat.press(["action": "erase", "handle": "pat"], on: "/manage/erase")
        #expect(erased.status == 200 && erased.header("Set-Cookie")?.contains("Max-Age=0") == true)

        #expect([403, 404].contains(try await postern.post().status))
        #expect(try await pat.get("/manage/settings").status == 303)
        #expect(try await postern.postForm([:], to: old).status == 404)
        #expect(try await postern.postForm(["action": "ask", "page": "photos/pat"], to: "/manage").status == 303)
        try await postern.drained(within: .seconds(60))
        #expect(pat.mails(to: Self.old).count == before)
        let shown = try await postern.succeed("recipient", "show", "pat", "--site", "photos", "--json").output
        #expect(shown.contains("erased") && !shown.contains("Pat Photographer"))
        try await running.stop()
    }

    @Test func `A link signs in once, in the browser that pressed its button, and looking at it spends nothing`() async throws {
        let running = try await Running()
        let pat = running.pat
        let link = try await pat.ask()
        for _ in 1...3 {
            #expect(try await running.postern.get(link).status == 200)
            #expect(try await Web.head("http://127.0.0.1:\(running.postern.port)\(link)").status == 200)
        }
        let answer = try await pat.post([:], to: link)
        let cookie = try #require(answer.header("Set-Cookie"))
        #expect(answer.status == 303 && cookie.hasPrefix("__Host-postern=") && cookie.contains("HttpOnly"))
        #expect(try await pat.get("/manage").text.contains("sign-out"))
        let again = try await running.postern.postForm([:], to: link)
        #expect(again.status == 404 && again.header("Set-Cookie") == nil)
        #expect(try await running.postern.get("/manage").text.contains("sign-out") == false)
        _ = try await pat.press(["action": "sign-out"], on: "/manage")
        #expect(pat.cookie == nil)
        #expect(
            try await Web.get(
                "http://127.0.0.1:\(running.postern.port)/manage/export",
                headers: [("Cookie", String(cookie.prefix { $0 != ";" }))]
            ).status == 303)
        try await running.stop()
    }

    @Test func `Asking for a link says the same whether anybody has that name, and only the member gets a mail`() async throws {
        let running = try await Running()
        let postern = running.postern
        try await postern.addRecipient("una", "una@private.example", name: "Una Unconfirmed", confirmed: false)
        var answers: Set<String> = []
        for name in ["photos/pat", "photos/nobody", "photos/una", "elsewhere/pat"] {
            let answer = try await postern.postForm(["action": "ask", "page": name], to: "/manage")
            let headers = answer.headers.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }.sorted()
            answers.insert("\(answer.status) \(headers) \(answer.text)")
        }
        #expect(answers.count == 1, "\(answers)")
        _ = try await running.pat.mailed("/manage/")
        try await postern.drained(within: .seconds(60))
        #expect(
            !running.server.messages.contains {
                String(decoding: $0.octets, as: UTF8.self).contains("/manage/0") && $0.recipients != ["<\(Self.old)>"]
            })
        try await running.stop()
    }

    @Test func `A program that signs in by the link and presses every button erases nothing and moves no address`() async throws {
        let running = try await Running()
        let (pat, postern) = (running.pat, running.postern)
        try await running.letter("First", to: Self.old)
        try await pat.signIn()
        let pages = ["/manage", "/manage/settings", "/manage/mutes", "/manage/address", "/manage/data", "/manage/erase"]
        let mails = pat.mails(to: Self.old).count
        for path in pages {
            for form in try await pat.get(path).forms where form.fields["action"] != "sign-out" {
                let answer = try await pat.post(form.fields, to: form.action)
                // It also presses what comes back.
                for next in answer.forms where next.fields["action"] != "sign-out" {
                    _ = try await pat.post(next.fields, to: next.action)
                }
            }
        }
        let shown = try await postern.succeed("recipient", "show", "pat", "--site", "photos", "--json").output
        #expect(shown.contains("paused") && shown.contains("Pat Photographer"))
        try await postern.drained(within: .seconds(60))
        #expect(
            pat.mails(to: Self.old).count == mails && running.server.messages.allSatisfy { $0.recipients == ["<\(Self.old)>"] })
        // One press lets letters in again.
        #expect(try await pat.press(["action": "resume"], on: "/manage").status == 303)
        try await running.letter("Again", to: Self.old)
        try await running.stop()
    }

    @Test func `Settings hold: letters above the day's number wait, mails are plain text, a pause ends by itself`() async throws {
        let running = try await Running()
        let (pat, postern) = (running.pat, running.postern)
        try await pat.signIn()
        let saved = try await pat.press(
            ["name": "Patricia Plain", "language": "de", "writers": "anyone", "daily": "1", "plain": "yes"],
            on: "/manage/settings")
        #expect(saved.status == 303)
        try await running.letter("One", to: Self.old)
        let mail = try #require(pat.mails(to: Self.old).last { $0.header("Subject")?.contains("One") == true })
        #expect(mail.header("Content-Type")?.hasPrefix("text/plain") == true)
        #expect(try await postern.post(["subject": "Two"]).status == 202)
        try await eventually("the second waits") { try await postern.counts()["ready"] == 1 }
        let page = try await pat.get("/manage?lang=en")
        #expect(page.text.contains("goes out on") && page.text.contains("Patricia Plain"))
        let day = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 3 * 86_400)).prefix(10)
        #expect(try await pat.press(["action": "pause", "until": String(day)], on: "/manage").status == 303)
        #expect(try await postern.post(["subject": "Three"]).status == 403)
        try await running.stop()
    }
}
