import Foundation
import PosternMail
import PosternTestSupport
import Testing

@Suite("A recipient reports a letter, and can take that back", .timeLimit(.minutes(40)))
struct ReportedLettersTests {
    private static let recipient = "pat@private.example"
    private static let visitor = "vera@visitor.example"
    private static let remark = "Xylophon came from three addresses."

    private struct Running {
        let server: ScriptedSMTPServer
        let postern: Installation
        let both: Correspondence

        init() async throws {
            server = try await ScriptedSMTPServer.start()
            postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_WITHDRAWAL": "off"])
            try await postern.addRecipient("pat", ReportedLettersTests.recipient)
            try await postern.start()
            both = Correspondence(
                postern, server, recipient: ReportedLettersTests.recipient, visitor: ReportedLettersTests.visitor)
        }

        func letter(_ subject: String) async throws -> ServerMessage {
            #expect(
                try await postern.post(["email": both.visitor, "subject": subject, "message": "Quagmire text."]).status == 202)
            try await eventually("“\(subject)” arrives") { mail(subject) != nil }
            return try #require(mail(subject))
        }

        private func mail(_ subject: String) -> ServerMessage? {
            both.mails(to: both.recipient).first { $0.header("Subject") == subject }
        }

        func report(_ link: String, _ fields: [String: String] = [:]) async throws -> Web.Answer {
            let report = ["action": "report", "reason": "fraud", "remark": ReportedLettersTests.remark]
            return try await both.press(link, report.merging(fields) { $1 }, as: both.recipient)
        }

        struct Line: Decodable {
            let site, handle, letter, reason: String
            let decision: String?
        }

        func list() async throws -> [Line] {
            try JSONDecoder().decode([Line].self, from: Data(try await postern.succeed("report", "list", "--json").output.utf8))
        }

        func stop() async throws {
            #expect(try await postern.isBalanced())
            try await postern.stop()
            await server.stop()
        }
    }

    @Test func `The operator sees when, by whom and why; neither the letter nor what was said of it stands anywhere`()
        async throws
    {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        #expect(try await running.list().isEmpty)
        let answer = try await postern.post(["email": both.visitor, "subject": "First", "message": "Quagmire text."])
        let link = try both.link("report", in: try #require(try await both.mails(to: both.recipient, count: 1).first))
        for _ in 1...2 {
            // Twice is once.
            #expect(try await running.report(link).status == 303)
        }
        let lines = try await running.list()
        #expect(lines.count == 1)
        #expect(lines.first?.letter == answer.id && lines.first?.handle == "pat" && lines.first?.reason == "fraud")
        #expect(lines.first?.decision == nil)
        let told = try await postern.succeed("report", "list").output
        #expect(told.contains("photos/pat") && told.contains("open") && !told.contains("Xylophon"))
        let metrics = try await Web.get("http://127.0.0.1:\(postern.staffPort)/metrics").text
        #expect(metrics.contains("\npostern_reports_open 1\n"))
        let desk = try await postern.staffPage().text
        #expect(desk.contains("1 letter was reported"))
        let doctor = try await postern.command("doctor")
        #expect(doctor.output.contains("a recipient has reported a letter"))
        // Strangers hear nothing of it.
        #expect(try await postern.get("/ready").text.contains("upkeep") == false)
        try await postern.stop()
        for path in try FileManager.default.subpathsOfDirectory(atPath: postern.home) {
            guard let content = FileManager.default.contents(atPath: postern.home + "/" + path) else { continue }
            for hidden in ["Xylophon", "Quagmire"] { #expect(content.range(of: Data(hidden.utf8)) == nil, "\(path)") }
        }
        await running.server.stop()
    }

    @Test func `A report that is taken back is gone, and can be made again`() async throws {
        let running = try await Running()
        let both = running.both
        let link = try both.link("report", in: try await running.letter("First"))
        #expect(try await running.report(link).status == 303)
        for _ in 1...2 {
            let back = try await both.press(link, ["action": "withdraw"], as: both.recipient)
            #expect(back.status == 200 && back.text.contains("You have taken the report back"))
        }
        #expect(try await running.list().isEmpty)
        #expect(try await running.report(link, ["reason": "spam"]).status == 303)
        #expect(try await running.list().map(\.reason) == ["spam"])
        let trace = try await running.postern.succeed("log", "operations", "--json").output
        #expect(!trace.contains("Xylophon"))
        try await running.stop()
    }

    @Test func `Of a conversation, the very answer is reported whose mail the link is from`() async throws {
        let running = try await Running()
        let both = running.both
        let first = try await running.letter("First")
        try await both.answer(try both.link("reply", in: first), "Thank you.", as: both.recipient)
        let answered = try #require(try await both.mails(to: both.visitor, count: 1).first)
        try await both.answer(try both.link("letter", in: answered), "Now I am rude.", as: both.visitor)
        let rude = try #require(
            try await both.mails(to: both.recipient, count: 3).last {
                MailView(source: $0.octets).plain?.contains("rude") == true
            })
        #expect(try await running.report(try both.link("report", in: rude), ["reason": "abuse"]).status == 303)
        #expect(try await both.show(try both.link("report", in: first), to: both.recipient).text.contains("Report this letter"))
        #expect(try await running.report(try both.link("report", in: first), ["reason": "other"]).status == 303)
        let lines = try await running.list()
        #expect(lines.map(\.reason) == ["abuse", "other"] && Set(lines.map(\.letter)).count == 2)
        try await running.stop()
    }

    @Test func `Reported and muted in one step, the visitor sees what everybody sees (V4)`() async throws {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        let link = try both.link("report", in: try await running.letter("First"))
        #expect(try await running.report(link, ["mute": "yes"]).status == 303)
        #expect(try await both.show(link, to: both.recipient).text.contains(#"value="unmute""#))
        #expect(try await postern.post(["email": both.visitor, "subject": "Second"]).status == 202)
        try await eventually("it is held") { try await postern.counts()["held"] == 1 }
        #expect(try await both.press(link, ["action": "unmute"], as: both.recipient).status == 303)
        _ = try await running.letter("Third")
        try await running.stop()
    }

    @Test func `Pressed without a reason, as programs press, nothing is reported`() async throws {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        let link = try both.link("report", in: try await running.letter("First"))
        let page = try await both.show(link, to: both.recipient)
        for form in page.forms { #expect(try await postern.postForm(form.fields, to: form.action).status == 422) }
        #expect(try await running.list().isEmpty)
        #expect(try await both.show(link, to: both.recipient).text == page.text)
        try await running.stop()
    }

    @Test func `Who is erased leaves no report behind`() async throws {
        let running = try await Running()
        let link = try running.both.link("report", in: try await running.letter("First"))
        #expect(try await running.report(link).status == 303)
        try await running.postern.succeed("recipient", "erase", "pat", "--site", "photos", "--yes")
        #expect(try await running.list().isEmpty)
        #expect(try await running.both.show(link, to: Self.recipient).status == 404)
        try await running.stop()
    }
}
