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

@Suite("Members' own pages")
struct MemberPagesTests {
    static let link = "/manage/\(FakeOwnPages.link.text)"
    static let cookie = "__Host-postern=\(FakeOwnPages.secret.text)"
    static let hostile = "<b>\"'&{{heading}}</textarea>\u{202E}👋"
    static let pages = [
        "/manage", "/manage/letters", "/manage/settings", "/manage/mutes", "/manage/address", "/manage/data", "/manage/erase",
    ]
    /// What nobody needs to be signed in for.
    static let openPages = ["/manage", "/manage/asked", link, "/undo/\(FakeOwnPages.undo.text)"]

    func execute(
        _ path: String, _ method: HTTPRequest.Method = .get, _ body: String = "", signedIn: Bool = true,
        origin: [HTTPField.Name: String] = [:], publicURL: String = "https://contact.example.org", _ members: FakeOwnPages,
        confirmations: FakeConfirmations = FakeConfirmations(), linkRequests: RequestLimiter = RequestLimiter(.off)
    ) async throws -> TestResponse {
        let configuration = try PosternWebTests.configuration(publicURL: publicURL)
        return try await withPublicListener(
            .validating, confirmations: confirmations, ownPages: members, linkRequests: linkRequests, configuration
        ) { client in
            var fields: HTTPFields = method == .post ? .urlEncoded : [:]
            if signedIn { fields[.cookie] = "other=1; \(Self.cookie)" }
            for (name, value) in origin { fields[name] = value }
            return try await client.execute(uri: path, method: method, headers: fields, body: ByteBuffer(string: body)) { $0 }
        }
    }

    func execute(
        _ path: String, _ method: HTTPRequest.Method, _ members: FakeOwnPages
    ) async throws -> TestResponse {
        try await execute(path, method, "", signedIn: true, members)
    }

    func execute(_ path: String, _ members: FakeOwnPages) async throws -> TestResponse {
        try await execute(path, .get, members)
    }

    func post(
        _ fields: KeyValuePairs<String, String>, to path: String, signedIn: Bool = true, token: String? = FakeOwnPages.formToken,
        origin: [HTTPField.Name: String] = [:], _ members: FakeOwnPages, confirmations: FakeConfirmations = FakeConfirmations()
    ) async throws -> TestResponse {
        let own = String(buffer: urlEncoded(fields))
        let body = token.map { "form=\($0)&for=photos%2Fpat&" + own } ?? own
        return try await execute(
            path, .post, body, signedIn: signedIn, origin: origin, members, confirmations: confirmations)
    }

    // MARK: - What all have in common

