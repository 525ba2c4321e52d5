import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternRelay
import PosternWeb
import Testing

/// Handles are case-insensitive: lower case is the one spelling, and the others lead there.
struct HandleSpellingTests {
    private func execute(
        _ path: String, _ method: HTTPRequest.Method = .get, _ fields: HTTPFields = [:], _ body: String = "",
        _ submissions: FakeSubmissions = .validating
    ) async throws -> TestResponse {
        try await withPublicListener(submissions) { client in
            try await client.execute(uri: path, method: method, headers: fields, body: ByteBuffer(string: body)) { $0 }
        }
    }

    @Test(arguments: [
        ("/c/photos/Pat", "/c/photos/pat"), ("/c/photos/PAT/", "/c/photos/pat"), ("/c/photos/p%41t", "/c/photos/pat"),
        ("/c/photos/Pat?lang=de&about=photo%204711", "/c/photos/pat?lang=de&about=photo%204711"),
        ("/c/photos/Pat/sent", "/c/photos/pat/sent"), ("/confirm/photos/Pat/t.0AF", "/confirm/photos/pat/t.0AF"),
        ("/c/photos/Nobody%0D%0AX:%20y", "/c/photos/nobody%0D%0Ax%3A%20y"), ("/c/%2F%2Fevil/X", "/c/%2F%2Fevil/x"),
    ])
    func `A page under another spelling redirects, and keeps its query`(path: String, location: String) async throws {
        for method in [HTTPRequest.Method.get, .head] {
            let answer = try await execute(path, method)
            #expect(answer.status == .permanentRedirect)
            #expect(answer.headers[.location] == location)
            #expect(answer.headers[.contentSecurityPolicy] != nil && answer.headers[.cacheControl] == "no-store")
        }
    }

    // U+212A KELVIN SIGN becomes an ASCII k in lower case, but no handle has it.
    @Test(arguments: ["/c/photos/pat", "/c/photos/pat/sent", "/c/photos/%E2%84%AAay", "/c/Photos/pat"])
    func `What has no capital letter in its handle is shown as it is`(path: String) async throws {
        #expect(try await execute(path).status == .ok)
    }

    @Test(arguments: [
        ("/c/photos/Pat", HTTPFields.urlEncoded, "name=V&email=v@x.example&message=m", HTTPResponse.Status.seeOther),
        ("/api/v1/sites/photos/recipients/PAT/letters", .json, #"{"name":"V","email":"v@x.example","message":"m"}"#, .accepted),
    ])
    func `A letter under another spelling is accepted there and then`(
        path: String, fields: HTTPFields, body: String, status: HTTPResponse.Status
    ) async throws {
        let submissions = FakeSubmissions.validating
        #expect(try await execute(path, .post, fields, body, submissions).status == status)
        #expect(submissions.all.map(\.handle) == ["pat"])
    }
}
