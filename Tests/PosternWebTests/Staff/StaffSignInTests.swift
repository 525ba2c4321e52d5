import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// Who gets into the staff's pages, and by what.
struct StaffSignInTests {
    private struct Overview: StaffOverviewSource {
        func overview() async throws -> StaffOverview { StaffOverview() }
    }

    private struct Gauges: MetricsSource {
        func gauges() async -> [GaugeReading] { [] }
    }

    static func services(
        _ staff: FakeStaff, desk: FakeDesk = FakeDesk(), waves: FakeWaves = FakeWaves(), reveals: FakeReveals = FakeReveals(),
        journal: FakeJournal = FakeJournal(), administration: FakeAdministration = FakeAdministration(),
        changes: FakeChanges = FakeChanges(), url: String = "http://localhost:8081"
    ) throws -> StaffServices {
        StaffServices(
            staff: staff, desk: desk, waves: waves, reveals: reveals, journal: journal, blocks: administration,
            log: administration, administration: administration, changes: changes, url: try #require(WebOrigin(url)),
            overview: Overview(),
            charts: FakeCharts(),
            health: FakeHealth(),
            metrics: MetricRegistry(), gauges: Gauges(), mailbox: MailboxLetters(), randomness: RandomSource { 4 },
            eventsLast: .zero, now: { Example.now })
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [String: String] = [:], as role: StaffRole? = nil,
        staff: FakeStaff = FakeStaff(), url: String = "http://localhost:8081",
        trustedProxies: [AddressRange] = [], headers: [HTTPField.Name: String] = [:]
    ) async throws -> TestResponse {
        let application = buildStaffApplication(
            try configuration(trustedProxies: trustedProxies), try Self.services(staff, url: url),
            templates: try Templates(folder: templatesFolder), logger: silent)
        var sent = HTTPFields()
        for (name, value) in headers { sent[name] = value }
        if let role { sent[.cookie] = FakeStaff.cookie(role) }
        let body = fields.map { "\($0.key)=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
        if method == .post { sent[.contentType] = "application/x-www-form-urlencoded" }
        return try await application.test(.live) { [sent] client in
            try await client.execute(
                uri: path, method: method, headers: sent, body: method == .post ? ByteBuffer(string: body) : nil
            ) { $0 }
        }
    }

    /// Every route, and who it is for; nil for everybody who reaches the listener.
    private static let table: [(path: String, roles: Set<StaffRole>?)] = [
        ("/", .any), ("/overview", .any), ("/letters/\(FakeDesk.waiting)", .any), ("/desk/events", .any), ("/decisions", .any),
        ("/keys", .any), ("/letters/\(FakeDesk.waiting)/decision", .deciders), ("/letters/\(FakeDesk.waiting)/wait", .deciders),
        ("/letters/\(FakeDesk.waiting)/take", .deciders), ("/letters/\(FakeDesk.waiting)/note", .deciders),
        ("/desk/decision", .deciders), ("/decisions/\(FakeDesk.decision.id)/undo", .deciders),
        ("/waves", .any), ("/waves/\(FakeWaves.id)", .any), ("/waves/\(FakeWaves.id)/decision", .deciders),
        ("/waves/\(FakeWaves.id)/take", .deciders), ("/sessions", .any), ("/sign-out", .any), ("/sign-in", nil),
        ("/enrol/anna/\(FakeStaff.link)", nil),
        ("/journal", [.administrator, .auditor]), ("/letters/\(FakeReveals.letter)/reveal", [.reviewer, .administrator]),
        ("/log", .any), ("/log/export?as=csv", .any), ("/charts", .any),
        ("/letters/\(FakeDesk.waiting)/export?as=csv", .any), ("/clients/\(FakeAdministration.tag)", .any), ("/blocks", .any),
        ("/blocks/new", .deciders), ("/blocks/3/remove", .deciders), ("/recipients", [.administrator]),
        ("/recipients/photos/pat", [.administrator]), ("/sites", [.administrator]), ("/sites/photos", [.administrator]),
        ("/staff", [.administrator]), ("/staff/add", [.administrator]), ("/staff/berta/change", [.administrator]),
        ("/sites/photos/name", [.administrator]), ("/tokens", [.administrator]),
        ("/metrics", nil), ("/assets/1/postern.css", nil), ("/demo/mailbox", [.administrator]),
        ("/demo/mailbox/1", [.administrator]), ("/demo/mailbox/1/html", [.administrator]),
        ("/demo/mailbox/1/raw", [.administrator]),
    ]

    @Test func `Every route is in the table, with the roles that it is for`() throws {
        let responses = ResponseFactory(
            try Templates(folder: templatesFolder), SecurityHeaders(isSecure: true), isForStaff: true)
        let routes = staffRoutes(
            try Self.services(FakeStaff()), responses, publicURL: try configuration().publicURL, isLocal: false)
        #expect(routes.routes.count == Self.table.count)
        for (path, roles) in Self.table {
            let access = try #require(routes.match(String(path.prefix { $0 != "?" }))?.route.access)
            #expect(access == (roles.map { Access.staff($0) } ?? .anyone), "\(path)")
        }
    }

    @Test(arguments: StaffRole.allCases)
    func `A role opens its own routes and no others`(role: StaffRole) async throws {
        for (path, roles) in Self.table where roles != nil && path != "/sign-out" && path != "/demo/mailbox/1" {
            guard !path.hasPrefix("/demo/mailbox/1/"), !Self.isPosted(path) else { continue }
            let answer = try await send(.get, path, as: role, url: "https://desk.example.org")
            #expect(answer.status == (roles?.contains(role) == true ? .ok : .notFound), "\(path) \(role)")
        }
    }

    /// There is nothing to get, only something to post: see `DeskPagesTests`.
    private static func isPosted(_ path: String) -> Bool {
        path == "/keys" || ["/decision", "/wait", "/take", "/note", "/undo", "/remove"].contains { path.hasSuffix($0) }
    }

    @Test func `Without a session every page of staff's leads to where they sign in`() async throws {
        for (path, roles) in Self.table where roles != nil {
            for method in [HTTPRequest.Method.get, .post] {
                let answer = try await send(method, path, url: "https://desk.example.org")
                let isPage = method == .get && !Self.isPosted(path) && !["/", "/desk/events", "/sign-out"].contains(path)
                let back = isPage ? "?back=\(PercentCoding.encoded(path))" : ""
                #expect(answer.status == .seeOther && answer.headers[.location] == "/sign-in\(back)", "\(method) \(path)")
                #expect(answer.text.isEmpty)
            }
        }
        for cookie in ["__Host-postern-staff=", "__Host-postern-staff=0", "postern=\(FakeStaff.secret(.auditor)?.text ?? "")"] {
            #expect(try await send(.get, "/", headers: [.cookie: cookie]).status == .seeOther)
        }
    }

    @Test func `Whose session is over reads so, and comes back to the page that they asked for`() async throws {
        let cookie = [HTTPField.Name.cookie: "__Host-postern-staff=\(String(repeating: "0", count: 25))9"]
        let asked = "/letters/\(FakeDesk.waiting)?lane=held&rule=trap-bait"
        let led = try await send(.get, asked, headers: cookie)
        let path = try #require(led.headers[.location])
        #expect(path == "/sign-in?over=&back=\(PercentCoding.encoded(asked))")
        let page = try await send(.get, path).text
        #expect(page.contains("Your session has ended") && page.contains("where you were"))
        #expect(page.contains(#"name="back" value="/letters/"#))
        let own = ["name": "anna", "password": FakeStaff.password, "code": "123456", "back": asked]
        #expect(try await send(.post, "/sign-in", own).headers[.location] == asked)
        // A wrong password loses it as little as the name.
        let wrong = try await send(.post, "/sign-in", own.merging(["code": "000000"]) { $1 })
        #expect(wrong.status == .forbidden && wrong.text.contains(#"name="back" value="/letters/"#))
        // What was posted is told apart, and nobody is led to where it is posted.
        let posted = try await send(.post, "/letters/\(FakeDesk.waiting)/note", ["text": "x"], headers: cookie)
        #expect(posted.headers[.location] == "/sign-in?over=post")
        #expect(try await send(.get, "/sign-in?over=post").text.contains("nothing was changed"))
    }

    @Test(arguments: [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "evil", "/nothing", "/sign-out", "/keys", "/desk/events",
        "/sign-in", "/enrol/anna/x", "/metrics", "/letters/x/decision", "/\r\nSet-Cookie: x=y", "/log\u{7F}", "/\u{202E}log",
        "/log?" + String(repeating: "x", count: 600), "",
    ])
    func `Signing in leads to no address that is not one of our pages`(_ back: String) async throws {
        let own = ["name": "anna", "password": FakeStaff.password, "code": "123456", "back": back]
        let answer = try await send(.post, "/sign-in", own)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/")
        let page = try await send(.get, "/sign-in?back=\(PercentCoding.encoded(back))").text
        #expect(!page.contains(#"name="back""#))
    }

    @Test func `A password and a code sign in, by a cookie that no script reads and no other site sends`() async throws {
        let staff = FakeStaff()
        let page = try await send(.get, "/sign-in", staff: staff)
        #expect(page.status == .ok && page.text.contains("Six digits"))
        let answer = try await send(
            .post, "/sign-in", ["name": "anna", "password": FakeStaff.password, "code": "123456"], staff: staff)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/")
        let cookie = try #require(answer.headers[.setCookie])
        #expect(cookie.hasPrefix("__Host-postern-staff="))
        for part in ["; Path=/;", "Max-Age=43200", "HttpOnly", "SameSite=Strict", "Secure"] {
            #expect(cookie.contains(part), "\(cookie)")
        }
        let own = try await send(.get, "/", as: .reviewer).text
        #expect(own.contains("Signed in as") && own.contains("anna"))
    }

    @Test func `What is wrong is answered alike, with the name kept and no secret`() async throws {
        for fields in [
            ["name": "anna", "password": "wrong", "code": "123456"], ["name": "nobody", "password": FakeStaff.password],
            ["name": "anna", "password": FakeStaff.password, "code": "000000"], [:],
        ] {
            let answer = try await send(.post, "/sign-in", fields)
            #expect(answer.status == .forbidden && answer.headers[.setCookie] == nil)
            #expect(answer.text.contains("That did not sign you in") && !answer.text.contains(FakeStaff.password))
            if let name = fields["name"] { #expect(answer.text.contains("value=\"\(name)\"")) }
        }
        let limited = try await send(.post, "/sign-in", ["name": "anna"], staff: FakeStaff(isLimited: true))
        #expect(limited.status == .tooManyRequests && limited.headers[.retryAfter] == "90")
    }

    @Test func `A passkey signs in where the page was opened at its own address, and elsewhere the page names it`() async throws {
        let there = try await send(.get, "/sign-in", url: "http://localhost").text
        #expect(there.contains(#"data-passkey="get" data-challenge="AQID" data-party="localhost""#))
        let elsewhere = try await send(.get, "/sign-in").text
        #expect(!elsewhere.contains("data-passkey") && elsewhere.contains("http://localhost:8081"))
        let given = [
            "credential": "AQ", "clientData": "Ag", "authenticatorData": "Aw", "signature": "BA",
            "user": Base64URL.text(of: Array("anna".utf8)),
        ]
        #expect(try await send(.post, "/sign-in", given).status == .seeOther)
        let forged = try await send(.post, "/sign-in", given.merging(["signature": "AA"]) { $1 })
        #expect(forged.status == .forbidden && forged.text.contains("That passkey does not"))
        #expect(try await send(.post, "/sign-in", given.merging(["signature": "!"]) { $1 }).status == .forbidden)
    }

    @Test func `While there is nobody, the page says how to add the first, and nothing else`() async throws {
        let staff = FakeStaff(isEmpty: true)
        let page = try await send(.get, "/sign-in", staff: staff).text
        #expect(page.contains("postern staff add NAME --role administrator") && !page.contains("<form"))
        #expect(try await send(.get, "/", staff: staff).headers[.location] == "/sign-in")
    }

    @Test func `A link lets somebody choose, and shows recovery codes once`() async throws {
        let path = "/enrol/anna/\(FakeStaff.link)"
        let page = try await send(.get, path)
        #expect(page.status == .ok)
        // Twenty zeros, as authenticator apps read them.
        #expect(page.text.contains("AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA"))
        #expect(page.text.contains("otpauth://totp/Postern%20localhost:anna?secret=\(String(repeating: "A", count: 32))"))
        let short = try await send(.post, path, ["password": "short", "code": "123456"])
        #expect(short.status == .unprocessableContent && short.text.contains("at least 12 characters"))
        let wrong = try await send(.post, path, ["password": FakeStaff.password, "code": "1"])
        #expect(wrong.status == .unprocessableContent && wrong.text.contains("not the code"))
        let done = try await send(.post, path, ["password": FakeStaff.password, "code": "123456"])
        #expect(done.status == .ok && done.text.contains("aaaa-bbbb-cccc-dddd") && done.headers[.setCookie] != nil)
        let passkey = try await send(.post, path, ["clientData": "Ag", "attestation": "BQ"])
        #expect(passkey.status == .ok && passkey.headers[.setCookie] != nil)
        for dead in ["/enrol/berta/\(FakeStaff.link)", "/enrol/anna/x"] {
            let answer = try await send(.get, dead)
            #expect(answer.status == .notFound && answer.text.contains("postern staff reset"))
        }
    }

    @Test(arguments: [
        (["Sec-Fetch-Site": "cross-site"], false), (["Sec-Fetch-Site": "same-site"], false), (["Sec-Fetch-Site": "none"], false),
        (["Sec-Fetch-Site": "same-origin", "Origin": "null"], true), (["Origin": "https://evil.example"], false),
        (["Origin": "null"], false), (["Origin": "http://localhost:8081"], true), (["Origin": "http://localhost:9999"], false),
        ([:], true),
    ])
    func `A post counts only from our own pages`(headers: [String: String], isTaken: Bool) async throws {
        let fields = Dictionary(
            uniqueKeysWithValues: try headers.map { (try #require(HTTPField.Name($0.key)), $0.value) })
        for (path, form) in [
            ("/sign-in", ["name": "anna", "password": FakeStaff.password, "code": "123456"]), ("/sign-out", ["form": "token"]),
        ] {
            let answer = try await send(.post, path, form, as: .reviewer, headers: fields)
            #expect(answer.status == (isTaken ? .seeOther : .forbidden), "\(path)")
        }
    }

    @Test func `A session's forms need its token`() async throws {
        let staff = FakeStaff()
        #expect(try await send(.post, "/sign-out", as: .auditor, staff: staff).status == .forbidden)
        #expect(try await send(.post, "/sessions", ["session": "other"], as: .auditor, staff: staff).status == .forbidden)
        #expect(staff.ended.isEmpty)
        let page = try await send(.get, "/sessions", as: .auditor, staff: staff).text
        #expect(page.contains("berta") && page.contains(#"value="other""#))
        let ended = try await send(
            .post, "/sessions", ["session": "other", "form": "token"], as: .auditor, staff: staff)
        #expect(ended.headers[.location] == "/sessions")
        let out = try await send(.post, "/sign-out", ["form": "token"], as: .auditor, staff: staff)
        #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
        #expect(staff.ended == ["other", "own"])
    }

    // The rule: without a token, with an empty one, with another session's. The routes are the table's, so that none is forgotten.
    @Test(arguments: [nil, "", "tokens"])
    func `Every post of somebody who is signed in needs the token of the session's pages`(token: String?) async throws {
        let responses = ResponseFactory(
            try Templates(folder: templatesFolder), SecurityHeaders(isSecure: false), isForStaff: true)
        let routes = staffRoutes(
            try Self.services(FakeStaff()), responses, publicURL: try configuration().publicURL, isLocal: true)
        var count = 0
        for route in routes.routes where route.handler(for: .post) != nil {
            guard case .staff(let roles) = route.access else { continue }
            let path = try #require(
                Self.table.first { routes.match($0.path)?.route.pattern.description == route.pattern.description }?.path)
            let role = try #require(StaffRole.allCases.first { roles.contains($0) })
            let staff = FakeStaff()
            let answer = try await send(.post, path, token.map { ["form": $0] } ?? [:], as: role, staff: staff)
            #expect(answer.status == .forbidden && staff.ended.isEmpty, "\(path)")
            count += 1
        }
        #expect(count > 15)
    }

    @Test func `Behind a proxy the client is who it names, and metrics stay on this machine`() async throws {
        let staff = FakeStaff()
        let proxy = try AddressRange("127.0.0.1/32")
        let forwarded = try #require(HTTPField.Name("X-Forwarded-For"))
        _ = try await send(
            .post, "/sign-in", ["name": "anna"], staff: staff, url: "https://desk.example.org", trustedProxies: [proxy],
            headers: [forwarded: "192.0.2.7"])
        #expect(staff.clients == [ClientAddress(text: "192.0.2.7")])
        func metrics(_ client: String?, url: String) async throws -> HTTPResponse.Status {
            let headers = client.map { [forwarded: $0] } ?? [:]
            return try await send(.get, "/metrics", url: url, trustedProxies: [proxy], headers: headers).status
        }
        // The tests ask for `localhost`.
        #expect(try await metrics(nil, url: "https://desk.example.org") == .ok)
        #expect(try await metrics("192.0.2.7", url: "https://desk.example.org") == .notFound)
        #expect(try await metrics(nil, url: "https://localhost") == .notFound)
        #expect(try await metrics(nil, url: "http://localhost:8081") == .ok)
    }
}
