import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("A site's colours, logo and privacy statement")
struct SiteHandlersTests {
    private func get(_ path: String, _ sites: FakeSites = FakeSites(), _ fields: HTTPFields = [:]) async throws -> TestResponse {
        try await withPublicListener(.validating, sites: sites) { client in
            try await client.execute(uri: path, method: .get, headers: fields) { $0 }
        }
    }

    @Test func `A colour is a style sheet that is cached for ever, and anything else is not found`() async throws {
        let sheet = try await get("/look/photos/b03060.css")
        #expect(sheet.status == .ok)
        #expect(sheet.headers[.contentType] == "text/css; charset=utf-8")
        #expect(sheet.headers[.cacheControl]?.contains("immutable") == true)
        #expect(sheet.text.contains("--accent: #b03060"))
        for path in ["/look/photos/red.css", "/look/photos/%7D.css", "/look/photos/b03060;x.css"] {
            #expect(try await get(path).status == .notFound)
        }
    }

    @Test func `A logo is served under its version, and can do nothing`() async throws {
        let logo = try Logo(file: Array("<svg onload=\"alert(1)\"></svg>".utf8))
        let sites = FakeSites(file: logo)
        let file = try await get("/look/photos/\(logo.id.version)/logo", sites)
        #expect(file.status == .ok)
        #expect(file.headers[.contentType] == "image/svg+xml")
        #expect(file.headers[.contentSecurityPolicy]?.contains("sandbox; default-src 'none'") == true)
        #expect(file.headers[.xContentTypeOptions] == "nosniff")
        #expect(try await get("/look/photos/0/logo", sites).status == .notFound)
        #expect(try await get("/look/other/\(logo.id.version)/logo", sites).status == .notFound)
    }

    @Test func `P8: the privacy statement says what is configured`() async throws {
        let site = try #require(Example.contact()?.site)
        let page = try await get("/privacy/photos").text
        for part in [
            "28 days after the end", "90 days after the end", "180 days", "24 hours", "45 days after the end", "within 2 days",
            "X-Wing", "24 November 2026", "Example Photos", "If you receive letters here", "30 minutes at most", "for 3 days",
            "certain number", "connection · e-mail address · text · recipient",
        ] {
            #expect(page.contains(part), "\(part) is missing")
        }
        let other = PrivacyFacts(
            site: site,
            terms: .init(
                letters: .days(7), evidence: .days(31), outcomes: .days(60), reports: .days(30), epochSuite: "B",
                clientLimit: .off, counted: [],
                isMailEncrypted: false, isDemo: false),
            addressSuite: "A", lastPurge: nil, oldestLetter: nil, oldestEntry: nil)
        let changed = try await get("/privacy/photos", FakeSites(facts: other)).text
        for part in ["7 days after the end", "31 days after the end", "60 days", "same machine", "Nothing has been deleted yet"] {
            #expect(changed.contains(part), "\(part) is missing")
        }
        #expect(!changed.contains("28 days") && !changed.contains("certain number"))
    }

    @Test func `The privacy statement is there for programs as well`() async throws {
        let answer = try await get("/privacy/photos.json")
        #expect(answer.headers[.contentType] == "application/json")
        let object = try answer.object()
        #expect(object["letters_kept_seconds"] as? Int == 2_419_200)
        #expect(object["reports_kept_seconds"] as? Int == 45 * 86_400)
        #expect(object["unproven_letters_kept_seconds"] as? Int == 172_800)
        #expect(object["last_purge"] as? String == "2026-11-24T10:05:09Z")
        #expect((object["visitor_cookies"] as? [String])?.isEmpty == true)
        #expect((object["member_cookies"] as? [[String: Any]])?.first?["kept_seconds"] as? Int == 1_800)
        #expect((object["staff_cookies"] as? [[String: Any]])?.first?["kept_seconds"] as? Int == 43_200)
        #expect(object["former_address_kept_seconds"] as? Int == 259_200)
        let problem = try await get("/privacy/other.json")
        #expect(problem.status == .notFound)
        #expect(problem.headers[.contentType] == "application/problem+json")
    }

    @Test(arguments: ["de", "fr", "ar"])
    func `The privacy statement is there in every language`(tag: String) async throws {
        let page = try await get("/privacy/photos?lang=\(tag)")
        #expect(page.status == .ok)
        #expect(page.text.contains("<html lang=\"\(tag)\"") && !page.text.contains("{"))
    }

    @Test func `An unknown site has no privacy statement, and a store that cannot be read names an incident`() async throws {
        #expect(try await get("/privacy/other").status == .notFound)
        let broken = FakeSites(isBroken: true)
        let page = try await get("/privacy/photos", broken)
        #expect(page.status == .serviceUnavailable)
        #expect(page.text.firstMatch(of: #/[0-9a-f]{16}/#) != nil)
        let problem = try await get("/privacy/photos.json", broken)
        #expect(problem.status == .serviceUnavailable)
        #expect(try problem.object()["incident"] is String)
    }
}
