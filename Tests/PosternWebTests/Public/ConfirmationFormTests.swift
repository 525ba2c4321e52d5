import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternRelay
import Testing

struct ConfirmationFormTests {
    private let link = "/confirm/photos/pat/t.0af"

    @Test func `GET shows the question and confirms nothing`() async throws {
        let confirmations = FakeConfirmations()
        try await withPublicListener(FakeSubmissions(), confirmations: confirmations) { client in
            try await client.execute(uri: link, method: .get) { response in
                #expect(response.status == .ok)
                let page = String(buffer: response.body)
                #expect(page.contains("action=\"\(link)\""))
                #expect(page.contains("Is this your address?"))
            }
        }
        #expect(confirmations.tokens.isEmpty)
    }

    @Test(arguments: [
        (ConfirmationAnswer.confirmed, HTTPResponse.Status.ok, "From now on, letters to"),
        (.paused, .ok, "are not being accepted at the moment"),
        (.notValid, .forbidden, "This link does not work any more"),
        (.unavailable(retryAfter: .seconds(30)), .serviceUnavailable, "The fault is ours"),
    ])
    func `POST hands the token in and shows the result`(
        answer: ConfirmationAnswer, status: HTTPResponse.Status, words: String
    ) async throws {
        let confirmations = FakeConfirmations(answer)
        try await withPublicListener(FakeSubmissions(), confirmations: confirmations) { client in
            try await client.execute(uri: link, method: .post) { response in
                #expect(response.status == status)
                #expect(String(buffer: response.body).contains(words))
                #expect(String(buffer: response.body).contains(#"href="/manage""#) == (answer == .notValid))
                #expect((response.headers[.retryAfter] != nil) == (status == .serviceUnavailable))
            }
        }
        #expect(confirmations.tokens == ["photos/pat/t.0af"])
    }

    @Test func `A link for an unknown recipient is not found`() async throws {
        try await withPublicListener(FakeSubmissions(contact: .success(nil))) { client in
            try await client.execute(uri: link, method: .get) { #expect($0.status == .notFound) }
        }
    }
}
