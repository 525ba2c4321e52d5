import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

/// What a person would check on a disk after the power is back.
struct DiskExamination {
    private let ids: Set<LetterID>
    /// Days for which the vault has a letter key.
    private let keys: Set<Epoch>
    private let epochs: [LetterID: Epoch]

    /// Examines a copy, because opening a store writes to it.
    /// - Throws: when the store is damaged, or a lasting key is missing.
    init(of layer: PowerCutLayer) async throws {
        let folder = try TemporaryFolder()
        try layer.copy(to: folder)
        let home = folder.path("home")
        let store = try await SQLiteDatabase.open("\(home)/store/postern.sqlite", at: Timestamp(seconds: 0))
        let findings: [String] = try await store.read { try $0.rows("PRAGMA quick_check").map { try $0["quick_check"] } }
        try #require(findings == ["ok"], "the store is damaged: \(findings)")
        let pairs: [(LetterID, Epoch)] = try await store.read { transaction in
            try transaction.rows(
                """
                SELECT delivery.id, delivery.epoch
                FROM delivery
                CROSS JOIN letter
                CROSS JOIN submission
                WHERE letter.id = delivery.id AND submission.id = delivery.id
                """
            ).map { (try $0["id"], try $0["epoch"]) }
        }
        epochs = Dictionary(pairs) { $1 }
        ids = Set(epochs.keys)
        await store.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(home)/vault/keys").filter { $0.hasSuffix(".key") }
        for lasting in ["address-", "authorisation-", "journal-"] {
            try #require(names.contains { $0.hasPrefix(lasting) }, "no \(lasting)… key is left")
        }
        keys = Set(names.filter { $0.hasPrefix("letter-") }.compactMap { Epoch(String($0.dropFirst(7).prefix(10))) })
    }

    /// Promised letters that are not in the store, or that no key opens.
    func missing(from ledger: Ledger) -> [String] {
        ledger.all.filter { _, text in
            guard let id = LetterID(text), let epoch = epochs[id] else { return true }
            return !keys.contains(epoch)
        }.map(\.key)
    }
}
