import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A recipient who confirms an address gets letters from then on, and the trace says that they did it")
struct ConfirmationServiceTests {
    @Test func `A right link confirms once and leaves one trace, a wrong one leaves none`() async throws {
        let relay = try await RelayFixture()
        let service = ConfirmationService(
            store: relay.store, vault: relay.vault, randomness: .seeded(1), logger: RelayFixture.quiet, now: { RelayFixture.now })
        let id = relay.recipient.id
        _ = try await relay.store.write {
            try $0.recipients.setState(.unconfirmed, of: id, from: [.active], at: RelayFixture.now)
        }
        try await relay.withVault({ _ in .delivered }) { _ in
            try await eventually("the vault answers") { await relay.vault.renew() }
            #expect(await service.confirm(site: "photos", handle: "pat", token: "wrong") == .notValid)
            #expect(await service.confirm(site: "photos", handle: "nobody", token: "right") == .notValid)
            for _ in 0..<2 { #expect(await service.confirm(site: "photos", handle: "pat", token: "right") == .confirmed) }
        }
        let records = try await relay.store.read { try $0.operationTrace.latest(limit: 9) }
        #expect(
            records.map { "\($0.actor) \($0.verb.rawValue) \($0.subject)" } == ["recipient:\(id) recipient.confirm photos/pat"])
        await relay.vault.close()
    }

    @Test func `A record that is sealed again at that very moment is confirmed all the same (K7)`() async throws {
        let relay = try await RelayFixture()
        let store = FaultyStore(relay.store)
        let service = ConfirmationService(
            store: store, vault: relay.vault, randomness: .seeded(1), logger: RelayFixture.quiet, now: { RelayFixture.now })
        let (id, former) = (relay.recipient.id, try #require(relay.recipient.record))
        let resealed = SealedRecord(version: former.version, seal: [7], authorisation: [8])
        _ = try await relay.store.write {
            try $0.recipients.setState(.unconfirmed, of: id, from: [.active], at: RelayFixture.now)
        }
        try await relay.withVault({ _ in .delivered }) { _ in
            try await eventually("the vault answers") { await relay.vault.renew() }
            store.beforeNextWrite {
                let isKept = try await relay.store.write { try $0.recipients.reseal(id, from: former, as: resealed) }
                #expect(isKept)
            }
            #expect(await service.confirm(site: "photos", handle: "pat", token: "right") == .confirmed)
        }
        let found = try await relay.store.read { try $0.recipients.find(id) }
        #expect(found?.state == .active && found?.record == resealed)
        await relay.vault.close()
    }
}
