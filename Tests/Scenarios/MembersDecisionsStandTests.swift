import Foundation
import PosternTestSupport
import Testing

@Suite("What members have decided stands, whatever row a writer of the store puts back", .serialized, .timeLimit(.minutes(40)))
struct MembersDecisionsStandTests {
    private static let (old, new, thief) = ("pat@private.example", "pat@new.example", "thief@evil.example")

    private func member(
        _ server: ScriptedSMTPServer, _ settings: [String: String] = [:]
    ) async throws -> MemberBrowser {
        let common = ["POSTERN_BUDGET_CONFIRMATION": "off"]
        let postern = try await Installation(smtpPort: server.port, settings: common.merging(settings) { $1 })
        try await postern.addRecipient("pat", Self.old)
        try await postern.addRecipient("mallory", Self.thief, name: "Mallory")
        try await postern.start()
        let pat = MemberBrowser(postern, server, address: Self.old)
        try await pat.signIn()
        return pat
    }

    private func settle(_ postern: Installation) async throws {
        try await eventually("nothing is under way") {
            try await postern.rows("waiting").trimmingCharacters(in: .whitespacesAndNewlines) == "0"
        }
    }

    /// Keeps the rows of a table beside the store.
    private func keep(_ table: String, as name: String, _ postern: Installation) async throws {
        try await postern.rows("edit", "CREATE TABLE kept.\(name) AS SELECT * FROM \(table)")
    }

    private func putBack(_ name: String, into table: String, _ postern: Installation) async throws {
        try await postern.rows("edit", "DELETE FROM \(table); INSERT INTO \(table) SELECT * FROM kept.\(name)")
    }

    @Test func `The former address and the former name count no more once the new ones are stored, before any mail shows them`()
        async throws
    {
        let mood = SmarthostMood(.well)
        let server = try await ScriptedSMTPServer.start(mood.script)
        let pat = try await member(server, ["POSTERN_SMTP_LANES": "1"])
        let postern = pat.postern
        #expect(try await pat.press(["action": "address", "address": Self.new], on: "/manage/address").status == 303)
        let code = try await pat.code(to: Self.new)
        _ = try await pat.mailed("/undo/")
        try await settle(postern)
        let mails = [Self.old, Self.new].map { pat.mails(to: $0).count }

        // The only lane is taken, so that nothing tells the vault of the new address but the relay.
        mood.set(.silent)
        #expect(try await postern.post(to: "mallory").status == 202)
        try await eventually("it is under way") { try await postern.counts()["leased"] == 1 }
        try await keep("recipient", as: "former", postern)
        #expect(try await pat.press(["action": "code", "code": code], on: "/manage/address").status == 303)
        try await keep("recipient", as: "moved", postern)
        try await putBack("former", into: "recipient", postern)
        #expect(try await postern.post(["subject": "After the code"]).status == 202)
        mood.set(.well)
        try await settle(postern)
        #expect([Self.old, Self.new].map { pat.mails(to: $0).count } == mails, "the welcome and the letter are held")
        #expect(try await postern.counts()["held"] == 2)

        try await putBack("moved", into: "recipient", postern)
        try await postern.succeed("queue", "release", "--all")
        try await eventually("the letter is at the new address") {
            pat.mails(to: Self.new).contains { $0.header("Subject") == "After the code" }
        }
        #expect(pat.mails(to: Self.old).count == mails[0])

        let settings = ["name": "Patricia Renamed", "language": "en", "writers": "anyone", "daily": ""]
        try await settle(postern)
        #expect(try await pat.press(settings, on: "/manage/settings").status == 303)
        try await keep("recipient", as: "renamed", postern)
        try await putBack("moved", into: "recipient", postern)
        #expect(try await postern.post(["subject": "Under which name?"]).status == 202)
        try await settle(postern)
        #expect(!pat.mails(to: Self.new).contains { $0.header("Subject") == "Under which name?" })
        try await putBack("renamed", into: "recipient", postern)
        try await postern.succeed("queue", "release", "--all")
        try await eventually("it comes under the new name") {
            pat.mails(to: Self.new).contains { $0.header("Subject") == "Under which name?" }
        }
        try await postern.stop()
        await server.stop()
    }

    @Test func `An address that was taken back, or after which another was asked, cannot be confirmed by who has its code`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let pat = try await member(server)
        let postern = pat.postern
        // Mistyped: somebody else reads that mailbox, and writes to the store.
        #expect(try await pat.press(["action": "address", "address": Self.thief], on: "/manage/address").status == 303)
        let code = try await pat.code(to: Self.thief)
        try await keep("address_change", as: "mistyped", postern)
        func expectNotConfirmed(_ comment: Comment) async throws {
            try await putBack("mistyped", into: "address_change", postern)
            #expect(try await postern.type(code, as: "pat").status == 403, comment)
        }
        #expect(try await pat.press(["action": "keep"], on: "/manage/address").status == 303)
        try await expectNotConfirmed("it was taken back")
        // With its row there, another name must not give it a new record.
        let settings = ["name": "Patricia Renamed", "language": "en", "writers": "anyone", "daily": ""]
        #expect(try await pat.press(settings, on: "/manage/settings").status == 303)
        #expect(try await postern.type(code, as: "pat").status == 403)
        try await expectNotConfirmed("its owner has another name since")

        #expect(try await pat.press(["action": "address", "address": Self.new], on: "/manage/address").status == 303)
        let own = try await pat.code(to: Self.new)
        try await keep("address_change", as: "own", postern)
        try await expectNotConfirmed("another was asked since")
        #expect(try await postern.post(["subject": "Before the code"]).status == 202)
        try await eventually("it comes to the address that counts") {
            pat.mails(to: Self.old).contains { $0.header("Subject") == "Before the code" }
        }
        try await putBack("own", into: "address_change", postern)
        #expect(try await postern.type(own, as: "pat").status == 200)
        #expect(try await postern.post(["subject": "After the code"]).status == 202)
        try await eventually("it comes to the new address") {
            pat.mails(to: Self.new).contains { $0.header("Subject") == "After the code" }
        }
        #expect(
            !pat.mails(to: Self.thief).contains { ["Before the code", "After the code"].contains($0.header("Subject") ?? "") })
        try await postern.stop()
        await server.stop()
    }
}
