import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

struct LetterAPITests {
    private static let valid = #"{"name":"Vera Visitor","email":"vera@visitor.example","message":"I like it."}"#

    private func post(
        _ body: String = valid, to path: String = lettersPath, _ fields: HTTPFields = .json,
        submissions: FakeSubmissions = .validating
    ) async throws -> TestResponse {
        try await withPublicListener(submissions) { client in
            try await client.execute(uri: path, method: .post, headers: fields, body: ByteBuffer(string: body)) { $0 }
        }
    }

    @Test func `A letter is accepted with its id`() async throws {
        let submissions = FakeSubmissions.validating
        let answer = try await post(submissions: submissions)
        #expect(answer.status == .accepted)
        #expect(answer.headers[.contentType] == "application/json")
        let object = try answer.object()
        #expect(object["id"] as? String == Example.letterID.description)
        #expect(object["status"] as? String == "accepted")
        let submission = try #require(submissions.all.first)
        #expect(submission.site == "photos" && submission.handle == "pat")
        #expect(submission.letter.email == "vera@visitor.example")
        #expect(submission.idempotencyKey == nil)
        #expect(submission.at == Example.now)
        #expect([[127, 0, 0, 1], Array(repeating: 0, count: 15) + [1]].contains(submission.client.bytes))
    }

