import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternRelay
import PosternWeb
import Testing

/// What a program learns about the limits.
struct QuotaTests {
    private static let quota = ClientQuota(
        policies: [
            .init(quota: 3, window: .zero), .init(quota: 5, window: .seconds(3_600)), .init(quota: 20, window: .seconds(86_400)),
        ], remaining: 3, reset: .milliseconds(599_001))

    private func post(_ answer: SubmissionAnswer, quota: ClientQuota?) async throws -> TestResponse {
        let body = ByteBuffer(string: #"{"name":"V","email":"v@x.example","message":"m"}"#)
        return try await withPublicListener(FakeSubmissions(answer, quota: quota)) { client in
            try await client.execute(uri: lettersPath, method: .post, headers: .json, body: body) { $0 }
        }
    }

    @Test func `The answer to an accepted letter says what is left of the limit`() async throws {
        let answer = try await post(.accepted(Example.letterID), quota: Self.quota)
        #expect(answer.status == .accepted)
        #expect(answer.headers[.rateLimitPolicy] == #""client";q=3, "client";q=5;w=3600, "client";q=20;w=86400"#)
        #expect(answer.headers[.rateLimit] == #""client";r=3;t=600"#)
    }

    @Test func `A client over its limit learns when to try again`() async throws {
        var quota = Self.quota
        quota = ClientQuota(policies: quota.policies, remaining: 0, reset: .milliseconds(1_200))
        let answer = try await post(.limited(retryAfter: .milliseconds(1_200)), quota: quota)
        #expect(answer.status == .tooManyRequests)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(try answer.object()["type"] as? String == "/problems/limited")
        #expect(answer.headers[.retryAfter] == "2")
        #expect(answer.headers[.rateLimit] == #""client";r=0;t=2"#)
    }

    @Test func `Without a limit, answers have no rate-limit fields`() async throws {
        let answer = try await post(.accepted(Example.letterID), quota: nil)
        #expect(answer.headers[.rateLimit] == nil && answer.headers[.rateLimitPolicy] == nil)
    }

    @Test func `A blocked letter is refused without a reason`() async throws {
        let answer = try await post(.blocked, quota: nil)
        #expect(answer.status == .forbidden && answer.headers[.retryAfter] == nil)
        #expect(try answer.object()["type"] as? String == "/problems/not-taken")
    }
}
