import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("The page for the six digits")
struct CodePagesTests {
    private let path = "/confirm/photos/pat"

    private func post(
        _ code: String, _ confirmations: FakeConfirmations, headers: HTTPFields = [:], to path: String = "/confirm/photos/pat",
        _ joining: FakeJoining = FakeJoining()
    ) async throws -> TestResponse {
        try await withPublicListener(.validating, confirmations: confirmations, joining: joining) { client in
            try await client.execute(
                uri: path, method: .post, headers: headers.merged(with: .urlEncoded), body: urlEncoded(["code": code])
            ) { $0 }
        }
    }

    @Test func `Looking at it confirms nothing, and it is the same for everybody`() async throws {
        let confirmations = FakeConfirmations()
        try await withPublicListener(.validating, confirmations: confirmations, joining: FakeJoining()) { client in
            let one = try await client.execute(uri: path, method: .get) { $0 }
            let other = try await client.execute(uri: "/confirm/photos/nobody", method: .get) { $0 }
            #expect(one.status == .ok && one.text.replacing("pat", with: "nobody") == other.text)
            #expect(one.text.contains(#"autocomplete="one-time-code""#) && one.text.contains("If no e-mail comes"))
            #expect(one.text.contains(#"href="/join/photos""#))
            #expect(one.headers[.cacheControl] == "no-store" && one.headers[.setCookie] == nil)
        }
        #expect(confirmations.tokens.isEmpty)
    }

    @Test func `Where nobody can begin by themselves, no form is offered`() async throws {
        try await withPublicListener(.validating, joining: FakeJoining(.off)) { client in
            try await client.execute(uri: path, method: .get) {
                #expect($0.status == .ok && !$0.text.contains(#"href="/join/photos""#))
            }
        }
    }

    @Test(arguments: [
        "123456", " 123 456 ", "123-456", "123.456", "123\u{2011}456", "123·456", "123\u{A0}456", "１２３４５６", "١٢٣٤٥٦",
        "\u{200E}123456",
    ])
    func `The code is read as people type it`(typed: String) async throws {
        let confirmations = FakeConfirmations()
        let page = try await post(typed, confirmations)
        #expect(page.status == .ok && page.text.contains("https://contact.example.org/c/photos/pat"))
        #expect(confirmations.tokens == ["photos/pat/123456"])
    }

    @Test(arguments: ["", "12345", "1234567", "12345x", "12345½", "12345Ⅵ", "<b>\"", String(repeating: "1", count: 3_000)])
    func `What is no code is asked for again, and nobody is asked about it`(typed: String) async throws {
        let confirmations = FakeConfirmations()
        let page = try await post(typed, confirmations)
        #expect(page.status == .unprocessableContent && page.text.contains("Please type all six digits"))
        #expect(!page.text.contains("<b>") && confirmations.tokens.isEmpty)
    }

    @Test func `Of two codes neither counts`() async throws {
        let confirmations = FakeConfirmations()
        try await withPublicListener(.validating, confirmations: confirmations, joining: FakeJoining()) { client in
            let page = try await client.execute(
                uri: path, method: .post, headers: .urlEncoded, body: urlEncoded(["code": "123456", "code": "654321"])
            ) { $0 }
            #expect(page.status == .badRequest && page.text.contains("Please type all six digits"))
            #expect(page.text.contains(#"value="123456""#))
        }
        #expect(confirmations.tokens.isEmpty)
    }

    @Test func `A wrong one is said, with what to do`() async throws {
        let page = try await post("123456", FakeConfirmations(.notValid))
        #expect(page.status == .forbidden && page.text.contains("These digits do not count"))
        let busy = try await post("123456", FakeConfirmations(.unavailable(retryAfter: .seconds(30))))
        #expect(busy.status == .serviceUnavailable && busy.headers[.retryAfter] == "30")
        #expect(busy.text.contains(#"value="123456""#), "it need not be typed again")
    }

    @Test func `Another site's page cannot have it typed`() async throws {
        let confirmations = FakeConfirmations()
        let page = try await post(
            "123456", confirmations, headers: [.secFetchSite: "cross-site", .origin: "https://evil.example"])
        #expect(page.status == .ok && confirmations.tokens.isEmpty)
    }

    @Test func `Other spellings lead to it, and no site or handle is not found`() async throws {
        #expect(try await post("123456", FakeConfirmations(), to: "/confirm/photos/PAT.").status == .ok)
        #expect(try await post("123456", FakeConfirmations(), to: "/confirm/nothing/pat").status == .notFound)
        #expect(try await post("123456", FakeConfirmations(), to: "/confirm/photos/a%20b").status == .notFound)
    }
}

extension HTTPFields {
    fileprivate func merged(with others: HTTPFields) -> HTTPFields {
        others.reduce(into: self) { $0.append($1) }
    }
}
