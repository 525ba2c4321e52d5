package import Crypto
package import PosternCore
package import PosternSealing
private import Synchronization

/// The keys in the vault's memory, by id: read from the key folder, and dropped as epochs end.
package final class KeyRing: Sendable {
    private let folder: KeyFolder
    private let keys = Mutex<[KeyID: HeldKey]>([:])

    /// Loads every key there is.
    /// - Throws: `KeyFaults` with everything that is wrong, a missing address or authorisation key included.
    package init(folder: KeyFolder) throws {
        self.folder = folder
        let loaded = try folder.load()
        let missing = [KeyKind.opening(.address), .authorisation].filter { kind in
            !loaded.contains { $0.key.kind == kind }
        }
        guard missing.isEmpty else {
            throw KeyFaults(all: missing.map { KeyFault(path: folder.path, reason: .noneOfKind($0.name)) })
        }
        keys.withLock { ring in
            for held in loaded { ring[held.key.id] = held }
        }
    }

    /// Holds keys that were read already, even if some are missing: to examine them, not to work with them.
    init(holding held: [HeldKey], of folder: KeyFolder) {
        self.folder = folder
        keys.withLock { ring in
            for held in held { ring[held.key.id] = held }
        }
    }

    /// Makes the long-lived keys of a new installation. Keys that exist are left as they are.
    /// - Returns: the kinds that were made.
    @discardableResult
    package static func createMissing(in folder: KeyFolder, suite: Suite) throws -> [String] {
        try folder.create()
        let kinds = Set(try folder.load().map { $0.key.kind })
        let missing = [KeyKind.opening(.address), .authorisation, .journal].filter { !kinds.contains($0) }
        for kind in missing {
            try folder.add(HeldKey(try VaultKey(generating: kind, suite: suite, epoch: nil)))
        }
        return missing.map(\.name)
    }

    package subscript(id: KeyID) -> HeldKey? {
        keys.withLock { $0[id] }
    }

    /// The key that new addresses are sealed to. Of several, the first in the order of ids, so that every process agrees.
    package var address: SealingKey? {
        all.filter { $0.key.kind == .opening(.address) }.compactMap { $0.key.sealing }
            .min { $0.id.description < $1.id.description }
    }

    /// Accepts authorisations under every authorisation key there is, and makes new ones under the first in the order of ids. An
    /// operator who moves to a new machine and puts the old keys beside the new ones has several, and each start must pick the
    /// same one.
    /// - Throws: `KeyFault` when there is none.
    package func authorisation() throws -> AddressAuthorisation {
        let (first, former) = try authorisationKeys()
        return AddressAuthorisation(key: first, former: former)
    }

    /// The current authorisation key, and those of earlier machines.
    /// - Throws: `KeyFault` when there is none.
    package func authorisationKeys() throws -> (current: SymmetricKey, former: [SymmetricKey]) {
        let keys = all.filter { $0.key.kind == .authorisation }.sorted { $0.key.id.description < $1.key.id.description }
            .compactMap { $0.key.symmetric }
        guard let first = keys.first else { throw KeyFault(path: folder.path, reason: .noneOfKind("authorisation")) }
        return (first, Array(keys.dropFirst()))
    }

    package var all: [HeldKey] {
        keys.withLock { Array($0.values) }
    }

    /// Makes and destroys what the plan says, on disk first.
    /// - Returns: what was done, for the log.
    @discardableResult
    package func keepEpochs(
        now: Timestamp, retention: EpochPlan.Retention, isClockTrusted: Bool = true
    ) throws -> EpochPlan {
        let present = all.compactMap { held in held.key.epoch.map { (EpochPlan.Wanted(held.key.kind, $0), held) } }
        let plan = EpochPlan(
            existing: Set(present.map(\.0)), now: now, retention: retention, isClockTrusted: isClockTrusted)
        for wanted in plan.make {
            // X25519 for epochs: its encapsulated key is short enough to be part of every seal.
            let held = HeldKey(try VaultKey(generating: wanted.kind, suite: .ofEpochs, epoch: wanted.epoch))
            try folder.add(held)
            keys.withLock { $0[held.key.id] = held }
        }
        for (wanted, held) in present where plan.destroy.contains(wanted) {
            try folder.destroy(held)
            keys.withLock { $0[held.key.id] = nil }
        }
        return plan
    }
}
