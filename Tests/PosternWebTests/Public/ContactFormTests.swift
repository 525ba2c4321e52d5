import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternText
import PosternWeb
import Testing

struct ContactFormTests {
    private func get(_ path: String = contactPath, _ submissions: FakeSubmissions = .validating) async throws -> TestResponse {
        try await withPublicListener(submissions) { client in try await client.execute(uri: path, method: .get) { $0 } }
    }

    private func post(
        _ fields: KeyValuePairs<String, String>, _ submissions: FakeSubmissions = .validating,
        type: String = "application/x-www-form-urlencoded"
    ) async throws -> TestResponse {
        try await withPublicListener(submissions) { client in
            try await client.execute(uri: contactPath, method: .post, headers: [.contentType: type], body: urlEncoded(fields)) {
                $0
            }
        }
    }

    private static let hostile = "\n  <b>\"'&{{name}}</textarea>\u{202E}👋 é\u{301}  "

    @Test func `The page shows an empty form for its recipient`() async throws {
        let page = try await get()
        #expect(page.status == .ok)
        #expect(page.headers[.contentType] == "text/html; charset=utf-8")
        for part in [
            "Pat Photographer", "Example Photos", #"<html lang="en" dir="ltr">"#, #"action="/c/photos/pat""#,
            #"enctype="multipart/form-data""#,
            #"name="name""#, #"name="email""#, #"name="subject""#, #"name="message""#, #"name="show_address""#,
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        #expect(!page.text.contains(#"name="about""#))
        #expect(!page.text.contains("aria-invalid") && !page.text.contains("checked"))
    }

    @Test func `Every form has a token of its own`() async throws {
        let tokens = try await withPublicListener(.validating) { client in
            var tokens: Set<String> = []
            for _ in 0..<20 {
                let page = try await client.execute(uri: contactPath, method: .get) { $0.text }
                tokens.insert(String(try #require(page.firstMatch(of: #/name="form" value="(ours-[0-9]+)"/#)).1))
            }
            return tokens
        }
        #expect(tokens.count == 20)
    }

    // The linking page says what the letter is about. A text that cannot be shown is left out.
    @Test(arguments: [
        ("?about=photo+4711", "photo 4711"), ("?x=1&about=Gr%C3%BC%C3%9Fe", "Grüße"), ("?about=%3Cb%3E", "&lt;b&gt;"),
        ("?about=", nil),
        ("?about=a%0Ab", nil), ("?about=Gr%FC%DFe", "Grüße"),
        ("?about=" + String(repeating: "x", count: 201), nil), ("", nil),
    ])
    func `About is taken from the address`(query: String, shown: String?) async throws {
        let page = try await get(contactPath + query).text
        if let shown {
            #expect(page.contains(#"<input type="hidden" name="about" value="\#(shown)">"#))
        } else {
            #expect(!page.contains(#"name="about""#))
        }
    }

    @Test func `A letter is handed in, and the visitor is redirected`() async throws {
        let submissions = FakeSubmissions.validating
        let token = "ours-3"
        let answer = try await post(
            [
                "name": "Vera Visitor", "email": "vera@visitor.example", "subject": "Your photo", "message": "I like it.",
                "about": "photo 4711",
                "show_address": "yes", "form": token,
            ], submissions)
        #expect(answer.status == .seeOther)
        #expect(answer.headers[.location] == "/c/photos/pat/sent")
        let submission = try #require(submissions.all.first)
        #expect(submission.letter.about == "photo 4711" && submission.letter.sharesAddress)
        #expect(submission.idempotencyKey == token)
        #expect(
            submission.channel == .form(FormSignals(token: .ours(key: token, age: .seconds(30)), isBaitTaken: false)))
    }

    @Test func `Multipart forms are read as well`() async throws {
        let submissions = FakeSubmissions.validating
        let parts = [("name", "Vera"), ("email", "vera@visitor.example"), ("message", "a\r\nb")]
            .map { "--b0\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }.joined()
        let answer = try await withPublicListener(submissions) { client in
            try await client.execute(
                uri: contactPath, method: .post, headers: [.contentType: "multipart/form-data; boundary=b0"],
                body: ByteBuffer(string: parts + "--b0--\r\n")
            ) { $0 }
        }
        #expect(answer.status == .seeOther)
        #expect(submissions.all.first?.letter.message == "a\r\nb")
    }

    @Test func `20,000 characters of three bytes fit into the form as our page sends it`() async throws {
        let submissions = FakeSubmissions.validating
        let message = String(repeating: "漢", count: 20_000)
        let parts = [("name", "Vera"), ("email", "vera@visitor.example"), ("message", message)]
            .map { "--b0\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }.joined()
        let answer = try await withPublicListener(submissions) { client in
            try await client.execute(
                uri: contactPath, method: .post, headers: [.contentType: "multipart/form-data; boundary=b0"],
                body: ByteBuffer(string: parts + "--b0--\r\n")
            ) { $0 }
        }
        #expect(answer.status == .seeOther)
    }

    @Test func `A faulty form comes back with every fault beside its field and nothing lost`() async throws {
        let token = "ours-5"
        let page = try await post([
            "name": "V" + Self.hostile, "email": "no address", "subject": String(repeating: "s", count: 151),
            "message": Self.hostile + String(repeating: "m", count: 20_000),
            "about": "photo <4711>", "show_address": "on", "form": token,
        ])
        #expect(page.status == .unprocessableContent)
        #expect(page.headers[.cacheControl] == "no-store")
        let escaped = HTML.escaped(Self.hostile)
        for part in [
            "value=\"V\(escaped)\"", #"value="no address""#, String(repeating: "s", count: 151),
            ">\n\(escaped)mmm",
            #"name="about" value="photo &lt;4711&gt;""#, #"value="yes" aria-describedby="show-address-hint" checked"#,
            #"value="\#(token)""#,
            #"id="name-fault""#, #"id="email-fault""#, #"id="subject-fault""#, #"id="message-fault""#, #"role="alert""#,
            "href=\"#email\"",
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        #expect(page.text.components(separatedBy: "aria-invalid").count == 5)
    }

    @Test func `A hidden about that is faulty becomes a visible field`() async throws {
        let page = try await post([
            "name": "V", "email": "v@x.example", "message": "m", "about": String(repeating: "x", count: 201),
        ])
        #expect(page.status == .unprocessableContent)
        #expect(page.text.contains(#"<input id="about" name="about" type="text""#))
        #expect(page.text.contains("by 1."))
    }

    @Test func `While letters cannot be accepted, the form keeps what was typed`() async throws {
        // Even when the store cannot say who the recipient is.
        for contact: Result<Contact?, FakeSubmissions.Broken> in [
            .success(Example.contact()), .failure(FakeSubmissions.Broken()),
        ] {
            let submissions = FakeSubmissions(.unavailable(retryAfter: .seconds(30)), contact: contact)
            let page = try await post(["name": "Vera", "email": "v@x.example", "message": Self.hostile], submissions)
            #expect(page.status == .serviceUnavailable)
            #expect(page.headers[.retryAfter] == "30")
            #expect(page.text.contains(">\n\(HTML.escaped(Self.hostile))</textarea>"))
            #expect(page.text.contains(#"role="alert""#))
        }
    }

    @Test func `A form that is sent again with another letter comes back under a new token`() async throws {
        let token = "ours-7"
        let page = try await post(
            ["name": "Vera", "email": "v@x.example", "message": "another", "form": token],
            FakeSubmissions(.idempotencyKeyConflict))
        #expect(page.status == .unprocessableContent)
        #expect(page.text.contains(">\nanother</textarea>"))
        #expect(!page.text.contains(token))
    }

    @Test func `A recipient who takes no letters has one page, and what was written can be copied`() async throws {
        let contact = Result<Contact?, FakeSubmissions.Broken>.success(Example.contact(takesLetters: false))
        let shown = try await get(contactPath, FakeSubmissions(contact: contact))
        #expect(shown.status == .forbidden)
        #expect(!shown.text.contains("<form"))
        let posted = try await post(["name": "Vera", "message": "my words"], FakeSubmissions(.takesNoLetters, contact: contact))
        #expect(posted.status == .forbidden)
        #expect(posted.text.contains("my words</textarea>"))
        #expect(!posted.text.contains("<form"))
    }

    @Test func `An unknown recipient is not found by any method`() async throws {
        let submissions = FakeSubmissions(.unknownRecipient, contact: .success(nil))
        #expect(try await get(contactPath, submissions).status == .notFound)
        #expect(try await get(contactPath + "/sent", submissions).status == .notFound)
        #expect(try await post(["name": "x"], submissions).status == .notFound)
    }

    @Test func `When the store cannot be read, pages name an incident, and the sent page still works`() async throws {
        let submissions = FakeSubmissions(contact: .failure(FakeSubmissions.Broken()))
        let page = try await get(contactPath, submissions)
        #expect(page.status == .serviceUnavailable)
        #expect(page.headers[.retryAfter] != nil)
        #expect(page.text.firstMatch(of: #/[0-9a-f]{16}\./#) != nil)
        #expect(!page.text.contains("Broken"))
        #expect(try await get(contactPath + "/sent", submissions).status == .ok)
    }

    @Test func `The sent page says the same to everybody`() async throws {
        let page = try await get(contactPath + "/sent")
        #expect(page.status == .ok)
        #expect(page.text.contains("accepted"))
    }

    @Test(arguments: [(nil, FormTokenStatus.missing), ("nonsense", .foreign)] as [(String?, FormTokenStatus)])
    func `A form without a token of ours is handed in and marked as such`(token: String?, status: FormTokenStatus) async throws {
        let submissions = FakeSubmissions.validating
        var fields = "name=V&email=v%40x.example&message=m&homepage_url=http"
        if let token { fields += "&form=\(token)" }
        let body = ByteBuffer(string: fields)
        let answer = try await withPublicListener(submissions) {
            try await $0.execute(uri: contactPath, method: .post, headers: .urlEncoded, body: body) { $0 }
        }
        #expect(answer.status == .seeOther)
        let submission = try #require(submissions.all.first)
        #expect(submission.idempotencyKey == nil)
        #expect(submission.channel == .form(FormSignals(token: status, isBaitTaken: true)))
    }

    @Test func `A form that was open too long is not handed in, and comes back whole under a new token`() async throws {
        let submissions = FakeSubmissions.validating
        let page = try await post(["name": "Vera", "email": "v@x.example", "message": "my words", "form": "old"], submissions)
        #expect(page.status == .unprocessableContent)
        #expect(page.text.contains(">\nmy words</textarea>") && page.text.contains(#"value="ours-"#))
        #expect(page.text.contains("open for a long time"))
        #expect(submissions.all.isEmpty)
    }

    @Test func `Over the limit, the form and Retry-After say when to try again, and nothing typed is lost`() async throws {
        let page = try await post(
            ["name": "Vera", "email": "v@x.example", "message": "my words", "form": "ours-9"],
            FakeSubmissions(.limited(retryAfter: .seconds(700))))
        #expect(page.status == .tooManyRequests)
        #expect(page.headers[.retryAfter] == "700")
        #expect(page.text.contains("wait 12 minutes") && page.text.contains(">\nmy words</textarea>"))
        #expect(page.text.contains(#"value="ours-9""#))
    }

    @Test func `A blocked letter is refused without a reason, and can be copied`() async throws {
        let page = try await post(["name": "Vera", "email": "v@x.example", "message": "my words"], FakeSubmissions(.blocked))
        #expect(page.status == .forbidden)
        #expect(page.text.contains("my words</textarea>") && !page.text.contains("<form"))
    }

    // The language asked for, else the browser's, else the site's own. Links keep it.
    @Test(arguments: [
        ("?lang=de", "fr", "de", "An Pat"), ("", "fr;q=0.5, de-AT;q=0.9, en;q=0.1", "de", "An Pat"), ("", "fr", "fr", "Écrire"),
        ("?lang=ar", "en", "ar", "اكتب"), ("?lang=xx", "", "en", "Write to"), ("", "*", "en", "Write to"),
    ])
    func `A page is in the visitor's language`(query: String, accepted: String, language: String, words: String) async throws {
        try await withPublicListener(.validating) { client in
            let page = try await client.execute(
                uri: contactPath + query, method: .get, headers: [.acceptLanguage: accepted]
            ) { $0 }
            #expect(page.text.contains(#"<html lang="\#(language)" dir="\#(language == "ar" ? "rtl" : "ltr")">"#))
            #expect(page.text.contains(words))
            let sent = try await client.execute(
                uri: contactPath + query, method: .post,
                headers: [.acceptLanguage: accepted, .contentType: "application/x-www-form-urlencoded"],
                body: urlEncoded(["name": "V", "email": "v@x.example", "message": "m"])
            ) { $0 }
            let keeps = query.contains("lang") && !query.contains("xx")
            #expect(sent.headers[.location] == contactPath + "/sent" + (keeps ? query : ""))
        }
    }

    @Test func `A site's pages have its look, and only its languages`() async throws {
        let look = SiteLook(
            accent: AccentColour("#b03060"), logo: LogoID(kind: .png, version: "00ff"),
            introductions: [try #require(Language("de")): try HeaderText("Schreiben Sie uns <gern>.", limit: 400)],
            languages: [try #require(Language("de")), try #require(Language("fr"))])
        let submissions = FakeSubmissions(contact: .success(Example.contact(look: look)))
        let page = try await get(contactPath + "?lang=en", submissions).text
        for part in [
            #"<html lang="de""#, #"href="/look/photos/b03060.css""#, #"src="/look/photos/00ff/logo""#,
            "Schreiben Sie uns &lt;gern&gt;.",
            #"href="/c/photos/pat?lang=fr" lang="fr" hreflang="fr">Français"#,
        ] {
            #expect(page.contains(part), "\(part) is missing")
        }
        #expect(!page.contains("lang=ar"))
    }

    // Forms that our page does not send, each with its status.
    @Test(arguments: [
        ("text/plain", "name=x", 415), ("multipart/form-data", "--b--", 400),
        ("multipart/form-data; boundary=b", "nonsense", 400),
        ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\nx\r\n--b--", 400),
        ("application/x-www-form-urlencoded", "name=%FF", 422), ("application/x-www-form-urlencoded", "name=a&name=b", 400),
        ("application/json", "{}", 415),
    ])
    func `A form that cannot be read is refused with a page`(type: String, body: String, status: Int) async throws {
        let submissions = FakeSubmissions.validating
        let answer = try await withPublicListener(submissions) { client in
            try await client.execute(
                uri: contactPath, method: .post, headers: [.contentType: type], body: ByteBuffer(string: body)
            ) { $0 }
        }
        #expect(answer.status.code == status)
        #expect(answer.text.contains("<h1>"))
        #expect(submissions.all.isEmpty)
    }
}
