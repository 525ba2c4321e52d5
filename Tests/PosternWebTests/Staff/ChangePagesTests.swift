import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternTestSupport
import PosternWeb
import Testing

@Suite("A change is asked for, read once more in words, proven, and its link shown once, in forms that need no script")
struct ChangePagesTests {
    private static let reason = "They begin on Monday."
    private static let paths = ["/staff/add", "/staff/berta/change", "/sites/photos/name"]

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [String: String] = [:], changes: FakeChanges = FakeChanges(),
        house: FakeAdministration = FakeAdministration(), as role: StaffRole = .administrator, isAtHome: Bool = true
    ) async throws -> TestResponse {
        let url = isAtHome ? "http://localhost" : "https://desk.example.org"
        let application = buildStaffApplication(
            try configuration(), try StaffSignInTests.services(FakeStaff(), administration: house, changes: changes, url: url),
            templates: try Templates(folder: templatesFolder), logger: silent)
        var headers: HTTPFields = [.cookie: FakeStaff.cookie(role)]
        if method == .post { headers[.contentType] = "application/x-www-form-urlencoded" }
        let body = fields.map { "\($0.key)=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
        return try await application.test(.live) { [headers] client in
            try await client.execute(
                uri: path, method: method, headers: headers, body: method == .post ? ByteBuffer(string: body) : nil
            ) { $0 }
        }
    }

    /// What the form at a path takes.
    private static func fields(_ path: String, _ more: [String: String] = [:]) -> [String: String] {
        let own =
            switch path {
            case "/staff/add": ["name": " Carl ", "what": "reviewer"]
            case "/sites/photos/name": ["site-name": "New photos", "origins": "https://new.example https://old.example"]
            default: ["what": "link"]
            }
        return own.merging(["form": "token", "reason": reason]) { $1 }.merging(more) { $1 }
    }

    private static func proven(_ path: String, _ code: String = "123456") -> [String: String] {
        fields(path, ["challenge": Base64URL.text(of: FakeChanges.challenge), "code": code])
    }

    // MARK: - Who may

    // The rule: role × route × method. What a role may not do is not there for it.
    @Test(arguments: StaffRole.allCases)
    func `Administrators alone have these pages`(_ role: StaffRole) async throws {
        let isFor = role == .administrator
        for path in Self.paths {
            let changes = FakeChanges()
            #expect(try await send(.get, path, changes: changes, as: role).status == (isFor ? .ok : .notFound), "\(path)")
            for fields in [Self.fields(path), Self.proven(path)] {
                let answer = try await send(.post, path, fields, changes: changes, as: role)
                #expect(answer.status == (isFor ? .ok : .notFound), "\(path)")
            }
            #expect(changes.wishes.count == (isFor ? 1 : 0) && changes.made.count == (isFor ? 1 : 0), "\(path)")
        }
    }

    @Test func `Nothing runs by a GET, nor without the session's token, and what was typed stays`() async throws {
        for path in Self.paths {
            let changes = FakeChanges()
            let query = Self.proven(path).map { "\($0.key)=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
            #expect(try await send(.get, "\(path)?\(query)", changes: changes).status == .ok)
            for token in ["", "wrong"] {
                let answer = try await send(.post, path, Self.proven(path).merging(["form": token]) { $1 }, changes: changes)
                #expect(answer.status == .forbidden && answer.text.contains(Self.reason), "\(path)")
                #expect(answer.text.contains("from an earlier session"))
            }
            #expect(changes.wishes.isEmpty && changes.proofs.isEmpty, "\(path)")
        }
    }

    @Test func `What nobody has is not there`() async throws {
        for path in ["/staff/nobody/change", "/sites/nowhere/name"] {
            #expect(try await send(.get, path).status == .notFound)
            #expect(try await send(.post, path, Self.fields(path)).status == .notFound)
        }
    }

    // MARK: - Asking

    @Test func `The list leads to the forms, and a form has what can be done`() async throws {
        let list = try await send(.get, "/staff").text
        #expect(list.contains(#"href="/staff/add""#) && list.contains(#"href="/staff/berta/change""#))
        #expect(!list.contains("postern staff reset NAME"))
        let site = try await send(.get, "/sites/photos").text
        #expect(site.contains(#"href="/sites/photos/name""#) && !site.contains("postern site set"))
        let new = try await send(.get, "/staff/add").text
        for role in StaffRole.allCases { #expect(new.contains(#"name="what" type="radio" value="\#(role.rawValue)""#)) }
        let berta = try await send(.get, "/staff/berta/change").text
        for value in ["link", "administrator", "auditor", "remove"] { #expect(berta.contains(#"value="\#(value)""#), "\(value)") }
        #expect(!berta.contains(#"value="reviewer""#))
        // One's own account stays an administrator's: the one who changes is the last who is left.
        let own = try await send(.get, "/staff/anna/change").text
        #expect(own.contains(#"value="link""#) && !own.contains(#"value="remove""#) && !own.contains(#"value="auditor""#))
        let words = try await send(.get, "/sites/photos/name").text
        #expect(words.contains(#"value="Photos x""#) && words.contains(#"value="https://photos.example""#))
    }

    @Test(arguments: [
        ("/staff/add", ["name": ""], "cannot be a name"), ("/staff/add", ["name": "two words"], "cannot be a name"),
        ("/staff/add", ["what": "king"], "what they may do"), ("/staff/berta/change", ["what": ""], "what you want to change"),
        ("/staff/berta/change", ["what": "reviewer"], "what you want to change"),
        ("/sites/photos/name", ["site-name": " "], "must be one line"),
        ("/sites/photos/name", ["origins": "https://new.example photos"], "“photos” cannot be used"),
        ("/staff/add", ["reason": "spam"], "at least 10"),
    ])
    func `What is wrong with it is said beside it, with what was typed`(
        path: String, wrong: [String: String], words: String
    ) async throws {
        let changes = FakeChanges()
        let answer = try await send(.post, path, Self.fields(path, wrong), changes: changes)
        #expect(answer.status == .unprocessableContent && answer.text.contains(words))
        #expect(answer.text.contains(wrong["reason"] ?? Self.reason) && answer.text.contains(#"class="fault""#))
        #expect(changes.wishes.isEmpty)
    }

    // MARK: - Proving

    @Test func `The change is shown in words before a code is asked for, and the form has all of it`() async throws {
        let rows: [(path: String, more: [String: String], what: ChangeWish.What, words: String)] = [
            ("/staff/add", [:], .account(try StaffName("carl"), .add(.reviewer)), "carl becomes a member of staff, as reviewer."),
            (
                "/staff/berta/change", ["what": "link"], .account(try StaffName("berta"), .reset(.reviewer)),
                "berta gets a new link and stays reviewer."
            ),
            (
                "/staff/berta/change", ["what": "auditor"], .account(try StaffName("berta"), .move(to: .auditor)),
                "berta becomes auditor."
            ),
            (
                "/staff/berta/change", ["what": "remove"], .account(try StaffName("berta"), .remove),
                "The account of berta is removed"
            ),
            (
                "/sites/photos/name", [:],
                .site(
                    try SiteID("photos"), name: try HeaderText("New photos", limit: 100),
                    origins: ["https://new.example", "https://old.example"].compactMap { WebOrigin($0) }),
                "New photos"
            ),
        ]
        for row in rows {
            let changes = FakeChanges()
            let fields = Self.fields(row.path, row.more)
            let page = try await send(.post, row.path, fields, changes: changes)
            #expect(page.status == .ok && page.text.contains(row.words) && page.text.contains(#"name="code""#), "\(row.what)")
            #expect(page.text.contains(#"name="challenge" value="\#(Base64URL.text(of: FakeChanges.challenge))""#))
            for (name, value) in fields where name != "form" && (row.path == "/staff/add" || name != "name") {
                #expect(page.text.contains(#"name="\#(name)" value="\#(value)""#), "\(name)")
            }
            #expect(changes.wishes == [ChangeWish(row.what, because: try RevealReason(typed: Self.reason))])
            #expect(changes.made.isEmpty)
        }
        let own = try await send(.post, "/staff/anna/change", Self.fields("/staff/anna/change"))
        #expect(own.text.contains("This is your own account"))
    }

    @Test func `A code makes the change, and the link is shown once, with no script and no way out`() async throws {
        let changes = FakeChanges()
        let shown = try await send(.post, "/staff/add", Self.proven("/staff/add"), changes: changes)
        #expect(shown.status == .ok && shown.text.contains(FakeChanges.link) && shown.text.contains(Self.reason))
        #expect(shown.headers[.cacheControl] == "no-store" && shown.headers[.referrerPolicy] == "no-referrer")
        #expect(shown.headers[.contentSecurityPolicy]?.contains("script-src 'none'") == true)
        #expect(!shown.text.contains("<script") && !shown.text.contains(#"href="http"#))
        #expect(changes.made.map(\.what) == [.account(try StaffName("carl"), .add(.reviewer))])
        let removed = try await send(
            .post, "/staff/berta/change", Self.proven("/staff/berta/change").merging(["what": "remove"]) { $1 },
            changes: FakeChanges(outcome: .done))
        #expect(removed.text.contains("The account of berta is removed") && !removed.text.contains("/enrol/"))
        let site = try await send(
            .post, "/sites/photos/name", Self.proven("/sites/photos/name"), changes: FakeChanges(outcome: .done))
        #expect(site.text.contains("Name and origins of photos are changed"))
    }

    @Test func `An account that will be new on a page waits, which is said before the change and after it, with the moment`()
        async throws
    {
        let rows: [(path: String, what: String, waits: Bool)] = [
            ("/staff/add", "reviewer", true), ("/staff/add", "administrator", true), ("/staff/add", "auditor", false),
            ("/staff/berta/change", "link", true), ("/staff/berta/change", "administrator", true),
            ("/staff/berta/change", "auditor", false), ("/staff/berta/change", "remove", false),
            ("/staff/anna/change", "link", true),
        ]
        for row in rows {
            let page = try await send(.post, row.path, Self.fields(row.path, ["what": row.what]))
            #expect(page.text.contains("For 24 hours from now") == row.waits, "\(row)")
        }
        let site = try await send(.post, "/sites/photos/name", Self.fields("/sites/photos/name"))
        #expect(!site.text.contains("For 24 hours"))
        let shown = try await send(.post, "/staff/add", Self.proven("/staff/add"))
        let words = "carl can sign in and decide about letters at once, and may reveal, and change accounts and sites, from "
        #expect(shown.text.contains("\(words)25 November 2026, 10:05 UTC") && shown.text.contains("postern staff reset"))
        let auditor = try await send(
            .post, "/staff/add", Self.proven("/staff/add").merging(["what": "auditor"]) { $1 },
            changes: FakeChanges(outcome: .link(FakeChanges.link, waits: nil)))
        #expect(auditor.text.contains(FakeChanges.link) && !auditor.text.contains("may reveal"))
    }

    @Test func `A passkey signs by the page's script, at the address it was made for`() async throws {
        let changes = FakeChanges(way: .passkey(credential: FakeChanges.credential))
        let page = try await send(.post, "/staff/add", Self.fields("/staff/add"), changes: changes).text
        #expect(page.contains(#"data-passkey="get""#) && page.contains(#"data-party="localhost""#))
        #expect(page.contains(#"data-credential="\#(Base64URL.text(of: FakeChanges.credential))""#))
        #expect(!page.contains(#"name="code""#))
        let away = try await send(.post, "/staff/add", Self.fields("/staff/add"), changes: changes, isAtHome: false).text
        #expect(away.contains("Passkeys work at") && !away.contains("data-passkey"))
        let parts = ["credential": FakeChanges.credential, "clientData": [2], "authenticatorData": [3], "signature": [4]]
        let shown = try await send(
            .post, "/staff/add", Self.proven("/staff/add", "").merging(parts.mapValues { Base64URL.text(of: $0) }) { $1 },
            changes: changes)
        #expect(shown.text.contains(FakeChanges.link))
    }

    // MARK: - What goes wrong

    @Test func `What is wrong with a proof is said in words, and another try is one step away`() async throws {
        for (code, words) in [("000000", "not the code that your app shows"), ("999999", "was used before")] {
            let page = try await send(.post, "/staff/add", Self.proven("/staff/add", code))
            #expect(page.status == .forbidden && page.text.contains(words) && page.text.contains(#"name="code""#), "\(code)")
        }
        let late = try await send(
            .post, "/staff/add", Self.proven("/staff/add").merging(["challenge": Base64URL.text(of: [7])]) { $1 })
        #expect(late.status == .conflict && late.text.contains("expired") && late.text.contains(#"name="code""#))
        let limited = try await send(
            .post, "/staff/add", Self.proven("/staff/add"),
            changes: FakeChanges(outcome: .refused(.limited(retryAfter: .seconds(90)))))
        #expect(limited.status == .tooManyRequests && limited.headers[.retryAfter] == "90")
    }

    @Test(arguments: [
        (ChangeRefusal.role, "Only an administrator"), (.account, "How you sign in was changed"),
        (.oneself, "cannot remove your own account"),
        (.capReached(until: Epoch(containing: Example.now).end), "25 November 2026"),
        (.unwritten, "postern doctor"),
        (.tooNew(until: Example.now + ChangeRule.wait), "25 November 2026, 10:05 UTC"),
        (.tooNew(until: Example.now), "postern staff reset"),
    ])
    func `Each refusal says what happened and what to do, before and after the proof`(
        refusal: ChangeRefusal, words: String
    ) async throws {
        for answer in [
            try await send(.post, "/staff/add", Self.fields("/staff/add"), changes: FakeChanges(refusal: refusal)),
            try await send(.post, "/staff/add", Self.proven("/staff/add"), changes: FakeChanges(outcome: .refused(refusal))),
        ] {
            #expect(answer.text.contains(words) && answer.text.contains(Self.reason) && !answer.text.contains(#"name="code""#))
            #expect(!answer.text.contains(FakeChanges.link) && answer.status.code >= 400)
        }
    }

    @Test func `A name that is taken, and a relay or a vault that is away, are told apart`() async throws {
        let taken = FakeChanges(fault: .taken(try StaffName("carl")))
        for fields in [Self.fields("/staff/add"), Self.proven("/staff/add")] {
            let answer = try await send(.post, "/staff/add", fields, changes: taken)
            #expect(answer.status == .conflict && answer.text.contains("already a member of staff called carl"))
            #expect(answer.text.contains(#"value=" Carl ""#))
        }
        let begun = try await send(.post, "/staff/add", Self.fields("/staff/add"), changes: FakeChanges(isAway: true))
        #expect(begun.status == .serviceUnavailable && begun.text.contains("nothing was changed"))
        #expect(begun.headers[.retryAfter] == "30" && begun.text.contains(Self.reason))
        // Asked and not answered: nobody says that nothing was changed.
        let asked = try await send(.post, "/staff/add", Self.proven("/staff/add"), changes: FakeChanges(isAway: true))
        #expect(asked.status == .serviceUnavailable && asked.text.contains("not certain") && asked.text.contains(Self.reason))
        #expect(!asked.text.contains("nothing was changed"))
    }

    @Test func `What somebody else wrote is inert in every place`() async throws {
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{token}}</textarea>'"
        let house = FakeAdministration(foreign: hostile)
        for path in Self.paths {
            let typed = ["name": hostile, "what": hostile, "site-name": hostile, "origins": hostile, "reason": hostile]
            for answer in [
                try await send(.get, path, house: house),
                try await send(.post, path, Self.fields(path, typed), house: house),
                try await send(.post, path, Self.fields(path, ["site-name": hostile, "reason": hostile]), house: house),
            ] {
                let scripts = answer.text.components(separatedBy: "<script").count - 1
                #expect(scripts == (answer.text.contains(#"name="code""#) ? 1 : 0), "\(path)")
                #expect(!answer.text.contains("<img src=x") && !answer.text.contains("'</textarea>"), "\(path)")
            }
        }
    }
}