    @Test func `All faults of a letter are reported at once`() async throws {
        let answer = try await post(#"{"email":"no address","subject":"\#(String(repeating: "x", count: 200))"}"#)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.headers[.contentType] == "application/problem+json")
        let problem = try answer.object()
        #expect(problem["type"] as? String == "/problems/invalid-letter")
        #expect(problem["status"] as? Int == 422)
        let errors = try #require(problem["errors"] as? [[String: String]])
        #expect(Set(errors.compactMap { $0["field"] }) == ["name", "email", "subject", "message"])
        #expect(errors.allSatisfy { $0["code"]?.isEmpty == false && $0["message"]?.isEmpty == false })
    }

    @Test func `A field of the wrong type is named along with the other faults, and nothing is handed in`() async throws {
        let submissions = FakeSubmissions.validating
        let answer = try await post(#"{"name":7,"email":"x","message":"m"}"#, submissions: submissions)
        #expect(answer.status == .unprocessableContent)
        let errors = try #require(try answer.object()["errors"] as? [[String: String]])
        #expect(errors.compactMap { $0["field"] } == ["name", "email"])
        #expect(submissions.all.isEmpty)
    }

    @Test(arguments: [
        (SubmissionAnswer.unknownRecipient, 404, "/problems/unknown-recipient"),
        (.takesNoLetters, 403, "/problems/takes-no-letters"),
        (.idempotencyKeyConflict, 422, "/problems/repeat-key-conflict"),
        (.unavailable(retryAfter: .milliseconds(1_500)), 503, "/problems/unavailable"),
    ])
    func `Each answer of the intake service has its status and problem type`(answer: SubmissionAnswer, status: Int, type: String)
        async throws
    {
        let response = try await post(submissions: FakeSubmissions(answer))
        #expect(response.status.code == status)
        #expect(response.headers[.contentType] == "application/problem+json")
        let problem = try response.object()
        #expect(problem["type"] as? String == type)
        #expect(problem["status"] as? Int == status)
        #expect((problem["title"] as? String)?.isEmpty == false && (problem["detail"] as? String)?.isEmpty == false)
        #expect(response.headers[.retryAfter] == (status == 503 ? "2" : nil))
    }

    @Test(arguments: ["", "{", "[]", #"{"name":"a","name":"b"}"#, #"{"x":"# + String(repeating: "[", count: 500)])
    func `A body that is not the JSON of a letter is refused with 400`(body: String) async throws {
        let submissions = FakeSubmissions.validating
        let answer = try await post(body, submissions: submissions)
        #expect(answer.status == .badRequest)
        #expect(try answer.object()["type"] as? String == "/problems/malformed-json")
        #expect(submissions.all.isEmpty)
    }

    @Test(arguments: [
        nil, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/problem+json",
        "nonsense", "",
    ])
    func `Another media type is refused`(type: String?) async throws {
        let answer = try await post(Self.valid, type.map { [.contentType: $0] } ?? [:])
        #expect(answer.status == .unsupportedMediaType)
        #expect(try answer.object()["type"] as? String == "/problems/unsupported-media-type")
    }

    @Test(arguments: [
        "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\"", "application/json; profile=x",
        "application/json;charset='utf-8'", "application/json; charset=utf8;", "application/json; charset",
    ])
    func `The media type may name UTF-8`(type: String) async throws {
        #expect(try await post(Self.valid, [.contentType: type]).status == .accepted)
    }

    // H3: `identity` is no encoding.
    @Test(arguments: [("identity", 202), ("Identity", 202), ("", 202), ("gzip", 415), ("identity, gzip", 415), ("deflate", 415)])
    func `A compressed body is refused, and one that is not is accepted`(encoding: String, status: Int) async throws {
        let answer = try await post(Self.valid, [.contentType: "application/json", .contentEncoding: encoding])
        #expect(answer.status.code == status)
        if status == 415 { #expect(try #require(answer.object()["detail"] as? String).contains("Content-Encoding")) }
    }

    @Test func `JSON that is not UTF-8 is refused with what to do`() async throws {
        let answer = try await withPublicListener(.validating) { client in
            let body = ByteBuffer(bytes: Array(#"{"name":"Gr"#.utf8) + [0xFC, 0xDF] + Array(#"e"}"#.utf8))
            return try await client.execute(uri: lettersPath, method: .post, headers: .json, body: body) { $0 }
        }
        #expect(answer.status == .badRequest)
        #expect(try #require(answer.object()["detail"] as? String).contains("Encode the JSON in UTF-8"))
    }

    @Test func `A byte order mark before the JSON is nothing`() async throws {
        #expect(try await post("\u{FEFF}" + Self.valid).status == .accepted)
    }

    // Quoted, as in the IETF's draft, or bare, as most programs send it.
    @Test(arguments: [("k1", "k1"), ("\"k1\"", "k1"), (String(repeating: "x", count: 128), String(repeating: "x", count: 128))])
    func `The Idempotency-Key reaches the intake service`(written: String, key: String) async throws {
        let submissions = FakeSubmissions.validating
        #expect(
            try await post(Self.valid, [.contentType: "application/json", .idempotencyKey: written], submissions: submissions)
                .status
                == .accepted)
        #expect(submissions.all.first?.idempotencyKey == key)
    }

    @Test(arguments: ["", "\"\"", "a b", String(repeating: "x", count: 129), "schlüssel"])
    func `A malformed Idempotency-Key is refused`(written: String) async throws {
        let submissions = FakeSubmissions.validating
        let answer = try await post(
            Self.valid, [.contentType: "application/json", .idempotencyKey: written], submissions: submissions)
        #expect(answer.status == .badRequest)
        #expect(try answer.object()["type"] as? String == "/problems/invalid-idempotency-key")
        #expect(submissions.all.isEmpty)
    }

    @Test func `Two Idempotency-Keys are refused`() async throws {
        var fields = HTTPFields.json
        fields.append(HTTPField(name: .idempotencyKey, value: "a"))
        fields.append(HTTPField(name: .idempotencyKey, value: "b"))
        #expect(try await post(Self.valid, fields).status == .badRequest)
    }

    @Test func `Names in the path are decoded, and may name nothing`() async throws {
        let submissions = FakeSubmissions(.unknownRecipient)
        let path = "/api/v1/sites/ph%6Ftos/recipients/%3Cscript%20x%3E/letters"
        #expect(try await post(Self.valid, to: path, submissions: submissions).status == .notFound)
        #expect(submissions.all.first?.site == "photos")
        #expect(submissions.all.first?.handle == "<script x>")
    }

    @Test func `Only a trusted proxy is believed when it names the client`() async throws {
        let fields: HTTPFields = [.contentType: "application/json", .forwardedFor: "198.51.100.1, 203.0.113.9"]
        for (trusted, expected) in [(["127.0.0.1", "::1"], "203.0.113.9"), ([], "127.0.0.1")] {
            let submissions = FakeSubmissions.validating
            let configuration = try configuration(trustedProxies: try trusted.map { try AddressRange($0) })
            _ = try await withPublicListener(submissions, configuration) { client in
                try await client.execute(uri: lettersPath, method: .post, headers: fields, body: ByteBuffer(string: Self.valid)) {
                    $0
                }
            }
            let client = try #require(submissions.all.first?.client)
            let peers = expected == "127.0.0.1" ? [expected, "::1"] : [expected]
            #expect(peers.compactMap { ClientAddress(text: $0) }.contains(client))
        }
    }
}
