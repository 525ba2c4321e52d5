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
    private static let link = "/manage/\(FakeOwnPages.link.text)"
    private static let cookie = "__Host-postern=\(FakeOwnPages.secret.text)"
    private static let hostile = "<b>\"'&{{heading}}</textarea>\u{202E}👋"
    static let pages = [
        "/manage", "/manage/letters", "/manage/settings", "/manage/mutes", "/manage/address", "/manage/data", "/manage/erase",
    ]
    /// What nobody needs to be signed in for.
    static let openPages = ["/manage", "/manage/asked", link, "/undo/\(FakeOwnPages.undo.text)"]

    private func execute(
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

    private func execute(
        _ path: String, _ method: HTTPRequest.Method, _ members: FakeOwnPages
    ) async throws -> TestResponse {
        try await execute(path, method, "", signedIn: true, members)
    }

    private func execute(_ path: String, _ members: FakeOwnPages) async throws -> TestResponse {
        try await execute(path, .get, members)
    }

    private func post(
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

    @Test func `Whoever asks for many links is told when to come back`() async throws {
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

    // MARK: - The member's page

    @Test func `The page says how letters stand, what came and what became of it`() async throws {
        let page = try await execute("/manage", FakeOwnPages())
        for part in [
            "Pat Photographer", "People can write to you", #"href="/c/photos/pat""#, "Vera Visitor", "Your photo", "photo 4711",
            "on its way", "goes out on 25 November 2026", "waits for the visitor", "is being checked", "muted", "Nobody",
            "10:30 UTC", "Sign out", #"type="date""#, #"min="2026-11-25""#,
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        let all = try await execute("/manage/letters", FakeOwnPages())
        for part in [
            "reported by you", "could not be delivered", "A letter", "What the words mean", "Your mail server has taken it",
        ] {
            #expect(all.text.contains(part), "\(part) is missing")
        }
    }

    @Test(arguments: [
        ("", nil as Timestamp?, 303), ("2026-12-24", Timestamp(rfc3339: "2026-12-24"), 303), ("2026-11-24", nil, 422),
        ("2028-01-01", nil, 422), ("soon", nil, 422), ("2026-02-30", nil, 422),
    ])
    func `A pause has an end or none, and a day that makes no sense is said`(
        day: String, until: Timestamp?, status: Int
    ) async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "pause", "until": day], to: "/manage", members)
        #expect(answer.status.code == status)
        guard status == 303 else {
            // A field for a day shows days alone.
            let shown = day == "soon" ? "" : day
            #expect(answer.text.contains("value=\"\(shown)\"") && answer.text.contains("a day in the coming year"))
            return #expect(members.calls.isEmpty)
        }
        #expect(answer.headers[.location] == "/manage?done=paused" && members.calls == [.act(.pause(until: until))])
    }

    @Test func `Paused letters say until when, and the button takes them again`() async throws {
        let paused = Example.member(state: .paused, settings: MemberSettings(pausedUntil: Timestamp(rfc3339: "2026-12-24")))
        let page = try #require(Example.memberPage(paused))
        let shown = try await execute("/manage?done=paused", FakeOwnPages(page))
        #expect(shown.text.contains("Nobody can write to you before 24 December 2026"))
        #expect(shown.text.contains("Your letters are paused.") && !shown.text.contains(#"value="pause""#))
        let members = FakeOwnPages(page)
        _ = try await post(["action": "resume"], to: "/manage", members)
        #expect(members.calls == [.act(.resume)])
    }

    // MARK: - Settings

    @Test func `What is saved is what was changed, and who follows the site goes on following it`() async throws {
        let members = FakeOwnPages()
        let same: KeyValuePairs = ["name": "Pat Photographer", "language": "en", "writers": "anyone", "daily": ""]
        #expect(try await post(same, to: "/manage/settings", members).headers[.location] == "/manage?done=saved")
        #expect(members.calls.isEmpty)
        let changed: KeyValuePairs = ["name": "Patricia", "language": "de", "writers": "proven", "daily": " 12 ", "plain": "yes"]
        _ = try await post(changed, to: "/manage/settings", members)
        let name = try HeaderText("Patricia", limit: 100)
        let german = try #require(Language("de"))
        #expect(
            members.calls == [
                .act(.words(name: name, language: german)),
                .act(.settings(MemberSettings(writers: .proven, dailyLetters: 12, isTextOnly: true))),
            ])
    }

    @Test(arguments: [
        ("", "", "Please enter your name."), ("a\nb", "", "single line"), ("Pat", "0", "from 1 to 1,000"),
        ("Pat", "1001", "from 1 to 1,000"), ("Pat", "-3", "from 1 to 1,000"), ("Pat", "many", "from 1 to 1,000"),
        ("Pat", "99999999999999999999", "from 1 to 1,000"),
    ])
    func `What cannot be saved is said beside its field, and everything typed stays`(
        name: String, daily: String, words: String
    ) async throws {
        let members = FakeOwnPages()
        let answer = try await post(
            ["name": name, "language": "fr", "writers": "proven", "daily": daily, "plain": "yes"], to: "/manage/settings", members
        )
        #expect(answer.status == .unprocessableContent && answer.text.contains(words) && members.calls.isEmpty)
        #expect(answer.text.contains(#"value="fr" lang="fr" selected"#) && answer.text.contains(#"value="proven" checked"#))
        #expect(
            answer.text.contains("value=\"\(daily)\"")
                && answer.text.contains(#"name="plain" type="checkbox" value="yes" aria-describedby="plain-hint" checked"#))
        #expect(answer.text.contains(#"role="alert""#))
    }

    @Test func `A name that somebody else changed meanwhile is shown again, with a limit when there is one`() async throws {
        let page = try #require(Example.memberPage())
        let cases: [(MemberActAnswer, Int)] = [(.changedMeanwhile(page), 409), (.limited(retryAfter: .minutes(5)), 429)]
        for (answer, status) in cases {
            let shown = try await post(["name": "Patricia"], to: "/manage/settings", FakeOwnPages(answer: answer))
            #expect(shown.status.code == status && shown.text.contains(#"value="Patricia""#))
        }
        let over = try await post(["name": "Patricia"], to: "/manage/settings", FakeOwnPages(answer: .signedOut))
        #expect(over.status == .forbidden && over.text.contains("\nPatricia</textarea>"))
        #expect(over.headers[.setCookie]?.contains("Max-Age=0") == true)
    }

    // MARK: - Muted visitors

    @Test func `Whoever is heard again by mistake is muted again with one button, by name`() async throws {
        let members = FakeOwnPages(Example.memberPage(mutes: [Example.mute()]))
        let unmute: KeyValuePairs = ["action": "unmute", "visitor": Example.visitor.description]
        let page = try await post(unmute, to: "/manage/mutes?lang=en", members)
        #expect(page.status == .ok && page.text.contains("You hear from this visitor again."))
        #expect(page.text.contains("Mute again") && page.text.contains("Vera Visitor"))
        let field = try #require(page.text.firstMatch(of: #/name="conversation" value="([^"]+)"/#)).1
        let answer = try await post(
            ["action": "mute", "visitor": Example.visitor.description, "conversation": String(field)], to: "/manage/mutes",
            members)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/manage/mutes?done=muted")
        #expect(
            members.calls == [.act(.unmute(Example.visitor)), .act(.mute(Example.visitor, from: Example.letterID))])
        #expect(
            try await execute("/manage/mutes?done=muted", members).text.contains("You hear no more from this visitor."))
        // Pressed once more, the list is shown.
        let again = try await post(unmute, to: "/manage/mutes", FakeOwnPages())
        #expect(again.status == .seeOther && again.headers[.location] == "/manage/mutes?done=unmuted")
    }

    @Test func `A muted visitor has a button that leads back`() async throws {
        let members = FakeOwnPages(Example.memberPage(mutes: [Example.mute(), Example.mute(nil)]))
        let page = try await execute("/manage/mutes", members)
        #expect(page.text.contains("Vera Visitor") && page.text.contains("A visitor whose letter is no longer here"))
        let answer = try await post(
            ["action": "unmute", "visitor": Example.visitor.description], to: "/manage/mutes", members)
        #expect(answer.text.contains("You hear from this visitor again.") && members.calls == [.act(.unmute(Example.visitor))])
    }

    // MARK: - Address

    @Test func `A new address is asked for, and its code is typed on the page`() async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "address", "address": " new@pat.example "], to: "/manage/address", members)
        let address = try EmailAddress("new@pat.example")
        #expect(answer.status == .seeOther && members.calls == [.act(.changeAddress(address))])

        let asked = FakeOwnPages(Example.memberPage(change: Example.addressChange(confirmed: nil)))
        let page = try await execute("/manage/address", asked)
        #expect(page.text.contains(#"name="code""#) && page.text.contains(#"autocomplete="one-time-code""#))
        #expect(!page.text.contains("pat.example"))
        let confirmations = FakeConfirmations(.confirmed)
        let done = try await post(
            ["action": "code", "code": "123 456"], to: "/manage/address", asked, confirmations: confirmations)
        #expect(
            done.headers[.location] == "/manage?done=confirmed"
                && confirmations.tokens == ["photos/pat/123456 by \(FakeOwnPages.link.text)"])
        _ = try await post(["action": "keep"], to: "/manage/address", asked)
        #expect(asked.calls == [.act(.cancelAddressChange)])
    }

    @Test(arguments: [
        ("", "Please enter the six digits"), ("12345", "This is not the code"), ("123456", "This is not the code"),
        ("<b>", "This is not the code"),
    ])
    func `A wrong code is said, and stays in its field`(code: String, words: String) async throws {
        let asked = FakeOwnPages(Example.memberPage(change: Example.addressChange(confirmed: nil)))
        let answer = try await post(
            ["action": "code", "code": code], to: "/manage/address", asked, confirmations: FakeConfirmations(.notValid))
        #expect(answer.status == .unprocessableContent && answer.text.contains(words) && !answer.text.contains("<b>"))
        #expect(answer.text.contains("value=\"\(HTML.escaped(code))\""))
    }

    @Test func `After ten wrong codes the page says so, and its button mails a new one`() async throws {
        let asked = FakeOwnPages(Example.memberPage(change: Example.addressChange(confirmed: nil)))
        let spent = try await post(
            ["action": "code", "code": "123456"], to: "/manage/address", asked, confirmations: FakeConfirmations(.spent))
        #expect(spent.status == .unprocessableContent && spent.text.contains("typed wrongly ten times"))
        #expect(spent.text.contains(#"name="action" value="again""#) && spent.text.contains(#"name="code""#))
        let confirmations = FakeConfirmations()
        let again = try await post(["action": "again"], to: "/manage/address", asked, confirmations: confirmations)
        #expect(again.headers[.location] == "/manage/address?done=mailed" && confirmations.tokens == ["photos/pat again"])
        #expect(
            try await execute("/manage/address?done=mailed", asked).text.contains("The code is sent to your new address again"))
        let limited = try await post(
            ["action": "again"], to: "/manage/address", asked,
            confirmations: FakeConfirmations(mail: .limited(retryAfter: .hours(2))))
        #expect(limited.status == .tooManyRequests && limited.headers[.retryAfter] == "7200")
        #expect(limited.text.contains("2 hours"))
    }

    @Test func `A code that is over leads back to the field for the address`() async throws {
        let answer = try await post(
            ["action": "code", "code": "123456"], to: "/manage/address", FakeOwnPages(),
            confirmations: FakeConfirmations(.notValid))
        #expect(answer.text.contains("This code does not work any more") && answer.text.contains(#"name="address""#))
    }

    @Test(arguments: [("", "Please enter your new"), ("pat", "has no @"), ("pat@", "The part after the @")])
    func `An address that is none is said, and stays in its field`(typed: String, words: String) async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "address", "address": typed], to: "/manage/address", members)
        #expect(answer.status == .unprocessableContent && answer.text.contains(words) && members.calls.isEmpty)
        #expect(answer.text.contains("value=\"\(typed)\""))
    }

    @Test func `An address that was changed lately cannot be changed before that can no longer be undone`() async throws {
        let members = FakeOwnPages(answer: .changedLately(until: Example.now + .days(2)))
        let answer = try await post(["action": "address", "address": "x@y.example"], to: "/manage/address", members)
        #expect(answer.status == .conflict && answer.text.contains("Until 26 November 2026"))
        #expect(answer.text.contains(#"value="x@y.example""#))
    }

    @Test func `The former address undoes the change, and pressing the other button takes it back`() async throws {
        let members = FakeOwnPages()
        let path = "/undo/\(FakeOwnPages.undo.text)"
        let page = try await execute(path, signedIn: false, members)
        #expect(page.text.contains("Was it you who changed the address?") && page.text.contains(#"value="keep""#))
        let undone = try await execute(path, .post, "action=keep", signedIn: false, members)
        #expect(undone.status == .ok && undone.text.contains(#"value="again""#))
        let again = try await execute(path, .post, "action=again", signedIn: false, members)
        #expect(again.status == .ok && again.text.contains(#"value="keep""#) && members.calls == [.undone(true), .undone(false)])
        for text in ["x", FakeOwnPages.link.text] {
            #expect(try await execute("/undo/\(text)", signedIn: false, members).status == .notFound)
        }
    }

    @Test func `A change that was never confirmed is dropped, and cannot be taken up by the link`() async throws {
        let dropped = try #require(Example.addressChange(confirmed: nil, undone: Example.now))
        let members = FakeOwnPages(undoAnswer: .done(dropped))
        let page = try await execute("/undo/\(FakeOwnPages.undo.text)", .post, "action=keep", signedIn: false, members)
        #expect(page.status == .ok && !page.text.contains("<form") && page.text.contains("no longer counts"))
    }

    @Test func `A change can be undone before it is confirmed, and pressing twice shows the result`() async throws {
        let path = "/undo/\(FakeOwnPages.undo.text)"
        let asked = FakeOwnPages(change: Example.addressChange(confirmed: nil))
        let page = try await execute(path, signedIn: false, asked)
        #expect(page.text.contains("Did you ask for another address?") && page.text.contains(#"value="keep""#))
        #expect(page.text.contains("That address has not been confirmed yet"))
        let dropped = try #require(Example.addressChange(confirmed: nil, undone: Example.now))
        // Pressed again, and pressed twice at once: then the one press finds that the other has done it.
        for answer in [UndoAnswer.done(dropped), .neverConfirmed(dropped), .unavailable(retryAfter: .seconds(1))] {
            let members = FakeOwnPages(undoAnswer: answer, change: dropped)
            for _ in 0..<2 {
                let result = try await execute(path, .post, "action=keep", signedIn: false, members)
                #expect(result.status == .ok && result.text.contains("Your address is as it was"), "\(answer)")
            }
            #expect(try await execute(path, signedIn: false, members).text.contains("Your address is as it was"))
        }
        let away = FakeOwnPages(undoAnswer: .unavailable(retryAfter: .seconds(9)), change: Example.addressChange(confirmed: nil))
        let answer = try await execute(path, .post, "action=keep", signedIn: false, away)
        #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "9")
    }

    @Test func `A link to undo a change that is over says so, and what to do if letters went elsewhere`() async throws {
        let gone = FakeOwnPages(change: nil)
        for path in ["/undo/\(FakeOwnPages.undo.text)", "/undo/x", "/undo/\(FakeOwnPages.link.text)"] {
            for method in [HTTPRequest.Method.get, .post] {
                let page = try await execute(path, method, signedIn: false, gone)
                guard method == .get || path != "/undo/\(FakeOwnPages.undo.text)" else { continue }
                #expect(page.status == .notFound && page.text.contains("There is nothing to undo here any more"), "\(path)")
                #expect(page.text.contains("change the password of your mailbox"))
            }
        }
    }

    // MARK: - Data

    @Test func `What is held can be read and downloaded, and no address is in it`() async throws {
        let page = try await execute("/manage/data", FakeOwnPages())
        for part in ["Pat P.", "400 bytes, version 3", "Advertising or spam", "Letters paused", #"href="/manage/export""#] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        for path in ["/manage/export", Self.link + "/export"] {
            let answer = try await execute(path, FakeOwnPages())
            #expect(answer.status == .ok && answer.headers[.contentType] == "application/json")
            #expect(answer.headers[.contentDisposition] == "attachment; filename=\"photos-pat-2026-11-24.json\"")
            let export = try answer.object()
            #expect(export["handle"] as? String == "pat" && (export["letters"] as? [Any])?.count == Example.ledger.count)
            #expect(!answer.text.contains("@"))
        }
    }

    @Test func `The export behind a link is for the session that was opened with that link`() async throws {
        let other = "/manage/\(FakeOwnPages.token(at: Example.now - .minutes(9)).text)/export"
        for path in [other, "/manage/x/export", "/manage/\(FakeOwnPages.undo.text)/export"] {
            let answer = try await execute(path, FakeOwnPages())
            #expect(answer.status == .notFound && answer.headers[.contentDisposition] == nil, "\(path)")
            #expect(!answer.text.contains("Pat Photographer"))
        }
    }

    // MARK: - Leaving

    @Test func `Erasing says what it means, asks again, and wants the name typed`() async throws {
        let members = FakeOwnPages()
        let first = try await execute("/manage/erase", members)
        #expect(first.text.contains("cannot be undone") && !first.text.contains(#"name="handle""#))
        let second = try await post(["action": "ask"], to: "/manage/erase", members)
        #expect(second.status == .ok && second.text.contains(#"name="handle""#))
        for typed in ["", "sam", "photos/pat"] {
            let wrong = try await post(["action": "erase", "handle": typed], to: "/manage/erase", members)
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("Nothing was erased"))
        }
        #expect(members.calls.isEmpty)
        let done = try await post(["action": "erase", "handle": " Pat "], to: "/manage/erase", members)
        #expect(done.status == .ok && done.text.contains("Your data is erased") && members.calls == [.act(.erase)])
        #expect(done.headers[.setCookie]?.contains("Max-Age=0") == true && !done.text.contains("Pat Photographer"))
    }

    // MARK: - Languages

    // Of the page, and of the link to it in another language.
    @Test(arguments: [
        ("/manage?for=photos/pat", "/manage?lang=de&amp;for=photos%2Fpat"),
        ("/manage?ended=&for=photos/pat", "/manage?lang=de&amp;ended=&amp;for=photos%2Fpat"),
        ("/manage", "/manage?lang=de"), ("/manage/asked", "/manage/asked?lang=de"), (link, link + "?lang=de"),
        ("/manage/nothing", "/manage/nothing?lang=de"),
    ])
    func `A page for somebody who is not signed in stays the same in another language`(path: String, other: String) async throws {
        let page = try await execute(path, signedIn: false, FakeOwnPages())
        #expect(page.text.contains("href=\"\(other)\""), "\(path)")
        let german = try await execute(other.replacing("&amp;", with: "&"), signedIn: false, FakeOwnPages())
        #expect(german.text.contains(#"<html lang="de""#))
        #expect(german.text.contains(#"value="photos/pat""#) == path.contains("for="))
        #expect(german.text.contains("abgemeldet") == path.contains("ended="))
    }

    @Test func `An older page of letters stays the same in another language`() async throws {
        let page = try await execute("/manage/letters?before=\(Example.letterID)", FakeOwnPages())
        #expect(page.text.contains(#"href="/manage/letters?lang=de&amp;before=\#(Example.letterID)""#))
    }

    @Test func `The page to undo a change is in its reader's language, and stays in one that is asked for`() async throws {
        let path = "/undo/\(FakeOwnPages.undo.text)"
        let german = FakeOwnPages(change: Example.addressChange(language: try #require(Language("de"))))
        #expect(try await execute(path, signedIn: false, german).text.contains(#"<html lang="de""#))
        let arabic = try await execute(path + "?lang=ar", signedIn: false, german)
        #expect(arabic.text.contains(#"<html lang="ar""#) && arabic.text.contains(#"action="\#(path)?lang=ar""#))
    }

    @Test func `A member's pages are in the member's language, unless another is asked for`() async throws {
        let language = try #require(Language("de"))
        let german = try #require(Example.memberPage(Example.member(language: language)))
        let page = try await execute("/manage", FakeOwnPages(german))
        #expect(page.text.contains(#"<html lang="de""#) && page.text.contains(#"href="/manage/settings""#))
        let other = try await execute("/manage?lang=ar", FakeOwnPages(german))
        #expect(other.text.contains(#"<html lang="ar" dir="rtl""#) && other.text.contains(#"href="/manage/settings?lang=ar""#))
        let posted = try await post(["action": "resume"], to: "/manage?lang=ar", FakeOwnPages(german))
        #expect(posted.headers[.location] == "/manage?lang=ar&done=resumed")
    }
}
