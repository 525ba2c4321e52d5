import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import PosternCore
import PosternRelay
import PosternTestSupport
import PosternWeb
import Testing

@Suite("What a site's programs do with its members")
struct MemberHandlersTests {
    private static let recipients = "/api/v1/sites/photos/recipients"
    private static let pat = recipients + "/pat"
    private static let invitations = "/api/v1/sites/photos/invitations"
    private static let member = #"{"handle":"pat","name":"Pat","email":"pat@private.example","locale":"de"}"#

    private func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", token: String? = FakeMembers.token,
        headers: HTTPFields = .json, of members: FakeMembers = FakeMembers(), logger: Logger = silent
    ) async throws -> TestResponse {
        var fields = headers
        if let token { fields[.authorization] = "Bearer \(token)" }
        return try await withPublicListener(.validating, members: members, logger: logger) { [fields] client in
            try await client.execute(uri: path, method: method, headers: fields, body: ByteBuffer(string: body)) { $0 }
        }
    }

    @Test func `A member is added, and nothing of the address comes back`() async throws {
        let members = FakeMembers()
        var headers = HTTPFields.json
        headers[.idempotencyKey] = "order-17"
        let answer = try await call(.post, Self.recipients, Self.member, headers: headers, of: members)
        #expect(answer.status == .accepted && answer.text == #"{"handle":"pat","state":"unconfirmed"}"#)
        #expect(answer.headers[.location] == Self.pat)
        guard case .add(let member, let key)? = members.calls.first else { throw Missing() }
        #expect(member.email == "pat@private.example" && member.locale == "de" && key == "order-17")
    }

    private struct Missing: Error {}

    @Test func `A member is read, changed and erased`() async throws {
        let members = FakeMembers()
        let found = try await call(.get, Self.pat, of: members)
        #expect(found.status == .ok)
        #expect(try found.object()["page"] as? String == "https://contact.example.org/c/photos/pat")
        #expect(try Set(found.object().keys) == ["handle", "name", "locale", "state", "address_pending", "page"])
        #expect(try await call(.head, Self.pat, of: members).status == .ok)
        let changed = try await call(.patch, Self.pat, #"{"name":"Pat P.","paused":true}"#, of: members)
        #expect(changed.status == .ok)
        let erased = try await call(.delete, Self.pat, of: members)
        #expect(erased.status == .noContent && erased.body.readableBytes == 0)
        #expect(
            members.calls.suffix(2) == [
                .change("pat", name: "Pat P.", email: nil, locale: nil, isPaused: true), .erase("pat"),
            ])
    }

    // A letter may be led to somebody by another spelling; an erasure must not be.
    @Test(arguments: [("PAT", "PAT"), ("pat%C2%A0", "pat\u{A0}"), ("Pat.", "Pat."), ("p%EF%BD%81t", "p\u{FF41}t")])
    func `The handle in the path reaches the service as it is spelled`(path: String, handle: String) async throws {
        let members = FakeMembers()
        _ = try await call(.delete, Self.recipients + "/" + path, of: members)
        #expect(members.calls == [.erase(handle)])
    }

    @Test func `Links to join are made, as many and as long as asked for`() async throws {
        let members = FakeMembers()
        let one = try await call(.post, Self.invitations, #"{"handle":"pat"}"#, of: members)
        #expect(
            one.status == .created && one.text.contains("https://contact.example.org/join/photos/\(FakeJoining.invitation.text)"))
        let many = try await call(.post, Self.invitations, #"{"count":3,"expires":"2d"}"#, of: members)
        #expect(try (many.object()["invitations"] as? [Any])?.count == 3)
        #expect(
            members.calls == [
                .invite(handle: "pat", count: 1, lasts: .days(14)), .invite(handle: nil, count: 3, lasts: .days(2)),
            ])
        for body in [
            #"{"count":0}"#, #"{"count":501}"#, #"{"count":1.5}"#, #"{"expires":"soon"}"#, #"{"handle":"pat","count":2}"#,
        ] {
            #expect(try await call(.post, Self.invitations, body, of: members).status == .unprocessableContent, "\(body)")
        }
    }

    private static let calls: [(HTTPRequest.Method, String, String)] = [
        (.post, recipients, member), (.get, pat, ""), (.patch, pat, "{}"), (.delete, pat, ""), (.post, invitations, "{}"),
    ]

    @Test(arguments: calls)
    func `Without a token, with a wrong one, or with another site's, nothing is done`(
        method: HTTPRequest.Method, path: String, body: String
    ) async throws {
        let members = FakeMembers()
        let none = try await call(method, path, body, token: nil, of: members)
        #expect(none.status == .unauthorized && none.headers[.wwwAuthenticate] == #"Bearer realm="postern""#)
        #expect(none.headers[.contentType] == "application/problem+json")
        let wrong = try await call(method, path, body, token: "x", of: members)
        #expect(wrong.status == .unauthorized && wrong.headers[.wwwAuthenticate]?.contains("invalid_token") == true)
        let other = try await call(method, path.replacing("photos", with: "others"), body, of: members)
        #expect(other.status == .forbidden && other.headers[.wwwAuthenticate]?.contains("insufficient_scope") == true)
        #expect(members.calls.isEmpty)
    }

    @Test func `The token is looked at before the body, and basic authentication is none`() async throws {
        #expect(try await call(.post, Self.recipients, "no JSON", token: nil).status == .unauthorized)
        let basic: HTTPFields = [.authorization: "Basic cG9zdGVybg==", .contentType: "application/json"]
        #expect(try await call(.post, Self.recipients, Self.member, token: nil, headers: basic).status == .unauthorized)
    }

    @Test(arguments: [
        (MemberRefusal.unknownMember, HTTPResponse.Status.notFound, "unknown-recipient"),
        (.conflict, .conflict, "changed-meanwhile"),
        (.taken(.member), .conflict, "handle-taken"), (.taken(.begun), .conflict, "handle-taken"),
        (.taken(.erased), .conflict, "handle-taken"), (.taken(.alias), .conflict, "handle-taken"),
        (.idempotencyKeyConflict, .unprocessableContent, "repeat-key-conflict"),
        (.limited(retryAfter: .seconds(60)), .tooManyRequests, "limited"),
        (.unavailable(retryAfter: .seconds(60)), .serviceUnavailable, "unavailable"),
    ])
    func `Every refusal is a problem with its reason`(
        refusal: MemberRefusal, status: HTTPResponse.Status, type: String
    ) async throws {
        for (method, path, body) in Self.calls {
            let answer = try await call(method, path, body, of: FakeMembers(refusal))
            #expect(answer.status == status && answer.headers[.contentType] == "application/problem+json")
            #expect(try answer.object()["type"] as? String == "/problems/\(type)")
            #expect((answer.headers[.retryAfter] != nil) == [429, 503].contains(status.code))
        }
        let reasons = try await withReasons()
        #expect(Set(reasons).count == TakenHandle.allCases.count)
    }

    private func withReasons() async throws -> [String] {
        var details: [String] = []
        for reason in TakenHandle.allCases {
            let answer = try await call(.post, Self.recipients, Self.member, of: FakeMembers(.taken(reason)))
            details.append(try answer.object()["detail"] as? String ?? "")
        }
        return details
    }

    @Test func `All faults of a member are reported at once`() async throws {
        let body = #"{"handle":"A b","name":"","email":"x","locale":"xx","other":1}"#
        let answer = try await call(.post, Self.recipients, body)
        #expect(answer.status == .unprocessableContent)
        #expect(Set(try answer.fields()) == ["handle", "name", "email", "locale"])
        let types = try await call(.post, Self.recipients, #"{"handle":1,"name":true,"email":"x"}"#)
        #expect(Set(try types.fields()) == ["handle", "name", "email"])
        #expect(try await call(.patch, Self.pat, #"{"handle":"other"}"#).status == .unprocessableContent)
        #expect(try await call(.patch, Self.pat, #"{"paused":"yes"}"#).status == .unprocessableContent)
    }

    @Test(arguments: ["", "[]", "{", #"{"name":"a","name":"b"}"#, #"{"name":"a"} x"#, "\u{FF}"])
    func `A body that is no object is refused`(body: String) async throws {
        #expect(try await call(.post, Self.recipients, body).status == .badRequest)
        #expect(try await call(.patch, Self.pat, body).status == .badRequest)
    }

    @Test func `Another type of body is refused, and a method that is not there names the others`() async throws {
        let text: HTTPFields = [.contentType: "text/plain"]
        #expect(try await call(.post, Self.recipients, Self.member, headers: text).status == .unsupportedMediaType)
        let put = try await call(.put, Self.pat, Self.member)
        #expect(put.status == .methodNotAllowed && put.headers[.allow] == "DELETE, GET, HEAD, PATCH")
    }

    @Test func `A token is in no line of the log and in no answer`() async throws {
        let log = KeptLog()
        for refusal in [nil, MemberRefusal.unavailable(retryAfter: .seconds(1)), .notAllowed] {
            for (method, path, body) in Self.calls {
                let answer = try await call(method, path, body, of: FakeMembers(refusal), logger: log.logger)
                #expect(!answer.text.contains(FakeMembers.token) && !"\(answer.headers)".contains(FakeMembers.token))
            }
        }
        #expect(!log.all.joined().contains(FakeMembers.token) && !log.all.joined().contains("pat@private"))
    }
}

extension TestResponse {
    /// The fields that a problem names.
    fileprivate func fields() throws -> [String] {
        (try object()["errors"] as? [[String: Any]])?.compactMap { $0["field"] as? String } ?? []
    }
}
