import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// What MDN's HTTP Observatory would say (developer.mozilla.org/observatory, “Tests & scoring”): 130 points, which is all
/// that can be reached without cookies and without a place on the browsers' HSTS list.
struct ObservatoryTests {
    private struct Policy {
        let directives: [String: [String]]

        init(_ text: String) {
            directives = Dictionary(
                text.split(separator: ";").map { directive in
                    let words = directive.split(separator: " ").map(String.init)
                    return (words.first ?? "", Array(words.dropFirst()))
                }, uniquingKeysWith: { first, _ in first })
        }

        func allows(_ directive: String) -> [String] { directives[directive] ?? directives["default-src"] ?? ["*"] }
    }

    private static func score(_ answer: TestResponse) throws -> Int {
        let policy = Policy(try #require(answer.headers[.contentSecurityPolicy]))
        let sources = policy.directives.filter { !["base-uri", "form-action", "frame-ancestors", "sandbox"].contains($0.key) }
        #expect(sources.values.joined().allSatisfy { ["'none'", "'self'", "data:"].contains($0) })
        // Our script is a file of ours, and pages behind links have none. Nothing inline runs.
        #expect([["'self'"], ["'none'"]].contains(policy.allows("script-src")) && policy.allows("object-src") == ["'none'"])
        #expect(policy.directives["base-uri"] == ["'none'"] && policy.directives["form-action"] == ["'self'"])
        var score = 100
        if policy.directives["default-src"] == ["'none'"] { score += 10 }
        if policy.directives["frame-ancestors"] == ["'none'"] { score += 5 }
        if answer.headers[.referrerPolicy] == "no-referrer" { score += 5 }
        if answer.headers[.crossOriginResourcePolicy] == "same-origin" { score += 10 }
        if answer.headers[.xContentTypeOptions] != "nosniff" { score -= 5 }
        let age = try #require(answer.headers[.strictTransportSecurity]?.firstMatch(of: #/max-age=([0-9]+)/#)?.1)
        if try #require(Int(age)) < 180 * 86_400 { score -= 10 }
        if answer.headers[.setCookie] != nil { score -= 20 }
        if answer.headers[.accessControlAllowOrigin] != nil { score -= 50 }
        return score
    }

    @Test(arguments: [contactPath, contactPath + "/sent", "/confirm/photos/pat/token", "/nothing", "/"])
    func `Every page reaches 130 points`(path: String) async throws {
        let page = try await withPublicListener(.validating) { try await $0.execute(uri: path, method: .get) { $0 } }
        #expect(try Self.score(page) == 130)
        #expect(page.headers[.crossOriginOpenerPolicy] == "same-origin")
        #expect(page.headers[.crossOriginEmbedderPolicy] == "require-corp")
    }

    @Test(arguments: [contactPath, contactPath + "/sent", "/nothing", "/"])
    func `No page has an inline script or style, or anything from elsewhere`(path: String) async throws {
        let page = try await withPublicListener(.validating) { try await $0.execute(uri: path, method: .get) { $0.text } }
        #expect(page.firstMatch(of: #/<(script|style)\b[^>]*>\s*[^<\s]/#) == nil)
        #expect(page.firstMatch(of: #/\s(style|on[a-z]+)\s*=/#) == nil)
        for match in page.matches(of: #/\b(?:src|href|action|srcset|poster|data)="([^"]*)"/#) {
            #expect(match.1.hasPrefix("/") && !match.1.hasPrefix("//") || match.1.hasPrefix("#"), "\(match.1)")
        }
    }
}
