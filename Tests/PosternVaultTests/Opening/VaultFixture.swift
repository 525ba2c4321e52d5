import Foundation
import PosternCore
import PosternSealing
import PosternTestSupport
import PosternVault

/// A vault's keys in a folder of their own, and the contexts the tests seal under.
struct VaultFixture {
    let folder: TemporaryFolder
    let ring: KeyRing
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

    func letter(_ message: String = "I like it.") throws -> Letter {
        var raw = RawLetter()
        (raw.name, raw.email, raw.subject, raw.message) = ("Vera Visitor", "vera@visitor.example", "Your photo", message)
        raw.about = "photo 4711"
        raw.sharesAddress = true
        return try raw.validated()
    }
}
