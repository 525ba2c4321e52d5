import Foundation
import NIOHTTP1
import PosternCore
import PosternMail
import PosternSealing
import PosternTestSupport
import Testing

/// mallory, a member of the same site as alice, who also writes to the store: what is mallory's own, and everything that can be done with it.
/// Both have moved to another address lately.
final class Thief {
    static let (formerly, now) = ("alice@old.example", "alice@new.example")
    /// Where mallory was, is, and would like mails to go.
    static let (evil, later, third) = ("mallory@evil.example", "mallory@later.example", "mallory@third.example")
    static let name = "Mallory Thief"
    /// Who writes to whom.
    static let visitors = [
        "alice": ("Vera Visitor", "vera@visitor.example"), "mallory": ("Eve Eavesdropper", "eve@thief.example"),
        "pia": ("Eve Eavesdropper", "eve@thief.example"),
    ]
    /// What nobody but alice is to read.
    static let secrets = ["Vera Visitor", "About alice", "For alice", "alice@"]

    let server: ScriptedSMTPServer
    let postern: Installation
    let alice, mallory: MemberBrowser
    /// The link that alice got at the former address.
    private(set) var aliceUndo = ""
    /// Of the change of address, and of the name under which mallory has begun to join.
    private var codes: [String] = []
    private var undo = ""
    private var cookie: String?
    /// Of the other site, and one of this site's that was revoked.
    private var tokens: [String] = []
    private var invitations: [String] = []
    private var proofPage = ""
    private var proof = ""

    private init(_ server: ScriptedSMTPServer, _ postern: Installation) {
        (self.server, self.postern) = (server, postern)
        alice = MemberBrowser(postern, server, address: Self.formerly, page: "photos/alice")
        mallory = MemberBrowser(postern, server, address: Self.evil, page: "photos/mallory")
    }

