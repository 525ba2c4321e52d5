import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("A page has one path, and other spellings of it lead there (H5)")
struct LinkSpellingTests {
    private func execute(
        _ path: String, _ method: HTTPRequest.Method = .get, _ fields: HTTPFields = [:], _ body: String = "",
        _ submissions: FakeSubmissions = .validating
    ) async throws -> TestResponse {
        try await withPublicListener(submissions) { client in
            try await client.execute(uri: path, method: method, headers: fields, body: ByteBuffer(string: body)) { $0 }
        }
    }

    @Test(arguments: [
        // As people type it, and as codes for cameras write it.
        ("/c/photos/Pat", "/c/photos/pat"), ("/c/photos/PAT/", "/c/photos/pat"), ("/C/PHOTOS/PAT", "/c/photos/pat"),
        ("/c/Photos/pat", "/c/photos/pat"), ("/c/photos/pat/", "/c/photos/pat"), ("/c/photos/%EF%BD%90at", "/c/photos/pat"),
        ("/c/photos/%E2%84%AAay", "/c/photos/kay"), ("/c/photos/Pat/sent", "/c/photos/pat/sent"),
        // As sentences, brackets and quotes leave it.
        ("/c/photos/pat.", "/c/photos/pat"), ("/c/photos/pat)", "/c/photos/pat"), ("/c/photos/pat,", "/c/photos/pat"),
        ("/c/photos/pat%3E", "/c/photos/pat"), ("/c/photos/%3Cpat%3E.", "/c/photos/pat"), ("/c/photos/pat%20", "/c/photos/pat"),
        ("/c/photos/pat&gt;", "/c/photos/pat"), ("/c/photos/pat%22", "/c/photos/pat"), ("/c/photos/pat!", "/c/photos/pat"),
        ("/c/photos/pat%E2%80%9D.", "/c/photos/pat"), ("/c/photos/pat%C2%BB", "/c/photos/pat"),
        ("/c/photos/pat%E3%80%82", "/c/photos/pat"), ("/c/photos/pat%E3%80%8D", "/c/photos/pat"),
        ("/c/photos/pat%D8%9F", "/c/photos/pat"), ("/c/photos/pat%E0%A5%A4", "/c/photos/pat"),
        ("/c/photos/pat%E2%80%8B", "/c/photos/pat"), ("/c/photos/pat%C2%A0", "/c/photos/pat"),
        ("/c/photos/pat=", "/c/photos/pat"),
        ("/c/photos/pat%3Flang=de", "/c/photos/pat"), ("/c/photos/pat%26gt%3B", "/c/photos/pat"),
        // As servers and programs change it.
        ("/c//photos/pat", "/c/photos/pat"), ("//c/photos///pat//", "/c/photos/pat"), ("/c/photos/p%61t", "/c/photos/pat"),
        ("/c/photos/pat;jsessionid=0A1B", "/c/photos/pat"), ("/c/photos;v=1/pat/sent;x", "/c/photos/pat/sent"),
        ("/c/photos/Pat?lang=de&about=photo%204711", "/c/photos/pat?lang=de&about=photo%204711"),
        ("/c/photos/pat.?utm_source=x&fbclid=y", "/c/photos/pat?utm_source=x&fbclid=y"),
        ("/confirm/photos/Pat/t.0AF", "/confirm/photos/pat/t.0AF"), ("/confirm/photos/pat/t.0AF).", "/confirm/photos/pat/t.0AF"),
        // As old pages encode it.
        ("/c/photos/M%FCller?lang=de", "/c/photos/M%C3%BCller?lang=de"),
        ("/privacy/Photos.", "/privacy/photos"), ("/Robots.TXT", "/robots.txt"), ("//", "/"),
        ("/c/%2F%2Fevil/X", "/c/evil/x"), ("/c/%2F%2Fe.x/X", "/c/%2F%2Fe.x/x"),
    ])
    func `A page under another spelling redirects, and keeps its query`(path: String, location: String) async throws {
        for method in [HTTPRequest.Method.get, .head] {
            let answer = try await execute(path, method)
            #expect(answer.status == .permanentRedirect)
            #expect(answer.headers[.location] == location)
            #expect(answer.headers[.contentSecurityPolicy] != nil && answer.headers[.cacheControl] == "no-store")
        }
    }

