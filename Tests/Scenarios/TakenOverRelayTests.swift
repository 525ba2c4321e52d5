import Foundation
import PosternCore
import PosternLink
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

/// What code in the relay can ask: the test speaks to the vault's socket itself, with everything that the store has.
@Suite("A relay that was taken over cannot change whose letters go where", .serialized, .timeLimit(.minutes(40)))
struct TakenOverRelayTests {
    private struct Rows: Sendable {
        let site: Site
        let pat: Recipient
    }

    private func rows(of postern: Installation) async throws -> Rows {
        let store = try await SQLiteDatabase.open(postern.store, at: Timestamp(seconds: 0))
        let (site, handle) = (try SiteID("photos"), try Handle("pat"))
        let found = try await store.read { (try $0.sites.find(site), try $0.recipients.find(handle, at: site)) }
        await store.close()
        return Rows(site: try #require(found.0), pat: try #require(found.1))
    }

    /// What became of a question: the answer, or why the vault would not.
    private func ask(_ verb: VaultVerb, _ payload: [UInt8], of postern: Installation) async throws -> MemberAnswer? {
        let client = FrameClient<VaultVerb>(path: postern.home + "/run/vault/vault.sock")
        do {
            let answer = try await client.request(verb, payload)
            await client.close()
            return try MemberAnswer(payload: answer)
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            await client.close()
            return nil
        }
    }

    @Test func `A member's address is neither replaced nor erased at the vault's socket without what the member or the site has`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        let rows = try await rows(of: postern)
        try await postern.start()
        let thief = try EmailAddress("thief@evil.example")
        func request(former: Recipient?, token: SiteToken? = nil) throws -> [UInt8] {
            MemberRequest(
                site: rows.site, handle: rows.pat.handle, name: try HeaderText("Pat", limit: 100), language: .english,
                address: thief, former: former, token: token
            ).payload
        }
        var randomness = SystemRandomNumberGenerator()
        let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
        let forged = try #require(SiteToken(SiteTokenID(at: now, using: &randomness), code: Array(repeating: 7, count: 16)))
        let link = try #require(MailedToken(LetterID(at: now, using: &randomness), code: Array(repeating: 7, count: 16)))

        // As a new member of the same name, as the next version of the one there is, with a credential of its own making.
        #expect(try await ask(.enrol, try request(former: nil), of: postern).map { $0 == .taken } ?? true)
        #expect(try await ask(.enrol, try request(former: rows.pat), of: postern) == nil)
        #expect(try await ask(.enrol, try request(former: nil, token: forged), of: postern) == nil)
        for proof in [MemberProof.site(forged), .member(link), .undo(link)] {
            for wish in [MemberChange.Wish.address(thief), .erase, .words(name: rows.pat.name, language: .english)] {
                let change = MemberChange(recipient: rows.pat, proof: proof, wish: wish)
                #expect(try await ask(.change, change.payload, of: postern) == nil)
            }
        }
        #expect(try await postern.post().status == 202)
        let letter = try #require(try await server.received(count: 1).last)
        #expect(letter.recipients == ["<pat@private.example>"])
        #expect(server.messages.allSatisfy { $0.recipients != ["<thief@evil.example>"] })
        try await postern.stop()
        await server.stop()
    }
}
