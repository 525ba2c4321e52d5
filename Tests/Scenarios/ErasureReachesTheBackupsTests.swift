import Foundation
import PosternTestSupport
import Testing

@Suite("Somebody who is erased is erased from an old backup too", .serialized, .timeLimit(.minutes(40)))
struct ErasureReachesTheBackupsTests {
    private static let slot = 64

    private struct Found: Decodable {
        struct Person: Decodable { let handle: String }
        let recipients: [Person]
        let unread: Int
    }

    private func find(_ address: String, _ postern: Installation) async throws -> Found {
        let done = try await postern.run(["person", "find", "--json"], input: "\(address)\n")
        try #require(done.status == 0, "\(done.errors)")
        return try JSONDecoder().decode(Found.self, from: Data(done.output.utf8))
    }

    /// The own secrets in the vault's home, in the order in which people came: behind each one's id in a slot of 64 bytes.
    private func secrets(of postern: Installation) throws -> [Data] {
        let file = try Data(contentsOf: URL(fileURLWithPath: postern.home + "/vault/records-secrets"))
        return stride(from: Self.slot, to: file.count, by: Self.slot).map { file.subdata(in: $0 + 16..<$0 + 48) }
    }

    /// The files of the vault's home that have these bytes.
    private func files(with bytes: Data, in postern: Installation) throws -> [String] {
        let home = postern.home + "/vault"
        return try FileManager.default.subpathsOfDirectory(atPath: home).filter { name in
            FileManager.default.contents(atPath: "\(home)/\(name)")?.firstRange(of: bytes) != nil
        }
    }

    // Also where the vault's memory of who was erased is lost.
    @Test(arguments: [true, false])
    func `The store of before, put back beside the vault with all its keys, gives no mail and no address (V6)`(
        hasMemory: Bool
    ) async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        for handle in ["pat", "sam"] { try await postern.addRecipient(handle, "\(handle)@private.example") }
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        try await postern.drained(within: .seconds(60))
        #expect(try await find("pat@private.example", postern).recipients.map(\.handle) == ["pat"])
        let secrets = try secrets(of: postern)
        try #require(secrets.count == 2)
        for secret in secrets { #expect(try files(with: secret, in: postern) == ["records-secrets"]) }
        let outside = try TemporaryFolder()
        let backup = outside.path("backup.sqlite")
        try await postern.succeed("backup", backup)

        try await postern.succeed("recipient", "erase", "pat", "--site", "photos", "--yes")
        #expect(try files(with: secrets[0], in: postern).isEmpty, "when the erasure is answered")
        #expect(try files(with: secrets[1], in: postern) == ["records-secrets"])
        try await postern.stop()

        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: postern.store + ending) }
        try FileManager.default.moveItem(atPath: backup, toPath: postern.store)
        if !hasMemory { try FileManager.default.removeItem(atPath: postern.home + "/vault/records") }
        try await postern.start()
        #expect(try await postern.post(["subject": "For nobody"]).status == 202, "the old row says that pat is there")
        #expect(try await postern.post(["subject": "For sam"], to: "sam").status == 202)
        try await eventually("one is held and the other delivered") {
            let counts = try await postern.counts()
            return counts["held"] == 1 && counts["delivered"] == 2
        }
        #expect(try await postern.succeed("queue", "list", "--held").output.contains("the recipient was erased"))
        #expect(server.messages.map { $0.header("Subject") } == ["Your photo", "For sam"])
        let found = try await find("pat@private.example", postern)
        #expect(found.recipients.isEmpty && found.unread == 1)
        #expect(try await find("sam@private.example", postern).recipients.map(\.handle) == ["sam"])
        try await postern.stop()
        await server.stop()
    }

    @Test func `While their second place is away, an erasure is done, said to be missing there, and reaches it afterwards (V6)`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let disk = try TemporaryFolder()
        let (files, mounted, away) = (FileManager.default, disk.path("mounted"), disk.path("away"))
        try files.createDirectory(atPath: mounted, withIntermediateDirectories: false)
        let copy = mounted + "/postern-secrets"
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_SECRETS_COPY": copy])
        for handle in ["pat", "sam"] { try await postern.addRecipient(handle, "\(handle)@private.example") }
        try await postern.start()
        let secret = try #require(try secrets(of: postern).first)
        #expect(files.contents(atPath: copy)?.firstRange(of: secret) != nil)
        try files.moveItem(atPath: mounted, toPath: away)
        let erased = try await postern.succeed("recipient", "erase", "pat", "--site", "photos", "--yes")
        #expect(erased.output.contains("photos/pat is erased."), "\(erased)")
        #expect(erased.errors.contains("\(copy) may still have the own secret of who was erased"), "\(erased)")
        #expect(try self.files(with: secret, in: postern).isEmpty)
        let troubles = try await postern.doctor().troubles.filter { $0.check == "saved-keys" && $0.finding.contains(copy) }
        #expect(troubles.map(\.level) == ["warn"], "\(troubles)")
        try files.moveItem(atPath: away, toPath: mounted)
        #expect(files.contents(atPath: copy)?.firstRange(of: secret) != nil)
        // The next change catches up; without one it is done within a minute.
        try await postern.addRecipient("kim", "kim@private.example")
        #expect(files.contents(atPath: copy) == files.contents(atPath: postern.home + "/vault/records-secrets"))
        #expect(files.contents(atPath: copy)?.firstRange(of: secret) == nil)
        try await postern.stop()
        await server.stop()
    }

    @Test func `Where the own secrets are lost, doctor and held letters say so, and the saved keys bring them back`() async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        let outside = try TemporaryFolder()
        try await postern.succeed("keys", "export-recovery", outside.path("saved"))
        try FileManager.default.removeItem(atPath: postern.home + "/vault/records-secrets")
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await eventually("it is held") { try await postern.counts()["held"] == 1 }
        let shown = try await postern.succeed("queue", "list", "--held").output
        #expect(shown.contains("own secret") && shown.contains("import-recovery"), "\(shown)")
        let troubles = try await postern.doctor(status: 69).troubles.filter { $0.check == "keys" }
        #expect(troubles.map(\.level) == ["FAIL"] && troubles[0].finding.contains("photos/pat"), "\(troubles)")
        #expect(server.messages.isEmpty)
        try await postern.stop()

        let put = try await postern.succeed("keys", "import-recovery", outside.path("saved")).output
        #expect(put.contains("1 own secret of recipients back"), "\(put)")
        try await postern.start()
        try await postern.succeed("queue", "release", "--all")
        try await server.received(count: 1)
        let report = try await postern.run(["doctor", "--json"]).output
        let keys = try JSONDecoder().decode(DoctorReport.self, from: Data(report.utf8)).findings.filter { $0.check == "keys" }
        #expect(keys.map(\.level) == ["ok"], "\(keys)")
        try await postern.stop()
        await server.stop()
    }
}
