import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternText
import PosternWeb
import Testing

@Suite("The page on which a visitor shows that an address is theirs")
struct ProvePagesTests {
    private static let path = "/prove/\(FakeConversations.link.text)"

    private func execute(
        _ method: HTTPRequest.Method, _ body: String = "", query: String = "", _ conversations: FakeConversations
    ) async throws -> TestResponse {
        try await withPublicListener(.validating, conversations: conversations) { client in
            try await client.execute(
                uri: Self.path + query, method: method, headers: method == .post ? .urlEncoded : [:],
                body: ByteBuffer(string: body)
            ) { $0 }
        }
    }

    @Test func `It says what is to be done, until when, and what helps if no mail comes`() async throws {
        let page = try await execute(.get, "", FakeConversations(proof: nil))
        #expect(page.status == .ok)
        for part in [
            "Your letter to Pat Photographer waits", "a code of six digits", "26 November 2026", "The code from the e-mail",
            #"inputmode="numeric""#, #"autocomplete="one-time-code""#, #"action="\#(Self.path)""#, "unwanted mail",
            "the e-mail has a link that leads back here",
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        #expect(!page.text.contains("autofocus") && !page.text.contains(#"role="alert""#))
    }

    // As people type it, and as mail programs copy it.
    @Test(arguments: [
        "123456", " 123456 ", "123 456", "123-456", "123\u{A0}456", "１２３４５６", "١٢٣٤٥٦", "۱۲۳۴۵۶", "१२३४५६",
        "\u{200E}123456",
    ])
    func `The right code leads to the page after any accepted letter`(typed: String) async throws {
        let conversations = FakeConversations(proof: .proven(page: FakeConversations.link))
        let answer = try await execute(.post, "code=\(typed.percentEncoded)", query: "?lang=de", conversations)
        #expect(answer.status == .seeOther)
        #expect(answer.headers[.location] == "/c/photos/pat/\(FakeConversations.link.text)/sent?lang=de")
        #expect(answer.headers[.contentSecurityPolicy]?.contains("script-src 'none'") == true)
        #expect(conversations.acts == [.prove("123456")])
    }

    // A pressed button without the code proves nothing, and none of these counts as a try.
    @Test(arguments: [
        ("", "Please type the code from the e-mail."), ("action=prove", "Please type the code"),
        ("code=+", "Please type the code"),
        ("code=12345", "The code has six digits."), ("code=1234567", "The code has six digits."),
        ("code=12a456", "The code has six digits."), ("code=%D9%A1", "The code has six digits."),
        ("code=" + String(repeating: "1", count: 2_000), "The code has six digits."),
    ])
    func `What is no code is not looked at`(body: String, words: String) async throws {
        let conversations = FakeConversations(proof: .proven(page: FakeConversations.link))
        let page = try await execute(.post, body, conversations)
        #expect(page.status == .unprocessableContent && page.text.contains(words))
        #expect(page.text.contains(#"aria-describedby="code-fault code-hint""#) && page.text.contains("autofocus"))
        #expect(conversations.acts.isEmpty)
    }

    @Test func `A wrong code says so, stays in its field, and says how many more are looked at`() async throws {
        for (left, words) in [(9, "You have 9 more tries."), (1, "You have 1 more try.")] {
            let page = try await execute(.post, "code=111+222", FakeConversations(proof: .wrong(left: left)))
            #expect(page.status == .unprocessableContent && page.text.contains("This is not the code from the e-mail."))
            #expect(page.text.contains(words) && page.text.contains(#"value="111 222""#))
        }
    }

    @Test func `After too many wrong codes there is nothing to type, and the way on`() async throws {
        let page = try await execute(.post, "code=111222", FakeConversations(proof: .spent))
        #expect(page.status == .tooManyRequests && page.text.contains("Too many wrong codes"))
        #expect(!page.text.contains("<form") && page.text.contains(#"href="/c/photos/pat""#))
    }

    @Test func `Hostile text in the field is inert`() async throws {
        let hostile = "\"><b>'&{{heading}}\u{202E}👋"
        let page = try await execute(.post, "code=\(hostile.percentEncoded)", FakeConversations(proof: .spent))
        #expect(!page.text.contains("<b>") && page.text.contains(HTML.escaped("\"><b>'&{{heading}}")))
    }

    // Seen again after it was proven or deleted, by link, by button or from another browser.
    @Test(arguments: [
        (ProofView.Standing.proven, "There is nothing more to do here", false), (.dropped, "This letter has been deleted", true),
    ])
    func `What is over shows itself`(standing: ProofView.Standing, words: String, leadsOn: Bool) async throws {
        let page = try await execute(.get, "", FakeConversations(proof: nil, standing))
        #expect(page.status == .ok && page.text.contains(words) && !page.text.contains("<form"))
        #expect(page.text.contains(#"href="/c/photos/pat""#) == leadsOn)
        let late = try await execute(.post, "code=123456", FakeConversations(proof: .late, standing))
        #expect(late.status == .conflict && late.text.contains(words))
    }

    @Test func `When the vault is away, the letter goes on waiting, and the code is still there`() async throws {
        let conversations = FakeConversations(proof: .spent)
        conversations.breakDown()
        let page = try await execute(.post, "code=123456", conversations)
        #expect(page.status == .serviceUnavailable && page.headers[.retryAfter] == "30")
        #expect(page.text.contains("Your letter is still waiting") && page.text.contains(#"value="123456""#))
    }

    @Test func `A link that is over gets the page of all links that lead nowhere`() async throws {
        let page = try await execute(.post, "code=123456", FakeConversations(proof: nil))
        #expect(page.status == .notFound && page.text.contains("This link does not work any more"))
    }

    @Test(arguments: ["de", "fr", "ar"])
    func `It is in the language that was asked for, and so is where it leads`(tag: String) async throws {
        let page = try await execute(.get, "", query: "?lang=\(tag)", FakeConversations(proof: nil))
        #expect(page.text.contains(#"<html lang="\#(tag)""#) && page.text.contains(#"action="\#(Self.path)?lang=\#(tag)""#))
    }

    @Test func `The contact page says beforehand that a code is to be typed`() async throws {
        for (asks, words) in [(true, true), (false, false)] {
            let submissions = FakeSubmissions(contact: .success(Example.contact(asksForProof: asks)))
            let page = try await withPublicListener(submissions) { client in
                try await client.execute(uri: contactPath, method: .get) { $0.text }
            }
            #expect(page.contains("an e-mail with a code of six digits") == words)
        }
    }

    // The form and the API.
    @Test func `A letter that waits for its visitor leads here at once, and its answer names the page`() async throws {
        let link = FakeConversations.link
        let (form, api) = try await withPublicListener(FakeSubmissions(page: link, prove: link)) { client in
            (
                try await client.execute(
                    uri: contactPath + "?lang=fr", method: .post, headers: .urlEncoded,
                    body: ByteBuffer(string: "name=V&email=v%40x.example&message=m")
                ) { $0 },
                try await client.execute(
                    uri: "/api/v1/sites/photos/recipients/pat/letters", method: .post,
                    headers: [.contentType: "application/json"],
                    body: ByteBuffer(string: #"{"name":"V","email":"v@x.example","message":"m"}"#)
                ) { $0 }
            )
        }
        #expect(form.status == .seeOther && form.headers[.location] == "\(Self.path)?lang=fr")
        #expect(api.status == .accepted && api.text.contains(#""status":"accepted""#))
        #expect(api.text.contains(#""prove":"https://contact.example.org\#(Self.path)""#))
    }
}

extension String {
    fileprivate var percentEncoded: String { PercentCoding.encoded(self) }
}
