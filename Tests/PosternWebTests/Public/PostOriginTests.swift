import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// Any page can have its visitors post here. On whose page it was done is read from what the browser says.
struct PostOriginTests {
    private struct Post: Sendable, CustomTestStringConvertible {
        let what: String
        let origin: [String]
        let fetchSite: String?
        let expected: PostOrigin
        var testDescription: String { what }

        init(_ what: String, _ origin: String?..., site fetchSite: String? = nil, is expected: PostOrigin) {
            (self.what, self.fetchSite, self.expected) = (what, fetchSite, expected)
            self.origin = origin.compactMap { $0 }
        }
    }

    private static let posts: [Post] = [
        // No browser.
        Post("a program", is: .expected), Post("a program that names our origin", "https://contact.example.org", is: .expected),
        // Our own page. It is no-referrer, so its origin is null.
        Post("our form", "null", site: "same-origin", is: .expected),
        Post("our form, with its origin", "https://contact.example.org", site: "same-origin", is: .expected),
        Post("our form in a browser that says less", "null", is: .unclear),
        Post("another page on this machine", "http://127.0.0.1:8080", is: .foreign),
        Post("a bookmark", site: "none", is: .expected),
        // The site's own form.
        Post("the site's form", "https://photos.example", site: "cross-site", is: .expected),
        Post("the site's form in a browser that says less", "https://photos.example", is: .expected),
        Post("the site's form on a second origin", "http://localhost:3000", site: "same-site", is: .expected),
        // Everybody else's.
        Post("a form of another page", "https://evil.example", site: "cross-site", is: .foreign),
        Post("a form of another page in a browser that says less", "https://evil.example", is: .foreign),
        Post("a sandboxed page", "null", site: "cross-site", is: .foreign),
        Post("a redirect from another page", "null", site: "cross-site", is: .foreign),
        Post("a no-cors fetch without an origin", site: "cross-site", is: .foreign),
        Post("a neighbour under our domain", "https://other.example.org", site: "same-site", is: .foreign),
        Post("our name over plain HTTP", "http://contact.example.org", site: "cross-site", is: .foreign),
        Post("our name on another port", "https://contact.example.org:8443", is: .foreign),
        Post("a name that begins with the site's", "https://photos.example.evil.example", site: "cross-site", is: .foreign),
        Post("an extension", "moz-extension://1234", site: "cross-site", is: .foreign),
        Post("a file", "null", site: "cross-site", is: .foreign),
        Post("two origins", "https://photos.example", "https://evil.example", site: "cross-site", is: .foreign),
        Post("two origins in one field", "https://photos.example, https://evil.example", is: .foreign),
        Post("an empty origin", "", is: .foreign), Post("nonsense", "https://contact.example.org/x", is: .foreign),
        Post("a word that no browser sends", "https://evil.example", site: "own", is: .foreign),
    ]

    private static let forms: [(String, String, String)] = [
        ("application/x-www-form-urlencoded", contactPath, "name=V&email=v%40x.example&message=m"),
        (
            "multipart/form-data; boundary=b", contactPath,
            ["name", "email", "message"].map {
                "--b\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($0 == "email" ? "v@x.example" : "m")\r\n"
            }.joined() + "--b--\r\n"
        ),
        ("application/json", lettersPath, #"{"name":"V","email":"v@x.example","message":"m"}"#),
    ]

    @Test(arguments: posts)
    private func `Whose page it was is found alike for forms and for the API`(post: Post) async throws {
        for (type, path, body) in Self.forms {
            let submissions = FakeSubmissions.validating
            let status = try await withPublicListener(submissions) { client in
                var fields: HTTPFields = [.contentType: type]
                for origin in post.origin { fields.append(HTTPField(name: .origin, value: origin)) }
                if let site = post.fetchSite { fields[.secFetchSite] = site }
                return try await client.execute(uri: path, method: .post, headers: fields, body: ByteBuffer(string: body)) {
                    $0.status
                }
            }
            #expect(submissions.all.map(\.origin) == [post.expected], "\(path)")
            #expect(status == (path == lettersPath ? .accepted : .seeOther))
        }
    }

    @Test func `A form that another page sends as text is not read at all`() async throws {
        let submissions = FakeSubmissions.validating
        for path in [contactPath, lettersPath] {
            let status = try await withPublicListener(submissions) { client in
                try await client.execute(
                    uri: path, method: .post, headers: [.contentType: "text/plain", .origin: "https://evil.example"],
                    body: ByteBuffer(string: #"{"name":"V","email":"v@x.example","message":"m"}"#)
                ) { $0.status }
            }
            #expect(status == .unsupportedMediaType)
        }
        #expect(submissions.all.isEmpty)
    }

    // Pressing our button for somebody shows them the question instead.
    @Test(arguments: [(nil, true), ("same-origin", true), ("cross-site", false), ("same-site", false)] as [(String?, Bool)])
    func `Another page cannot confirm an address for its visitor`(site: String?, isConfirmed: Bool) async throws {
        let confirmations = FakeConfirmations()
        let page = try await withPublicListener(.validating, confirmations: confirmations) { client in
            var fields: HTTPFields = [.origin: "null"]
            fields[.secFetchSite] = site
            return try await client.execute(uri: "/confirm/photos/pat/t.0af", method: .post, headers: fields) { $0 }
        }
        #expect(page.status == .ok)
        #expect(confirmations.tokens.isEmpty != isConfirmed)
        #expect(page.text.contains(#"<button type="submit">"#) != isConfirmed)
    }
}
