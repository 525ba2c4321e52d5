import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternTestSupport
import PosternText
import PosternWeb
import Testing

@Suite("The pages behind the links of mails")
struct LinkPagesTests {
    static let token = FakeConversations.link.text
    static let proof = "7zzzzzzzzzzzzzzzzzzzzzzzzz"
    static let hostile = "<b>\"'&{{heading}}</textarea>\u{202E}👋"

    func execute(
        _ path: String, _ method: HTTPRequest.Method, _ body: String, _ conversations: FakeConversations,
        type: String = "application/x-www-form-urlencoded"
    ) async throws -> TestResponse {
        try await withPublicListener(.validating, conversations: conversations) { client in
            let fields: HTTPFields = method == .post ? [.contentType: type] : [:]
            return try await client.execute(uri: path, method: method, headers: fields, body: ByteBuffer(string: body)) { $0 }
        }
    }

    func execute(
        _ path: String, _ method: HTTPRequest.Method = .get, _ conversations: FakeConversations
    ) async throws -> TestResponse {
        try await execute(path, method, "", conversations)
    }

    func post(
        _ fields: KeyValuePairs<String, String>, to path: String = "/reply/\(token)", _ conversations: FakeConversations
    ) async throws -> TestResponse {
        try await execute(path, .post, String(buffer: urlEncoded(fields)), conversations)
    }

    static func views(_ path: String) -> ConversationView? {
        Example.conversation(path.hasPrefix("/letter") ? .visitor : .recipient)
    }

    static let paths = [
        "/reply/\(token)", "/mute/\(token)", "/report/\(token)", "/pause/\(token)", "/prove/\(token)", "/letter/\(token)",
        "/letter/\(token)/\(proof)",
    ]

    // A scanner follows every link in a mail, and does it with either method.
    @Test(arguments: paths)
    func `Looking at a page changes nothing`(path: String) async throws {
        let conversations = FakeConversations(Self.views(path))
        #expect(try await execute(path, .get, conversations).status == .ok)
        let head = try await execute(path, .head, conversations)
        #expect(head.status == .ok && head.body.readableBytes == 0)
        #expect(conversations.acts.isEmpty)
    }

