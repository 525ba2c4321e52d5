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
        waves: FakeWaves = FakeWaves(), token: String? = "token"
    ) async throws -> TestResponse {
        let application = buildStaffApplication(
            try configuration(), try StaffSignInTests.services(FakeStaff(), waves: waves),
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

    /// What is to be read, without the marks that isolate a value's direction.
    private func read(_ answer: TestResponse) -> String {
        String(String.UnicodeScalarView(answer.text.unicodeScalars.filter { !(0x2066...0x2069).contains($0.value) }))
    }

    @Test func `The list and the page say what was delivered, what waits, and what each button does`() async throws {
        let list = read(try await send(.get, "/waves"))
        #expect(list.contains(Self.path) && list.contains("5 delivered, 3 wait"))
        let page = read(try await send(.get, Self.path))
        #expect(page.contains("Drops the 3 letters that wait") && page.contains("5 have been delivered"))
        #expect(page.contains(#"value="withdraw""#) && page.contains(#"value="release""#) && page.contains(#"name="tells""#))
        #expect(page.contains("photos/pat"))
        let auditor = try await send(.get, Self.path, as: .auditor).text
        #expect(auditor.contains("photos/pat") && !auditor.contains("<button"))
    }

    @Test func `A decision is made under the name of who is signed in, and only from their page`() async throws {
        let waves = FakeWaves()
        let answer = try await send(.post, Self.path + "/decision", [("act", "withdraw"), ("tells", "yes")], waves: waves)
        #expect(answer.status == .seeOther && answer.headers[.location] == Self.path)
        #expect(waves.asked == ["withdraw true anna"])
        for token in [nil, "", "wrong"] {
            let refused = try await send(.post, Self.path + "/decision", [("act", "release")], waves: waves, token: token)
            #expect(refused.status == .forbidden)
        }
        #expect(try await send(.post, Self.path + "/decision", [("act", "eat")], waves: waves).status == .badRequest)
        #expect(try await send(.post, Self.path + "/undo", as: .auditor, waves: waves).status == .notFound)
        #expect(waves.asked.count == 1)
    }

    @Test func `Of more than twenty letters the number must be typed`() async throws {
        let waves = FakeWaves(FakeWaves.view(states: ["held": 190, "ready": 5, "delivered": 5]))
        let act = ("act", "withdraw")
        let asking = read(try await send(.get, Self.path, waves: waves))
        #expect(asking.contains("195 letters are affected"))
        for typed in ["", "190", "many"] {
            let answer = try await send(.post, Self.path + "/decision", [act, ("number", typed)], waves: waves)
            #expect(answer.status == .unprocessableContent && answer.text.contains("Nothing was changed"))
        }
        #expect(waves.asked.isEmpty)
        #expect(try await send(.post, Self.path + "/decision", [act, ("number", "195")], waves: waves).status == .seeOther)
        #expect(waves.asked == ["withdraw false anna"])
    }

    @Test func `A colleague who was quicker is named, and the minute to undo is shown while it lasts`() async throws {
        let waves = FakeWaves()
        waves.answers(.late)
        let late = try await send(.post, Self.path + "/decision", [("act", "release")], waves: waves)
        #expect(late.headers[.location] == Self.path + "?notice=late")
        let decided = FakeWaves(FakeWaves.view(decision: "withdrawn", by: "bert", final: Example.now + .seconds(40)))
        let page = read(try await send(.get, Self.path + "?notice=late", waves: decided))
        #expect(page.contains("Somebody has already decided about this wave") && page.contains("Withdrawn by bert"))
        #expect(page.contains(Self.path + "/undo") && !page.contains(#"name="act""#))
        #expect(try await send(.post, Self.path + "/undo", waves: decided).headers[.location] == Self.path)
        let over = FakeWaves(FakeWaves.view(decision: "released", final: Example.now, applied: Example.now))
        let after = read(try await send(.get, Self.path, waves: over))
        #expect(after.contains("Let go by the operator") && !after.contains("/undo"))
    }

    @Test func `What is no wave is not found, and a hostile handle is inert`() async throws {
        for id in ["x", "\(LetterID(high: 1, low: 1))"] {
            #expect(try await send(.get, "/waves/\(id)").status == .notFound)
            #expect(try await send(.post, "/waves/\(id)/undo").status == .notFound)
        }
        let hostile = FakeWaves(letters: [FakeWaves.letter(handle: "<b onclick=alert(1)>{{text}}")])
        #expect(try await !send(.get, Self.path, waves: hostile).text.contains("<b onclick"))
    }
}
