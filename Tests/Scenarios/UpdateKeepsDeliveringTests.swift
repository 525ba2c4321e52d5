import Crypto
import Foundation
import PosternCore
import PosternSQLite
import PosternSealing
import PosternStore
import PosternTestSupport
import Testing

@Suite("An installation of before the walls goes on delivering after the update", .timeLimit(.minutes(40)))
struct UpdateKeepsDeliveringTests {
    @Test func `What the earlier version authorised is taken over at the first start, and nothing after that`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, addressSuite: "x25519")
        try await postern.addRecipient("pat", "pat@private.example")
        try await sealAsBefore("pat@private.example", in: postern)
        // As the earlier version left it: keys alone in the vault's folder, MACs that cover neither names nor sites.
        let vault = postern.home + "/vault"
        for name in try FileManager.default.contentsOfDirectory(atPath: vault) where name != "keys" {
            try FileManager.default.removeItem(atPath: "\(vault)/\(name)")
        }
        let key = try #require(
            try FileManager.default.contentsOfDirectory(atPath: vault + "/keys").first { $0.hasPrefix("authorisation-") })
        try await rows(postern, ["former", "\(vault)/keys/\(key)"])

        try await postern.start()
        #expect(try await postern.post().status == 202)
        let message = try #require(try await server.received(count: 1).first)
        #expect(message.recipients == ["<pat@private.example>"])
        try await eventually("it is over") { postern.log.contains("has taken over what the earlier version stored") }

        try await rows(postern, ["former", "\(vault)/keys/\(key)"])
        try await rows(postern, ["edit"], "UPDATE site SET name = 'Example Bank'")
        #expect(try await postern.post().status == 202)
        try await eventually("the letter is held") { try await postern.counts()["held"] == 1 }
        #expect(server.messages.count == 1)
        try await postern.stop()
        await server.stop()
    }

    /// HPKE's base mode, with no secret but the vault's key.
    private func sealAsBefore(_ text: String, in postern: Installation) async throws {
        let folder = postern.home + "/vault/keys"
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasPrefix("address-") })
        let lines = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n")
        let secret = try #require(lines.first { $0.hasPrefix("secret: ") }).dropFirst(8)
        let own = try Curve25519.KeyAgreement.PrivateKey(
            rawRepresentation: try #require(Data(base64Encoded: String(secret))))
        let publicHalf = Array(own.publicKey.rawRepresentation)
        let key = SealingKey(purpose: .address, suite: .x25519, epoch: nil, publicHalf: publicHalf)
        let (address, site) = (try EmailAddress(text), try SiteID("photos"))
        let store = try await SQLiteDatabase.open(postern.store, at: Timestamp(seconds: 0))
        try await store.write { transaction in
            let row = try transaction.rows("SELECT id, record_version FROM recipient").first
            guard let id: RecipientID = try row?["id"], let version: Int32 = try row?["record_version"] else { return }
            let context = SealContext.address(of: id, at: site, version: version)
            var sender = try HPKE.Sender(
                recipientKey: own.publicKey, ciphersuite: Suite.x25519.ciphersuite, info: Data(SealingKey.addressInfo))
            let sealed = try sender.seal(
                PaddedAddress(address).bytes, authenticating: context.associatedData(key: key.id, format: 2))
            let head = Array("PS".utf8) + [2, SealPurpose.address.rawValue, Suite.x25519.rawValue] + key.id.bytes
            try transaction.run(
                "UPDATE recipient SET seal = ?", [.blob(head + Array(sender.encapsulatedKey) + Array(sealed))])
        }
        await store.close()
    }

    private func rows(_ postern: Installation, _ task: [String], _ sql: String = "") async throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Support/rows.py").path
        let done = try await Program.run("python3", [script, postern.store] + task, input: sql)
        try #require(done.status == 0, "\(done.errors)")
    }
}
