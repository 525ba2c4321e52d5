import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("The page where people become members by themselves")
struct JoinPagesTests {
    private static let hostile = "<b>\"'&{{heading}}</textarea>\u{202E}👋"

    private func execute(
        _ path: String, _ joining: FakeJoining, method: HTTPRequest.Method = .get, body: ByteBuffer = ByteBuffer(),
        headers: HTTPFields = [:], confirmations: FakeConfirmations = FakeConfirmations()
    ) async throws -> TestResponse {
        try await withPublicListener(.validating, confirmations: confirmations, joining: joining) { client in
            var fields = headers
            if method == .post { fields[.contentType] = "application/x-www-form-urlencoded" }
            return try await client.execute(uri: path, method: method, headers: fields, body: body) { $0 }
        }
    }

    private func post(
        _ changes: [String: String] = [:], to path: String = "/join/photos", headers: HTTPFields = [:], at joining: FakeJoining
    ) async throws -> TestResponse {
        var fields = [
            "form": "ours-7", "name": "Pat Photographer", "handle": "pat", "email": "pat@private.example", "locale": "en",
        ]
        fields.merge(changes) { $1 }
        let body = fields.map { "\(PercentCoding.encoded($0.key))=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
        return try await execute(path, joining, method: .post, body: ByteBuffer(string: body), headers: headers)
    }

    @Test func `It is a form that works without a script, and asks only us with one`() async throws {
        let joining = FakeJoining()
        let page = try await execute("/join/photos", joining)
        #expect(page.status == .ok && page.headers[.setCookie] == nil)
        for field in ["name", "handle", "email", "locale"] { #expect(page.text.contains(#"id="\#(field)" name="\#(field)""#)) }
        #expect(page.text.contains("https://contact.example.org/c/photos/"))
        let policy = try #require(page.headers[.contentSecurityPolicy])
        #expect(policy.contains("connect-src 'self'") && policy.contains("default-src 'none'"))
        #expect(page.headers[.xRobotsTag] == "noindex" && page.headers[.referrerPolicy] == "no-referrer")
        #expect(joining.posts.isEmpty)
    }

    @Test func `A whole form leads to the page for the code, twice as well`() async throws {
        let joining = FakeJoining()
        for _ in 0..<2 {
            let answer = try await post(["handle": " PAT."], at: joining)
            #expect(answer.status == .seeOther && answer.headers[.location] == "/confirm/photos/pat")
        }
        #expect(joining.posts.count == 2)
        #expect(joining.posts.first?.member.email == "pat@private.example")
        #expect(joining.posts.first?.invitation == nil)
    }

    @Test func `Every fault is beside its field, and nothing that was typed is lost`() async throws {
        let typed = ["name": " ", "handle": "Pat Photographer", "email": "pat at private", "locale": "xx"]
        let page = try await post(typed, at: FakeJoining())
        #expect(page.status == .unprocessableContent)
        for field in typed.keys { #expect(page.text.contains("href=\"#\(field)\""), "\(field)") }
        #expect(page.text.contains(#"value="Pat Photographer""#) && page.text.contains(#"value="pat at private""#))
        #expect(page.text.contains(#"name="form" value="ours-7""#), "the same form, corrected")
    }

    @Test func `A handle that is taken is said plainly`() async throws {
        let fault = MemberFault(.handle, .handle(.taken(try Handle("pat"))))
        let page = try await post(at: FakeJoining(answer: .invalid(MemberFaults(all: [fault]))))
        #expect(page.status == .unprocessableContent && page.text.contains("pat is taken."))
        #expect(page.text.contains(#"value="pat@private.example""#))
    }

    // Each of these is posted by a program, or by a page that is not ours.
    @Test(arguments: [["form": ""], ["form": "old"], ["form": "theirs"], ["homepage_url": "x"]])
    func `A post that no fresh form of ours made is shown again, and sends nothing`(change: [String: String]) async throws {
        let joining = FakeJoining()
        let page = try await post(change, at: joining)
        #expect(page.status == .unprocessableContent && page.text.contains("Please press the button once more"))
        #expect(page.text.contains(#"value="pat@private.example""#) && page.text.contains(#"name="form" value="ours-0"#))
        #expect(joining.posts.isEmpty)
    }

    @Test func `Another site's page makes its visitors send nothing`() async throws {
        let joining = FakeJoining()
        let page = try await post(headers: [.secFetchSite: "cross-site", .origin: "https://evil.example"], at: joining)
        #expect(page.status == .unprocessableContent && joining.posts.isEmpty)
    }

    @Test(arguments: [
        (JoinAnswer.limited(retryAfter: .seconds(3_600)), HTTPResponse.Status.tooManyRequests, "Several people have signed up"),
        (.busy(retryAfter: .seconds(60)), .serviceUnavailable, "Very many people are signing up"),
        (.askedOften(retryAfter: .seconds(600)), .serviceUnavailable, "was given many times today"),
        (.unavailable(retryAfter: .seconds(30)), .serviceUnavailable, "could not be done just now"),
    ])
    func `Over a limit the page says when to come back, and keeps everything`(
        answer: JoinAnswer, status: HTTPResponse.Status, words: String
    ) async throws {
        let page = try await post(at: FakeJoining(answer: answer))
        #expect(page.status == status && page.headers[.retryAfter] != nil && page.text.contains(words))
        #expect(page.text.contains(#"value="pat@private.example""#) && page.text.contains(#"value="Pat Photographer""#))
    }

    @Test(arguments: [(JoinStanding.Way.off, "You cannot sign up here yourself"), (.byInvitation, "You need an invitation")])
    func `Where nobody can begin there is one friendly page`(way: JoinStanding.Way, words: String) async throws {
        let joining = FakeJoining(way)
        for path in ["/join/photos", "/join/photos/\(FakeJoining.invitation.text)", "/join/photos/nothing"] {
            let page = try await execute(path, joining)
            #expect(page.status == .forbidden && page.text.contains(words) && !page.text.contains("<form"))
        }
        #expect(try await post(at: joining).status == .forbidden)
        #expect(joining.posts.isEmpty)
        #expect(try await execute("/join/photos/free?handle=pat", joining).status == .notFound)
    }

    @Test func `An invitation for one handle shows it and asks for no other`() async throws {
        let joining = FakeJoining(.invited(try Handle("pat")))
        let path = "/join/photos/\(FakeJoining.invitation.text)"
        let page = try await execute(path, joining)
        #expect(page.status == .ok && page.text.contains(#"<bdi dir="ltr">pat</bdi>"#) && !page.text.contains(#"name="handle""#))
        #expect(page.text.contains(#"action="\#(path)""#))
        _ = try await post(to: path, at: joining)
        #expect(joining.posts.first?.invitation == FakeJoining.invitation)
    }

    @Test(arguments: [("new.name", "free"), ("NEW", "free"), ("sam", "taken"), ("a b", "not_a_handle"), ("", "required")])
    func `The script is told what a handle is like, in the page's language`(typed: String, state: String) async throws {
        let joining = FakeJoining()
        let answer = try await execute("/join/photos/free?lang=de&handle=\(PercentCoding.encoded(typed))", joining)
        #expect(answer.status == .ok && answer.headers[.contentType] == "application/json")
        #expect(try answer.object()["state"] as? String == state)
        #expect((try answer.object()["handle"] as? String) == (state == "free" ? typed.lowercased() : nil))
        if state == "taken" { #expect((try answer.object()["text"] as? String)?.contains("vergeben") == true) }
        #expect(joining.asked == [typed])
    }

    @Test func `After ten wrong codes the page says so; its button mails a new one, and the mail's link is kept`() async throws {
        let link = FakeOwnPages.link.text
        func type(_ fields: String, _ confirmations: FakeConfirmations) async throws -> TestResponse {
            try await execute(
                "/confirm/photos/pat", FakeJoining(), method: .post, body: ByteBuffer(string: fields),
                confirmations: confirmations)
        }
        let page = try await execute("/confirm/photos/pat?by=\(link)", FakeJoining())
        #expect(page.text.components(separatedBy: #"name="by" value="\#(link)""#).count == 3)
        let confirmations = FakeConfirmations(.spent)
        let spent = try await type("code=123456&by=\(link)", confirmations)
        #expect(spent.status == .forbidden && spent.text.contains("typed ten times"))
        #expect(spent.text.contains(#"name="action" value="again""#) && spent.text.contains(#"name="by" value="\#(link)""#))
        let again = try await type("action=again&by=\(link)", confirmations)
        #expect(again.status == .seeOther && again.headers[.location] == "/confirm/photos/pat?mailed=&by=\(link)")
        #expect(confirmations.tokens == ["photos/pat/123456 by \(link)", "photos/pat again"])
        let mailed = try await execute("/confirm/photos/pat?mailed=", FakeJoining())
        #expect(mailed.text.contains("they are sent again") && !mailed.text.contains(#"name="by""#))
        let limited = try await type("action=again", FakeConfirmations(mail: .limited(retryAfter: .hours(2))))
        #expect(limited.status == .tooManyRequests && limited.headers[.retryAfter] == "7200")
        #expect(limited.text.contains("2 hours"))
    }

    @Test func `Hostile text in every field stays text`() async throws {
        let fields = ["name": Self.hostile, "handle": Self.hostile, "email": Self.hostile, "locale": Self.hostile]
        let page = try await post(fields, at: FakeJoining())
        #expect(page.status == .unprocessableContent && !page.text.contains("<b>") && page.text.contains("{{heading}}"))
        #expect(page.text.components(separatedBy: "</form>").count == 2)
    }

    @Test func `A site that is not there has no such page, and a broken store loses nothing that was typed`() async throws {
        #expect(try await execute("/join/nothing", FakeJoining()).status == .notFound)
        let broken = try await post(at: FakeJoining(isBroken: true))
        #expect(broken.status == .serviceUnavailable && broken.text.contains("pat@private.example"))
    }

    @Test(arguments: ["en", "de", "fr", "ar"])
    func `Every page is in its language`(lang: String) async throws {
        for (path, joining) in [
            ("/join/photos", FakeJoining()), ("/join/photos", FakeJoining(.off)), ("/confirm/photos/pat", FakeJoining()),
        ] {
            let page = try await execute("\(path)?lang=\(lang)", joining)
            #expect(page.text.contains(#"<html lang="\#(lang)""#))
        }
    }
}
