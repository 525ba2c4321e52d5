private import Glibc
package import PosternCore
internal import PosternHost
package import PosternLink
package import PosternRelay
package import PosternVault

/// What is known about the vault's keys; nothing of the keys themselves.
package struct KeyCheck {
    package typealias Key = KeyReport.Key

    /// A key file that cannot be used.
    package struct Fault: Codable, Equatable, Sendable {
        package let problem: String
        package let remedy: String
        /// The kind of the key, where the file's name tells.
        package let kind: String?
        /// What cannot be done without a key of a day; the service runs without it. Nil for other keys.
        package let dayLost: String?

        package init(problem: String, remedy: String, kind: String?, dayLost: String? = nil) {
            self.problem = problem
            self.remedy = remedy
            self.kind = kind
            self.dayLost = dayLost
        }
    }

    let folder: String
    private let faults: [Fault]
    let onDisk: [Key]
    private let inMemory: [Key]?
    private let wanted: Set<String>
    private let recipients: [String: [String]]
    let now: Timestamp
    private let retention: EpochPlan.Retention?
    let users: StoreView.OwnSecretUsers?
    let secrets: OwnSecretReport?
    let copy: SecondPlace?

    /// Where the settings want the own secrets a second time, and how that is; nil where nobody could say.
    package struct SecondPlace: Sendable {
        package let path: String
        package let report: SecretsCopyReport?

        package init(path: String, report: SecretsCopyReport?) {
            self.path = path
            self.report = report
        }
    }

    /// - Parameters:
    ///   - inMemory: what the running vault holds; nil while none runs, or where it could not be asked.
    ///   - wanted: ids of address keys that sealed addresses in the store name; a sample.
    ///   - recipients: for each of these, some whose addresses are sealed to it.
    ///   - retention: nil where the configuration does not tell; then keys past their time are not judged.
    ///   - users: a sample of recipients whose addresses need their own secret; nil where the store does not tell.
    ///   - secrets: what there is of own secrets; nil where it could not be read.
    ///   - copy: their second place; nil where there is to be none.
    package init(
        folder: String, faults: [Fault], onDisk: [Key], inMemory: [Key]?, wanted: Set<String>,
        recipients: [String: [String]] = [:],
        now: Timestamp, retention: EpochPlan.Retention?, users: StoreView.OwnSecretUsers? = nil,
        secrets: OwnSecretReport? = nil, copy: SecondPlace? = nil
    ) {
        self.copy = copy
        self.users = users
        self.secrets = secrets
        self.folder = folder
        self.faults = faults
        self.onDisk = onDisk
        self.inMemory = inMemory
        self.wanted = wanted
        self.recipients = recipients
        self.now = now
        self.retention = retention
    }

    package var findings: [Finding] {
        let unusable = faults.map { fault in
            Finding.fail(.keys, fault.problem + (fault.dayLost.map { ": \($0)" } ?? ""), Remedy(fault.remedy))
        }
        let findings = unusable + lacking + lackingSecrets + misfits + unlike + daily
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

    /// Kinds of which there must be a key, and keys that the store's addresses are sealed to.
    var lacking: [Finding] {
        var findings: [Finding] = []
        let named = Set(faults.compactMap(\.kind))
        for kind in ["address", "authorisation", "journal"]
        where !named.contains(kind) && !onDisk.contains(where: { $0.kind == kind }) {
            findings.append(
                .fail(
                    .keys, "\(folder) holds no \(kind) key",
                    .keysBack))
        }
        let strangers = wanted.subtracting(onDisk.map(\.id)).subtracting((inMemory ?? []).map(\.id)).sorted()
        // A file that is missing or cannot be used is most likely that very key.
        if !strangers.isEmpty, !named.contains("address"), findings.isEmpty {
            findings.append(
                .fail(
                    .keys,
                    "addresses in the store are sealed to address \(strangers.count == 1 ? "key" : "keys") "
                        + "\(strangers.joined(separator: ", ")), which the vault does not hold: letters to "
                        + "\(people(of: strangers)) are held",
                    Remedy(
                        "Store and keys are of two installations or backups. With the service stopped, put the keys back that "
                            + "belong to this store. If they are lost for good, add these recipients again.",
                        commands: ["postern keys import-recovery FOLDER"])))
        }
        return findings
    }

    private func people(of keys: [String]) -> String { Self.people(keys.flatMap { recipients[$0] ?? [] }) }

    static func people(_ all: [String]) -> String {
        guard !all.isEmpty else { return "them" }
        return all.prefix(5).joined(separator: ", ") + (all.count > 5 ? " and others" : "")
    }

    /// The keys that last must be kept somewhere else, or a lost disk takes every recipient with it.
    package var savedFindings: [Finding] {
        let save = Remedy(
            "Save them in a folder on another machine, apart from the backups of the store.",
            commands: ["postern keys export-recovery FOLDER"])
        let lasting = onDisk.filter { $0.epoch == nil }
        let unsaved = lasting.filter { $0.saved == nil }
        guard !lasting.isEmpty, !unsaved.isEmpty else {
            guard let oldest = lasting.compactMap(\.saved).min() else { return [] }
            let saved = "each key that lasts has been saved elsewhere (\(oldest.rfc3339) at the earliest)"
            if let currentCopy { return [.ok(.savedKeys, "\(saved); \(currentCopy)")] }
            if let unsaved = unsavedSecrets(since: oldest, save) { return copyFindings + [unsaved] }
            guard copyFindings.isEmpty else { return copyFindings }
            return [
                .ok(
                    .savedKeys,
                    "\(saved); who was erased since is known here alone, and the own secrets of who came since are here alone")
            ]
        }
        let kinds = Dictionary(grouping: lasting, by: \.kind)
        let isTorn = unsaved.count < lasting.count || kinds.contains { $0.value.count > 1 }
        guard isTorn else { return [neverSaved(save)] + copyFindings }
        // One of them, of all places the newest, would be missing after a restore.
        return unsaved.sorted { $0.name < $1.name }.map { key in
            .fail(
                .savedKeys,
                "\(key.name) is in no saved copy of the keys"
                    + (kinds[key.kind, default: []].count > 1 ? ", and it is not the only \(key.kind) key here" : "")
                    + ": after a restore, what depends on it is lost",
                // The newest address key, after a rotation.
                key.kind == "journal" || kinds[key.kind, default: []].count == 1
                    || key.kind == "address" && key.made != nil && !key.isFormer
                    ? save
                    : Remedy(
                        "If a backup was restored here and the saved keys were copied by hand, restore again with both, which leaves "
                            + "one keyring. Otherwise save all keys now.",
                        commands: ["postern restore FILE --keys FOLDER", "postern keys export-recovery FOLDER"]))
        } + copyFindings
    }

    /// The key that addresses are sealed to is to be a new one once a year. One of an earlier version does not say how old it is.
    package var ageFindings: [Finding] {
        onDisk.filter { $0.kind == "address" && !$0.isFormer }.compactMap { key in
            guard let made = key.made, now.since(made) > .days(365) else { return nil }
            return .warn(
                .keys, "\(key.name) was made on \(Epoch(containing: made)), more than a year ago",
                Remedy(
                    "Make another. Letters go out meanwhile; the keys must be saved again afterwards.",
                    commands: ["postern keys rotate"]))
        }
    }

    /// How many days somebody who sets up an installation has for it.
    static let daysToSave: Int32 = 7

    /// - Returns: a warning, until the installation is one that is in use: the oldest key of a day tells since when it has run at least.
    private func neverSaved(_ save: Remedy) -> Finding {
        let lost =
            "if this disk is lost, no backup of the store gives an address back. The nightly backup has none of them, since anyone "
            + "who has both can read every address"
        guard let first = onDisk.compactMap(\.epoch).min(), Epoch(containing: now).day - first.day >= Self.daysToSave else {
            return .warn(.savedKeys, "the keys have never been saved: \(lost)", save)
        }
        return .fail(
            .savedKeys, "the keys have never been saved, and this installation has run since \(first) at least: \(lost)", save)
    }

    private var misfits: [Finding] {
        proved.filter { $0.fits == false }.sorted { $0.name < $1.name }.map { key in
            .fail(
                .keys, "what is sealed with the public half of \(key.name) does not open with its private one",
                "Put the key's file back from the backup of \(folder), and restart the service.")
        }
    }

    /// The running vault and the folder must hold the same keys, or the next start will differ from this one.
    private var unlike: [Finding] {
        guard let inMemory else { return [] }
        let known = Set(onDisk.map(\.id))
        let gone = inMemory.filter { !known.contains($0.id) && !faults.map(\.kind).contains($0.kind) }
        let unread = onDisk.filter { !Set(inMemory.map(\.id)).contains($0.id) }
        return gone.sorted { $0.name < $1.name }.map { key in
            .fail(
                .keys, "the running vault holds \(key.name), whose file is gone: with the next start it is lost",
                "Put its file back into \(folder) from the backup before the service is restarted.")
        }
            + unread.sorted { $0.name < $1.name }.map { key in
                .warn(
                    .keys, "\(key.name) lies in \(folder), and the running vault has not read it",
                    "Restart the service if the key belongs there; otherwise move it away.")
            }
    }

    /// A running vault has the keys of today, and none past its time.
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
                    "Check this machine's clock, read the vault's log, and restart the service."))
        }
        let over = overdue(inMemory, by: .minutes(10))
        if !over.isEmpty {
            findings.append(
                .fail(
                    .keys,
                    over.count == 1
                        ? "a key whose time is over has not been destroyed: \(over[0].name)"
                        : "\(over.count) keys whose time is over have not been destroyed, \(over[0].name) among them",
                    "The vault's log says why: most often a full or read-only disk. Then restart the service."))
        }
        return findings
    }

    /// Keys whose retention ended `grace` ago or longer, oldest first.
    func overdue(_ keys: [Key], by grace: Duration) -> [Key] {
        guard let retention else { return [] }
        return keys.filter { key in
            guard let epoch = key.epoch else { return false }
            // A key of a kind that this version does not know is none that it destroys.
            return KeyKind(name: key.kind).map { epoch.isOver(after: retention.kept($0) + grace, now: now) } ?? false
        }.sorted { ($0.epoch?.day ?? 0, $0.name) < ($1.epoch?.day ?? 0, $1.name) }
    }
}

