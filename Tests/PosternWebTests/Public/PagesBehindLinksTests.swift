import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// Anyone who has a link may act by it, and mail scanners run scripts. So nothing runs on a page that a link leads to, nothing of it is
/// kept, and no other site hears of it. Shown on the whole table, so that no new route is forgotten.
@Suite("Pages behind links")
struct PagesBehindLinksTests {
    /// Parts of a path that are a link, or of one.
    private static let secrets = ["{link}", "{proof}", "{letter}", "{token}", "{invitation}"]

    private static func path(of pattern: String) -> String {
        let link =
            switch pattern {
            case _ where pattern.hasPrefix("/manage"): FakeOwnPages.link.text
            case _ where pattern.hasPrefix("/undo"): FakeOwnPages.undo.text
            default: FakeConversations.link.text
            }
        let values = [
            "site": "photos", "handle": "pat", "letter": link, "link": link, "proof": "7zzzzzzzzzzzzzzzzzzzzzzzzz",
            "token": "t.0af", "invitation": FakeJoining.invitation.text,
        ]
        return values.reduce(pattern) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    @Test func `They are those whose path has a link, those on which a mailed code is typed, and the members'`() throws {
        for route in try publicTable().routes {
            let pattern = "\(route.pattern)"
            let isOne =
                Self.secrets.contains { pattern.contains($0) } || pattern.hasPrefix("/manage") || pattern.hasPrefix("/confirm")
            #expect(route.isBehindLink == isOne, "\(pattern)")
        }
    }

    @Test(arguments: [true, false])
    func `No answer of theirs has a script, is kept, or sets a cookie but that of the session`(isSignedIn: Bool) async throws {
        let conversations = [Party.recipient, .visitor].map { FakeConversations(Example.conversation($0)) }
        let routes = try publicTable().routes.filter(\.isBehindLink).map { "\($0.pattern)" }
        #expect(routes.count > 20)
        for pattern in routes {
            let talk = pattern.hasPrefix("/letter") || pattern.hasPrefix("/prove") ? conversations[1] : conversations[0]
            try await withPublicListener(.validating, conversations: talk) { client in
                for (method, body) in Self.requests {
                    var fields: HTTPFields = method == .post ? .urlEncoded : [:]
                    if isSignedIn { fields[.cookie] = "__Host-postern=\(FakeOwnPages.secret.text)" }
                    let answer = try await client.execute(
                        uri: Self.path(of: pattern), method: method, headers: fields, body: ByteBuffer(string: body)
                    ) { $0 }
                    Self.check(answer, "\(method) \(pattern)", mayBegin: method == .post && pattern == "/manage/{link}")
                }
            }
        }
    }

    /// Among them what no route takes, and what is too large.
    private static let requests: [(HTTPRequest.Method, String)] = [
        (.get, ""), (.post, ""), (.post, "code=123456&action=mute&reason=spam&message=x"), (.options, ""), (.delete, ""),
        (.post, "message=" + String(repeating: "x", count: 300_000)),
    ]

    private static func check(_ answer: TestResponse, _ what: String, mayBegin: Bool) {
        let policy = answer.headers[.contentSecurityPolicy] ?? "none at all"
        #expect(policy.contains("default-src 'none'"), "\(what)")
        #expect(!policy.contains("script-src") || policy.contains("script-src 'none'"), "\(what)")
        #expect(!answer.text.contains("<script"), "\(what)")
        #expect(answer.headers[.cacheControl] == "no-store" && answer.headers[.referrerPolicy] == "no-referrer", "\(what)")
        if answer.headers[.contentType]?.hasPrefix("text/html") == true {
            #expect(answer.headers[.xRobotsTag] == "noindex" && answer.text.contains("noindex"), "\(what)")
        }
        guard let cookie = answer.headers[.setCookie], !mayBegin else { return }
        #expect(cookie.contains("Max-Age=0"), "\(what)")
    }

    @Test func `An invitation's form has no script; that of the site has one, and asks us alone`() async throws {
        for (path, isScripted) in [("/join/photos", true), ("/join/photos/\(FakeJoining.invitation.text)", false)] {
            let page = try await withPublicListener(.validating, joining: FakeJoining()) { client in
                try await client.execute(uri: path, method: .get) { $0 }
            }
            #expect(page.text.contains("<script") == isScripted, "\(path)")
            #expect(page.headers[.contentSecurityPolicy]?.contains("connect-src") == isScripted, "\(path)")
        }
    }
}
