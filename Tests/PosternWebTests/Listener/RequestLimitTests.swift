import HTTPTypes
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("A client that was told to ask less and goes on gets words that are made once")
struct RequestLimitTests {
    // Somebody else who shares the address with such a client may never have been told.
    @Test func `They say in every language that nothing was sent, and when to come back`() async throws {
        let requests = RequestLimiter(try #require(Limit("1,1/1h")))
        let settings = try configuration(trustedProxies: [try AddressRange("127.0.0.1/32")])
        let from: HTTPFields = [.forwardedFor: "203.0.113.9"]
        try await withPublicListener(.validating, requests: requests, settings) { client in
            func ask(_ path: String, _ method: HTTPRequest.Method = .get) async throws -> TestResponse {
                try await client.execute(uri: path, method: method, headers: from) { $0 }
            }
            #expect(try await ask(contactPath).status == .ok)
            for _ in 0..<20 {
                let told = try await ask(contactPath)
                #expect(told.status == .tooManyRequests && told.headers[.contentType] == "text/html; charset=utf-8")
            }
            let page = try await ask(contactPath)
            #expect(page.status == .tooManyRequests && page.headers[.retryAfter] == "60")
            #expect(page.headers[.contentType] == "text/plain; charset=utf-8" && page.body.readableBytes < 2_048)
            let templates = try Templates(folder: templatesFolder)
            for language in templates.languages {
                let texts = templates.catalogue(language)
                for words in [texts(.errorLimitedTitle), texts(.errorLimitedDetail)] { #expect(page.text.contains(words)) }
            }
            #expect(page.text.hasPrefix("Too many requests") && page.text.contains("it has not been sent"))
            #expect(try await ask("/nothing").text == page.text)
            #expect(try await ask(contactPath, .head).body.readableBytes == 0)
            for path in [lettersPath, "/live"] {
                let problem = try await ask(path)
                #expect(problem.status == .tooManyRequests && problem.headers[.retryAfter] == "60")
                #expect(problem.headers[.contentType] == "application/problem+json")
                #expect(problem.text.contains("Nothing was stored"))
            }
        }
    }
}
