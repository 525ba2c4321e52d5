import PosternCore
import PosternLink
import PosternSealing
import PosternVault
import Testing

@Suite("A member's addresses all need their own secret, whatever becomes of the record (V6)")
struct MemberSecretTests {
    /// The member as an earlier version of the program stored them.
    private func former(_ member: Recipient, _ fixture: MemberFixture, _ address: String = "pat@private.example") throws
        -> Recipient
    {
        let version = try #require(member.record).version
        let seal = try FormerSeal.bytes(
            of: try EmailAddress(address), in: .address(of: member.id, at: member.site, version: version),
            to: try #require(fixture.vault.ring.address))
        let record = SealedRecord(version: version, seal: seal, authorisation: [])
        let code = fixture.authorisation.code(.confirmed, on: .init(member, record))
        return member.with(SealedRecord(version: version, seal: seal, authorisation: code), .active)
    }

    private func needsSecret(_ recipient: Recipient) throws -> Bool {
        try Seal(try #require(recipient.record).seal).hasOwnSecret
    }

    @Test func `What is asked, confirmed, renamed and moved needs one secret, that of its owner`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let secret = fixture.memory.ownSecret(of: member.id)
        let proof = MemberProof.member(try fixture.manage(member))
        #expect(try needsSecret(member) && secret != .none)
        let renamed = try #require(
            try await fixture.change(
                member, .words(name: try HeaderText("Patricia", limit: 100), language: .english), by: proof
            ).recipient)
        let next = try #require(
            try await fixture.change(renamed, .address(try EmailAddress("pat@new.example")), by: proof).recipient)
        for recipient in [renamed, next] { #expect(try needsSecret(recipient)) }
        #expect(fixture.memory.ownSecret(of: member.id) == secret)
        // The former address and the one that waits go with it.
        #expect(try await fixture.change(renamed, .erase, by: proof) == .done)
        for recipient in [member, renamed, next] {
            #expect(throws: SealFault.noOwnSecret) { try fixture.address(of: recipient) }
        }
    }

    @Test func `What was opened a moment ago is forgotten when somebody is erased`() async throws {
        let fixture = try await MemberFixture()
        let (pat, sam) = (try await fixture.member(), try await fixture.asked("sam@private.example", handle: try Handle("sam")))
        // Twice, since on a busy machine the minute may be over between two lines.
        let isRemembered = try (0..<2).contains { _ in
            for recipient in [pat, sam] { _ = try fixture.address(of: recipient) }
            fixture.opener.forgetOld()
            return fixture.opener.remembered == 2
        }
        #expect(isRemembered)
        #expect(try await fixture.change(pat, .erase, by: .member(try fixture.manage(pat))) == .done)
        fixture.opener.forgetOld()
        #expect(fixture.opener.remembered == 0)
        #expect(try fixture.address(of: sam) == "sam@private.example")
    }

    @Test func `A record that an earlier version sealed goes on as it is, and gets a secret when it is sealed again`()
        async throws
    {
        let fixture = try await MemberFixture()
        let other = try await fixture.enrolment.enrol(
            EnrolRequest(
                entries: [
                    .init(
                        site: fixture.site.id, handle: try Handle("sam"), name: try HeaderText("Sam", limit: 100),
                        language: .english, address: try EmailAddress("sam@private.example"), former: nil)
                ], confirmed: true))
        #expect(try needsSecret(try #require(other.all.first)))
        // As it was before there were secrets: none is in the memory.
        let id = RecipientID(high: 5, low: 5)
        let unsealed = Recipient(
            id: id, site: fixture.site.id, handle: try Handle("kim"), name: try HeaderText("Kim", limit: 100),
            language: .english, state: .active, record: SealedRecord(version: 1, seal: [], authorisation: []))
        let kim = try former(unsealed, fixture, "kim@private.example")
        #expect(try fixture.address(of: kim) == "kim@private.example" && fixture.memory.ownSecret(of: id) == .none)
        let renamed = try #require(
            try await fixture.change(
                kim, .words(name: try HeaderText("Kim K.", limit: 100), language: .english),
                by: .member(try fixture.manage(kim))
            ).recipient)
        #expect(try needsSecret(renamed) && fixture.address(of: renamed) == "kim@private.example")
        // Given again by the operator, it gets one as well.
        let replaced = try await fixture.enrolment.enrol(
            EnrolRequest(
                entries: [
                    .init(
                        site: fixture.site.id, handle: kim.handle, name: kim.name, language: .english,
                        address: try EmailAddress("kim@private.example"), former: kim)
                ], confirmed: true))
        #expect(try needsSecret(try #require(replaced.all.first)) && replaced.all.first?.id == id)
    }

    @Test func `A seal without its secret is as long as one with it, and opens with no other (K5)`() async throws {
        let fixture = try await MemberFixture()
        let (pat, sam) = (
            try await fixture.member(), try await fixture.confirmed(try await fixture.asked(handle: try Handle("sam")))
        )
        let seals = try [pat, sam, former(pat, fixture)].map { try #require($0.record).seal.count }
        #expect(Set(seals).count == 1)
        let (record, key) = (try #require(pat.record), try #require(fixture.vault.ring.address))
        let context = SealContext.address(of: pat.id, at: pat.site, version: record.version)
        // Another secret, for the same row.
        let strange = try key.seal(try EmailAddress("pat@private.example"), in: context, with: OwnSecret())
        #expect(throws: SealFault.notAuthentic) { try fixture.opener.address(in: strange, context: context) }
        // Without the secret it is no seal of an earlier version either.
        var earlier = record.seal
        earlier[2] = 2
        #expect(throws: SealFault.notAuthentic) { try fixture.opener.address(in: earlier, context: context) }
    }
}
