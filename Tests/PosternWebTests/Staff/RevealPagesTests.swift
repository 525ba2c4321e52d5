import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternTestSupport
import PosternWeb
import Testing

@Suite("A reveal is asked for, proven and shown once, in forms that need no script")
struct RevealPagesTests {
    private static let path = "/letters/\(FakeReveals.letter)/reveal"
    private static let reason = "Three recipients reported this sender."

    private func send(
        _ method: HTTPRequest.Method, _ fields: [String: String] = [:], reveals: FakeReveals = FakeReveals(),
        path: String = Self.path, as role: StaffRole = .reviewer, cookie: String? = nil, isAtHome: Bool = true
    ) async throws -> TestResponse {
        let url = isAtHome ? "http://localhost" : "https://desk.example.org"
        let application = buildStaffApplication(
            try configuration(), try StaffSignInTests.services(FakeStaff(), reveals: reveals, url: url),
            templates: try Templates(folder: templatesFolder), logger: silent)
        var headers: HTTPFields = [.cookie: cookie ?? FakeStaff.cookie(role)]
        if method == .post { headers[.contentType] = "application/x-www-form-urlencoded" }
        let body = fields.map { "\($0.key)=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
        return try await application.test(.live) { [headers] client in
            try await client.execute(
                uri: path, method: method, headers: headers, body: method == .post ? ByteBuffer(string: body) : nil
            ) { $0 }
        }
    }

    private func fields(_ more: [String: String] = [:]) -> [String: String] {
        ["form": "token", "kind": "letter", "reason": Self.reason].merging(more) { $1 }
    }

    private func proven(_ code: String = "123456") -> [String: String] {
        fields(["challenge": Base64URL.text(of: FakeReveals.challenge), "code": code])
    }

    @Test func `The form says what can be seen, what it costs and how much is left`() async throws {
        let page = try await send(.get)
        #expect(page.status == .ok && page.headers[.cacheControl] == "no-store")
        for part in [
            "photos/pat", #"value="letter" required checked"#, #"value="client""#, "journal", "says that staff have read it",
            "Left for you today: 27 of 30",
            #"name="form" value="token""#,
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        #expect(!page.text.contains("second member of staff") && !page.text.contains("<script"))
        let client = try await send(.get, reveals: FakeReveals(needsTwo: true, kinds: [.client])).text
        #expect(client.contains(#"type="hidden" name="kind" value="client""#) && !client.contains("says that staff have read it"))
        #expect(client.contains("second member of staff"))
    }

    @Test func `What nobody has to see is not there, for the roles that may look and for the one that may not`() async throws {
        for path in ["/letters/\(LetterID(high: 1, low: 1))/reveal", "/letters/x/reveal"] {
            #expect(try await send(.get, path: path).status == .notFound)
            #expect(try await send(.post, fields(), path: path).status == .notFound)
        }
        for method in [HTTPRequest.Method.get, .post] {
            #expect(try await send(method, fields(), as: .auditor).status == .notFound)
            #expect(try await send(method, fields(), as: .administrator).status == .ok)
        }
    }

    @Test func `Who has looked as often as one may reads until when, and has no form`() async throws {
        let page = try await send(.get, reveals: FakeReveals(left: 0)).text
        #expect(page.contains("limit for one person") && page.contains("25 November 2026") && !page.contains("<textarea"))
    }

    @Test(arguments: [("", "at least 10"), ("spam", "at least 10"), (String(repeating: "x", count: 501), "at most 500")])
    func `A reason that says nothing, or too much, comes back with what was written`(reason: String, words: String)
        async throws
    {
        let reveals = FakeReveals()
        let page = try await send(.post, fields(["reason": reason]), reveals: reveals)
        #expect(
            page.status == .unprocessableContent && page.text.contains(words) && page.text.contains(">\n\(reason)</textarea>"))
        #expect(reveals.wishes.isEmpty)
        let none = try await send(.post, fields(["kind": "everything"]), reveals: reveals)
        #expect(none.status == .unprocessableContent && none.text.contains("Choose what you want to see."))
        #expect(none.text.contains(Self.reason))
    }

    @Test func `A code shows it once, kept by nobody, with no script and no way out`() async throws {
        let reveals = FakeReveals()
        let asked = try await send(.post, fields(), reveals: reveals)
        #expect(asked.status == .ok && asked.text.contains(#"name="code""#) && asked.text.contains(Self.reason))
        #expect(asked.text.contains(#"name="challenge" value="\#(Base64URL.text(of: FakeReveals.challenge))""#))
        #expect(!asked.text.contains("Dear Pat"))
        let shown = try await send(.post, proven(), reveals: reveals)
        #expect(shown.status == .ok && shown.text.contains("Dear Pat") && shown.text.contains("Vera"))
        #expect(shown.headers[.cacheControl] == "no-store" && shown.headers[.referrerPolicy] == "no-referrer")
        #expect(shown.headers[.contentSecurityPolicy]?.contains("script-src 'none'") == true)
        #expect(!shown.text.contains("<script") && !shown.text.contains("http://") && !shown.text.contains("https://"))
        #expect(shown.text.contains("/blocks/new?letter=\(FakeReveals.letter)"))
        #expect(reveals.proofs == [.code("123456")])
        let wish = try #require(reveals.wishes.first)
        #expect(wish.letter == FakeReveals.letter && wish.kind == .letter && wish.reason.text == Self.reason)
    }

    @Test func `A client address is shown in its one spelling, with no link`() async throws {
        let address = try #require(ClientAddress(text: "2001:DB8:0:0::17"))
        let reveals = FakeReveals(outcome: .shown(.client(address)))
        let shown = try await send(.post, proven().merging(["kind": "client"]) { $1 }, reveals: reveals).text
        #expect(shown.contains("<bdi>2001:db8::17</bdi>") && !shown.contains("href=\"http"))
    }

    @Test func `A passkey signs by the page's script, at the address it was made for, and the form has all it gave`() async throws
    {
        let reveals = FakeReveals(way: .passkey(credential: FakeReveals.credential))
        let page = try await send(.post, fields(), reveals: reveals).text
        #expect(page.contains(#"data-passkey="get""#) && page.contains(#"data-party="localhost""#))
        #expect(page.contains(#"data-credential="\#(Base64URL.text(of: FakeReveals.credential))""#))
        #expect(!page.contains(#"name="code""#))
        let away = try await send(.post, fields(), reveals: reveals, isAtHome: false).text
        #expect(away.contains("Passkeys work at") && !away.contains("data-passkey"))
        let parts = ["credential": FakeReveals.credential, "clientData": [2], "authenticatorData": [3], "signature": [4]]
        let shown = try await send(
            .post, proven("").merging(parts.mapValues { Base64URL.text(of: $0) }) { $1 }, reveals: reveals)
        #expect(shown.text.contains("Dear Pat"))
    }

    @Test func `What is wrong with a proof is said in words, and another try is one step away`() async throws {
        for (code, words) in [("000000", "not the code that your app shows"), ("999999", "was used before")] {
            let page = try await send(.post, proven(code))
            #expect(page.status == .forbidden && page.text.contains(words) && page.text.contains(#"name="code""#), "\(code)")
            #expect(page.text.contains(Self.reason) && !page.text.contains("Dear Pat"))
        }
        let old = try await send(.post, fields(["challenge": "AAAA", "code": "123456"]))
        #expect(old.status == .conflict && old.text.contains("Confirm once more") && old.text.contains(#"name="code""#))
        let limited = try await send(
            .post, proven(), reveals: FakeReveals(outcome: .refused(.limited(retryAfter: .seconds(90)))))
        #expect(limited.status == .tooManyRequests && limited.headers[.retryAfter] == "90")
        #expect(limited.text.contains("nobody is locked out"))
    }

    // Refusal, status, words.
    static let refusals: [(RevealRefusal, Int, String)] = [
        (.role, 403, "Auditors can see what others have done"), (.account, 403, "How you sign in was changed"),
        (.capReached(until: Epoch(containing: Example.now).end), 429, "25 November 2026"),
        (.tooNew(until: Example.now + ChangeRule.wait), 403, "25 November 2026, 10:05 UTC"),
        (.tooNew(until: Example.now), 403, "postern staff reset"),
        (.keyGone, 410, "the key is destroyed"), (.notOpened, 409, "could not open this"),
        (.unwritten, 503, "The journal cannot be written"),
    ]

    @Test(arguments: refusals)
    func `Why nothing is shown is said at the first step and at the last, and what was written is kept`(
        refusal: RevealRefusal, status: Int, words: String
    ) async throws {
        for page in [
            try await send(.post, fields(), reveals: FakeReveals(refusal: refusal)),
            try await send(.post, proven(), reveals: FakeReveals(outcome: .refused(refusal))),
        ] {
            #expect(page.status.code == status && page.text.contains(words) && page.text.contains(Self.reason))
            #expect(!page.text.contains("Dear Pat"))
        }
    }

    @Test func `By two: the first reads what comes next, the second confirms with one press`() async throws {
        let until = Example.now + .minutes(15)
        let waits = try await send(.post, proven(), reveals: FakeReveals(outcome: .waits(until: until), needsTwo: true))
        #expect(waits.status == .ok && waits.text.contains("Your request is kept until") && !waits.text.contains("<textarea"))
        let reason = try RevealReason(typed: "Reported <b>three</b> times.")
        let halves = try ["berta", "anna"].map {
            RevealStanding.Half(kind: .client, by: try StaffName($0), reason: reason, until: until)
        }
        let page = try await send(.get, reveals: FakeReveals(needsTwo: true, halves: halves)).text
        #expect(page.components(separatedBy: "Confirm</button>").count == 2)
        #expect(page.contains("berta") && page.contains("You asked for the client address"))
        #expect(page.contains("Reported &lt;b&gt;three&lt;/b&gt; times.") && !page.contains("<b>three"))
    }

    @Test func `Whose session ended meanwhile loses nothing, and sees nothing`() async throws {
        let reveals = FakeReveals()
        for typed in [fields(), proven()] {
            let ended = "__Host-postern-staff=\(String(repeating: "0", count: 25))9"
            let page = try await send(.post, typed, reveals: reveals, cookie: ended)
            #expect(page.status == .forbidden && page.text.contains("Your session has ended"))
            #expect(page.text.contains(Self.reason) && page.text.contains("/sign-in") && !page.text.contains("photos/pat"))
            let stale = try await send(.post, typed.merging(["form": "another"]) { $1 }, reveals: reveals)
            #expect(stale.status == .forbidden && stale.text.contains("earlier session") && stale.text.contains(Self.reason))
            #expect(stale.text.contains(#"name="form" value="token""#))
        }
        #expect(reveals.wishes.isEmpty && reveals.proofs.isEmpty)
        // Anybody who never had a session is led to sign in.
        #expect(try await send(.post, fields(), cookie: "x=y").status == .seeOther)
    }

    @Test func `While the vault is away it says so, and keeps what was written`() async throws {
        let reveals = FakeReveals(isAway: true)
        #expect(try await send(.get, reveals: reveals).status == .serviceUnavailable)
        for typed in [fields(), proven()] {
            let page = try await send(.post, typed, reveals: reveals)
            #expect(page.status == .serviceUnavailable && page.headers[.retryAfter] == "30")
            #expect(page.text.contains("cannot be done at the moment") && page.text.contains(Self.reason))
        }
    }

    /// What a letter may try on the page that shows it.
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</pre><svg onload=alert(1)>", "</textarea><script>",
        "javascript:alert(1)", "{{text}}{{{text}}}", "<!--", "]]>", "&lt;b&gt;", "https://evil.example/<x>",
        "' onfocus=alert(1) '",
        "<a href=\"https://evil.example\">x</a>", "\u{202E}evil\u{2066}", "<base href=//evil.example>",
        "<meta http-equiv=refresh>",
    ]

