import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("After a letter was accepted, its visitor gets a link to keep")
struct SentPageTests {
    private static let token = FakeConversations.link.text
    private static let url = "https://contact.example.org/letter/\(token)"
    private static let letter = "name=V&email=v%40x.example&message=m"

    private func post(_ page: LinkToken?, query: String = "", body: String = letter) async throws -> (TestResponse, Submission) {
        let submissions = FakeSubmissions(page: page)
        let answer = try await withPublicListener(submissions) { client in
            try await client.execute(
                uri: contactPath + query, method: .post, headers: .urlEncoded, body: ByteBuffer(string: body)
            ) { $0 }
        }
        return (answer, try #require(submissions.all.first))
    }

    @Test func `The link goes to the sent page; a repeated post leads there without it`() async throws {
        #expect(try await post(FakeConversations.link).0.headers[.location] == "\(contactPath)/\(Self.token)/sent")
        let german = try await post(FakeConversations.link, query: "?lang=de").0
        #expect(german.headers[.location] == "\(contactPath)/\(Self.token)/sent?lang=de")
        #expect(try await post(nil).0.headers[.location] == "\(contactPath)/sent")
    }

    @Test func `The sent page shows the link, and keeps it in other languages`() async throws {
        try await withPublicListener(.validating) { client in
            let page = try await client.execute(uri: "\(contactPath)/\(Self.token)/sent", method: .get) { $0 }
            #expect(page.status == .ok && page.headers[.cacheControl] == "no-store")
            #expect(page.text.contains(#"href="\#(Self.url)""#) && page.text.contains(">\(Self.url)</a>"))
            #expect(page.text.contains(#"href="/c/photos/pat/\#(Self.token)/sent?lang=de""#))
            for part in ["", "/x", "/%22%3E%3Cscript%3E", "/\(Self.token)x"] {
                let plain = try await client.execute(uri: "\(contactPath)\(part)/sent", method: .get) { $0.text }
                #expect(!plain.contains("/letter/") && !plain.contains("Keep this link"))
                #expect(plain.contains("the answer comes to you by e-mail"))
            }
        }
    }

    // The page's own language comes back with the form. A site's own form has none: the browser's counts.
    @Test(arguments: [
        ("", "&lang=fr", "fr"), ("?lang=de", "", "de"), ("?lang=de", "&lang=ar", "ar"), ("", "&lang=%3Cx", "en"), ("", "", "en"),
    ])
    func `The language of the page goes with the letter`(query: String, field: String, tag: String) async throws {
        #expect(try await post(nil, query: query, body: Self.letter + field).1.language?.description == tag)
    }

    @Test func `The form names the language of its page`() async throws {
        let page = try await withPublicListener(.validating) { client in
            try await client.execute(uri: contactPath + "?lang=ar", method: .get) { $0.text }
        }
        #expect(page.contains(#"<input type="hidden" name="lang" value="ar">"#))
    }

    @Test func `The API's answer has the link, and the letter the language that was asked for`() async throws {
        for (page, accepted, tag) in [(FakeConversations.link, "de-AT, en;q=0.5", "de"), (nil, "ja", nil), (nil, nil, nil)] {
            let submissions = FakeSubmissions(page: page)
            var fields = HTTPFields.json
            fields[.acceptLanguage] = accepted
            let answer = try await withPublicListener(submissions) { [fields] client in
                try await client.execute(
                    uri: lettersPath, method: .post, headers: fields,
                    body: ByteBuffer(string: #"{"name":"V","email":"v@x.example","message":"m"}"#)
                ) { $0 }
            }
            #expect(answer.status == .accepted)
            #expect(try answer.object()["page"] as? String == page.map { _ in Self.url })
            #expect(submissions.all.first?.language?.description == tag)
        }
    }
}
