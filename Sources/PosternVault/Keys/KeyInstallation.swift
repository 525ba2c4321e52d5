internal import Crypto
private import FoundationEssentials
private import Glibc
package import PosternCore
private import PosternSealing

/// Puts saved keys, and the memory saved with them, into a vault's folder, so that one keyring comes of it. As the vault's user,
/// while no vault runs.
package struct KeyInstallation {
    package struct Wish: Codable, Sendable {
        package var set: RecoverySet
        /// Where it comes from, for what is wrong with it.
        package var folder: String
        /// Ids of the address keys that the store needs; nil for keys alone, with the store as it is.
        package var needed: Set<String>?
        /// Whether a vault without a memory may take over once what an earlier version of the program stored.
        package var isAdopting: Bool

        package init(set: RecoverySet, folder: String, needed: Set<String>?, isAdopting: Bool) {
            self.set = set
            self.folder = folder
            self.needed = needed
            self.isAdopting = isAdopting
        }
    }

    package struct Report: Codable, Sendable {
        /// How many keys were put in.
        package var added = 0
        /// Ids of keys that were here and that nothing needs; now in `setAside`.
        package var unused: [String] = []
        package var setAside: String?
        /// Where the journal is that one of those keys signed: it cannot go on, and another one begins.
        package var formerJournal: String?
        /// How many places of own secrets there are now.
        package var secrets = 0
        package var secretsAdded = 0
        /// Names that the saved memory knew.
        package var records: Int?
        /// The memory that was here was of other keys; now in `setAside`.
        package var hasForeignRecords = false
        /// Where the saved memory is, if it is of other keys than the one here, which goes on: what it knows is yet to be taken over
        /// (`RecordMemory.takeOver`).
        package var formerRecords: String?
    }

    private let keys: KeyFolder
    private let vault: String
    private let retention: EpochPlan.Retention
    private let now: Timestamp

    /// - Parameter vault: the folder of the vault, in which keys, memory and budgets are.
    package init(keys: KeyFolder, vault: String, retention: EpochPlan.Retention, now: Timestamp) {
        self.keys = keys
        self.vault = vault
        self.retention = retention
        self.now = now
    }

    private var records: String { "\(vault)/records" }

    /// Adds what is missing first and moves away what is unused last: cut short, it is done again.
    /// - Throws: `KeyFaults`, `RecordFileFault`, `FileFault`.
    package func run(_ wish: Wish) throws -> Report {
        let saved = try wish.set.parsed(from: wish.folder)
        // Also what a hand has copied in with another mode or owner.
        try keys.create()
        let (present, _) = try keys.look()
        let known = Set(present.map { $0.key.id })
        let ids = Set(saved.map { $0.key.id })
        var report = Report()
        for held in saved where !known.contains(held.key.id) && !isOver(held) {
            try keys.add(held)
            report.added += 1
        }
        let strangers = present.filter { !$0.key.kind.isPerEpoch && !ids.contains($0.key.id) }
        let isNeeded = wish.needed.map { needed in strangers.contains { needed.contains($0.key.id.description) } } ?? true
        let unused = isNeeded ? [] : strangers
        let inUse = (saved + present).filter { held in
            held.key.kind == .authorisation && !unused.contains { $0.key.id == held.key.id }
        }.compactMap { $0.key.symmetric }
        let aside = KeyFolder(path: "\(vault)/replaced-\(now.milliseconds)")
        try mergeRecords(wish, keys: inUse, aside: aside, &report)
        if unused.contains(where: { $0.key.kind == .journal }) {
            let journal = JournalPlace(
                folder: "\(vault)/journal", last: "\(vault)/journal-last", subjects: "\(vault)/journal-subjects", copy: nil)
            report.formerJournal = try JournalReplacement.setAside(journal, at: now)?.folder
        }
        if !unused.isEmpty {
            try keys.move(unused.map { KeyFile.name(of: $0.key) }, to: aside)
            // What was counted under the former authorisation key cannot be read any more.
            try File.move("\(vault)/budgets", to: "\(aside.path)/budgets", in: vault)
            (report.unused, report.setAside) = (unused.map { $0.key.id.description }, aside.path)
        }
        try keys.noteSaved(ids.map(\.description), at: now)
        // Only if the saved copy has all there are: places are counted in the order in which they were made.
        let copied = wish.set.secrets.map { OwnSecretReport($0).places } ?? 0
        if copied == report.secrets { try keys.noteSaved(secrets: copied, at: now) }
        return report
    }

    /// A key of a day in a copy that somebody made of the whole folder: after its time it does not come back.
    private func isOver(_ held: HeldKey) -> Bool { retention.isOver(held.key.kind, of: held.key.epoch, at: now) }

    /// What either memory knows counts: the newest version of each record, and everybody who was erased.
    private func mergeRecords(
        _ wish: Wish, keys symmetric: [SymmetricKey], aside: KeyFolder, _ report: inout Report
    ) throws {
        let all = symmetric.map(RecordFile.Keys.init)
        var (saved, here): (Memory?, Memory?) = (nil, nil)
        if let content = wish.set.records {
            let draft = records + ".saved"
            try File.write(SecretBytes(content), to: draft, mode: 0o600, in: vault)
            defer { unlink(draft) }
            do {
                saved = try Memory(at: draft, keys: all)
            } catch let fault as RecordFileFault {
                throw fault.named("\(wish.folder)/records")
            }
        }
        do {
            here = try Memory(at: records, keys: all)
        } catch RecordFileFault.notOurs {
            try aside.create()
            try File.move(records, to: "\(aside.path)/records", in: vault)
            report.hasForeignRecords = true
            report.setAside = aside.path
        }
        report.records = saved?.entries.count
        (report.secretsAdded, report.secrets) = try mergeSecrets(wish, erased: RecordTable([saved, here]).erased)
        switch (saved, here) {
        case (let saved?, let here?) where saved.keys.name != here.keys.name:
            if here.entries.isEmpty {
                // Begun with new keys, and nothing has happened yet.
                _ = try RecordFile.create(
                    at: records, keys: saved.keys, isAdopting: saved.isAdopting && here.isAdopting, entries: saved.entries)
            } else if !saved.entries.isEmpty {
                // Under two keys one name has two digests. Only who knows the names can bring them together.
                try aside.create()
                report.formerRecords = "\(aside.path)/records"
                _ = try RecordFile.create(
                    at: "\(aside.path)/records", keys: saved.keys, isAdopting: false, entries: saved.entries)
            }
        case (let saved?, let here?):
            _ = try RecordFile.create(
                at: records, keys: here.keys, isAdopting: saved.isAdopting && here.isAdopting,
                entries: here.entries + saved.entries)
        case (let saved?, nil):
            _ = try RecordFile.create(at: records, keys: saved.keys, isAdopting: saved.isAdopting, entries: saved.entries)
        case (nil, nil):
            if let first = all.first { _ = try RecordFile.create(at: records, keys: first, isAdopting: wish.isAdopting) }
        case (nil, _?): break
        }
    }

    /// After this nobody has a secret who was erased as either memory says, or whose secret is destroyed in one of the files.
    /// - Returns: how many places came, and how many there are.
    private func mergeSecrets(_ wish: Wish, erased: Set<RecipientID>) throws -> (added: Int, all: Int) {
        let secrets = try OwnSecretFile(at: OwnSecretFile.path(beside: records))
        let former = secrets.count
        let saved = wish.set.secrets.map { RecoverySet.Copy($0, named: OwnSecretFile.path(beside: "\(wish.folder)/records")) }
        // The copy first, since it is the newer one. Both are looked at before either goes in.
        let files = try [wish.set.copy, saved].compactMap { $0 }.map { file in
            (name: file.name, slots: try OwnSecretFile.slots(in: SecretBytes(file.content), named: file.name))
        }
        if let copy = wish.set.copy, let first = files.first, files.count > 1 {
            let known = Set(first.slots.map(\.recipient))
            let others = files.dropFirst().flatMap(\.slots)
            guard others.isEmpty || others.contains(where: { known.contains($0.recipient) }) else {
                throw RecordFileFault.otherSecrets(copy.name)
            }
        }
        try secrets.destroy(ofAll: erased)
        for file in files { try secrets.merge(file.slots, erased: erased) }
        return (secrets.count - former, secrets.count)
    }

    fileprivate struct Memory {
        let keys: RecordFile.Keys
        let isAdopting: Bool
        let entries: [RecordEntry]

        /// Nil when there is none.
        init?(at path: String, keys: [RecordFile.Keys]) throws {
            var entries: [RecordEntry] = []
            guard let (file, _) = try RecordFile.open(at: path, keys: keys, { entries.append($0) }) else { return nil }
            self.keys = file.keys
            isAdopting = file.isAdopting
            self.entries = entries
        }
    }
}

extension RecordTable {
    /// What several memories know, also under different keys: then one name stands in it under each.
    fileprivate init(_ memories: [KeyInstallation.Memory?]) {
        self.init()
        for entry in memories.compactMap(\.?.entries).joined() where !entry.isReservation { merge(entry) }
    }
}