extension KeyReport.Key {
    fileprivate var name: String { "\(kind) key \(id)" + (epoch.map { " of \($0)" } ?? "") }
}

extension KeyCheck.Fault {
    fileprivate init(_ fault: KeyFault) {
        let name = fault.path.split(separator: "/").last ?? ""
        let kind = name.hasSuffix(".key") ? name.split(separator: "-").first.map(String.init) : nil
        self.init(
            problem: fault.problem, remedy: fault.remedy, kind: kind, dayLost: fault.name?.epoch == nil ? nil : fault.loss)
    }
}

/// Asks the running vault to prove its keys, and proves those in its folder.
struct KeyReading: Codable {
    let vault: ServiceCheck.State
    let process: String?
    /// Nil while no vault runs, or where it could not be asked.
    let condition: [UInt8]?
    /// Nil when the folder could not be read; then `obstacle` says why.
    let proofs: Proofs?
    let obstacle: Finding?
    /// A clock that was ahead noted times up to this one, in milliseconds since 1970, and the vault knows.
    var falseUntil: Int64?
    /// Nil where it could not be read.
    var secrets: OwnSecretReport?
    /// Their second place, as this process sees it while no vault runs; a `SecretsCopyReport`.
    var copy: [UInt8]?

    /// The reports in the form that they have between the processes.
    struct Proofs: Codable {
        let onDisk: [UInt8]
        let inMemory: [UInt8]?
        let faults: [KeyCheck.Fault]
    }