    static func start() async throws -> Thief {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_BUDGET_CONFIRMATION": "off", "POSTERN_BUDGET_ENROL": "off", "POSTERN_BUDGET_MANAGE": "off",
                "POSTERN_BUDGET_REPLY": "off",
            ])
        try await postern.succeed("site", "set", "photos", "--join", "open")
        try await postern.succeed("site", "add", "bank", "--name", "Example Bank", "--origin", "https://phish.example")
        for (handle, address, name) in [
            ("alice", formerly, "Alice"), ("mallory", evil, Self.name), ("pia", "pia@private.example", "Pia"),
            ("paul", "paul@private.example", "Paul"),
        ] {
            try await postern.addRecipient(handle, address, name: name)
        }
        for (handle, alias) in [("alice", "wonderland"), ("mallory", "mall")] {
            try await postern.succeed("recipient", "alias", "add", handle, alias, "--site", "photos")
        }
        try await postern.start()
        let thief = Thief(server, postern)
        try await thief.moveBoth()
        try await thief.collect()
        for handle in ["alice", "mallory"] { try await thief.write(to: handle, round: 0) }
        try await thief.settle()
        return thief
    }

    private func moveBoth() async throws {
        aliceUndo = try await move(alice, to: Self.now).undo
        let own = try await move(mallory, to: Self.later)
        (codes, undo) = ([own.code], own.undo)
        let settings = ["name": Self.name, "language": "en", "writers": "anyone", "daily": "1000"]
        #expect(try await mallory.press(settings, on: "/manage/settings").status == 303)
        cookie = mallory.cookie
    }

    private func move(_ member: MemberBrowser, to address: String) async throws -> (code: String, undo: String) {
        try await member.signIn()
        #expect(try await member.press(["action": "address", "address": address], on: "/manage/address").status == 303)
        let (code, undo) = (try await member.code(to: address), try await member.mailed("/undo/"))
        #expect(try await member.press(["action": "code", "code": code], on: "/manage/address").status == 303)
        return (code, undo)
    }

    /// What else is mallory's, and rows in tables that have none yet.
    private func collect() async throws {
        struct Made: Decodable { let id, token: String }
        for site in ["bank", "photos"] {
            let output = try await postern.succeed("token", "add", "--site", site, "--scope", "recipients", "--json").output
            let made = try JSONDecoder().decode(Made.self, from: Data(output.utf8))
            tokens.append(made.token)
            if site == "photos" { try await postern.succeed("token", "revoke", made.id) }
        }
        let home = "http://127.0.0.1:\(postern.port)"
        invitations = try await postern.succeed("recipient", "invite", "--site", "photos", "--count", "2").output
            .split(separator: "\n").map { String($0.dropFirst(home.count)) }
        try #require(invitations.count == 2)
        #expect(try await postern.join("mallory2", Self.evil, name: Self.name, at: invitations[0]).status == 303)
        func asked() -> ServerMessage? {
            mallory.mails(to: Self.evil).first { MailView(source: $0.octets).plain?.contains("/photos/mallory2") == true }
        }
        try await eventually("the code") { asked() != nil }
        codes.append(try #require(asked()?.code))

        try await postern.rows(
            "edit",
            """
            UPDATE recipient SET writers = 'proven' WHERE handle = 'pia';
            UPDATE recipient SET state = 'paused', paused_until = 253402300799999 WHERE handle = 'paul';
            INSERT INTO pause_end SELECT paused_until, id FROM recipient WHERE handle = 'paul'
            """)
        proofPage = try await askedToProve(by: ["name": "Eve Eavesdropper", "email": "eve@thief.example"])
        _ = try await askedToProve(by: ["name": "Vera Visitor", "email": "vera@visitor.example"])
        try await eventually("a code for the visitor") { self.mallory.mails(to: "eve@thief.example").first?.code != nil }
        proof = try #require(mallory.mails(to: "eve@thief.example").first?.code)
    }

    /// A letter to pia, which waits for its visitor's code.
    /// - Returns: the page on which it is typed.
    private func askedToProve(by visitor: [String: String]) async throws -> String {
        let answer = try await postern.post(visitor.merging(["subject": "For pia", "message": "For pia."]) { $1 }, to: "pia")
        try #require(answer.status == 202)
        return String(try #require(answer.text.firstMatch(of: /\/prove\/[0-9a-z]+/)).output)
    }

    // MARK: - Letters

    /// - Parameter name: what the link has: the handle, or an alias that leads there.
    func write(to handle: String, at name: String? = nil, round: Int) async throws {
        let visitor = try #require(Self.visitors[handle])
        let letter = [
            "name": visitor.0, "email": visitor.1, "subject": "About \(handle) \(round)",
            "message": "For \(handle), round \(round), at \(name ?? "their own page").",
        ]
        let answer = try await postern.post(letter, to: name ?? handle)
        try #require(answer.status == 202, "\(handle): \(answer.status) \(answer.text)")
    }

    /// Whose page a link leads to.
    func owner(of alias: String) async throws -> String? {
        try await postern.get("/c/photos/\(alias)").header("Location")?.split(separator: "/").last.map(String.init)
    }

    func settle() async throws {
        try await eventually("nothing is under way") {
            try await self.postern.rows("waiting").trimmingCharacters(in: .whitespacesAndNewlines) == "0"
        }
    }

    // MARK: - What the thief does

    /// Uses everything that is mallory's.
    /// - Returns: what mallory has seen.
    func use(after sql: String) async throws -> [Web.Answer] {
        var seen: [Web.Answer] = []
        seen += try await useSession()
        seen += try await useTokens(after: sql)
        for path in invitations {
            let page = try await postern.get(path)
            let form = ["form": page.formToken ?? "", "name": Self.name, "handle": "alice", "email": Self.third, "locale": "en"]
            let joined = try await postern.postForm(form, to: path)
            // One of them goes on being mallory's, for the name that was begun with it.
            let isOwn = joined.header("Location")?.contains("/photos/mallory2") == true
            #expect(joined.status >= 400 || isOwn, "joined as alice: \(sql)")
            seen += [page, joined]
        }
        for code in codes {
            let typed = try await postern.type(code, as: "alice")
            #expect(typed.status >= 400, "confirmed for alice: \(sql)")
            seen.append(typed)
        }
        seen.append(try await postern.postForm(["action": "again"], to: "/confirm/photos/alice"))
        seen.append(try await postern.postForm(["action": "prove", "code": proof], to: proofPage))
        // Last, since it ends the sessions.
        seen.append(try await postern.get(undo))
        for action in ["keep", "again"] { seen.append(try await postern.postForm(["action": action], to: undo)) }
        return seen
    }

    private func useSession() async throws -> [Web.Answer] {
        var seen: [Web.Answer] = []
        mallory.cookie = cookie
        // One token is in all forms of a session; not every page has a form at all times.
        let token = try await mallory.get("/manage").formToken ?? ""
        for page in ["", "/letters", "/mutes", "/data", "/export", "/address", "/settings"] {
            seen.append(try await mallory.get("/manage\(page)"))
        }
        for (fields, path) in [
            (["name": Self.name, "language": "en", "writers": "anyone", "daily": "1000"], "/manage/settings"),
            (["action": "address", "address": Self.third], "/manage/address"),
            (["action": "code", "code": codes[0]], "/manage/address"), (["action": "keep"], "/manage/address"),
            (["action": "erase", "handle": "alice"], "/manage/erase"),
        ] {
            // What was refused has signed mallory out in the browser.
            mallory.cookie = cookie
            seen.append(try await mallory.post(fields.merging(["form": token]) { own, _ in own }, to: path))
        }
        return seen
    }

    private func useTokens(after sql: String) async throws -> [Web.Answer] {
        var seen: [Web.Answer] = []
        let calls: [(HTTPMethod, String, String?)] = [
            (.GET, "/alice", nil), (.PATCH, "/alice", #"{"email":"\#(Self.third)"}"#),
            (.PATCH, "/alice", #"{"name":"\#(Self.name)"}"#), (.DELETE, "/alice", nil),
            (.POST, "", #"{"handle":"planted","name":"Planted","email":"\#(Self.third)"}"#),
        ]
        for token in tokens {
            for (method, path, json) in calls {
                let answer = try await Web.call(
                    method, "http://127.0.0.1:\(postern.port)/api/v1/sites/photos/recipients\(path)", json: json,
                    headers: [("Authorization", "Bearer \(token)")])
                // What it shows of alice stands on the contact page too.
                #expect(method == .GET || answer.status >= 400, "\(method) \(json ?? ""): \(sql)")
                seen.append(answer)
            }
        }
        return seen
    }

    /// The edit with which mallory has a session of alice's: sealed under mallory's own cookie, with mallory's own link and keys in it.
    func forgedSession() async throws -> String {
        func hex(_ query: String) async throws -> String {
            try await postern.rows("ask", query).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let text = try #require(cookie).drop { $0 != "=" }.dropFirst()
        let secret = try #require(SessionSecret(text: String(text)))
        let digest = Hex.text(secret.digest)
        let own = try await hex("SELECT hex(recipient) FROM member_session WHERE digest = x'\(digest)'")
        let hers = try await hex("SELECT hex(id) FROM recipient WHERE handle = 'alice'")
        let sealed = try await hex("SELECT hex(content) FROM member_session WHERE digest = x'\(digest)'")
        let ids = try [own, hers].map { try #require(RecipientID(bytes: Hex.bytes($0))) }
        let content = try #require(secret.open(Hex.bytes(sealed), of: ids[0]))
        let forged = try secret.seal(content, of: ids[1])
        // Without a change that counts, the vault is asked for another.
        return """
            DELETE FROM address_change WHERE recipient = x'\(hers)';
            UPDATE member_session SET recipient = x'\(hers)', content = x'\(Hex.text(forged))' WHERE digest = x'\(digest)'
            """
    }

    // MARK: - What becomes of it

    /// What the store has of alice, and of somebody whom mallory would like to add.
    func record() async throws -> String {
        try await postern.rows(
            "ask",
            """
            SELECT name, language, state, record_version, hex(seal), hex(authorisation), (
                SELECT COUNT(*) FROM recipient WHERE handle = 'planted')
            FROM recipient WHERE handle = 'alice'
            """)
    }

    /// Who a mail has gone to.
    static func reader(of mail: ServerMessage) -> String? {
        let readers = [
            "alice": [now], "mallory": [evil, later, third], "pia": ["pia@private.example"], "vera": ["vera@visitor.example"],
            "eve": ["eve@thief.example"],
        ]
        return readers.first { $0.value.contains { mail.recipients == ["<\($0)>"] } }?.key
    }

    static func text(of mail: ServerMessage) -> String {
        let view = MailView(source: mail.octets)
        return [String(decoding: mail.octets, as: UTF8.self), view.plain ?? "", view.html ?? "", mail.sender].joined(
            separator: "\n")
    }

    /// Each mail is of its reader's own letters, links and brand.
    func check(_ mail: ServerMessage, after sql: String) async throws {
        let reader = try #require(Self.reader(of: mail), "redirected to \(mail.recipients): \(sql)")
        let text = Self.text(of: mail)
        let foreign =
            switch reader {
            case "alice": ["For mallory", "Eve Eavesdropper", "mallory@"]
            case "mallory": Self.secrets
            default: ["For alice", "For mallory", "alice@", "mallory@"]
            }
        for word in foreign + ["Example Bank", "phish.example"] { #expect(!text.contains(word), "\(word) to \(reader): \(sql)") }
        #expect(mail.sender.contains("@relay.example.org>"), "\(sql)")
        guard reader == "mallory" else { return }
        let both = Correspondence(postern, server, recipient: Self.now, visitor: Self.later)
        for link in both.links(in: mail) { expectNothing(of: [try await postern.get(link)], after: "\(link.prefix(8)): \(sql)") }
    }

    /// No page shows what is alice's.
    func expectNothing(of seen: [Web.Answer], after sql: String) {
        for page in seen {
            for secret in Self.secrets { #expect(!page.text.contains(secret), "mallory is shown “\(secret)”: \(sql)") }
        }
    }

    func stop() async throws {
        try await postern.stop()
        await server.stop()
    }
}
