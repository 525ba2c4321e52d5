package import Crypto
package import PosternCore
package import PosternSealing
private import Synchronization

/// The keys in the vault's memory, by id: read from the key folder, and dropped as epochs end.
package final class KeyRing: Sendable {
    private let folder: KeyFolder
    private let keys = Mutex<[KeyID: HeldKey]>([:])

    private let unusable: Mutex<[KeyFault]>
    /// Anyone who adds or destroys a file also writes the list of them: one at a time.
    private let changing = Mutex(())

    /// Loads every key that can be used. One key of a day that is lost does not keep letters of other days waiting; nor does an
    /// address key keep letters from being accepted.
    /// - Throws: `KeyFaults` with everything that keeps the vault from starting; `FileFault`.
    package init(folder: KeyFolder) throws {
        self.folder = folder
        let (loaded, faults) = try folder.load()
        let kinds = Set(loaded.map { $0.key.kind })
        let absent = [KeyKind.opening(.address), .authorisation].filter { kind in
            !kinds.contains(kind) && !faults.contains { $0.name?.kind == kind }
        }
        let fatal =
            faults.filter { $0.keepsFromStarting(beside: kinds) }
            + absent.map { KeyFault(path: folder.path, reason: .noneOfKind($0.name)) }
        guard fatal.isEmpty else { throw KeyFaults(all: fatal) }
        unusable = Mutex(faults)
        keys.withLock { ring in
            for held in loaded { ring[held.key.id] = held }
        }
    }

    /// Holds keys that were read already, even if some are missing: to examine them, not to work with them.
    init(holding held: [HeldKey], of folder: KeyFolder) {
        self.folder = folder
        unusable = Mutex([])
        keys.withLock { ring in
            for held in held { ring[held.key.id] = held }
        }
    }

    /// What is wrong with the key files that are not in use.
    package var faults: [KeyFault] { unusable.withLock { $0 } }

    /// Why a key is not there; nil when nothing is known of it.
    func fault(of id: KeyID) -> KeyFault? { faults.first { $0.name?.id == id.description } }

    /// When each key was saved outside this installation, by id.
    var saved: [String: Timestamp] { folder.saved }

    /// Makes the long-lived keys of a new installation, and those in place of lost ones. Keys that exist are left as they are.
    /// - Returns: the kinds that were made.
    /// - Throws: `KeyFaults` for a key that only cannot be read as it stands; `FileFault`.
    @discardableResult
    package static func createMissing(in folder: KeyFolder, suite: Suite, at now: Timestamp? = nil) throws -> [String] {
        try folder.create()
        let (loaded, faults) = try folder.load()
        let lasting = faults.filter { $0.name?.kind.isPerEpoch == false }
        let repairable = lasting.filter { !$0.isLoss }
        guard repairable.isEmpty else { throw KeyFaults(all: repairable) }
        let kinds = Set(loaded.map { $0.key.kind })
        let missing = [KeyKind.opening(.address), .authorisation, .journal].filter { !kinds.contains($0) }
        for kind in missing {
            try folder.add(HeldKey(try VaultKey(generating: kind, suite: suite, epoch: nil, made: now)))
        }
        for fault in lasting where fault.name.map({ missing.contains($0.kind) }) ?? false { try folder.giveUp(fault.fileName) }
        return missing.map(\.name)
    }

    package subscript(id: KeyID) -> HeldKey? {
        keys.withLock { $0[id] }
    }

    /// Accepts authorisations under every authorisation key there is, and makes new ones under the first in the order of ids. An
    /// operator who moves to a new machine and puts the old keys beside the new ones has several, and each start must pick the
    /// same one.
    /// - Throws: `KeyFault` when there is none.
    package func authorisation() throws -> AddressAuthorisation {
        let (first, former) = try authorisationKeys()
        return AddressAuthorisation(key: first, former: former)
    }

    /// What signs the journal's checkpoints: more than one where saved keys were put beside new ones. In the order of ids.
    package var journalSigners: [JournalSigner] { Self.journalSigners(of: all) }

    static func journalSigners(of held: [HeldKey]) -> [JournalSigner] {
        held.filter { $0.key.kind == .journal }.sorted { $0.key.id.description < $1.key.id.description }
            .compactMap { $0.key.journalSigner }
    }

    /// What members and sites hold of the vault's, under the same keys.
    /// - Throws: `KeyFault` when there is none.
    package func memberCodes() throws -> MemberCodes {
        let (first, former) = try authorisationKeys()
        return MemberCodes(key: first, former: former)
    }

    /// What senders' addresses are compared with blocks by, under the same keys.
    /// - Throws: `KeyFault` when there is none.
    package func senderKeys() throws -> SenderKeys {
        let (first, former) = try authorisationKeys()
        return SenderKeys(authorisation: first, former: former)
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
        now: Timestamp, retention: EpochPlan.Retention, isClockTrusted: Bool = true, falseDays: EpochPlan.FalseDays? = nil
    ) throws -> EpochPlan {
        try changing.withLock { _ in
            try keepEpochsAlone(now: now, retention: retention, isClockTrusted: isClockTrusted, falseDays: falseDays)
        }
    }

    private func keepEpochsAlone(
        now: Timestamp, retention: EpochPlan.Retention, isClockTrusted: Bool, falseDays: EpochPlan.FalseDays?
    ) throws -> EpochPlan {
        let present = all.compactMap { held in held.key.epoch.map { (EpochPlan.Wanted(held.key.kind, $0), held) } }
        let plan = EpochPlan(
            existing: Set(present.map(\.0)), now: now, retention: retention, isClockTrusted: isClockTrusted,
            falseDays: falseDays)
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
        for fault in faults where isClockTrusted && fault.name.map({ retention.isOver($0.kind, of: $0.epoch, at: now) }) == true {
            try folder.destroy(fault.fileName)
            unusable.withLock { $0.removeAll { $0 == fault } }
        }
        return plan
    }

    /// On disk first: nothing is sealed to a key that a crash could take. Blocks.
    func add(_ held: HeldKey) throws {
        try changing.withLock { _ in
            try folder.add(held)
            keys.withLock { $0[held.key.id] = held }
        }
    }

    /// On disk first. What is sealed to it opens no more. Blocks.
    func destroy(_ held: HeldKey) throws {
        try changing.withLock { _ in
            try folder.destroy(held)
            keys.withLock { $0[held.key.id] = nil }
        }
    }
}

extension KeyFault {
    fileprivate var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// - Parameter kinds: of which there is a key that can be used.
    fileprivate func keepsFromStarting(beside kinds: Set<KeyKind>) -> Bool {
        guard let kind = name?.kind, !kind.isPerEpoch else { return false }
        // A command away from being whole: nothing may begin without it.
        guard isLoss else { return true }
        // Without any, the vault can neither check what it authorised nor read its memory.
        return kind == .authorisation && !kinds.contains(.authorisation)
    }
}