    /// Nobody knows who they belong to.
    static let ownerless = KeyReading(
        vault: .unknown(Doctor.ownerless), process: nil, condition: nil, proofs: nil,
        obstacle: .skipped(.keys, because: Doctor.ownerless, .settingsFirst))

    static let failed = KeyReading(
        vault: .unknown("the process that was to ask it failed"), process: nil, condition: nil,
        proofs: nil, obstacle: .skipped(.keys, because: "the process that was to look at them failed", .tryAgain))

    /// - Parameter copy: the second place of the own secrets; nil where there is to be none.
    static func look(home: Home, copy: String?) async -> KeyReading {
        var inMemory: [UInt8]?
        var state: ServiceCheck.State
        var process: String? = FileLock.holder(of: home.vaultLock)
        var condition: [UInt8]?
        switch await Inquiry.ask(home.operatorSocket, OperatorVerb.condition, within: Inquiry.soon) {
        case .answered(let bytes):
            condition = bytes
            if case .answered(let bytes) = await Inquiry.ask(home.operatorSocket, OperatorVerb.examine) {
                inMemory = (try? KeyReport(payload: bytes)).map { _ in bytes }
            }
            state = inMemory == nil ? .unknown("it is busy, or of another version") : .running
        case .failed: state = .silent(process: process)
        case .forbidden: state = .unknown("its operator socket is for its own user and root")
        case .nobody:
            switch FileLock.isHeld(home.vaultLock) {
            case true?: state = .silent(process: process)
            case false?: (state, process) = (.stopped, nil)
            case nil: state = .unknown("its folder is for its own user and root")
            }
        }
        do throws(FileFault) {
            let (proofs, faults) = try KeyFolder(path: home.keys).examine()
            let note = ClockRecord(path: home.clockRecord, in: home.vault).read()
            let secrets = try OwnSecretReport(beside: home.records, keys: KeyFolder(path: home.keys))
            let place = state == .stopped ? copy.map { SecretsCopyPlace($0, now: { .now }) } : nil
            return KeyReading(
                vault: state, process: process, condition: condition,
                proofs: Proofs(onDisk: proofs.payload, inMemory: inMemory, faults: faults.map(KeyCheck.Fault.init)),
                obstacle: nil,
                falseUntil: note?.falseDays?.last.end.milliseconds, secrets: secrets,
                copy: place?.report(beside: home.records).payload)
        } catch {
            let isForbidden = error.code == EACCES || error.code == EPERM
            return KeyReading(
                vault: state, process: process, condition: condition, proofs: nil,
                obstacle: isForbidden
                    ? .skipped(.keys, because: "this user may not look into \(home.keys)", .asRoot)
                    : .fail(.keys, "\(error)", .keysBack))
        }
    }

    func check(
        folder: String, wanted: [String], recipients: [String: [String]] = [:], users: StoreView.OwnSecretUsers? = nil,
        copy place: String? = nil, now: Timestamp, retention: Configuration.Retention?
    ) -> KeyCheck? {
        guard let proofs, let onDisk = try? KeyReport(payload: proofs.onDisk) else { return nil }
        let inMemory = proofs.inMemory.flatMap { try? KeyReport(payload: $0) }
        let second = place.flatMap { path in
            // The running vault's own word, where it could be asked.
            inMemory != nil || vault == .stopped
                ? KeyCheck.SecondPlace(
                    path: path, report: inMemory?.secretsCopy ?? copy.flatMap { try? SecretsCopyReport(payload: $0) })
                : nil
        }
        return KeyCheck(
            folder: folder, faults: proofs.faults, onDisk: onDisk.keys,
            inMemory: inMemory?.keys, wanted: Set(wanted), recipients: recipients,
            now: now,
            retention: retention.map { EpochPlan.Retention($0) }, users: users, secrets: secrets, copy: second)
    }
}
