/// What is known of the vault's keys, and nothing of the keys themselves.
package struct KeyFacts: Sendable {
    package struct Key: Hashable, Sendable {
        /// As in file names: `address`, `letter`, `tag`, ….
        package let kind: String
        package let id: String
        package let epoch: Epoch?
        /// Whether what was sealed with its public half opened with its private one; nil for a key that is no pair.
        package let fits: Bool?

        package init(kind: String, id: String, epoch: Epoch?, fits: Bool?) {
            (self.kind, self.id, self.epoch, self.fits) = (kind, id, epoch, fits)
        }

        fileprivate var name: String { "\(kind) key \(id)" + (epoch.map { " of \($0)" } ?? "") }
    }

    /// A key file that cannot be used.
    package struct Fault: Equatable, Sendable {
        package let problem: String
        package let remedy: String
        /// What kind of key is missed by it, where the file's name tells.
        package let kind: String?

        package init(problem: String, remedy: String, kind: String?) {
            (self.problem, self.remedy, self.kind) = (problem, remedy, kind)
        }
    }

    package let folder: String
    package let faults: [Fault]
    package let onDisk: [Key]
    /// What the running vault holds; nil while none runs, or where it could not be asked.
    package let inMemory: [Key]?
    /// Ids of address keys that sealed addresses in the store name: a sample.
    package let wanted: Set<String>
    package let now: Timestamp
    /// Nil where the configuration does not tell; then nothing is said of keys that are over.
    package let retention: (letters: Duration, evidence: Duration)?

    package init(
        folder: String, faults: [Fault], onDisk: [Key], inMemory: [Key]?, wanted: Set<String>, now: Timestamp,
        retention: (letters: Duration, evidence: Duration)?
    ) {
        (self.folder, self.faults, self.onDisk, self.inMemory) = (folder, faults, onDisk, inMemory)
        (self.wanted, self.now, self.retention) = (wanted, now, retention)
    }

    package var findings: [Finding] {
        let findings = faults.map { Finding.fail(.keys, $0.problem, Remedy($0.remedy)) } + lacking + misfits + unlike + daily
        guard findings.isEmpty else { return findings }
        let pairs = proved.count { $0.fits != nil }
        let place = inMemory == nil ? "" : ", on disk as in the running vault"
        let which = pairs == 1 ? "the key pair" : "each of the \(pairs) key pairs"
        return [
            .ok(
                .keys,
                "\(onDisk.count) key\(onDisk.count == 1 ? "" : "s")\(place); \(which) seals with its public half and opens "
                    + "with its private one")
        ]
    }

    private var proved: Set<Key> { Set(onDisk + (inMemory ?? [])) }

    /// Kinds there must be one of; and keys that the store's addresses are sealed to.
    private var lacking: [Finding] {
        var findings: [Finding] = []
        let named = Set(faults.compactMap(\.kind))
        for kind in ["address", "authorisation", "journal"]
        where !named.contains(kind) && !onDisk.contains(where: { $0.kind == kind }) {
            findings.append(
                .fail(
                    .keys, "\(folder) holds no \(kind) key",
                    "Put the folder back from its backup; only for a new installation, run postern init."))
        }
        let strangers = wanted.subtracting(onDisk.map(\.id)).subtracting((inMemory ?? []).map(\.id)).sorted()
        // A file that is missed, or cannot be used, is most likely that very key.
        if !strangers.isEmpty, !named.contains("address"), findings.isEmpty {
            findings.append(
                .fail(
                    .keys,
                    "addresses in the store are sealed to address \(strangers.count == 1 ? "key" : "keys") "
                        + "\(strangers.joined(separator: ", ")), which the vault does not hold: letters to them are held",
                    "Store and keys are of two installations or backups: put the vault's keys back that belong to this store."))
        }
        return findings
    }

    private var misfits: [Finding] {
        proved.filter { $0.fits == false }.sorted { $0.name < $1.name }.map { key in
            .fail(
                .keys, "what is sealed with the public half of \(key.name) does not open with its private one",
                "Put the key's file back from the backup of \(folder), and restart the service.")
        }
    }

    /// The running vault and the folder must tell the same, or the next start will differ from this one.
    private var unlike: [Finding] {
        guard let inMemory else { return [] }
        let known = Set(onDisk.map(\.id))
        let gone = inMemory.filter { !known.contains($0.id) && !faults.map(\.kind).contains($0.kind) }
        let unread = onDisk.filter { !Set(inMemory.map(\.id)).contains($0.id) }
        return gone.sorted { $0.name < $1.name }.map { key in
            .fail(
                .keys, "the running vault holds \(key.name), which has no file any more: with the next start it is lost",
                "Put its file back into \(folder) from the backup before the service is restarted.")
        }
            + unread.sorted { $0.name < $1.name }.map { key in
                .warn(
                    .keys, "\(key.name) lies in \(folder), and the running vault has not read it",
                    "Restart the service if the key belongs there; otherwise move it away.")
            }
    }

    /// A vault that runs has the keys of today, and none that is over.
    private var daily: [Finding] {
        guard let inMemory else { return [] }
        let today = Epoch(containing: now)
        let missing = ["letter", "evidence", "tag"].filter { kind in
            !inMemory.contains { $0.kind == kind && $0.epoch == today }
        }
        var findings: [Finding] = []
        if !missing.isEmpty {
            findings.append(
                .fail(
                    .keys,
                    "the running vault has no \(missing.joined(separator: ", no ")) key of today (\(today)): letters "
                        + "cannot be sealed",
                    "Compare this machine's clock with the right time, look into the vault's log, and restart the service."))
        }
        let over = overdue(inMemory, by: .minutes(10))
        if !over.isEmpty {
            findings.append(
                .fail(
                    .keys,
                    over.count == 1
                        ? "a key whose time is over has not been destroyed: \(over[0].name)"
                        : "\(over.count) keys whose time is over have not been destroyed, as \(over[0].name)",
                    "Look into the vault's log for why: a full or read-only disk most often. Then restart the service."))
        }
        return findings
    }

    /// Keys whose retention ended `grace` ago or longer, oldest first.
    package func overdue(_ keys: [Key], by grace: Duration) -> [Key] {
        guard let retention else { return [] }
        return keys.filter { key in
            guard let epoch = key.epoch else { return false }
            return epoch.isOver(after: (key.kind == "letter" ? retention.letters : retention.evidence) + grace, now: now)
        }.sorted { ($0.epoch?.day ?? 0, $0.name) < ($1.epoch?.day ?? 0, $1.name) }
    }
}