    // What a link analyst or a social network adds changes nothing.
    @Test(arguments: [
        "", "?utm_source=mail&utm_campaign=a%20b", "?fbclid=IwAR0x", "?gclid", "?mc_eid=%FF&x=%", "?&&=", "?lang=de&amp;about=x",
    ])
    func `A page under its own path is shown as it is`(query: String) async throws {
        for path in ["/c/photos/pat", "/c/photos/pat/sent"] { #expect(try await execute(path + query).status == .ok) }
    }

    // A proxy that decodes what we encode must not send a browser round in circles.
    @Test(arguments: [
        "/c/photos/O'Brien", "/c/photos/O%27Brien", "/c/photos/a%20b", "/c/photos/M%C3%BCller", "/c/photos/m%c3%bcller",
    ])
    func `What is no handle goes on as it is`(path: String) async throws {
        let submissions = FakeSubmissions(contact: .success(nil))
        #expect(try await execute(path, .get, [:], "", submissions).status == .notFound)
    }

    @Test(arguments: ["/live/", "//live", "/ready/", "/API/v1/openapi.json"])
    func `Programs are answered under other spellings, since few follow a redirect`(path: String) async throws {
        #expect(try await execute(path).status == .ok)
    }

    @Test(arguments: ["/c/photos/Pat", "/c/photos/pat.", "/c//photos/pat", "/C/PHOTOS/PAT", "/c/photos/pat;jsessionid=1"])
    func `A letter under another spelling is accepted there and then`(path: String) async throws {
        let submissions = FakeSubmissions.validating
        let answer = try await execute(path, .post, .urlEncoded, "name=V&email=v@x.example&message=m", submissions)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/c/photos/pat/sent")
        #expect(submissions.all.map { [$0.site, $0.handle] } == [["photos", "pat"]])
    }

    @Test func `A program's letter under another spelling is accepted`() async throws {
        let submissions = FakeSubmissions.validating
        let path = "/api/v1/sites/photos/recipients/PAT/letters"
        let answer = try await execute(path, .post, .json, #"{"name":"V","email":"v@x.example","message":"m"}"#, submissions)
        #expect(answer.status == .accepted && submissions.all.map(\.handle) == ["pat"])
    }

    @Test func `A page under an alias redirects to the handle, and a letter there comes back under it`() async throws {
        // The service knows the alias, and names the recipient by the handle.
        let path = "/c/photos/Pat%20M%C3%BCller"
        for (asked, location) in [("?lang=de", "/c/photos/pat?lang=de"), ("/sent", "/c/photos/pat/sent")] {
            let answer = try await execute(path + asked)
            #expect(answer.status == .permanentRedirect && answer.headers[.location] == location)
        }
        let submissions = FakeSubmissions.validating
        let faulty = try await execute(path, .post, .urlEncoded, "name=V&message=my+words", submissions)
        #expect(faulty.status == .unprocessableContent && faulty.text.contains(#"action="/c/photos/pat""#))
        #expect(faulty.text.contains(">\nmy words</textarea>"))
        #expect(submissions.all.map(\.handle) == ["Pat Müller"])
    }

    // Otherwise a double click on the corrected letter would be two letters, and its token a sign of a forged form.
    @Test(arguments: [("application/x-www-form-urlencoded", "name=V&message=my+words"), ("text/plain", "message=my words")])
    func `A letter that comes back from an alias has a token for the handle's own page`(type: String, body: String) async throws {
        let tokens = FormTokens(randomness: RandomSource { 4 }) { _ in Array(repeating: 7, count: 32) }
        try await withPublicListener(.validating, tokens: tokens) { client in
            let path = "/c/photos/Pat%20M%C3%BCller"
            let faulty = try await client.execute(
                uri: path, method: .post, headers: [.contentType: type], body: ByteBuffer(string: body)
            ) { $0 }
            let token = try #require(faulty.text.firstMatch(of: /name="form" value="([^"]+)"/)).output.1
            let status = tokens.status(of: String(token), site: "photos", handle: "pat", at: Example.now)
            guard case .ours = status else {
                Issue.record("\(status)")
                return
            }
        }
    }

    @Test func `An unknown name of any kind says nothing`() async throws {
        let submissions = FakeSubmissions(.unknownRecipient, contact: .success(nil))
        let known = try await execute("/c/photos/nobody", .get, [:], "", submissions)
        for path in ["/c/photos/No%20Body", "/c/photos/%E2%98%85", "/c/photos/" + String(repeating: "x", count: 3_000)] {
            let answer = try await execute(path, .get, [:], "", submissions)
            #expect(answer.status == known.status && answer.text == known.text)
            let posted = try await execute(path, .post, .urlEncoded, "name=V&message=my+words", submissions)
            #expect(posted.status == .notFound && posted.text.contains("my words</textarea>"))
        }
    }
}
