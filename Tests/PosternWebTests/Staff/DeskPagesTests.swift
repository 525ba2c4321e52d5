import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("The pages of the desk: what they show, what they post, and to whom")
struct DeskPagesTests {
    private static let letter = FakeDesk.waiting

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [(String, String)] = [], as role: StaffRole = .reviewer,
        desk: FakeDesk = FakeDesk(), token: String? = "token"
    ) async throws -> TestResponse {
        let application = buildStaffApplication(
            try configuration(), try StaffSignInTests.services(FakeStaff(), desk: desk),
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

    /// Everything that can be posted, with what it needs.
    private static let posts: [(path: String, fields: [(String, String)], roles: Set<StaffRole>)] = [
        ("/letters/\(letter)/decision", [("act", "drop"), ("version", "4")], .deciders),
        ("/letters/\(letter)/wait", [("version", "4")], .deciders), ("/letters/\(letter)/take", [], .deciders),
        ("/letters/\(letter)/note", [("text", "a note")], .deciders),
        ("/desk/decision", [("act", "drop"), ("scope", "selected"), ("item", "\(letter).4")], .deciders),
        ("/decisions/\(FakeDesk.decision.id)/undo", [], .deciders), ("/keys", [("keys", "off")], .any),
    ]

    // The rule: role × route. What a role may not do is not there for it.
    @Test(arguments: StaffRole.allCases)
    func `Reviewers and administrators decide, an auditor looks`(_ role: StaffRole) async throws {
        for post in Self.posts {
            let desk = FakeDesk()
            let answer = try await send(.post, post.path, post.fields, as: role, desk: desk)
            #expect(answer.status == (post.roles.contains(role) ? .seeOther : .notFound), "\(post.path)")
            let deeds = desk.deeds
            let isDone =
                !deeds.wishes.isEmpty || !deeds.undone.isEmpty || !deeds.notes.isEmpty || !deeds.waits.isEmpty
                || deeds.taken > 0 || !deeds.hasKeys
            #expect(isDone == post.roles.contains(role), "\(post.path)")
        }
        for path in ["/", "/letters/\(Self.letter)", "/decisions"] {
            let page = try await send(.get, path, as: role)
            #expect(page.status == .ok)
            #expect(page.text.contains(#"name="act""#) == (role.decides && path != "/decisions"), "\(path)")
            #expect(page.text.contains("/undo\"") == role.decides, "\(path)")
        }
    }

    @Test func `Without the session's token nothing is done`() async throws {
        for post in Self.posts {
            for token in [nil, "", "wrong"] {
                let desk = FakeDesk()
                let answer = try await send(.post, post.path, post.fields, desk: desk, token: token)
                #expect(answer.status == .forbidden, "\(post.path)")
                #expect(desk.deeds.wishes.isEmpty && desk.deeds.undone.isEmpty && desk.deeds.hasKeys)
            }
        }
    }

    @Test func `Every form of every page has the token, and the place in the list`() async throws {
        for path in ["/?rule=trap-bait", "/letters/\(Self.letter)?rule=trap-bait", "/decisions"] {
            let page = try await send(.get, path).text
            let forms = page.components(separatedBy: "<form").dropFirst().map { $0.components(separatedBy: "</form>")[0] }
            let posting = forms.filter { $0.contains(#"method="post""#) }
            #expect(posting.count >= (path == "/decisions" ? 1 : 3))
            for form in posting {
                #expect(form.contains(#"name="form" value="token""#), "\(form)")
                if path != "/decisions" { #expect(form.contains(#"name="rule" value="trap-bait""#), "\(form)") }
            }
        }
    }

    @Test func `What somebody else wrote is inert in every place`() async throws {
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{token}}</textarea>'"
        let desk = FakeDesk(foreign: hostile)
        for path in ["/", "/letters/\(Self.letter)", "/decisions"] {
            let page = try await send(.get, path, desk: desk).text
            #expect(!page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("'</textarea>"), "\(path)")
            #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "\(path)")
            #expect(page.components(separatedBy: "<script").count == (path == "/decisions" ? 1 : 2), "\(path)")
        }
        let typed = PercentCoding.encoded(hostile)
        for field in ["site", "recipient", "rule", "tag", "since", "until", "lane", "verdict", "after"] {
            let page = try await send(.get, "/?\(field)=\(typed)").text
            #expect(!page.contains("<script>alert") && !page.contains("<img src=x"), "\(field)")
        }
        for field in ["staff", "reason", "since", "until", "before"] {
            let page = try await send(.get, "/decisions?\(field)=\(typed)").text
            #expect(!page.contains("<script>alert") && !page.contains("<img src=x"), "\(field)")
        }
    }

    @Test func `After a decision the next letter of the same search is there`() async throws {
        let desk = FakeDesk()
        let answer = try await send(
            .post, "/letters/\(Self.letter)/decision",
            [("act", "drop"), ("version", "4"), ("reason", "fraud"), ("sentence", "two\r\nlines"), ("rule", "trap-bait")],
            desk: desk)
        #expect(answer.status == .unprocessableContent && answer.text.contains("must be one line"))
        let good = try await send(
            .post, "/letters/\(Self.letter)/decision",
            [("act", "drop"), ("version", "4"), ("reason", "fraud"), ("sentence", "one line"), ("rule", "trap-bait")], desk: desk)
        #expect(good.headers[.location] == "/letters/\(FakeDesk.decided)?lane=held&rule=trap-bait")
        let wish = try #require(desk.deeds.wishes.first)
        #expect(wish.act == .drop && wish.reason == .fraud && wish.sentence?.text == "one line")
        #expect(wish.targets == [.letter(Self.letter, version: 4)] && desk.deeds.wishes.count == 1)
    }

    @Test func `Who comes late sees who decided, can look and undo, and nothing is an error`() async throws {
        let desk = FakeDesk(answer: .late(ReviewTally(changed: 1)))
        let answer = try await send(
            .post, "/letters/\(FakeDesk.decided)/decision", [("act", "release"), ("version", "1")], desk: desk)
        let path = try #require(answer.headers[.location])
        #expect(answer.status == .seeOther && path.hasPrefix("/letters/\(FakeDesk.decided)?"))
        let page = try await send(.get, path, desk: desk)
        #expect(page.status == .ok)
        for part in [
            "Nothing was changed", "Dropped by", "berta", "20 seconds", "seen before", "Can be undone for",
            "/decisions/\(FakeDesk.decision.id)/undo",
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        // There is nothing to decide about any more.
        #expect(!page.text.contains("/decision\" class=\"decide\""))
    }

    @Test func `More than twenty ask for their number to be typed`() async throws {
        let fields = [("act", "release"), ("scope", "all"), ("newest", "\(Self.letter)"), ("reason", ""), ("rule", "trap-bait")]
        let many = FakeDesk(count: 21)
        let asked = try await send(.post, "/desk/decision", fields, desk: many)
        #expect(asked.status == .ok && asked.text.contains("21 letters") && asked.text.contains(#"name="number""#))
        #expect(asked.text.contains(#"name="newest" value="\#(Self.letter)""#) && many.deeds.wishes.isEmpty)
        let wrong = try await send(.post, "/desk/decision", fields + [("number", "12")], desk: many)
        #expect(wrong.status == .unprocessableContent && many.deeds.wishes.isEmpty)
        let right = try await send(.post, "/desk/decision", fields + [("number", "21")], desk: many)
        #expect(right.headers[.location] == "/?lane=held&rule=trap-bait&notice=tally.1.0.0")
        let wish = try #require(many.deeds.wishes.first)
        guard case .all(let search, through: Self.letter)? = wish.targets.first else {
            Issue.record("\(wish.targets)")
            return
        }
        #expect(search.filter.rule == "trap-bait" && !search.isGrouped)
        let few = FakeDesk(count: 20)
        _ = try await send(.post, "/desk/decision", fields, desk: few)
        #expect(few.deeds.wishes.count == 1)
        let none = try await send(.post, "/desk/decision", [("act", "drop"), ("scope", "selected")])
        #expect(none.status == .unprocessableContent && none.text.contains("no row was selected"))
        let tally = try await send(.get, "/?notice=tally.12.1.2").text
        #expect(
            tally.contains("12 letters") && tally.contains("Left to colleagues") && tally.contains("somebody else meanwhile"))
    }

    @Test func `What was decided about many names the colleague who was quicker, and only one who can be`() async throws {
        let fields = [("act", "release"), ("scope", "selected"), ("item", "\(Self.letter).4")]
        let tally = ReviewTally(done: 0, skipped: 2, changed: 3, holder: "carl.b", decider: "berta")
        let answer = try await send(.post, "/desk/decision", fields, desk: FakeDesk(answer: .late(tally)))
        let path = try #require(answer.headers[.location])
        #expect(path == "/?lane=held&notice=tally.0.2.3.carl.b~berta")
        let page = try await send(.get, path).text
        for part in ["Nothing was changed.", "Left to carl.b, who", "Decided by berta meanwhile: 3 letters."] {
            #expect(page.contains(part), "\(part) is missing")
        }
        #expect(try await send(.get, "/?notice=tally.0.0.0.~berta").text.contains("berta has decided about them meanwhile."))
        let forged = try await send(.get, "/?notice=tally.0.0.3.~Your%20bank").text
        #expect(!forged.contains("Your bank") && forged.contains("somebody else meanwhile"))
    }

    @Test func `Several rows say for how many letters they stand, on the page or by asking once`() async throws {
        let rows = [("item", "\(Self.letter).\(FakeDesk.decided)"), ("item", "\(FakeDesk.decided).4")]
        let fields = [("act", "drop"), ("scope", "selected"), ("reason", "fraud")] + rows
        let desk = FakeDesk(count: 3)
        let asked = try await send(.post, "/desk/decision", fields, desk: desk)
        #expect(asked.status == .ok && asked.text.contains("stand for 6 letters") && desk.deeds.wishes.isEmpty)
        #expect(asked.text.contains(#"name="said" value="6""#) && !asked.text.contains(#"name="number""#))
        // A colleague was quicker with one of them.
        let changed = try await send(.post, "/desk/decision", fields + [("said", "7")], desk: desk)
        #expect(changed.status == .ok && changed.text.contains("6 letters") && desk.deeds.wishes.isEmpty)
        _ = try await send(.post, "/desk/decision", fields + [("said", "6")], desk: desk)
        #expect(desk.deeds.wishes.first?.targets.count == 2)
        // What the page said of a row is known.
        for single in [[rows[0]], [rows[1]]] {
            let one = FakeDesk(count: 3)
            _ = try await send(.post, "/desk/decision", [("act", "drop"), ("scope", "selected")] + single, desk: one)
            #expect(one.deeds.wishes.count == 1)
        }
        let page = try await send(.get, "/").text
        #expect(page.contains(#"data-letters="2""#) && page.contains("<output data-sum></output>"))
    }

    @Test(arguments: [("csv", "text/csv; charset=utf-8; header=present"), ("ndjson", "application/x-ndjson")])
    func `A case is a file without the letter's text, in which no cell is a formula`(_ format: String, _ type: String)
        async throws
    {
        let desk = FakeDesk(foreign: "=cmd|'/c calc'!A0")
        let answer = try await send(.get, "/letters/\(FakeDesk.decided)/export?as=\(format)", desk: desk)
        #expect(answer.status == .ok && answer.headers[.contentType] == type)
        #expect(answer.headers[.contentDisposition]?.contains("postern-case-\(FakeDesk.decided).\(format)") == true)
        for kind in ["letter", "rule", "delivery", "report", "decision", "note", "client-day", "near-same", "earlier-decision"] {
            #expect(answer.text.contains("\"\(kind)\""), "\(kind)")
        }
        #expect(!answer.text.contains("\"=cmd") || format == "ndjson")
        let other = try await send(.get, "/letters/\(FakeDesk.decided)/export?as=pdf")
        #expect(other.status == .badRequest)
        let missing = try await send(.get, "/letters/\(LetterID(high: 1, low: 1))/export?as=csv")
        #expect(missing.status == .notFound)
    }

    @Test(arguments: [([RevealKind.letter, .client], "Read the letter"), ([.client], "See the client address"), ([], nil)])
    func `A reveal is offered where something can be shown, to those who may see it`(
        _ kinds: [RevealKind], _ label: String?
    ) async throws {
        let desk = FakeDesk(reveals: kinds)
        let path = "/letters/\(Self.letter)/reveal"
        let page = try await send(.get, "/letters/\(Self.letter)", desk: desk).text
        #expect(page.contains(path) == (label != nil))
        if let label { #expect(page.contains(">\(label)</a>")) }
        // By the letter's id: its sender's address is nobody's to see.
        let block = "/blocks/new?letter=\(Self.letter)"
        #expect(page.contains(block) == kinds.contains(.letter))
        let auditor = try await send(.get, "/letters/\(Self.letter)", as: .auditor, desk: desk).text
        #expect(!auditor.contains(path) && !auditor.contains(block))
    }

    @Test func `An open letter of a group says that it is decided about alone`() async throws {
        let group = try await send(.get, "/letters/\(Self.letter)").text
        #expect(group.contains("This is one of 2 letters alike") && group.contains("about this one alone"))
        // Decided about already, and of no row of the list.
        let alone = try await send(.get, "/letters/\(FakeDesk.decided)").text
        #expect(!alone.contains("alike that wait"))
    }

    @Test func `The page of an earlier day's letter leads to what its client did later`() throws {
        func page(at now: Timestamp) throws -> String {
            let templates = try Templates(folder: templatesFolder)
            let staff = SignedInStaff(
                account: StaffAccountID(high: 1, low: 1), name: try StaffName("anna"), role: .reviewer, formToken: "token",
                session: "own")
            let desk = FakeDesk()
            let parts = DeskPage.Parts(
                query: DeskQuery { _ in nil }, staff: staff, list: try desk.listed(), item: try desk.shown(Self.letter),
                next: nil, counts: DeskCounts(lanes: [:]), undoable: [], hasKeys: true, notice: nil, now: now)
            return templates.render(DeskPage(parts, .unbranded(templates)))
        }
        let path = "/clients/\(PosternCore.Tag(value: 7))?days=all"
        #expect(try !page(at: FakeDesk.now).contains(path))
        #expect(try page(at: FakeDesk.now).contains("If nobody has decided by then, it is dropped."))
        let later = try page(at: FakeDesk.now + .days(1))
        #expect(later.contains(path) && later.contains("fifty times a day"))
    }

    // What was written is there again, beside the reason; nothing was done.
    @Test func `A sentence or a note that is too long is not lost`() async throws {
        let desk = FakeDesk()
        let sentence = "Seen before. " + String(repeating: "x", count: ReviewLimit.sentence)
        let own = try await send(
            .post, "/letters/\(Self.letter)/decision",
            [("act", "drop"), ("version", "4"), ("reason", "fraud"), ("sentence", sentence), ("rule", "trap-bait")], desk: desk)
        let many = try await send(
            .post, "/desk/decision",
            [
                ("act", "drop"), ("scope", "selected"), ("item", "\(Self.letter).\(Self.letter)"), ("reason", "fraud"),
                ("sentence", sentence), ("rule", "trap-bait"),
            ], desk: desk)
        for page in [own, many] {
            #expect(page.status == .unprocessableContent && page.text.contains(">\(sentence)</textarea>"))
            #expect(page.text.contains("at most 300 characters") && page.text.contains(#"maxlength="300""#))
            #expect(page.text.contains(#"<option value="fraud" selected>"#))
            #expect(page.text.contains(#"name="rule" value="trap-bait""#) && !page.text.contains(#"href="""#))
        }
        #expect(many.text.contains(#"<details class="bulk" open>"#))
        // The row, and that the selected rows are meant.
        #expect(many.text.components(separatedBy: " checked").count == 3)
        let text = "A note: " + String(repeating: "y", count: ReviewLimit.note)
        let note = try await send(.post, "/letters/\(Self.letter)/note", [("text", text)], desk: desk)
        #expect(note.status == .unprocessableContent && note.text.contains(">\(text)</textarea>"))
        #expect(note.text.contains("The note was not saved") && note.text.contains(#"maxlength="1000""#))
        #expect(desk.deeds.wishes.isEmpty && desk.deeds.notes.isEmpty)
        // Neither is what goes with a reason that does not fit.
        let unsuitable = try await send(
            .post, "/letters/\(Self.letter)/decision", [("act", "drop"), ("version", "4"), ("sentence", "seen before")],
            desk: FakeDesk(answer: .unsuitable))
        #expect(unsuitable.text.contains(">seen before</textarea>") && unsuitable.text.contains("does not go with"))
    }

    @Test func `A block cannot be added for many`() async throws {
        let desk = FakeDesk()
        let answer = try await send(
            .post, "/desk/decision", [("act", "drop-and-block"), ("scope", "selected"), ("item", "\(Self.letter).4")], desk: desk)
        #expect(answer.status == .badRequest && desk.deeds.wishes.isEmpty)
    }

    @Test func `Numbers for an open page, and a filter that cannot be, are told`() async throws {
        let counts = try await send(.get, "/desk/events?lane=held&after=\(Self.letter)")
        #expect(counts.headers[.contentType] == "text/event-stream")
        #expect(counts.text == "retry: 2000\ndata: {\"held\":12,\"reported\":3,\"waves\":2,\"newer\":4}\n\n")
        let page = try await send(.get, "/?tag=nonsense")
        #expect(page.status == .ok && page.text.contains("cannot be searched for"))
        #expect(page.headers[.contentSecurityPolicy]?.contains("connect-src 'self'") == true)
        let missing = [
            try await send(.get, "/letters/\(LetterID(high: 1, low: 1))"), try await send(.get, "/letters/nonsense"),
            try await send(.post, "/decisions/\(StaffDecisionID(high: 1, low: 1))/undo"),
        ]
        #expect(missing.allSatisfy { $0.status == .notFound })
    }

    @Test func `The script is small, and presses buttons alone`() throws {
        let script = try String(contentsOfFile: "\(templatesFolder)/assets/desk.js", encoding: .utf8)
        #expect(script.utf8.count <= 6 * 1_024)
        #expect(!script.contains("innerHTML") && !script.contains("eval"))
    }
}