    @Test(arguments: pages + openPages)
    func `A page runs no script, is kept nowhere, and names nobody in its title`(path: String) async throws {
        let page = try await execute(path, FakeOwnPages())
        #expect(page.status == .ok, "\(path)")
        let policy = try #require(page.headers[.contentSecurityPolicy])
        #expect(policy.contains("script-src 'none'") && policy.contains("frame-ancestors 'none'"))
        #expect(page.headers[.cacheControl] == "no-store" && page.headers[.referrerPolicy] == "no-referrer")
        #expect(page.headers[.xRobotsTag] == "noindex" && page.headers[.setCookie] == nil && !page.text.contains("<script"))
        let title = page.text.firstMatch(of: #/<title>([^<]*)</#)?.1 ?? ""
        #expect(!title.isEmpty && !title.contains("Pat ") && !title.contains("Vera"))
    }

    @Test(arguments: pages + openPages)
    func `Looking at a page changes nothing`(path: String) async throws {
        let members = FakeOwnPages()
        for method in [HTTPRequest.Method.get, .head, .options] { _ = try await execute(path, method, members) }
        #expect(members.calls.isEmpty)
    }

    @Test(arguments: pages.dropFirst() + ["/manage/export", link + "/export"])
    func `Without a session a page leads to where a link is asked for, and a post says so and keeps what was typed`(
        path: String
    ) async throws {
        let members = FakeOwnPages()
        let page = try await execute(path, signedIn: false, members)
        #expect(page.status == .seeOther && page.headers[.location] == "/manage?ended=")
        // Nothing can be posted to these, so nothing of it is read.
        guard !["export", "data", "letters"].contains(where: path.hasSuffix) else { return }
        let answer = try await post(
            ["action": "erase", "handle": "pat", "name": Self.hostile], to: path, signedIn: false, members)
        guard answer.status != .methodNotAllowed else { return }
        #expect(answer.status == .forbidden && answer.text.contains("was not saved"))
        #expect(answer.text.contains(#"name="page" type="text" value="photos/pat""#))
        #expect(answer.text.contains(">\n\(HTML.escaped(Self.hostile))</textarea>") && !answer.text.contains("<b>"))
        #expect(members.calls.isEmpty)
    }

    @Test(arguments: [
        ("/manage", ["action": "pause"]), ("/manage", ["action": "resume"]), ("/manage", ["action": "sign-out"]),
        ("/manage/settings", ["name": "Pat"]), ("/manage/mutes", ["action": "unmute", "visitor": Example.visitor.description]),
        ("/manage/address", ["action": "address", "address": "new@pat.example"]), ("/manage/address", ["action": "keep"]),
        ("/manage/erase", ["action": "erase", "handle": "pat"]),
    ])
    func `A post without the session's token, or from another site's page, changes nothing`(
        path: String, fields: [String: String]
    ) async throws {
        let posted = fields.map { "\($0.key)=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
        let foreign: [HTTPField.Name: String] = [.origin: "https://evil.example"]
        let cross: [HTTPField.Name: String] = [.secFetchSite: "cross-site"]
        for (token, origin) in [
            ("", [:]), ("form=other&", [:]), ("form=\(FakeOwnPages.formToken)&", foreign),
            ("form=\(FakeOwnPages.formToken)&", cross),
        ] {
            let members = FakeOwnPages()
            let answer = try await execute(path, .post, token + posted, origin: origin, members)
            #expect(members.calls.isEmpty, "\(path)")
            #expect(answer.status == .unprocessableContent || answer.status == .seeOther)
        }
    }

    @Test func `Hostile names, subjects and settings are inert on every page`() async throws {
        let member = try #require(Example.member(name: Self.hostile))
        let page = try #require(Example.memberPage(member, mutes: [Example.mute(Self.hostile)]))
        let entries = [Example.entry(1, .delivered, name: Self.hostile, subject: Self.hostile)]
        for path in Self.pages {
            let answer = try await execute(path, FakeOwnPages(page, entries: entries))
            #expect(answer.status == .ok && !answer.text.contains("<b>") && !answer.text.contains("</textarea>"), "\(path)")
        }
        let export = try await execute("/manage/export", FakeOwnPages(page)).object()
        #expect((export["name"] as? String)?.contains("{{heading}}") == true)
    }

    @Test func `When the store is away, a page says so and a post keeps what was typed`() async throws {
        #expect(try await execute("/manage", FakeOwnPages(isBroken: true)).status == .serviceUnavailable)
        let members = FakeOwnPages(answer: .unavailable(retryAfter: .seconds(30)))
        for (path, fields) in [
            ("/manage/settings", ["name": "Patricia", "daily": "7"]),
            ("/manage/address", ["action": "address", "address": "x@y.example"]),
        ] {
            let posted = fields.map { "\($0.key)=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
            let answer = try await execute(path, .post, "form=\(FakeOwnPages.formToken)&\(posted)", members)
            #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "30")
            for value in fields.values where value != "address" { #expect(answer.text.contains("value=\"\(value)\"")) }
        }
    }

    // MARK: - Asking for a link

    @Test(arguments: [
        ("photos/pat", "pat", "photos"), ("https://contact.example.org/c/photos/pat", "pat", "photos"),
        ("  <https://contact.example.org/c/photos/pat/sent?lang=de>\n", "pat", "photos"),
        ("contact.example.org/c/photos/Pat.", "pat", "photos"),
        ("https://x.example/post/c/photos/pat?about=photo+1#x", "pat", "photos"),
        ("https://contact.example.org/manage?for=photos/pat", "pat", "photos"), ("?for=photos%2Fpat", "pat", "photos"),
        ("PHOTOS / PAT", "pat", "photos"), ("photos/Pat%20M%C3%BCller", "Pat Müller", "photos"),
        ("photos/Pat Müller", "Pat Müller", "photos"), ("“photos/pat”", "pat", "photos"),
        ("https://x.example/c/pho\ntos/pat", "pat", "photos"),
        ("c/pat", "pat", "c"),
    ])
    func `A contact page is recognised however its address is pasted`(typed: String, handle: String, site: String) async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "ask", "page": typed], to: "/manage", signedIn: false, token: nil, members)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/manage/asked")
        #expect(members.calls == [.sendLink(handle, site: site)])
    }

    @Test(arguments: ["pat", "https://contact.example.org/", "https://contact.example.org/privacy/photos", "///", "a b c"])
    func `What can be no contact page is said, beside the field, and stays in it`(typed: String) async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "ask", "page": typed], to: "/manage", signedIn: false, token: nil, members)
        #expect(answer.status == .unprocessableContent && answer.text.contains("This does not look like"))
        #expect(answer.text.contains("value=\"\(HTML.escaped(typed))\"") && members.calls.isEmpty)
    }

    @Test func `The foot of a mail fills in the page, and only the button sends`() async throws {
        let members = FakeOwnPages()
        let page = try await execute("/manage?for=photos/pat", signedIn: false, members)
        #expect(page.status == .ok && page.text.contains(#"value="photos/pat""#) && members.calls.isEmpty)
        let other = try await execute("/manage?for=%22%3E%3Cb%3E", signedIn: false, members)
        #expect(other.status == .ok && !other.text.contains("<b>"))
    }

    @Test func `A person who asks for many links is told when to come back`() async throws {
        let limiter = RequestLimiter(try #require(Limit("1,1/1h")))
        for status in [HTTPResponse.Status.seeOther, .tooManyRequests] {
            let answer = try await execute(
                "/manage", .post, "action=ask&page=photos/pat", signedIn: false, FakeOwnPages(), linkRequests: limiter)
            #expect(answer.status == status)
            guard status == .tooManyRequests else { continue }
            #expect(answer.headers[.retryAfter] != nil && answer.text.contains(#"value="photos/pat""#))
        }
        let away = FakeOwnPages(mailAnswer: .unavailable(retryAfter: .seconds(9)))
        let answer = try await post(["action": "ask", "page": "photos/pat"], to: "/manage", signedIn: false, token: nil, away)
        #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "9")
    }

    // MARK: - The link and its session

    @Test func `The link's button sets the cookie, and leads to a page without the link`() async throws {
        let members = FakeOwnPages()
        let page = try await execute(Self.link, signedIn: false, members)
        #expect(page.status == .ok && page.text.contains(#"<form method="post" action="\#(Self.link)">"#))
        let answer = try await execute(Self.link, .post, signedIn: false, members)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/manage" && members.calls == [.signIn])
        let cookie = try #require(answer.headers[.setCookie])
        #expect(cookie == "\(Self.cookie); Path=/; Max-Age=1800; HttpOnly; SameSite=Strict; Secure")
    }

    @Test func `Another site's page cannot sign its visitor in`() async throws {
        let members = FakeOwnPages()
        let answer = try await execute(
            Self.link, .post, signedIn: false, origin: [.origin: "https://evil.example"], members)
        #expect(answer.status == .ok && answer.headers[.setCookie] == nil && members.calls.isEmpty)
    }

    @Test(arguments: ["x", "%3Cscript%3E", FakeOwnPages.token(at: Example.now - .hours(2)).text, FakeOwnPages.undo.text])
    func `A link that is used, too old or none of ours gets one page, with the way to another`(text: String) async throws {
        for method in [HTTPRequest.Method.get, .post] {
            let page = try await execute("/manage/\(text)", method, signedIn: false, FakeOwnPages(signInAnswer: .notValid))
            if method == .get, text == FakeOwnPages.undo.text { continue }
            #expect(page.status == .notFound && page.text.contains("This link does not work any more"))
            #expect(page.text.contains(#"name="page""#) && page.headers[.setCookie] == nil)
        }
    }

    @Test(arguments: [
        ("https://contact.example.org", "__Host-postern", true), ("http://127.0.0.1:8080", "__Host-postern", true),
        ("http://localhost:8080", "__Host-postern", true), ("http://contact.lan", "postern", false),
        ("http://127.evil.example", "postern", false),
    ])
    func `The cookie is as strict as the address allows`(publicURL: String, name: String, isSecure: Bool) async throws {
        let answer = try await execute(Self.link, .post, signedIn: false, publicURL: publicURL, FakeOwnPages())
        let cookie = try #require(answer.headers[.setCookie])
        #expect(cookie.hasPrefix("\(name)=") && cookie.contains("; Secure") == isSecure)
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    }

    @Test func `Signing out ends the session and takes the cookie away`() async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "sign-out"], to: "/manage", members)
        #expect(answer.status == .seeOther && members.calls == [.signOut])
        #expect(answer.headers[.setCookie]?.contains("__Host-postern=; Path=/; Max-Age=0") == true)
    }

    @Test func `No log line has a link, the cookie or what was typed`() async throws {
        let log = KeptLog()
        for path in [Self.link, "/undo/\(FakeOwnPages.undo.text)", "/manage/settings"] {
            for members in [FakeOwnPages(), FakeOwnPages(isBroken: true)] {
                try await withPublicListener(.validating, ownPages: members, logger: log.logger) { client in
                    var fields: HTTPFields = .urlEncoded
                    fields[.cookie] = Self.cookie
                    _ = try await client.execute(uri: path, method: .get, headers: fields) { $0.status }
                    _ = try await client.execute(
                        uri: path, method: .post, headers: fields, body: ByteBuffer(string: "name=secret&name=words")
                    ) { $0.status }
                }
            }
        }
        for line in log.all {
            #expect(!line.contains(FakeOwnPages.link.text) && !line.contains(FakeOwnPages.undo.text))
            #expect(!line.contains(FakeOwnPages.secret.text) && !line.contains("secret"))
        }
    }
}
