import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternMail
import PosternRelay
import PosternTestSupport
import PosternWeb
import Testing

struct StaffListenerTests {
    private struct Overview: StaffOverviewSource {
        struct Broken: Error {}
        var isBroken = false

        func overview() async throws -> StaffOverview {
            guard !isBroken else { throw Broken() }
            return StaffOverview(
                deliveries: [.ready: 12, .delivered: 3_456], oldestWaiting: Example.now - .minutes(12), decisions: [.hold: 5],
                latest: [Example.entry()], lastPurge: Example.now, openReports: 2)
        }
    }

    private struct Gauges: MetricsSource {
        func gauges() async -> [GaugeReading] { [GaugeReading(.queueDeliveries, 3, label: ("state", "ready"))] }
    }

    private static func services(
        _ overview: Overview = Overview(), health: FakeHealth = FakeHealth(), mailbox: MailboxLetters? = nil,
        requests: RequestLimiter = RequestLimiter(.off)
    ) throws -> StaffServices {
        let administration = FakeAdministration()
        return StaffServices(
            staff: FakeStaff(), desk: FakeDesk(), waves: FakeWaves(), reveals: FakeReveals(), journal: FakeJournal(),
            blocks: administration, log: administration, administration: administration,
            changes: FakeChanges(), url: try #require(WebOrigin("http://localhost:8081")), overview: overview,
            charts: FakeCharts(), health: health,
            metrics: MetricRegistry(), gauges: Gauges(), mailbox: mailbox,
            requests: requests, randomness: RandomSource { 4 }, eventsLast: .zero,
            now: { Example.now })
    }

    private func get(
        _ path: String, method: HTTPRequest.Method = .get, mailbox: MailboxLetters? = nil, overview: Overview = Overview(),
        health: FakeHealth = FakeHealth()
    ) async throws -> TestResponse {
        let application = buildStaffApplication(
            try configuration(), try Self.services(overview, health: health, mailbox: mailbox),
            templates: try Templates(folder: templatesFolder),
            logger: silent)
        return try await application.test(.live) { client in
            try await client.execute(uri: path, method: method, headers: [.cookie: FakeStaff.cookie(.reviewer)]) { $0 }
        }
    }

    @Test func `A network that asks without end is refused before anything is looked up`() async throws {
        let limit = Limit(burst: nil, rates: [.init(count: 60, per: .minutes(1))])
        let application = buildStaffApplication(
            try configuration(), try Self.services(requests: RequestLimiter(limit)),
            templates: try Templates(folder: templatesFolder),
            logger: silent)
        let statuses = try await application.test(.live) { client in
            var statuses: Set<HTTPResponse.Status> = []
            for _ in 0..<70 { statuses.insert(try await client.execute(uri: "/sign-in", method: .get) { $0.status }) }
            return statuses
        }
        #expect(statuses.contains(.tooManyRequests))
    }

    private func mailbox() -> MailboxLetters {
        let letters = MailboxLetters()
        let envelope = MailboxDialogue.Envelope(sender: "b1@relay.example.org", recipients: ["pat@private.example"])
        letters.keep(envelope, source: Array(SampleMail.alternative.utf8), at: Example.now)
        letters.keep(envelope, source: Array("Subject: <script>\r\n\r\n{{text}}</pre>".utf8), at: Example.now)
        return letters
    }

