import Foundation
import PosternTestSupport
import Testing

@Suite("The vault's journal holds, and says where it does not", .serialized, .timeLimit(.minutes(40)))
struct JournalHoldsTests {
    private struct Entry: Decodable {
        let number: Int
        let by: String?
        let did: String?
        let about: String?
    }

    private struct Report: Decodable {
        let origin: String?
        let key: String?
        let size: Int
        let agreesSince: Int?
        let findings: [Finding]

        struct Finding: Decodable {
            let kind: String
            let entry: Int?
            let text: String
        }
    }

    private func entries(_ postern: Installation) async throws -> [Entry] {
        let said = try await postern.succeed("log", "journal", "--limit", "0", "--json")
        return try JSONDecoder().decode([Entry].self, from: Data(said.output.utf8))
    }

    private func report(_ postern: Installation, _ more: String...) async throws -> (status: Int32, report: Report) {
        let said = try await postern.run(["log", "verify", "--json"] + more)
        return (said.status, try JSONDecoder().decode(Report.self, from: Data(said.output.utf8)))
    }

    /// What the doctor thinks of the journal.
    private func doctor(_ postern: Installation) async throws -> String? {
        let said = try await postern.run(["doctor", "--json"])
        let report = try JSONDecoder().decode(DoctorReport.self, from: Data(said.output.utf8))
        return report.findings.first { $0.check == "journal" }?.level
    }

    // Two users, as root.
    @Test(arguments: geteuid() == 0 ? [false, true] : [false])
    func `What operators do is in it, a copy is verified elsewhere, and each change of it is found and named`(
        asTwoUsers: Bool
    ) async throws {
        let server = try await ScriptedSMTPServer.start()
        let elsewhere = try TemporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: elsewhere.path)
        var settings = ["POSTERN_JOURNAL_COPY": elsewhere.path("checkpoints")]
        if asTwoUsers { settings.merge(TwoUsersTests.users) { first, _ in first } }
        let postern = try await Installation(smtpPort: server.port, settings: settings, isOpen: asTwoUsers)
        // Before the vault ran for the first time, and while it runs.
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        try await postern.addRecipient("sam", "sam@private.example")
        let made = try await postern.succeed("token", "add", "--site", "photos", "--scope", "recipients", "--json")
        let id = try #require(made.output.firstMatch(of: /"id":"([0-9a-z]+)"/)).output.1
        try await postern.succeed("token", "revoke", String(id))
        let outside = try TemporaryFolder()
        try await postern.succeed("keys", "export-recovery", outside.path("saved"))
        #expect(try await entries(postern).compactMap(\.about) == ["photos/pat", "photos/sam"])
        try await postern.succeed("recipient", "erase", "pat", "--site", "photos", "--yes")
        let all = try await entries(postern)
        #expect(all.compactMap(\.about) == ["erased", "photos/sam"])
        for words in [
            "the journal begins", "the vault started", "made evidence-", "vouched for", "made token \(id)", "revoked token \(id)",
            "saved ",
            "erased a recipient of photos",
        ] {
            #expect(all.contains { $0.did?.contains(words) == true }, "\(words): \(all)")
        }
        #expect(all.map(\.number) == Array(0..<all.count))

        let (status, report) = try await report(postern)
        #expect(status == 0 && report.findings.isEmpty && report.size == all.count && report.agreesSince == all.count)
        let key = try #require(report.key)
        let said = try await postern.succeed("log", "verify")
        #expect(said.output.contains("\(all.count) entries") && said.output.contains(key))
        #expect(try await doctor(postern) == "ok")

        // A copy, verified by nobody of this machine; and the proof of an entry.
        let copy = elsewhere.path("copy")
        try FileManager.default.copyItem(atPath: postern.home + "/vault/journal", toPath: copy)
        let there = try await Program.run(
            Program.postern, ["log", "verify", "--journal", copy, "--key", key, "--checkpoints", elsewhere.path("checkpoints")])
        #expect(there.status == 0, "\(there)")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("PosternJournalTests/verify.py").path
        let opinion = try await Program.run("python3", ["-I", script, copy, key])
        #expect(opinion.status == 0 && opinion.output == "holds \(all.count)\n", "\(opinion)")
        let sam = try #require(all.first { $0.about == "photos/sam" }).number
        let proof = try await postern.succeed("log", "proof", String(sam))
        try proof.output.write(toFile: elsewhere.path("sam.tlog-proof"), atomically: true, encoding: .utf8)
        let proven = try await Program.run(
            Program.postern, ["log", "verify", "--proof", elsewhere.path("sam.tlog-proof"), "--key", key])
        #expect(proven.status == 0 && proven.output.contains("It is about photos/sam."), "\(proven)")
        let second = try await Program.run("python3", ["-I", script, "--proof", elsewhere.path("sam.tlog-proof"), key])
        #expect(second.status == 0 && second.output == "proves \(sam) photos/sam\n", "\(second)")

        #expect(try await postern.stop() == 0)
        try await changesAreFound(postern, copy, key)
    }

    private func changesAreFound(_ postern: Installation, _ copy: String, _ key: String) async throws {
        let files = FileManager.default
        let journal = postern.home + "/vault/journal"
        let size = try await report(postern).report.size
        let bundle = "\(journal)/tile/entries/000.p/\(size)"
        let whole = try Data(contentsOf: URL(fileURLWithPath: bundle))
        // One byte, in place, so that owner and mode stay.
        func write(_ bytes: Data) throws {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: bundle))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: bytes)
            try handle.close()
        }
        var changed = whole
        let place = try #require(changed.firstRange(of: Data("\"n\":2".utf8))).lowerBound
        changed[place + 1] ^= 1
        try write(changed)
        let (status, found) = try await report(postern)
        #expect(status == 65 && found.findings.first?.entry == 2 && found.findings.first?.kind == "changed", "\(found)")
        #expect(try await postern.run(["log", "verify"]).output.contains("entry 2 was changed"))
        #expect(try await doctor(postern) == "FAIL")
        // Operators are refused; letters go on.
        try await postern.start()
        let refused = try await postern.run(
            ["recipient", "add", "eve", "--site", "photos", "--name", "Eve", "--confirmed"], input: "eve@private.example\n")
        #expect(refused.status != 0 && refused.errors.contains("journal"), "\(refused)")
        #expect(try await postern.post(to: "sam").status == 202)
        #expect(try await postern.stop() == 0)
        try write(whole)
        #expect(try await report(postern).status == 0)

        // The end cut off, with all that the vault itself has kept: its second place still knows.
        let older = try Data(contentsOf: URL(fileURLWithPath: "\(copy)/tile/entries/000.p/3"))
        #expect(!older.isEmpty)
        try files.removeItem(atPath: "\(journal)/checkpoint")
        try files.removeItem(atPath: "\(postern.home)/vault/journal-last")
        let (cut, missing) = try await report(postern)
        #expect(cut == 65 && !missing.findings.isEmpty)

        // Another one begins, and the former one is kept.
        let began = try await postern.succeed("log", "begin")
        #expect(began.output.contains("journal.replaced-"))
        try await postern.addRecipient("eve", "eve@private.example")
        let (again, next) = try await report(postern)
        #expect(again == 0 && next.size == 2 && next.origin.map { key.hasPrefix($0) } == false)
    }
}
