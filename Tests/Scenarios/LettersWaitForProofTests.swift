import Foundation
import PosternMail
import PosternTestSupport
import Testing

@Suite(
    "Who takes letters of proven addresses alone gets a letter when its visitor has typed the code, and not before",
    .timeLimit(.minutes(40)))
struct LettersWaitForProofTests {
    private static let recipient = "pat@private.example"
    private static let visitor = "vera@visitor.example"
    private static let secret = "The harbour in the morning, with the red ship."

    private struct Running {
        let server: ScriptedSMTPServer
        let postern: Installation
        let both: Correspondence

        init(_ settings: [String: String] = [:], clock: FakeClock? = nil) async throws {
            server = try await ScriptedSMTPServer.start()
            postern = try await Installation(smtpPort: server.port, settings: settings)
            postern.setClock(clock)
            try await postern.addRecipient("pat", LettersWaitForProofTests.recipient)
            try await postern.succeed("site", "set", "photos", "--writers", "proven")
            try await postern.start()
            both = Correspondence(
                postern, server, recipient: LettersWaitForProofTests.recipient, visitor: LettersWaitForProofTests.visitor)
        }

        /// Fills in the page's form.
        /// - Returns: the page that it leads to.
        func form(_ fields: [String: String] = [:]) async throws -> String {
            let page = try await postern.get("/c/photos/pat")
            let letter = [
                "name": "Vera", "email": both.visitor, "message": LettersWaitForProofTests.secret, "form": page.formToken ?? "",
            ]
            let answer = try await postern.form(letter.merging(fields) { $1 })
            #expect(answer.status == 303)
            return try #require(answer.header("Location"))
        }

        func type(_ code: String, on page: String) async throws -> Web.Answer {
            try await both.press(page, ["action": "prove", "code": code], as: both.visitor)
        }

        func stop() async throws {
            #expect(try await postern.isBalanced())
            try await postern.stop()
            await server.stop()
        }
    }

