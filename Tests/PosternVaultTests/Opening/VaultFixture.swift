import Foundation
import PosternCore
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

/// A vault's keys in a folder of their own, and the contexts the tests seal under.
struct VaultFixture {
    let folder: TemporaryFolder
    let ring: KeyRing
    let memory = TransientRecordMemory()
    let now: Timestamp

    static let site = try? SiteID("photos")
    static let retention = EpochPlan.Retention(letters: .days(28), evidence: .days(90))

    init(suite: Suite = .xWing, now: Timestamp = Timestamp(seconds: 1_795_514_709)) throws {
        folder = try TemporaryFolder()
        self.now = now
        let keys = KeyFolder(path: folder.path + "/keys")
        try KeyRing.createMissing(in: keys, suite: suite)
        ring = try KeyRing(folder: keys)
        try ring.keepEpochs(now: now, retention: Self.retention)
    }

    var keysPath: String { folder.path + "/keys" }

    func key(_ purpose: SealPurpose, epoch: Epoch? = nil) -> SealingKey? {
        if purpose == .address { return ring.address }
        let epoch = epoch ?? Epoch(containing: now)
        return ring.all.compactMap { $0.key.sealing }.first { $0.purpose == purpose && $0.epoch == epoch }
    }

    var opener: SealOpener { SealOpener(ring: ring, secrets: memory) }

    /// An address as the vault seals it: its owner, whom this memory knows as photos/pat, has a secret afterwards.
    func seal(_ address: EmailAddress, in context: SealContext) throws -> [UInt8] {
        let owner = RecordOwner(try #require(RecipientID(bytes: context.record)), try Handle("pat"), at: try SiteID("photos"))
        let own = try #require(try memory.takeOwnSecrets(for: [owner]).first)
        return try #require(key(.address)).seal(address, in: context, with: own)
    }

    func letter(_ message: String = "I like it.") throws -> Letter {
        var raw = RawLetter()
        (raw.name, raw.email, raw.subject, raw.message) = ("Vera Visitor", "vera@visitor.example", "Your photo", message)
        raw.about = "photo 4711"
        raw.sharesAddress = true
        return try raw.validated()
    }
}