    @Test func `The overview shows deliveries, decisions, the latest entries and whether all is well`() async throws {
        let page = try await get("/overview")
        #expect(page.status == .ok)
        for part in [
            "3,456", "12 minutes ago", "All is well.", "trap-bait trap-token +7", "0000000000abc", "photos/pat", "1,234",
            "expired",
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        #expect(!page.text.contains("/demo/mailbox"))
        #expect(try await get("/overview", mailbox: MailboxLetters()).text.contains("/demo/mailbox"))
    }

    @Test(arguments: [false, true])
    func `What is the matter comes first, with its remedy, whether or not the store can be read (H4)`(isBroken: Bool) async throws
    {
        let conditions = [
            HealthCondition(
                .login, .standsStill, "the smarthost refuses our login: 535 <no>", meaning: "Each letter is held.",
                remedy: "Compare POSTERN_SMTP_USER.", commands: [.doctor]),
            HealthCondition(.purge, .failingSoon, "deleted 3 h ago", meaning: "Data is deleted late.", remedy: "See the log."),
        ]
        let page = try await get("/overview", overview: Overview(isBroken: isBroken), health: FakeHealth(conditions: conditions))
            .text
        #expect(!page.contains("All is well."))
        for part in [
            "Stands still:", "the smarthost refuses our login: 535 &lt;no&gt;", "Each letter is held. Compare POSTERN_SMTP_USER.",
            "<code>postern doctor</code>", "Will fail soon:", "deleted 3 h ago",
        ] {
            #expect(page.contains(part), "\(part) is missing")
        }
        let (first, second) = (try #require(page.range(of: "535")), try #require(page.range(of: "3 h ago")))
        #expect(first.lowerBound < second.lowerBound)
    }

    @Test func `What staff decide about leads to the desk, and names no command`() async throws {
        let reports = HealthCondition(
            .reports, .note, "2 letters were reported", meaning: "They wait.", remedy: "Look at them.", commands: [.reports])
        let page = try await get("/overview", health: FakeHealth(conditions: [reports])).text
        #expect(page.components(separatedBy: #"href="/?lane=reported""#).count == 3)
        #expect(!page.contains("postern report list") && !page.contains("postern queue list"))
        #expect(page.contains(#"href="/letters/"#) && page.contains(#"href="/clients/"#) && page.contains(#"<a href="/log">"#))
    }

    @Test func `The page is shown even when the store cannot be read`() async throws {
        let page = try await get("/overview", overview: Overview(isBroken: true))
        #expect(page.status == .ok)
        #expect(page.text.contains(#"role="alert""#) && !page.text.contains("<table"))
    }

    @Test func `Metrics are there for Prometheus`() async throws {
        let answer = try await get("/metrics")
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.text.contains(#"postern_queue_deliveries{state="ready"} 3"#))
    }

    @Test func `The mailbox lists its letters, newest first`() async throws {
        let page = try await get("/demo/mailbox", mailbox: mailbox())
        #expect(page.status == .ok)
        let newest = try #require(page.text.range(of: "/demo/mailbox/2"))
        let oldest = try #require(page.text.range(of: "/demo/mailbox/1"))
        #expect(newest.lowerBound < oldest.lowerBound)
        #expect(page.text.contains("Grüße 👋") && page.text.contains("&lt;script&gt;") && !page.text.contains("<script>"))
    }

    @Test func `What is for members lies in one mailbox, what is for anybody else in the other`() async throws {
        let letters = MailboxLetters()
        func keep(_ subject: String, to address: String, header: String = "", text: String = "Hello") {
            letters.keep(
                MailboxDialogue.Envelope(sender: "b1@relay.example.org", recipients: [address]),
                source: Array("Subject: \(subject)\r\n\(header)\r\n\(text)\r\n".utf8), at: Example.now)
        }
        keep("letter", to: "pat@private.example", header: "List-Unsubscribe: <https://contact.example.org/pause/x>\r\n")
        keep("answer", to: "vera@visitor.example", text: "https://contact.example.org/letter/x")
        keep("copy", to: "Pat@Private.example")
        keep("question", to: "sam@private.example", text: "See https://contact.example.org/confirm/photos/sam/x?lang=de.")
        keep("posing", to: "eve@visitor.example", text: "https://evil.example/confirm/x")
        let page = try await get("/demo/mailbox", mailbox: letters).text
        let parts = page.split(separator: "The visitor’s mailbox")
        try #require(parts.count == 2)
        func subjects(_ part: Substring) -> [String] {
            part.split(separator: "<a href=\"/demo/mailbox/").dropFirst().map { row in
                String(row.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" })
            }
        }
        #expect(subjects(parts[0]) == ["question", "copy", "letter"])
        #expect(subjects(parts[1]) == ["posing", "answer"])
    }

    // The frame around its HTML lets no link out.
    @Test func `The links of a mail stand beside it, each once, as they are called there`() async throws {
        let letters = MailboxLetters()
        let html = """
            <img src="https://contact.example.org/logo"><a href="https://contact.example.org/reply/abc">Answer <b>privately</b></a>
            <a class="x" href="https://contact.example.org/letter/a/b?lang=de&amp;x=1">Read &amp; answer</a>
            <a href="https://contact.example.org.evil.example/reply/no">no</a> <a href="javascript:alert(1)">no</a>
            <a href="https://contact.example.org/mute/x&quot; onclick=&quot;no">no</a>
            """
        let source = """
            Subject: x
            MIME-Version: 1.0
            Content-Type: multipart/alternative; boundary=b

            --b
            Content-Type: text/plain; charset=utf-8

            Answer: https://contact.example.org/reply/abc
            Pause: https://contact.example.org/pause/def. And <https://contact.example.org/pause/def>
            --b
            Content-Type: text/html; charset=utf-8

            \(html)
            --b--

            """.crlf
        letters.keep(.init(sender: "b1@x.example", recipients: ["p@y.example"]), source: Array(source.utf8), at: Example.now)
        let mail = MailView(source: Array(source.utf8))
        let links = MailboxLink.all(in: mail, to: try configuration().publicURL)
        #expect(
            links.map(\.url) == [
                "https://contact.example.org/reply/abc", "https://contact.example.org/letter/a/b?lang=de&x=1",
                "https://contact.example.org/pause/def",
            ])
        #expect(links.map(\.label) == ["Answer privately", "Read & answer", nil])
        let page = try await get("/demo/mailbox/1", mailbox: letters).text
        #expect(page.contains(#"<a href="https://contact.example.org/reply/abc">Answer privately</a>"#))
        #expect(page.contains(#"<a href="https://contact.example.org/letter/a/b?lang=de&amp;x=1">Read &amp; answer</a>"#))
        #expect(page.contains(#"<a href="https://contact.example.org/pause/def">https://contact.example.org/pause/def</a>"#))
        #expect(!page.contains(#"href="javascript"#) && !page.contains(#"<a href="https://contact.example.org.evil"#))
    }

    @Test func `A letter shows its envelope, its header and its text, and its HTML in a sandbox`() async throws {
        let page = try await get("/demo/mailbox/1", mailbox: mailbox())
        #expect(page.status == .ok)
        for part in [
            "&lt;pat@private.example&gt;", "Grüße, a long line.", #"<iframe src="/demo/mailbox/1/html" sandbox"#, "MIME-Version",
            "/demo/mailbox/1/raw",
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        #expect(page.headers[.contentSecurityPolicy]?.contains("frame-src 'self'") == true)
        #expect(!page.text.contains("evil.example"))
        let hostile = try await get("/demo/mailbox/2", mailbox: mailbox())
        #expect(hostile.text.contains("{{text}}&lt;/pre&gt;") && !hostile.text.contains("<iframe"))
    }

    @Test func `The HTML part loads nothing and runs nothing`() async throws {
        let part = try await get("/demo/mailbox/1/html", mailbox: mailbox())
        #expect(part.status == .ok)
        #expect(part.text.contains("<p>Grüße</p>"))
        let policy = try #require(part.headers[.contentSecurityPolicy])
        #expect(
            policy.hasPrefix("sandbox; default-src 'none';") && policy.contains("frame-ancestors 'self'")
                && !policy.contains("img-src"))
    }

    @Test func `The source is shown as plain text`() async throws {
        let raw = try await get("/demo/mailbox/2/raw", mailbox: mailbox())
        #expect(raw.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(raw.text == "Subject: <script>\r\n\r\n{{text}}</pre>")
        #expect(raw.headers[.xContentTypeOptions] == "nosniff")
    }

    @Test(arguments: [
        "/demo/mailbox/3", "/demo/mailbox/0", "/demo/mailbox/01", "/demo/mailbox/-1", "/demo/mailbox/x", "/demo/mailbox/2/html",
        "/demo/mailbox/1/x",
        "/demo/mailbox/1/raw/x", "/demo", "/nothing", "/demo/mailbox/99999999999999999999",
    ])
    func `A missing path is not found`(path: String) async throws {
        #expect(try await get(path, mailbox: mailbox()).status == .notFound)
    }

    @Test(arguments: ["/demo/mailbox", "/demo/mailbox/1"])
    func `Without a demo mailbox there are no such pages`(path: String) async throws {
        #expect(try await get(path).status == .notFound)
    }

    @Test func `POST is not allowed, and HEAD works`() async throws {
        let answer = try await get("/", method: .post)
        #expect(answer.status == .methodNotAllowed && answer.headers[.allow] == "GET, HEAD, OPTIONS")
        #expect(try await get("/", method: .head).status == .ok)
    }

    // Anybody can point a name of theirs at this machine. Nobody else can own an address or `localhost`.
    @Test(arguments: [
        ("127.0.0.1:8081", true), ("127.0.0.1", true), ("[::1]:8081", true), ("localhost:8081", true), ("LOCALHOST", true),
        ("staff.example.org", true),
        ("Staff.Example.org:443", true), ("evil.example:8081", false), ("127.0.0.1.evil.example", false), ("", false),
        ("[::1", false), (nil, false),
    ])
    func `Only known names are served`(authority: String?, isServed: Bool) {
        #expect(HostGuard(["staff.example.org"]).serves(authority) == isServed)
    }

    @Test
    func `Every page is for staff, metrics and style sheets for anyone, and the demo's mailboxes for anyone on this machine`()
        throws
    {
        let responses = ResponseFactory(
            try Templates(folder: templatesFolder), SecurityHeaders(isSecure: false), isForStaff: true)
        for (isLocal, mailbox) in [(true, Access.anyone), (false, .staff([.administrator]))] {
            let routes = staffRoutes(
                try Self.services(mailbox: MailboxLetters()), responses, publicURL: try configuration().publicURL,
                isLocal: isLocal
            ).routes
            let access = Dictionary(uniqueKeysWithValues: routes.map { ($0.pattern.description, $0.access) })
            #expect(
                access == [
                    "/": .staff(.any), "/overview": .staff(.any), "/letters/{id}": .staff(.any),
                    "/letters/{id}/export": .staff(.any),
                    "/letters/{id}/decision": .staff(.deciders), "/letters/{id}/wait": .staff(.deciders),
                    "/letters/{id}/take": .staff(.deciders), "/letters/{id}/note": .staff(.deciders),
                    "/desk/events": .staff(.any), "/desk/decision": .staff(.deciders), "/decisions": .staff(.any),
                    "/decisions/{id}/undo": .staff(.deciders), "/waves": .staff(.any), "/waves/{id}": .staff(.any),
                    "/waves/{id}/decision": .staff(.deciders), "/waves/{id}/take": .staff(.deciders), "/keys": .staff(.any),
                    "/metrics": .anyone,
                    "/journal": .staff([.administrator, .auditor]),
                    "/letters/{id}/reveal": .staff([.reviewer, .administrator]),
                    "/log": .staff(.any), "/charts": .staff(.any), "/log/export": .staff(.any), "/clients/{tag}": .staff(.any),
                    "/blocks": .staff(.any), "/blocks/new": .staff(.deciders), "/blocks/{id}/remove": .staff(.deciders),
                    "/recipients": .staff([.administrator]), "/recipients/{site}/{handle}": .staff([.administrator]),
                    "/sites": .staff([.administrator]), "/sites/{site}": .staff([.administrator]),
                    "/staff": .staff([.administrator]), "/staff/add": .staff([.administrator]),
                    "/staff/{name}/change": .staff([.administrator]), "/sites/{site}/name": .staff([.administrator]),
                    "/tokens": .staff([.administrator]),
                    "/assets/{version}/{name}": .anyone, "/sign-in": .anyone,
                    "/enrol/{name}/{link}": .anyone, "/sessions": .staff(.any), "/sign-out": .staff(.any),
                    "/demo/mailbox": mailbox, "/demo/mailbox/{number}": mailbox, "/demo/mailbox/{number}/html": mailbox,
                    "/demo/mailbox/{number}/raw": mailbox,
                ])
        }
    }

    @Test func `A request for another host is refused with 421`() async throws {
        try await withService({ announce in
            buildStaffApplication(
                try configuration(), try Self.services(), templates: try Templates(folder: templatesFolder), logger: silent,
                onListening: announce)
        }) { port in
            let answer = try await withRawConnection(to: port) { connection in
                try await connection.send("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
                return try await connection.rest()
            }
            #expect(answer.hasPrefix("HTTP/1.1 421 "))
        }
    }
}