    @Test(arguments: paths)
    func `A page runs no script, keeps nothing, and names nobody in its title`(path: String) async throws {
        for method in [HTTPRequest.Method.get, .options] {
            let page = try await execute(path, method, FakeConversations(Self.views(path)))
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'none'"))
            #expect(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"))
            #expect(page.headers[.cacheControl] == "no-store" && page.headers[.referrerPolicy] == "no-referrer")
            #expect(page.headers[.xRobotsTag] == "noindex" && page.headers[.setCookie] == nil)
            #expect(!page.text.contains("<script"))
            let title = page.text.firstMatch(of: #/<title>([^<]*)</#)?.1 ?? ""
            #expect(!title.contains("Vera") && !title.contains("Pat ") && !title.contains("Your photo"))
        }
    }

    @Test(arguments: ["/reply", "/mute", "/report", "/pause", "/prove", "/letter"])
    func `Every link that leads nowhere gets one page, whatever is wrong with it`(path: String) async throws {
        let other = LinkToken(madeAt: 0, of: Array(repeating: 9, count: 16)).text
        let gone = FakeConversations(nil, answer: nil, isWithdrawn: nil)
        let first = try await execute("\(path)/\(Self.token)", .get, gone)
        #expect(first.status == .notFound && first.text.contains("This link does not work any more"))
        #expect(first.text.components(separatedBy: "<p>").count == 6 && first.text.contains(#"href="/manage""#))
        for link in [other, "x", "%3Cscript%3E", Self.token + "x", String(repeating: "a", count: 3_000)] {
            for method in [HTTPRequest.Method.get, .post] {
                let page = try await execute("\(path)/\(link)", method, FakeConversations())
                #expect(page.status == .notFound && page.text == first.text, "\(link)")
                #expect(page.headers[.contentSecurityPolicy] == first.headers[.contentSecurityPolicy])
            }
        }
    }

    @Test func `A link for something else leads nowhere`() async throws {
        let page = try await execute("/letter/\(Self.token)", .get, FakeConversations(Example.conversation(.recipient)))
        #expect(page.status == .notFound)
    }

    @Test(arguments: [".", ")", "%3E", "%20", "/"])
    func `What a mail program adds to a link, or makes of its letters, does no harm`(end: String) async throws {
        for link in [Self.token, Self.token.uppercased()] {
            let page = try await execute("/reply/\(link)\(end)", .get, FakeConversations())
            #expect(page.status == .ok || page.status == .permanentRedirect)
            #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'none'") == true)
        }
        let answer = try await post(["message": "m"], to: "/reply/\(Self.token.uppercased())\(end)", FakeConversations())
        #expect(answer.headers[.location] == "/reply/\(Self.token)")
    }

    // What each of the two sees.
    @Test(arguments: [
        (Party.recipient, ["Your conversation with Vera Visitor", "Vera Visitor wrote to you on 22 November"]),
        (.visitor, ["Your conversation with Pat Photographer", "You wrote to Pat Photographer on 22 November"]),
    ])
    func `The page says whose letter it is, its subject, what it is about, and who wrote when`(
        viewer: Party, words: [String]
    ) async throws {
        let path = viewer == .recipient ? "/reply/\(Self.token)" : "/letter/\(Self.token)"
        let page = try await execute(path, .get, FakeConversations(Example.conversation(viewer)))
        for part in words + [
            "Your photo", "photo 4711", "23 November 2026, 10:05 UTC", "delivered", "could not be delivered", "on its way",
            "20 December 2026", "Example Photos", #"action="\#(path)""#, #"name="message""#, #"for="message""#,
            #"name="form" value="ours-"#, "They do not see your e-mail address", "Attachments cannot be sent",
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        #expect(page.text.contains("hear no more") == (viewer == .recipient))
    }

    @Test func `A visitor who shares the address is told that it is seen`() async throws {
        let view = Example.conversation(.visitor, sharesAddress: true)
        let page = try await execute("/letter/\(Self.token)", .get, FakeConversations(view))
        #expect(page.text.contains("They see your e-mail address") && !page.text.contains("do not see"))
    }

    @Test func `A visitor of whose name nothing can be shown has none`() async throws {
        let view = Example.conversation(visitorName: nil, subject: nil, about: nil)
        let page = try await execute("/reply/\(Self.token)", .get, FakeConversations(view))
        #expect(page.text.contains("Unnamed visitor wrote to you") && !page.text.contains("Vera"))
        #expect(!page.text.contains(#"class="subject""#))
    }

    @Test func `Hostile names, subjects and texts are inert`() async throws {
        let view = Example.conversation(visitorName: Self.hostile, subject: "<i>{{x}}", about: "\"><img>")
        let details = [PersonalDetail(.phone, Self.hostile)]
        let conversations = FakeConversations(view, answer: .doubtful(details))
        let page = try await post(["message": Self.hostile], conversations)
        #expect(page.text.contains(">\n\(HTML.escaped(Self.hostile))</textarea>"))
        for forbidden in ["<b>", "<i>", "<img>"] { #expect(!page.text.contains(forbidden)) }
        let title = page.text.firstMatch(of: #/<title>([^<]*)</#)?.1 ?? ""
        #expect(title == "A question about your answer · Example Photos")
        #expect(page.text.contains("{{heading}}") && page.text.contains("{{x}}"))
    }

    // Standing of a conversation: form, words, button.
    @Test(arguments: [
        (Party.visitor, ConversationView.Standing.unanswered, "has not answered yet", "close" as String?),
        (.recipient, .closed(by: .recipient), "You have ended this conversation", "reopen"),
        (.visitor, .closed(by: .recipient), "Pat Photographer has ended this conversation", nil),
        (.recipient, .closed(by: .visitor), "Vera Visitor has ended this conversation", nil),
        (.visitor, .takesNoLetters, "Pat Photographer is not taking letters", nil),
        (.recipient, .takesNoLetters, "You no longer receive letters here", nil),
    ])
    func `Where nobody can write, the page says why, and whether that can be undone`(
        viewer: Party, standing: ConversationView.Standing, words: String, choice: String?
    ) async throws {
        let path = viewer == .recipient ? "/reply/\(Self.token)" : "/letter/\(Self.token)"
        let page = try await execute(path, .get, FakeConversations(Example.conversation(viewer, standing)))
        #expect(page.status == .ok && page.text.contains(words))
        #expect(!page.text.contains("<textarea"))
        for action in ["close", "reopen"] {
            #expect(page.text.contains(#"name="action" value="\#(action)""#) == (action == choice))
        }
        #expect(page.text.contains(#"href="/c/photos/pat""#) == (viewer == .visitor && standing == .closed(by: .recipient)))
    }

    @Test(arguments: [("close", true), ("reopen", false)])
    func `Either side ends a conversation and lets it go on`(action: String, isClosed: Bool) async throws {
        for (path, purpose) in [("/reply/\(Self.token)", LinkPurpose.reply), ("/letter/\(Self.token)", .letter)] {
            let conversations = FakeConversations(Self.views(path))
            for _ in 0..<2 {
                let answer = try await post(["action": action], to: path, conversations)
                #expect(answer.status == .seeOther && answer.headers[.location] == path)
            }
            #expect(conversations.acts == [.setClosed(isClosed, purpose), .setClosed(isClosed, purpose)])
        }
    }

    // What a page posts, what it does, and the way back that it shows.
    @Test(arguments: [
        ("/mute", "action=mute", FakeConversations.Call.setMuted(true, .mute), "You hear no more from Vera Visitor", "unmute"),
        ("/mute", "", .setMuted(true, .mute), "You hear no more from Vera Visitor", "unmute"),
        ("/mute", "action=unmute", .setMuted(false, .mute), "You hear from Vera Visitor again", "mute"),
        ("/pause", "action=pause", .setPaused(true), "Your letters are paused", "resume"),
        ("/pause", "List-Unsubscribe=One-Click", .setPaused(true), "Your letters are paused", "resume"),
        ("/pause", "action=resume", .setPaused(false), "You are taking letters again", "pause"),
    ])
    func `A button pressed twice shows the same result and the way back`(
        path: String, body: String, call: FakeConversations.Call, words: String, wayBack: String
    ) async throws {
        let conversations = FakeConversations()
        let first = try await execute("\(path)/\(Self.token)", .post, body, conversations)
        let second = try await execute("\(path)/\(Self.token)", .post, body, conversations)
        #expect(first.status == .ok && first.text == second.text && first.text.contains(words))
        #expect(first.text.contains(#"name="action" value="\#(wayBack)""#))
        #expect(conversations.acts == [call, call])
    }

    @Test(arguments: [(true, "mute", "Mute Vera Visitor"), (false, "unmute", "Hear from Vera Visitor again")])
    func `The recipient's page says whether the visitor is muted, and has the button that changes it`(
        isMuted: Bool, action: String, label: String
    ) async throws {
        let conversations = FakeConversations(Example.conversation(isMuted: !isMuted))
        let page = try await execute("/reply/\(Self.token)", .get, conversations)
        #expect(page.text.contains(#"name="action" value="\#(action)""#) && page.text.contains(">\(label)</button>"))
        #expect(page.text.contains("You hear no more from Vera Visitor") == !isMuted)
        for _ in 0..<2 {
            let answer = try await post(["action": action], conversations)
            #expect(answer.status == .seeOther && answer.headers[.location] == "/reply/\(Self.token)")
        }
        #expect(conversations.acts == [.setMuted(isMuted, .reply), .setMuted(isMuted, .reply)])
    }

    @Test func `The visitor's page has no such button, and takes no such post`() async throws {
        for view in [Example.conversation(.visitor), Example.conversation(.visitor, isMuted: true)] {
            let conversations = FakeConversations(view)
            let page = try await execute("/letter/\(Self.token)", .get, conversations)
            for word in ["mute", "no more from"] { #expect(!page.text.contains(word)) }
            let answer = try await post(["action": "unmute"], to: "/letter/\(Self.token)", conversations)
            #expect(answer.status == .ok && conversations.acts.isEmpty)
        }
    }

    @Test func `One-click unsubscription is read in either form (RFC 8058)`() async throws {
        let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
        let conversations = FakeConversations()
        let answer = try await execute(
            "/pause/\(Self.token)", .post, body, conversations, type: "multipart/form-data; boundary=b")
        #expect(answer.status == .ok && conversations.acts == [.setPaused(true)])
    }

    @Test func `What is done shows itself, with the way back`() async throws {
        let muted = Example.conversation(isMuted: true)
        let page = try await execute("/mute/\(Self.token)", .get, FakeConversations(muted))
        #expect(page.text.contains("You hear no more from") && page.text.contains(#"value="unmute""#))
        let paused = Example.conversation(isPaused: true)
        let other = try await execute("/pause/\(Self.token)", .get, FakeConversations(paused))
        #expect(other.text.contains("Your letters are paused") && other.text.contains(#"value="resume""#))
    }

    @Test func `When the vault does not answer, nothing is claimed`() async throws {
        for path in ["/mute", "/pause"] {
            let page = try await execute("\(path)/\(Self.token)", .post, "", FakeConversations(isBroken: true))
            #expect(page.status == .serviceUnavailable && page.headers[.retryAfter] != nil)
            #expect(!page.text.contains("Broken"))
        }
    }

    @Test func `Another method is refused under the same header fields`() async throws {
        let page = try await execute("/reply/\(Self.token)", .delete, FakeConversations())
        #expect(page.status == .methodNotAllowed && page.headers[.allow] == "GET, HEAD, OPTIONS, POST")
        #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'none'") == true)
    }

    @Test func `Nothing of a link is logged, nor of what was written`() async throws {
        let log = KeptLog()
        for conversations in [FakeConversations(), FakeConversations(nil), FakeConversations(isBroken: true)] {
            try await withPublicListener(.validating, conversations: conversations, logger: log.logger) { client in
                for path in Self.paths + Self.paths.map({ $0 + "." }) {
                    _ = try await client.execute(uri: path, method: .get) { $0.status }
                    _ = try await client.execute(
                        uri: path, method: .post, headers: .urlEncoded, body: ByteBuffer(string: "message=secret+words&message=x")
                    ) { $0.status }
                }
            }
        }
        #expect(!log.all.isEmpty)
        for line in log.all { #expect(!line.contains(Self.token) && !line.contains(Self.proof) && !line.contains("secret")) }
    }

    // The mail was in the recipient's language. Nobody but the vault can read the visitor's: the browser's counts, or what the link names.
    @Test(arguments: ["/reply", "/mute", "/report", "/pause"])
    func `A recipient's page is in the recipient's language, and stays in one that is asked for`(path: String) async throws {
        let path = "\(path)/\(Self.token)"
        let conversations = FakeConversations(Example.conversation(language: Language("de")))
        #expect(try await execute(path, .get, conversations).text.contains(#"<html lang="de""#))
        let posted = try await execute(path, .post, "action=pause", conversations)
        #expect(posted.status == .seeOther || posted.text.contains(#"<html lang="de""#))
        for method in [HTTPRequest.Method.get, .post] {
            let page = try await execute(path + "?lang=fr", method, "action=mute", conversations)
            guard page.status != .seeOther else {
                #expect(page.headers[.location] == path + "?lang=fr")
                continue
            }
            #expect(page.text.contains(#"<html lang="fr""#) && page.text.contains(#"action="\#(path)?lang=fr""#))
        }
    }

    @Test(arguments: ["de", "fr", "ar"])
    func `A page is in the language that was asked for, and so is where it leads`(tag: String) async throws {
        let page = try await execute("/reply/\(Self.token)?lang=\(tag)", .get, FakeConversations())
        #expect(
            page.text.contains(#"<html lang="\#(tag)""#) && page.text.contains(#"action="/reply/\#(Self.token)?lang=\#(tag)""#))
        #expect(page.text.contains(#"href="/reply/\#(Self.token)?lang=en""#))
    }

    @Test func `Who has muted as many as can be muted reads that nothing was changed, and where to make room`() async throws {
        for path in ["/mute/\(Self.token)", "/reply/\(Self.token)", "/report/\(Self.token)"] {
            let conversations = FakeConversations()
            conversations.fillMutes()
            let page = try await post(["action": "mute"], to: path + "?lang=en", conversations)
            #expect(page.status == .conflict && page.text.contains("You cannot mute anybody else"), "\(path)")
            #expect(page.text.contains("Nothing was changed") && page.text.contains("href=\"/manage?lang=en\""), "\(path)")
        }
    }
}
