import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternText
import PosternWeb
import Testing

@Suite("The page on which a recipient reports a letter")
struct ReportPagesTests {
    private static let path = "/report/\(FakeConversations.link.text)"
    private static let reported = ReportView.Standing.reported(.fraud, at: Example.now)

    private func execute(
        _ method: HTTPRequest.Method, _ body: String = "", query: String = "", _ conversations: FakeConversations,
        type: String = "application/x-www-form-urlencoded"
    ) async throws -> TestResponse {
        try await withPublicListener(.validating, conversations: conversations) { client in
            try await client.execute(
                uri: Self.path + query, method: method, headers: method == .post ? [.contentType: type] : [:],
                body: ByteBuffer(string: body)
            ) { $0 }
        }
    }

    @Test func `It shows which letter, the reasons, and what will happen`() async throws {
        let page = try await execute(.get, "", FakeConversations(report: .none))
        #expect(page.status == .ok)
        for part in [
            "Your photo", "photo 4711", "wrote to you on", "22 November 2026", "What is wrong with it?", "<fieldset", "<legend",
            "What happens then", "kept encrypted and deleted after", "90 days", "is not told", "take the report back", "police",
            "Also hear no more from", #"action="\#(Self.path)""#,
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        for reason in ReportReason.allCases { #expect(page.text.contains(#"type="radio" value="\#(reason.rawValue)""#)) }
        // Anyone who presses the button without looking has said nothing.
        #expect(!page.text.contains("checked"))
    }

    @Test func `A report is handed in once, and leads back to the page`() async throws {
        let conversations = FakeConversations(report: .none)
        for _ in 0..<2 {
            let answer = try await execute(
                .post, "action=report&reason=fraud&remark=It+asks+for+my+bank.&mute=yes", query: "?lang=de", conversations)
            #expect(answer.status == .seeOther && answer.headers[.location] == Self.path + "?lang=de")
        }
        #expect(conversations.acts == [.report(.fraud, remark: "It asks for my bank.", mutes: true)])
    }

    @Test(arguments: ["reason=spam", "reason=spam&remark=", "reason=spam&remark=+%0D%0A", "reason=spam&remark=%E2%80%8B&mute=no"])
    func `Nothing need be written`(body: String) async throws {
        let conversations = FakeConversations(report: .none)
        #expect(try await execute(.post, body, conversations).status == .seeOther)
        #expect(conversations.acts == [.report(.spam, remark: nil, mutes: false)])
    }

    // Among them what a program does that presses every button.
    @Test(arguments: [
        "", "action=report", "action=report&remark=my+words&mute=yes", "reason=&remark=my+words", "reason=nonsense",
    ])
    func `Without a reason nothing is reported, and nothing typed is lost`(body: String) async throws {
        let conversations = FakeConversations(report: .none)
        let page = try await execute(.post, body, conversations)
        #expect(page.status == .unprocessableContent && page.text.contains("Please choose what is wrong with the letter."))
        #expect(page.text.contains(#"aria-describedby="reason-fault""#) && conversations.acts.isEmpty)
        #expect(page.text.contains(">\nmy words</textarea>") == body.contains("my+words"))
        #expect(page.text.contains(#"name="mute" type="checkbox" value="yes" checked"#) == body.contains("mute=yes"))
    }

    @Test func `A text that is too long comes back whole, with the reason that was chosen`() async throws {
        let long = String(repeating: "x", count: ReportPost.longestRemark + 7)
        let page = try await execute(.post, "reason=abuse&remark=\(long)", FakeConversations(report: .none))
        #expect(page.status == .unprocessableContent && page.text.contains("by 7"))
        #expect(page.text.contains(">\n\(long)</textarea>") && page.text.contains(#"value="abuse" required checked"#))
    }

    @Test func `What was reported shows itself, with the way back`() async throws {
        let page = try await execute(.get, "", FakeConversations(report: Self.reported))
        #expect(page.text.contains("You have reported this letter") && page.text.contains("24 November 2026"))
        #expect(page.text.contains("Fraud: it is after money") && page.text.contains(#"name="action" value="withdraw""#))
        #expect(page.text.contains(#"name="action" value="mute""#) && !page.text.contains("<textarea"))
        let muted = try await execute(.get, "", FakeConversations(report: Self.reported, isMuted: true))
        #expect(muted.text.contains("You hear no more from") && muted.text.contains(#"name="action" value="unmute""#))
        for (decision, words) in [
            (ReportDecision.upheld, "They found that the letter is abuse"),
            (.rejected, "They did not find that the letter is abuse"),
        ] {
            let decided = try await execute(.get, "", FakeConversations(report: .decided(.spam, decision, at: Example.now)))
            #expect(decided.text.contains("Your report has been decided") && decided.text.contains(words), "\(decision)")
            #expect(!decided.text.contains(#"value="withdraw""#))
        }
    }

    @Test func `A report is taken back, twice alike, and can be made again`() async throws {
        let conversations = FakeConversations(report: Self.reported)
        for _ in 0..<2 {
            let page = try await execute(.post, "action=withdraw", conversations)
            #expect(page.status == .ok && page.text.contains("You have taken the report back"))
            #expect(page.text.contains(#"role="status""#) && page.text.contains(#"name="reason""#))
        }
        let decided = FakeConversations(report: .decided(.spam, .rejected, at: Example.now))
        #expect(try await execute(.post, "action=withdraw", decided).text.contains("Your report has been decided"))
    }

    @Test(arguments: [("mute", true), ("unmute", false)])
    func `The visitor is muted from here as well, and unmuted`(action: String, isMuted: Bool) async throws {
        let conversations = FakeConversations(report: Self.reported)
        let answer = try await execute(.post, "action=\(action)", conversations)
        #expect(answer.status == .seeOther && answer.headers[.location] == Self.path)
        #expect(conversations.acts == [.setMuted(isMuted, .report)])
    }

    @Test func `Hostile names, subjects and texts are inert`() async throws {
        let hostile = "<b>\"'&{{heading}}</textarea>\u{202E}👋"
        let view = Example.conversation(visitorName: hostile, subject: "<i>{{x}}", about: "\"><img>")
        let page = try await execute(
            .post, "remark=\(PercentCoding.encoded(hostile))", FakeConversations(view))
        #expect(page.status == .unprocessableContent && page.text.contains(">\n\(HTML.escaped(hostile))</textarea>"))
        for forbidden in ["<b>", "<i>", "<img>"] { #expect(!page.text.contains(forbidden)) }
        #expect(page.text.contains("{{x}}"))
    }

    @Test(arguments: [
        ("application/x-www-form-urlencoded", "remark=my+words&reason=spam&reason=fraud", 400),
        ("text/plain", "reason=spam\r\nremark=my words\r\n", 415),
        ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"remark\"\r\n\r\nmy words", 400),
        ("application/x-www-form-urlencoded", "remark=my+words" + String(repeating: "x", count: 30_000), 413),
    ])
    func `A form that cannot be taken reports nothing`(type: String, body: String, status: Int) async throws {
        let conversations = FakeConversations(report: .none)
        let page = try await execute(.post, body, conversations, type: type)
        #expect(page.status.code == status && page.text.contains("Your report has not been sent yet"))
        #expect(conversations.acts.isEmpty)
    }

    @Test func `When the vault is away, nothing is claimed and nothing is lost`() async throws {
        let conversations = FakeConversations(report: .none)
        conversations.breakDown()
        let page = try await execute(.post, "reason=illegal&remark=my+words", conversations)
        #expect(page.status == .serviceUnavailable && page.headers[.retryAfter] == "30")
        #expect(page.text.contains("could not be taken just now") && page.text.contains(">\nmy words</textarea>"))
        #expect(page.text.contains(#"value="illegal" required checked"#))
    }

    @Test(arguments: ["de", "fr", "ar"])
    func `It is in the language that was asked for, and so is where it leads`(tag: String) async throws {
        let page = try await execute(.get, "", query: "?lang=\(tag)", FakeConversations(report: .none))
        #expect(page.text.contains(#"<html lang="\#(tag)""#) && page.text.contains(#"action="\#(Self.path)?lang=\#(tag)""#))
    }
}
