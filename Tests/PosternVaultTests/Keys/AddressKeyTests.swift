import Foundation
import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("Of several address keys the newest seals, and all of them open (K7)")
struct AddressKeyTests {
    private let fixture = Result { try JournalFixture() }

    private func change(_ journal: JournalFixture, at now: Timestamp) -> AddressKeyChange {
        AddressKeyChange(ring: journal.vault.ring, journal: journal.open(), now: { now })
    }

    private func context() throws -> SealContext {
        .address(of: RecipientID(high: 1, low: 1), at: try SiteID("photos"), version: 1)
    }

    /// When each key is made, as a clock says that is set back, stands still, and goes on.
    private static let clocks: [[Int64]] = [[0, 100, 200], [0, -86_400, -5], [0, 0, 0]]

    @Test(arguments: clocks)
    func `Each new one is the newest, whatever the clock says, and after a start as well`(seconds: [Int64]) async throws {
        let journal = try fixture.get()
        let (vault, now) = (journal.vault, journal.vault.now)
        var ids = [try #require(vault.ring.address?.id)]
        for second in seconds {
            let report = try await change(journal, at: now + .seconds(second)).rotate()
            ids.append(try #require(vault.ring.address?.id))
            #expect(report.keys.count { $0.kind == "address" && !$0.isFormer } == 1)
            // The file is on disk by now: a vault that starts at this moment agrees.
            let again = try KeyRing(folder: KeyFolder(path: vault.keysPath))
            #expect(again.address?.id == ids.last)
            #expect(Set(again.formerAddresses.map { $0.key.id }) == Set(ids.dropLast()))
            #expect(again.faults.isEmpty)
        }
        #expect(Set(ids).count == 4)
    }

    @Test func `What was sealed to a former key opens until that key is retired, and what is new opens after it`() async throws {
        let journal = try fixture.get()
        let (vault, address) = (journal.vault, try EmailAddress("pat@private.example"))
        let change = change(journal, at: vault.now)
        let former = try #require(vault.ring.address)
        let old = try vault.seal(address, in: context())
        _ = try await change.rotate()
        let new = try vault.seal(address, in: context())
        #expect(try Seal(new).key == vault.ring.address?.id && Seal(old).key == former.id)
        for seal in [old, new] { #expect(try vault.opener.address(in: seal, context: context()) == address) }

        _ = try await change.retire(KeyRetirement(ids: [former.id.description]))
        #expect(throws: SealFault.unknownKey) { try vault.opener.address(in: old, context: context()) }
        #expect(try vault.opener.address(in: new, context: context()) == address)
        let files = try FileManager.default.contentsOfDirectory(atPath: vault.keysPath)
        #expect(!files.contains { $0.contains(former.id.description) })
        let again = try KeyRing(folder: KeyFolder(path: vault.keysPath))
        #expect(again.faults.isEmpty && again.formerAddresses.isEmpty)
    }

    @Test func `The key that is in use is not destroyed, nor is anything with one that is not there`() async throws {
        let journal = try fixture.get()
        let ring = journal.vault.ring
        let change = change(journal, at: journal.vault.now)
        let former = try #require(ring.address?.id.description)
        _ = try await change.rotate()
        let present = try #require(ring.address?.id.description)
        let letter = try #require(ring.all.first { $0.key.kind == .opening(.letter) }?.key.id.description)
        for wrong in [present, letter, "0123456789abcdef"] {
            let refusal = await #expect(throws: LinkRefusal.self) {
                try await change.retire(KeyRetirement(ids: [former, wrong]))
            }
            #expect(refusal?.code == .denied)
        }
        #expect(ring.formerAddresses.count == 1)
    }

    @Test func `A key's file says when it was made, and one of an earlier version is read and older than any that does`() throws {
        let now = Timestamp(seconds: 1_795_514_709)
        let dated = try VaultKey(generating: .opening(.address), suite: .x25519, epoch: nil, made: now)
        let text = KeyFile.text(of: dated)
        #expect(text.withBytes { String(decoding: $0, as: UTF8.self) }.contains("\nmade: 2026-11-24T"))
        let read = try KeyFile.key(from: text, named: KeyFile.name(of: dated))
        #expect(read.made == now && read.id == dated.id)

        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        try KeyRing.createMissing(in: keys, suite: .x25519)
        try keys.add(HeldKey(dated))
        let ring = try KeyRing(folder: keys)
        #expect(ring.address?.id == read.id)
        #expect(ring.formerAddresses.map { $0.key.made } == [nil])
    }

    @Test func `Saved keys have all of them, and a restore leaves the newest the newest`() async throws {
        let journal = try fixture.get()
        let vault = journal.vault
        _ = try await change(journal, at: vault.now).rotate()
        let newest = try #require(vault.ring.address?.id)
        let (set, faults) = try RecoverySet.reading(KeyFolder(path: vault.keysPath), records: vault.folder.path("records"))
        #expect(faults.isEmpty && set.keys.keys.count { $0.hasPrefix("address-") } == 2)

        let elsewhere = try TemporaryFolder()
        let keys = KeyFolder(path: elsewhere.path("keys"))
        try keys.create()
        _ = try KeyInstallation(keys: keys, vault: elsewhere.path, retention: VaultFixture.retention, now: vault.now).run(
            KeyInstallation.Wish(set: set, folder: "saved", needed: nil, isAdopting: false))
        #expect(try KeyRing(folder: keys).address?.id == newest)
    }
}
