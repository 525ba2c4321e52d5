import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// Which scripts a browser lets post letters.
struct CrossOriginTests {
    private static let valid = #"{"name":"V","email":"v@x.example","message":"m"}"#
    private static let strangerPath = "/api/v1/sites/nobody/recipients/pat/letters"

    private func ask(
        _ method: HTTPRequest.Method, origin: String?, at path: String = lettersPath, sites: FakeSites = FakeSites(),
        submissions: FakeSubmissions = .validating
    ) async throws -> TestResponse {
        var fields = HTTPFields.json
        fields[.origin] = origin
        if method == .options { fields[.accessControlRequestMethod] = "POST" }
        return try await withPublicListener(submissions, sites: sites) { [fields] client in
            try await client.execute(
                uri: path, method: method, headers: fields, body: method == .post ? ByteBuffer(string: Self.valid) : nil
            ) { $0 }
        }
    }

    @Test(arguments: ["https://photos.example", "http://localhost:3000"])
    func `A site's own pages may post`(origin: String) async throws {
        let asked = try await ask(.options, origin: origin)
        #expect(asked.status == .noContent && asked.body.readableBytes == 0)
        #expect(asked.headers[.accessControlAllowOrigin] == origin)
        #expect(asked.headers[.accessControlAllowMethods] == "POST")
        #expect(asked.headers[.accessControlAllowHeaders] == "content-type, idempotency-key")
        #expect(asked.headers[.accessControlMaxAge] == "600")
        let posted = try await ask(.post, origin: origin)
        #expect(posted.status == .accepted)
        #expect(posted.headers[.accessControlAllowOrigin] == origin)
        #expect(posted.headers[.accessControlExposeHeaders] == "Retry-After, RateLimit, RateLimit-Policy")
    }

    // Another host, scheme or port, a look-alike, a sandboxed page, nonsense, and no origin at all.
    @Test(arguments: [
        "https://evil.example", "http://photos.example", "https://photos.example:8443", "https://photos.example.evil.example",
        "https://xphotos.example", "null", "*", "", "photos.example", "https://photos.example/", "https://PHOTOS.example.", nil,
    ])
    func `No other pages may post`(origin: String?) async throws {
        for method in [HTTPRequest.Method.options, .post] {
            let answer = try await ask(method, origin: origin)
            #expect(answer.status == (method == .options ? .noContent : .accepted))
            #expect(!answer.headers.contains { $0.name.canonicalName.hasPrefix("access-control") })
            #expect(answer.headers[.vary] == "Origin")
        }
    }

    @Test func `An unknown site and an unknown origin get the same answer`() async throws {
        let unknown = try await ask(.options, origin: "https://photos.example", at: Self.strangerPath)
        let stranger = try await ask(.options, origin: "https://evil.example")
        #expect(unknown.status == stranger.status && unknown.body == stranger.body)
        let names = { (answer: TestResponse) in Set(answer.headers.map(\.name)) }
        #expect(names(unknown) == names(stranger))
    }

    @Test func `No answer is open to all origins or to credentials`() async throws {
        for path in [lettersPath, Self.strangerPath, contactPath, "/live", "/api/v1/openapi.json"] {
            for method in [HTTPRequest.Method.options, .post, .get] {
                let answer = try await ask(method, origin: "https://photos.example", at: path)
                #expect(answer.headers[.accessControlAllowOrigin] != "*")
                #expect(answer.headers[.accessControlAllowCredentials] == nil)
            }
        }
    }

    @Test func `A script can read why its letter was refused`() async throws {
        for refusal in [SubmissionAnswer.unknownRecipient, .limited(retryAfter: .seconds(9)), .blocked] {
            let answer = try await ask(.post, origin: "https://photos.example", submissions: FakeSubmissions(refusal))
            #expect(answer.headers[.accessControlAllowOrigin] == "https://photos.example")
        }
    }

    @Test func `A store that cannot be read does not fail an accepted letter`() async throws {
        let answer = try await ask(.post, origin: "https://photos.example", sites: FakeSites(isBroken: true))
        #expect(answer.status == .accepted && answer.headers[.accessControlAllowOrigin] == nil)
    }
}