    @Test func `The letter goes out when the code from the mail is typed, and nothing else lets it go`() async throws {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        let page = try await running.form()
        #expect(page.hasPrefix("/prove/"))
        let mail = try #require(try await both.mails(to: both.visitor, count: 1).first)
        let code = try #require(mail.code)
        // The mail leads back, and tells neither the text nor whose address is behind the name.
        let link = try both.link("prove", in: mail)
        let text = String(decoding: mail.octets, as: UTF8.self) + (MailView(source: mail.octets).plain ?? "")
        for hidden in [Self.secret, Self.recipient, "private.example"] { #expect(!text.contains(hidden)) }
        for path in [page, link] {
            let shown = try await both.show(path, to: both.visitor)
            #expect(shown.status == 200 && shown.text.contains("a code of six digits") && !shown.text.contains(Self.secret))
            // A program that presses the button has typed nothing.
            for form in shown.forms { #expect(try await postern.postForm(form.fields, to: form.action).status == 422) }
            #expect(try await running.type(code.next, on: path).status == 422)
        }
        #expect(try await postern.counts()["held"] == 1)
        #expect(both.mails(to: both.recipient).isEmpty)

        let answer = try await running.type("\(code.prefix(3)) \(code.suffix(3))", on: link)
        let next = try #require(answer.header("Location"))
        // In the language of the mail's link.
        #expect(answer.status == 303 && next.split(separator: "?").first?.hasSuffix("/sent") == true, "\(next)")
        let letter = try #require(try await both.mails(to: both.recipient, count: 1).first)
        #expect(MailView(source: letter.octets).plain?.contains(Self.secret) == true)
        // Typed again, it shows the same and sends nothing more.
        #expect(try await running.type(code, on: page).status == 303)
        #expect(try await both.show(page, to: both.visitor).text.contains("nothing more to do"))
        try await postern.drained(within: .seconds(60))
        #expect(both.mails(to: both.recipient).count == 1 && both.mails(to: both.visitor).count == 1)
        // The mailbox is proven: an answer need not count among the few that an unknown address gets.
        let reply = try both.link("reply", in: letter)
        for number in 1...4 { try await both.answer(reply, "Answer \(number).", as: both.recipient) }
        try await both.mails(to: both.visitor, count: 5)
        try await running.stop()
    }

    @Test func `A double click leads to the page with the code as well, and a program that posts again is told where it is`()
        async throws
    {
        let running = try await Running()
        let postern = running.postern
        let token = try await postern.get("/c/photos/pat").formToken ?? ""
        let pages = [try await running.form(["form": token]), try await running.form(["form": token])]
        #expect(pages[0] == pages[1] && pages[0].hasPrefix("/prove/"))
        let first = try await postern.post(["email": "otto@visitor.example"], key: "order-17")
        let second = try await postern.post(["email": "otto@visitor.example"], key: "order-17")
        for answer in [first, second] {
            #expect(answer.status == 202 && answer.text.contains(#""status":"accepted""#))
            #expect(answer.prove == first.prove)
        }
        let code = try #require(try await running.both.mails(to: "otto@visitor.example", count: 1).first?.code)
        #expect(try await running.type(code, on: try #require(first.prove)).status == 303)
        try await running.both.mails(to: Self.recipient, count: 1)
        try await running.stop()
    }

    @Test func `After ten wrong codes the right one counts no longer`() async throws {
        let running = try await Running()
        let page = try await running.form()
        let code = try #require(try await running.both.mails(to: Self.visitor, count: 1).first?.code)
        for left in (1...9).reversed() {
            let answer = try await running.type(code.next, on: page)
            #expect(answer.status == 422 && answer.text.contains("You have \(left) more "), "\(answer.text)")
        }
        for typed in [code.next, code, code] {
            let answer = try await running.type(typed, on: page)
            #expect(answer.status == 429 && answer.text.contains("Too many wrong codes"))
        }
        #expect(running.both.mails(to: Self.recipient).isEmpty)
        try await running.stop()
    }

    @Test func `Without the code the letter is deleted after 48 hours, and nobody is told`() async throws {
        let clock = try await FakeClock(days: 0)
        let running = try await Running(clock: clock)
        let (both, postern) = (running.both, running.postern)
        let page = try await running.form()
        let code = try #require(try await both.mails(to: both.visitor, count: 1).first?.code)
        try await postern.stop()
        try clock.jump(toDays: 3)
        try await postern.start()
        try await eventually("it is deleted", within: .seconds(60)) { try await postern.counts()["dropped"] == 1 }
        #expect(try await both.show(page, to: both.visitor).text.contains("This letter has been deleted"))
        #expect(try await running.type(code, on: page).status == 409)
        #expect(try await postern.counts()["held"] == 0)
        #expect(both.mails(to: both.recipient).isEmpty && both.mails(to: both.visitor).count == 1)
        try await running.stop()
    }

    @Test func `Asked for by a thousand letters, one mail a day goes to an address that has typed nothing (V3)`() async throws {
        let running = try await Running(["POSTERN_TRUSTED_PROXIES": "127.0.0.1/32"])
        for number in 1...1_000 {
            let client = "10.\(number % 7).\(number / 250).\(number % 250)"
            #expect(try await running.postern.post(["email": "victim@other.example"], from: client).status == 202)
        }
        let mails = try await running.both.mails(to: "victim@other.example", count: 1)
        try await eventually("all the others wait for the budget", within: .seconds(120)) {
            let counts = try await running.postern.counts()
            return counts["leased"] == 0 && counts["ready"] == 999
        }
        #expect(mails.count == 1 && running.both.mails(to: "victim@other.example").count == 1)
        #expect(running.both.mails(to: Self.recipient).isEmpty)
        try await running.stop()
    }

    @Test func `Held or muted, the visitor is asked for a code like anybody else and sees the same (V4)`() async throws {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        try await postern.succeed("block", "add", "--text", "red ship", "--reason", "test")
        var pages: [[String]] = []
        for text in [Self.secret, "The harbour in the evening, with the blue boat."] {
            let address = "v\(pages.count)@visitor.example"
            let page = try await running.form(["email": address, "message": text])
            let code = try #require(try await both.mails(to: address, count: 1).first?.code)
            let before = try await postern.get(page)
            let answer = try await running.type(code, on: page)
            let after = try await postern.get(page)
            // A minute may pass between the two.
            pages.append(
                [before, answer, after].map {
                    "\($0.status) \($0.text.replacing(page, with: "PAGE").replacing(/\d\d:\d\d UTC/, with: "TIME"))"
                })
        }
        #expect(pages[0] == pages[1])
        try await both.mails(to: both.recipient, count: 1)
        #expect(try await postern.counts()["held"] == 1)
        try await postern.succeed("queue", "release", "--all")
        try await both.mails(to: both.recipient, count: 2)
        try await running.stop()
    }

    @Test func `Letting all held letters go lets none go that waits for its code`() async throws {
        let running = try await Running()
        _ = try await running.form()
        try await running.both.mails(to: Self.visitor, count: 1)
        _ = try await running.postern.command("queue", "release", "--all")
        #expect(try await running.postern.counts()["held"] == 1)
        #expect(running.both.mails(to: Self.recipient).isEmpty)
        try await running.stop()
    }
}

extension Web.Answer {
    /// Where a visitor types the code, without host.
    fileprivate var prove: String? {
        struct Accepted: Decodable { let prove: String? }
        guard let page = (try? JSONDecoder().decode(Accepted.self, from: body))?.prove else { return nil }
        return page.range(of: "/prove/").map { String(page[$0.lowerBound...]) }
    }
}

extension String {
    /// Another code.
    fileprivate var next: String {
        let number = String(((Int(self) ?? 0) + 1) % 1_000_000)
        return String(repeating: "0", count: 6 - number.count) + number
    }
}