    @Test(arguments: hostile)
    func `Whatever a letter, a remark or a reason holds is shown as it is and does nothing`(text: String) async throws {
        let letter = RevealedLetter(name: text, subject: text, about: text, text: text, isReply: true, remark: text)
        let written = "A reason: \(text)"
        let plain = try await send(
            .post, proven().merging(["reason": "A reason: none at all."]) { $1 },
            reveals: FakeReveals(
                outcome: .shown(
                    .letter(
                        RevealedLetter(name: "x", subject: "x", about: "x", text: "x", isReply: true, remark: "x")))))
        let page = try await send(
            .post, proven().merging(["reason": written]) { $1 }, reveals: FakeReveals(outcome: .shown(.letter(letter))))
        #expect(page.status == .ok)
        // The same elements as of a letter that says nothing, and the same attributes.
        #expect(Self.tags(in: page.text) == Self.tags(in: plain.text))
        let asked = try await send(.post, fields(["reason": written, "kind": "x"]))
        let fresh = try await send(.post, fields(["reason": "A reason: none at all.", "kind": "x"]))
        #expect(Self.tags(in: asked.text) == Self.tags(in: fresh.text))
    }

    /// Everything between angle brackets, in order.
    private static func tags(in page: String) -> [Substring] {
        page.split(separator: "<").dropFirst().map { $0.prefix { $0 != ">" } }
    }
}
