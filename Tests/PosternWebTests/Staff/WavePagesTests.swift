import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("The pages about waves: what they show, what they post, and to whom")
struct WavePagesTests {
    private static let path = "/waves/\(FakeWaves.id)"

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [(String, String)] = [], as role: StaffRole = .reviewer,
        waves: FakeWaves = FakeWaves(), desk: FakeDesk = FakeDesk(), token: String? = "token"
    ) async throws -> TestResponse {
        let application = buildStaffApplication(
            try configuration(), try StaffSignInTests.services(FakeStaff(), desk: desk, waves: waves),
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

    private func decide(
        _ act: String = "withdraw-wave", _ fields: [(String, String)] = [], version: Int = FakeWaves.version, waves: FakeWaves,
        token: String? = "token"
    ) async throws -> TestResponse {
        try await send(
            .post, Self.path + "/decision", [("act", act), ("version", "\(version)")] + fields, waves: waves, token: token)
    }

    /// What is to be read, without the marks that isolate a value's direction.
    private func read(_ answer: TestResponse) -> String {
        String(String.UnicodeScalarView(answer.text.unicodeScalars.filter { !(0x2066...0x2069).contains($0.value) }))
    }

    @Test func `The list and the page say what was delivered, what waits, and what each button does`() async throws {
        let list = read(try await send(.get, "/waves"))
        #expect(list.contains(Self.path) && list.contains("5 delivered, 3 wait"))
        let page = read(try await send(.get, Self.path))
        #expect(page.contains("Drops the 3 letters that wait") && page.contains("5 have been delivered"))
        #expect(page.contains(#"value="withdraw-wave""#) && page.contains(#"value="release-wave""#))
        #expect(page.contains(#"name="tells""#) && page.contains("photos/pat"))
        #expect(page.contains(#"name="version" value="4""#) && page.contains(#"name="reason""#))
        let auditor = try await send(.get, Self.path, as: .auditor).text
        #expect(auditor.contains("photos/pat") && !auditor.contains(#"name="act""#) && !auditor.contains("/undo"))
    }

    // Reasons are those of held letters: each goes with one of the two buttons.
    @Test func `Each reason for a held letter can be chosen, and a decision takes it with a sentence`() async throws {
        let page = try await send(.get, Self.path).text
        for reason in ReviewReason.all(in: .held) { #expect(page.contains("<option value=\"\(reason.rawValue)\""), "\(reason)") }
        let waves = FakeWaves()
        let answer = try await decide(
            "withdraw-wave", [("reason", "fraud"), ("sentence", "Asks for bank details."), ("tells", "yes")], waves: waves)
        #expect(answer.status == .seeOther && answer.headers[.location] == Self.path)
        #expect(
            waves.deeds.wishes == [
                WaveWish(
                    .withdrawWave, about: FakeWaves.id, version: 4, reason: .fraud,
                    sentence: try HeaderText("Asks for bank details.", limit: ReviewLimit.sentence), tells: true)
            ])
        let plain = FakeWaves(following: FakeWaves.next)
        let led = try await decide("release-wave", waves: plain)
        // Place never lost: the next one that waits is there.
        #expect(led.headers[.location] == "/waves/\(FakeWaves.next)")
        #expect(plain.deeds.wishes == [WaveWish(.releaseWave, about: FakeWaves.id, version: 4)])
    }

    @Test func `A decision is made only from the page of somebody who decides, and is one about waves`() async throws {
        let waves = FakeWaves()
        for token in [nil, "", "wrong"] {
            #expect(try await decide(waves: waves, token: token).status == .forbidden)
            let take = try await send(.post, Self.path + "/take", waves: waves, token: token)
            #expect(take.status == .forbidden)
        }
        for act in ["eat", "drop", "withdraw", ""] {
            #expect(try await decide(act, waves: waves).status == .badRequest, "\(act)")
        }
        let noVersion = try await send(.post, Self.path + "/decision", [("act", "release-wave")], waves: waves)
        #expect(noVersion.status == .badRequest)
        #expect(waves.deeds.wishes.isEmpty && waves.deeds.taken == 0)
        // A letter has no button of a wave's.
        let desk = FakeDesk()
        for path in ["/letters/\(FakeDesk.waiting)/decision", "/desk/decision"] {
            let fields = [("act", "withdraw-wave"), ("version", "4"), ("scope", "selected"), ("item", "\(FakeDesk.waiting).4")]
            #expect(try await send(.post, path, fields, desk: desk).status == .badRequest, "\(path)")
        }
        #expect(desk.deeds.wishes.isEmpty)
    }

    @Test func `Of more than twenty letters the number must be typed, and what was written stays`() async throws {
        let waves = FakeWaves(FakeWaves.view(states: ["held": 190, "ready": 5, "delivered": 5]))
        let asking = read(try await send(.get, Self.path, waves: waves))
        #expect(asking.contains("195 letters are affected"))
        let written = [("reason", "fraud"), ("sentence", "Seen <b>before</b>."), ("tells", "yes")]
        for typed in ["", "190", "many"] {
            let answer = try await decide("withdraw-wave", written + [("number", typed)], waves: waves)
            #expect(answer.status == .unprocessableContent && answer.text.contains("Nothing was changed"))
            #expect(answer.text.contains(">Seen &lt;b&gt;before&lt;/b&gt;.</textarea>"))
            #expect(answer.text.contains(#"<option value="fraud" selected>"#) && answer.text.contains(#"value="yes" checked"#))
        }
        #expect(waves.deeds.wishes.isEmpty)
        #expect(try await decide("withdraw-wave", [("number", "195")], waves: waves).status == .seeOther)
        #expect(waves.deeds.wishes.count == 1)
        // Of what a colleague has decided meanwhile nobody counts the letters: the relay says that it is late.
        waves.answers(.late)
        #expect(try await decide("withdraw-wave", version: 3, waves: waves).headers[.location] == Self.path + "?notice=late")
    }

    @Test func `A sentence that is too long and a reason that does not suit are said beside what was written`() async throws {
        let waves = FakeWaves()
        let long = String(repeating: "x", count: ReviewLimit.sentence + 1)
        let answer = try await decide("release-wave", [("sentence", long)], waves: waves)
        #expect(answer.status == .unprocessableContent && answer.text.contains(">\(long)</textarea>"))
        #expect(answer.text.contains("at most") && answer.text.contains(#"aria-invalid="true""#) && waves.deeds.wishes.isEmpty)
        waves.answers(.unsuitable)
        let unsuitable = try await decide("release-wave", [("reason", "spam"), ("sentence", "Why.")], waves: waves)
        #expect(unsuitable.status == .unprocessableContent && unsuitable.text.contains("does not go with"))
        #expect(unsuitable.text.contains(">Why.</textarea>"))
        waves.answers(.unknown)
        #expect(try await decide(waves: waves).status == .notFound)
    }

    @Test func `A colleague who was quicker is named with the reason, and the minute to undo is shown while it lasts`()
        async throws
    {
        let waves = FakeWaves()
        waves.answers(.late)
        #expect(try await decide(waves: waves).headers[.location] == Self.path + "?notice=late")
        let decision = FakeWaves.decision(by: "bert", sentence: "Asks for bank details.")
        let decided = FakeWaves(
            FakeWaves.view(decision: "withdrawn", by: "bert", final: decision.final), decisions: [decision])
        let page = read(try await send(.get, Self.path + "?notice=late", waves: decided))
        #expect(page.contains("bert has already decided about this wave") && page.contains("Wave withdrawn by bert"))
        #expect(page.contains("(Fraud)") && page.contains("<q>Asks for bank details.</q>") && page.contains("Can be undone for"))
        #expect(page.contains("/decisions/\(decision.id)/undo") && !page.contains(#"name="act""#))
        // Said once.
        #expect(!page.contains("Withdrawn by bert at"))
        let auditor = try await send(.get, Self.path, as: .auditor, waves: decided).text
        #expect(!auditor.contains("/undo"))
        let undone = FakeWaves.decision(by: "bert", undone: StaffMark(at: Example.now, by: "carla"))
        let open = read(try await send(.get, Self.path + "?notice=late", waves: FakeWaves(decisions: [undone])))
        #expect(
            open.contains("has changed since you opened it") && open.contains("Undone by carla") && open.contains(#"name="act""#))
        let over = FakeWaves(FakeWaves.view(decision: "released", final: Example.now, applied: Example.now))
        let after = read(try await send(.get, Self.path, waves: over))
        #expect(after.contains("Let go by the operator") && !after.contains("<div class=\"decided\">"))
    }

    @Test func `Anyone who has a wave open is named in the list and on its page, where it can be taken`() async throws {
        let waves = FakeWaves(taken: "bert")
        #expect(read(try await send(.get, "/waves", waves: waves)).contains("opened by bert"))
        let page = read(try await send(.get, Self.path, waves: waves))
        #expect(page.contains("bert opened it") && page.contains(Self.path + "/take"))
        #expect(try await send(.post, Self.path + "/take", waves: waves).headers[.location] == Self.path)
        #expect(waves.deeds.taken == 1)
        #expect(try await send(.post, Self.path + "/take", as: .auditor, waves: waves).status == .notFound)
        let own = read(try await send(.get, Self.path, waves: FakeWaves(taken: "anna")))
        #expect(!own.contains("opened it") && !own.contains("/take"))
    }

    @Test func `Each key has a button or a link that is there, and can be switched off on the page`() async throws {
        let waves = FakeWaves(taken: "bert", following: FakeWaves.next)
        let page = try await send(.get, Self.path, waves: waves).text
        for key in ["r", "d", "u", "t", "j", "k", "g h", "g r", "g w", "?"] {
            #expect(page.components(separatedBy: "data-key=\"\(key)\"").count == 2, "\(key)")
        }
        #expect(page.contains("<div data-keys>") && page.contains("desk.js"))
        let desk = FakeDesk()
        let off = try await send(.post, "/keys", [("keys", "off"), ("wave", "\(FakeWaves.id)")], waves: waves, desk: desk)
        #expect(off.headers[.location] == Self.path && !desk.deeds.hasKeys)
        let without = try await send(.get, Self.path, waves: waves, desk: desk).text
        #expect(!without.contains("data-keys") && without.contains("Turn keyboard shortcuts on"))
        let list = try await send(.get, "/waves", waves: waves).text
        #expect(list.contains("data-row") && list.contains(#"data-key="u""#) && list.contains("<div data-keys>"))
    }

    @Test func `Undoing leads back to the wave, and says when it is too late`() async throws {
        let decision = FakeWaves.decision(by: "anna")
        for (undo, notice) in [(DecisionUndo.undone(decision, count: 8), ""), (.late(decision), "?notice=undo")] {
            let answer = try await send(.post, "/decisions/\(decision.id)/undo", desk: FakeDesk(undo: undo))
            #expect(answer.headers[.location] == Self.path + notice)
        }
        #expect(try await send(.get, Self.path + "?notice=undo").text.contains("too late to undo"))
    }

    @Test func `The list of decisions leads from one about a wave to the wave`() throws {
        let templates = try Templates(folder: templatesFolder)
        let line = DecisionLine(
            decision: FakeWaves.decision(by: "anna"), tally: DecisionTally(total: 8, passed: 0), letter: FakeDesk.waiting)
        let staff = SignedInStaff(
            account: StaffAccountID(high: 1, low: 1), name: try StaffName("anna"), role: .reviewer, formToken: "t", session: "x")
        let page = templates.render(
            DecisionsPage([line], DecisionQuery(), staff: staff, now: Example.now, .unbranded(templates)))
        #expect(page.contains("<a href=\"\(Self.path)\">") && !page.contains("/letters/") && page.contains("Wave withdrawn"))
    }

    @Test func `What is no wave is not found, and what somebody else wrote is inert`() async throws {
        for id in ["x", "\(LetterID(high: 1, low: 1))"] {
            #expect(try await send(.get, "/waves/\(id)").status == .notFound)
            #expect(
                try await send(.post, "/waves/\(id)/decision", [("act", "release-wave"), ("version", "1")]).status == .notFound)
        }
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{token}}</textarea>'"
        let waves = FakeWaves(
            letters: [FakeWaves.letter(handle: hostile)], taken: hostile,
            decisions: [
                FakeWaves.decision(
                    by: hostile, sentence: hostile, final: Example.now, undone: StaffMark(at: Example.now, by: hostile))
            ])
        let typed = try await decide("withdraw-wave", [("sentence", hostile + String(repeating: "x", count: 300))], waves: waves)
        for page in [try await send(.get, Self.path, waves: waves), try await send(.get, "/waves", waves: waves), typed] {
            let scripts = page.text.components(separatedBy: "<script")
            #expect(scripts.count == 2 && scripts[1].hasPrefix(" src=\"/assets/"))
            #expect(
                !page.text.contains("<img src=x") && !page.text.contains("'</textarea>") && page.text.contains("&lt;script&gt;"))
        }
    }
}
