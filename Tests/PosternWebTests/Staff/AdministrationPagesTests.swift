import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternText
import PosternWeb
import Testing

@Suite("What staff look up and look after: what each page shows, what it posts, and for whom")
struct AdministrationPagesTests {
    private typealias House = FakeAdministration

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [(String, String)] = [], as role: StaffRole = .administrator,
        house: FakeAdministration = FakeAdministration(), token: String? = "token"
    ) async throws -> TestResponse {
        let application = buildStaffApplication(
            try configuration(), try StaffSignInTests.services(FakeStaff(), administration: house),
            templates: try Templates(folder: templatesFolder), logger: silent)
        var sent: HTTPFields = [.cookie: FakeStaff.cookie(role)]
        if method == .post { sent[.contentType] = "application/x-www-form-urlencoded" }
        let all = (token.map { [("form", $0)] } ?? []) + fields
        let body = all.map { "\($0.0)=\(PercentCoding.encoded($0.1))" }.joined(separator: "&")
        return try await application.test(.live) { [sent] client in
            try await client.execute(
                uri: path, method: method, headers: sent, body: method == .post ? ByteBuffer(string: body) : nil
            ) { $0 }
        }
    }

    private static let block = [
        ("kind", "domain"), ("mark", "spam.example"), ("effect", "refuse"), ("lasting", "7d"), ("reason", "seen before"),
    ]

    /// Everything that can be posted, with what it needs.
    private static let posts: [(path: String, fields: [(String, String)], roles: Set<StaffRole>)] = [
        ("/blocks/new", block, .deciders), ("/blocks/3/remove", [], .deciders),
        ("/recipients", [("site", "photos"), ("handle", "Tom")], [.administrator]),
        ("/recipients/photos/pat", [("action", "pause")], [.administrator]),
        ("/sites/photos", [("join", "open"), ("writers", "proven"), ("accent", "#B03060")], [.administrator]),
        ("/staff", [("name", "berta"), ("typed", "Berta ")], [.administrator]),
        ("/tokens", [("token", "\(House.token)")], [.administrator]),
    ]

    private static let pages = [
        "/blocks", "/blocks/new", "/log", "/clients/\(House.tag)", "/recipients", "/recipients/photos/pat", "/sites",
        "/sites/photos", "/sites/photos/name", "/staff", "/staff/add", "/staff/berta/change", "/tokens",
    ]

    // The rule: role × route. What a role may not do is not there for it.
    @Test(arguments: StaffRole.allCases)
    func `A role does what it is for, and nothing else`(_ role: StaffRole) async throws {
        for post in Self.posts {
            let house = House()
            let answer = try await send(.post, post.path, post.fields, as: role, house: house)
            let isFor = post.roles.contains(role)
            #expect(answer.status == (!isFor ? .notFound : post.path == "/recipients" ? .ok : .seeOther), "\(post.path)")
            #expect(house.deeds.isEmpty != isFor, "\(post.path)")
        }
    }

    @Test(arguments: StaffRole.allCases)
    func `The bar has what a role may open, and says where one is`(_ role: StaffRole) async throws {
        let page = try await send(.get, "/blocks", as: role).text
        for section in StaffSection.allCases {
            #expect(page.contains("<li><a href=\"\(section.path)\"") == section.roles.contains(role), "\(section)")
        }
        #expect(page.contains(#"<a href="/blocks" aria-current="page">"#))
        #expect(page.components(separatedBy: "aria-current").count == 2)
        let client = try await send(.get, "/clients/\(House.tag)", as: role).text
        #expect(client.contains(#"<a href="/log" aria-current="true">"#))
        #expect(page.contains("/blocks/new") == role.decides && page.contains("/blocks/4/remove") == role.decides)
        #expect(client.contains("/blocks/new?tag=\(House.tag)") == role.decides)
    }

    @Test func `Without the session's token nothing is done`() async throws {
        for post in Self.posts {
            for token in [nil, "", "wrong"] {
                let house = House()
                let answer = try await send(.post, post.path, post.fields, house: house, token: token)
                #expect(answer.status == .forbidden && house.deeds.isEmpty, "\(post.path)")
            }
        }
    }

    @Test func `Every form that posts has the token`() async throws {
        for path in Self.pages {
            let page = try await send(.get, path).text
            let forms = page.components(separatedBy: "<form").dropFirst().map { $0.components(separatedBy: "</form>")[0] }
            for form in forms where form.contains(#"method="post""#) {
                #expect(form.contains(#"name="form" value="token""#), "\(path): \(form)")
            }
        }
    }

    @Test func `What somebody else wrote is inert in every place`() async throws {
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{token}}</textarea>'"
        let house = House(foreign: hostile)
        for path in Self.pages {
            let page = try await send(.get, path, house: house).text
            #expect(!page.contains("<script") && !page.contains("<img src=x") && !page.contains("'</textarea>"), "\(path)")
        }
        for path in ["/blocks", "/log", "/recipients", "/sites/photos"] {
            #expect(try await send(.get, path, house: house).text.contains("&lt;script&gt;"), "\(path)")
        }
        let typed = PercentCoding.encoded(hostile)
        for path in [
            "/log?tag=", "/log?site=", "/log?recipient=", "/log?rule=", "/log?since=", "/log?before=", "/recipients?handle=",
            "/recipients?site=", "/blocks/new?tag=", "/blocks/new?letter=", "/blocks?added=", "/staff?done=", "/tokens?done=",
        ] {
            let page = try await send(.get, path + typed).text
            #expect(!page.contains("<script") && !page.contains("<img src=x"), "\(path)")
        }
        let again = try await send(
            .post, "/blocks/new",
            Self.block.filter { $0.0 != "reason" && $0.0 != "mark" } + [("mark", hostile), ("reason", hostile)],
            house: House(answer: .faulty([.noDomain, .longReason])))
        #expect(again.status == .unprocessableContent && !again.text.contains("<script"))
        #expect(again.text.contains("&lt;script&gt;") && again.text.contains("That is no domain"))
    }

    // MARK: - Blocks

    @Test func `A block is added as it was asked for`() async throws {
        let house = House()
        let answer = try await send(.post, "/blocks/new", Self.block, house: house)
        #expect(answer.headers[.location] == "/blocks?added=7&met=12")
        #expect(
            house.deeds.wishes == [
                BlockWish(.domain, "spam.example", .refuse, because: "seen before", lasting: .days(7))
            ])
        let page = try await send(.get, "/blocks?added=7&met=12").text
        #expect(page.contains("Block") && page.contains("12 letters") && page.contains("1,234") && page.contains("by command"))
        #expect(page.contains("/blocks?before=1"))
        let gone = try await send(.post, "/blocks/9/remove")
        #expect(gone.headers[.location] == "/blocks?gone=9")
        for foreign in [[("kind", "moon")], [("effect", "burn")], [("lasting", "9y")]] {
            let fields = Self.block.filter { field in !foreign.contains { $0.0 == field.0 } } + foreign
            #expect(try await send(.post, "/blocks/new", fields).status == .badRequest)
        }
    }

    @Test func `What would meet many asks twice, and is posted again as it was`() async throws {
        let asking = House(answer: .asks(House.weight))
        let asked = try await send(.post, "/blocks/new", Self.block, house: asking)
        #expect(asked.status == .ok && asked.text.contains("would have matched"))
        for (name, value) in Self.block + [("confirmed", "yes")] {
            #expect(asked.text.contains("name=\"\(name)\" value=\"\(value)\""), "\(name)")
        }
        let uncounted = House(answer: .asks(BlockWeight(met: nil, accepted: 100)))
        let why = try await send(.post, "/blocks/new", Self.block, house: uncounted)
        #expect(why.text.contains("cannot be counted") && why.text.contains("held rather than refused"))
        let house = House()
        _ = try await send(.post, "/blocks/new", Self.block + [("confirmed", "yes")], house: house)
        #expect(house.deeds.wishes.first?.isConfirmed == true)
    }

    @Test func `A letter's page leads to a block of its sender, by the letter's id`() async throws {
        let letter = "\(LetterID(high: 1, low: 9))"
        let page = try await send(.get, "/blocks/new?letter=\(letter)").text
        #expect(page.contains(#"id="kind-letter" name="kind" type="radio" value="letter" checked"#))
        #expect(page.contains("name=\"mark\" type=\"text\" value=\"\(letter)\""))
        let house = House()
        let fields = Self.block.filter { !["kind", "mark"].contains($0.0) } + [("kind", "letter"), ("mark", letter)]
        _ = try await send(.post, "/blocks/new", fields, house: house)
        #expect(house.deeds.wishes.map(\.kind) == [.letter] && house.deeds.wishes.map(\.mark) == [letter])
        for (fault, words) in [
            (BlockFault.noAddress, "no e-mail address"), (.noLetter, "has this id"), (.closedLetter, "cannot be opened"),
            (.noVault, "the vault does not answer"),
        ] {
            let answer = try await send(.post, "/blocks/new", fields, house: House(answer: .faulty([fault])))
            #expect(answer.status == .unprocessableContent && answer.text.contains(words), "\(fault)")
        }
    }

    @Test func `A list of blocks shows of a sender's no more than tells two apart`() async throws {
        let page = try await send(.get, "/blocks").text
        #expect(page.contains("sender’s e-mail address") && page.contains("<bdi>010203040506…</bdi>"))
        #expect(!page.contains("01020304050607"))
    }

    // MARK: - Log

    @Test func `A search says what it looked for, and where it goes on`() async throws {
        let house = House(entries: 120)
        let page = try await send(
            .get, "/log?verdict=hold&site=photos&recipient=pat&rule=trap-bait&since=2026-11-01", house: house)
        let search = try #require(house.deeds.searches.first)
        #expect(search.decision == .hold && search.rule == .trapBait && search.handle?.text == "pat" && search.since != nil)
        #expect(page.text.contains("before=\(LetterID(high: 1, low: 70))") && page.text.contains("verdict=hold"))
        #expect(page.text.contains("/letters/\(LetterID(high: 1, low: 119))"))
        // A post that was not kept has no page.
        let all = try await send(.get, "/log", house: House(entries: 2)).text
        let (refused, kept) = (LetterID(high: 1, low: 0), LetterID(high: 1, low: 1))
        #expect(!all.contains("/letters/\(refused)\"") && all.contains("/letters/\(kept)\""))
        // Its client address may be asked for all the same, where it was kept.
        #expect(all.contains("/letters/\(refused)/reveal") && !all.contains("/letters/\(kept)/reveal"))
        #expect(try await !send(.get, "/log", as: .auditor, house: House(entries: 2)).text.contains("/reveal"))
        let wrong = try await send(.get, "/log?tag=nonsense", house: house).text
        #expect(wrong.contains("cannot be searched for") && house.deeds.searches.count == 1)
    }

    @Test func `An export has every entry, and no formula`() async throws {
        let house = House(foreign: "@x\"y", entries: 1_200)
        let table = try await send(.get, "/log/export?as=csv&verdict=hold", house: house)
        #expect(table.status == .ok && table.headers[.contentDisposition]?.hasPrefix("attachment;") == true)
        let lines = table.text.split(separator: "\r\n")
        #expect(lines.count == 1_201 && lines[0].hasPrefix("\"id\",\"at\""))
        #expect(lines[1].contains("\"'@x\"\"y\",\"'=cmd\""))
        #expect(house.deeds.searches.allSatisfy { $0.decision == .hold } && house.deeds.searches.count == 3)
        let json = try await send(.get, "/log/export?as=ndjson", house: House(entries: 3)).text
        #expect(json.split(separator: "\n").count == 3 && json.hasPrefix("{"))
        #expect(try await send(.get, "/log/export?as=xls").status == .badRequest)
        #expect(try await send(.get, "/log/export?as=csv", house: House(isAway: true)).status == .serviceUnavailable)
    }

    @Test func `A client that nobody has seen has no page`() async throws {
        for path in ["/clients/nonsense", "/clients/\(PosternCore.Tag(value: 8))"] {
            #expect(try await send(.get, path).status == .notFound)
        }
    }

    // MARK: - Recipients, sites, accounts, tokens

    @Test func `Whom to erase is typed once more`() async throws {
        for typed in ["", "sam"] {
            let house = House()
            let answer = try await send(
                .post, "/recipients/photos/pat", [("action", "erase"), ("typed", typed)], house: house)
            #expect(answer.status == .unprocessableContent && house.deeds.isEmpty && answer.text.contains("Nothing was erased"))
        }
        let house = House()
        let answer = try await send(.post, "/recipients/photos/pat", [("action", "erase"), ("typed", "Pat")], house: house)
        #expect(answer.headers[.location] == "/recipients/photos/pat?done=erase" && house.deeds.actions == [.erase])
        let page = try await send(.get, "/recipients/photos/pat?done=erase").text
        #expect(page.contains("postern recipient erase pat --site photos"))
        let refused = try await send(.post, "/recipients/photos/pat", [("action", "resume")], house: house)
        #expect(refused.status == .unprocessableContent && refused.text.contains("so this cannot be done"))
        #expect(try await send(.get, "/recipients/photos/nobody").status == .notFound)
        #expect(try await send(.get, "/recipients?handle=PAT").headers[.location] == "/recipients/photos/pat")
    }

    @Test func `A site's faults are told together, and what was written stays`() async throws {
        let house = House()
        let answer = try await send(
            .post, "/sites/photos",
            [("accent", "blue"), ("languages", "de !!"), ("introduction-de", String(repeating: "x", count: 401))], house: house)
        #expect(answer.status == .unprocessableContent && house.deeds.isEmpty)
        for part in ["That is no colour", "is no language", "must be one paragraph", "xxxx", "value=\"blue\""] {
            #expect(answer.text.contains(part), "\(part) is missing")
        }
        _ = try await send(
            .post, "/sites/photos", [("accent", ""), ("languages", "de, en"), ("introduction-de", "Hallo"), ("join", "open")],
            house: house)
        let change = try #require(house.deeds.changes.first)
        #expect(change.accent == .some(nil) && change.languages?.map(\.description) == ["de", "en"])
        let german = try #require(Language("de"))
        #expect(change.joining == .open && change.introductions[german]??.text == "Hallo")
        #expect(change.authorised == nil)
    }

    @Test func `Nobody locks themselves out, or somebody by a wrong name`() async throws {
        for (name, typed) in [("anna", "anna"), ("berta", "anna"), ("berta", "")] {
            let house = House()
            let answer = try await send(.post, "/staff", [("name", name), ("typed", typed)], house: house)
            #expect(answer.status == .unprocessableContent && house.deeds.isEmpty)
        }
        let page = try await send(.get, "/staff").text
        #expect(page.contains("/staff/add") && page.contains("waits for a link"))
    }
}
