import Foundation
import PosternTestSupport
import Testing

@Suite(
    "Staff are shown a letter for a reason and a second factor, and it is kept nowhere (L5)", .serialized,
    .timeLimit(.minutes(40)))
struct RevealsTests {
    private static let text = "Xylophon quagmire, only for Pat."
    private static let visitor = "vera@visitor.example"
    private static let client = "192.0.2.77"
    private static let reason = "Held by a block of words; is it the advertisement of last week?"

    /// A letter that is held for its words.
    private func held(_ postern: Installation) async throws -> String {
        try await postern.succeed("block", "add", "--text", "quagmire", "--reason", "for this test")
        let answer = try await postern.post(
            ["email": Self.visitor, "subject": "Zwieback", "message": Self.text], from: Self.client)
        try #require(answer.status == 202)
        try await eventually("the letter is held") { try await postern.counts()["held"] == 1 }
        return try #require(answer.id)
    }

    /// Asks, and answers with a code.
    private func reveal(
        _ id: String, _ kind: String, by staff: StaffSignIn, code: String, _ postern: Installation
    ) async throws -> Web.Answer {
        try await postern.reveal(id, kind, by: staff, reason: Self.reason) { code }
    }

    @Test func `A held letter and its client address, each with a code of its own, and then nothing of them is anywhere`()
        async throws
    {
        let postern = try await Installation(
            smtpPort: 2_525, settings: ["POSTERN_TRUSTED_PROXIES": "127.0.0.1/32", "POSTERN_REVEALS": "3/1d"])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let anna = try await postern.addStaff("anna", role: "reviewer")
        let id = try await held(postern)
        let codes = anna.recoveryCodes

        let letter = try await reveal(id, "letter", by: anna, code: codes[0], postern)
        #expect(letter.status == 200 && letter.text.contains(Self.text) && letter.text.contains("Zwieback"))
        #expect(!letter.text.contains(Self.visitor) && letter.header("Cache-Control") == "no-store")
        let again = try await reveal(id, "client", by: anna, code: codes[0], postern)
        #expect(again.status == 403 && again.text.contains("was used before") && !again.text.contains(Self.client))
        let client = try await reveal(id, "client", by: anna, code: codes[1], postern)
        #expect(client.status == 200 && client.text.contains(Self.client))
        let wrong = try await reveal(id, "letter", by: anna, code: "000000", postern)
        #expect(wrong.status == 403 && !wrong.text.contains(Self.text))
        // A restart gives nothing back.
        try await postern.stop()
        try await postern.start()
        #expect(try await reveal(id, "letter", by: anna, code: codes[2], postern).status == 200)
        let spent = try await Web.get(postern.staffURL("/letters/\(id)/reveal"), headers: [("Cookie", anna.cookie)])
        #expect(spent.text.contains("limit for one person"))

        let trace = try await postern.succeed("log", "operations").output
        #expect(trace.components(separatedBy: "letter.reveal").count == 3 && trace.contains("client.reveal"))
        #expect(trace.contains(Self.reason))
        let journal = try await postern.succeed("log", "journal").output
        for part in ["was shown the held letter \(id)", "was shown the client address of \(id)", "staff anna", Self.reason] {
            #expect(journal.contains(part), "\(part): \(journal)")
        }
        #expect(try await postern.command("log", "verify").status == 0)
        try await postern.stop()

        // Neither text nor addresses are in any file, and not in the log.
        for path in try FileManager.default.subpathsOfDirectory(atPath: postern.home) {
            guard let content = FileManager.default.contents(atPath: postern.home + "/" + path) else { continue }
            for secret in [Self.text, "Zwieback", Self.visitor, Self.client, codes[1]] {
                #expect(content.range(of: Data(secret.utf8)) == nil, "\(secret) in \(path)")
            }
        }
        for secret in [Self.text, "Zwieback", Self.visitor, Self.client, Self.reason] {
            #expect(!postern.log.contains(secret), "\(secret)")
        }
    }

    @Test func `Once the key of the day is destroyed, or by an auditor, nothing is shown`() async throws {
        let postern = try await Installation(smtpPort: 2_525, settings: ["POSTERN_TRUSTED_PROXIES": "127.0.0.1/32"])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let (anna, tina) = (
            try await postern.addStaff("anna", role: "administrator"), try await postern.addStaff("tina", role: "auditor")
        )
        let id = try await held(postern)
        let path = "/letters/\(id)/reveal"
        #expect(try await Web.get(postern.staffURL(path), headers: [("Cookie", tina.cookie)]).status == 404)
        let sent = try await Web.get(
            postern.staffURL("/letters/00000000000000000000000001/reveal"), headers: [("Cookie", anna.cookie)])
        #expect(sent.status == 404)
        try await postern.stop()
        let keys = postern.home + "/vault/keys"
        for name in try FileManager.default.contentsOfDirectory(atPath: keys) where name.hasPrefix("letter-") {
            try FileManager.default.removeItem(atPath: keys + "/" + name)
        }
        try await postern.start()
        let gone = try await reveal(id, "letter", by: anna, code: anna.recoveryCodes[0], postern)
        #expect(gone.status == 410 && gone.text.contains("the key is destroyed") && gone.text.contains(Self.reason))
        let client = try await reveal(id, "client", by: anna, code: anna.recoveryCodes[0], postern)
        #expect(client.status == 200 && client.text.contains(Self.client))
        try await postern.stop()
    }
}
