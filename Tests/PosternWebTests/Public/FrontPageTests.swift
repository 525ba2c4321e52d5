import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternWeb
import Testing

@Suite("What clients ask any web server for is there (H6)")
struct FrontPageTests {
    private func get(
        _ path: String, _ fields: HTTPFields = [:], contacts: [String] = []
    ) async throws -> TestResponse {
        let plain = try configuration()
        let web = WebConfiguration(
            listen: plain.listen, publicURL: plain.publicURL, securityContacts: contacts.compactMap { SecurityContact($0) })
        return try await withPublicListener(.validating, web) { client in
            try await client.execute(uri: path, method: .get, headers: fields) { $0 }
        }
    }

    @Test(arguments: [
        ("en", "ltr", "no list of people"), ("de", "ltr", "kein Verzeichnis"), ("fr", "ltr", "annuaire"), ("ar", "rtl", "دليل"),
    ])
    func `The front page says what this is in the visitor's language, and names nobody`(
        language: String, direction: String, words: String
    ) async throws {
        for (path, fields) in [("/?lang=\(language)", [:]), ("/", [.acceptLanguage: language])] as [(String, HTTPFields)] {
            let page = try await get(path, fields)
            #expect(page.status == .ok && page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.text.contains(#"<html lang="\#(language)" dir="\#(direction)">"#) && page.text.contains(words))
            for name in ["Pat", "photos", "Example Photos", "/c/", "security.txt"] { #expect(!page.text.contains(name)) }
            #expect(page.text.contains(#"href="/?lang=\#(language == "de" ? "fr" : "de")""#))
        }
    }

    // A crawler that may not fetch a page never reads that it is not to be listed.
    @Test func `Robots may fetch every page, and each says that it is in no index`() async throws {
        let robots = try await get("/robots.txt")
        #expect(robots.status == .ok && robots.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(robots.text.hasSuffix("\nUser-agent: *\nDisallow:\n"))
        for path in [
            "/", contactPath, contactPath + "/sent", "/c/photos/Pat", "/nothing", "/confirm/photos/pat/x", "/privacy/photos",
        ] {
            let page = try await get(path)
            #expect(page.headers[.xRobotsTag] == "noindex")
            #expect(page.status == .permanentRedirect || page.text.contains(#"<meta name="robots" content="noindex">"#))
        }
        for path in ["/privacy/photos.json", "/api/v1/openapi.json", "/api/v1/nothing", "/live"] {
            #expect(try await get(path).headers[.xRobotsTag] == "noindex", "\(path)")
        }
    }

    // A browser asks for the first beside what is no page; a phone for the second, for its home screen.
    @Test(arguments: [
        ("/favicon.ico", "image/vnd.microsoft.icon", [0, 0, 1, 0] as [UInt8]),
        ("/apple-touch-icon.png", "image/png", [0x89, 0x50, 0x4E, 0x47]),
    ])
    func `There is an icon under the names that clients know`(path: String, type: String, magic: [UInt8]) async throws {
        let icon = try await get(path)
        #expect(icon.status == .ok && icon.headers[.contentType] == type)
        #expect(icon.body.readableBytesView.starts(with: magic))
        let tag = try #require(icon.headers[.eTag])
        #expect(try await get(path, [.ifNoneMatch: tag]).status == .notModified)
    }

    @Test func `A contact for security is named until half a year from now (RFC 9116)`() async throws {
        let file = try await get("/.well-known/security.txt", contacts: ["security@example.org", "https://example.org/report"])
        #expect(file.status == .ok && file.headers[.contentType] == "text/plain; charset=utf-8")
        let lines = file.text.split(separator: "\n").map(String.init)
        #expect(lines.prefix(2) == ["Contact: mailto:security@example.org", "Contact: https://example.org/report"])
        #expect(lines.last == "Canonical: https://contact.example.org/.well-known/security.txt" && lines.count == 4)
        let expires = try #require(Timestamp(rfc3339: String(lines[2].dropFirst("Expires: ".count))))
        #expect(expires > Example.now + .days(170) && expires < Example.now + .days(365))
        #expect(try await get("/", contacts: ["security@example.org"]).text.contains(#"href="/.well-known/security.txt""#))
    }

    @Test func `Where nobody is named there is no contact`() async throws {
        #expect(try await get("/.well-known/security.txt").status == .notFound)
        #expect(try await get("/.well-known/change-password").status == .notFound)
    }
}
