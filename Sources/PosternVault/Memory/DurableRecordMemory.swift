package import Crypto
internal import Dispatch
package import Logging
package import PosternCore
private import Synchronization

/// The vault's memory of its authorisations, kept in a file: a keyed digest, a version and a recipient's id for each name.
///
/// Answers come from memory. A thread of its own writes what must be durable: one batch takes all requests that came during the
/// sync before it. The recipients' own secrets are in a file beside it (`OwnSecretFile`).
package final class DurableRecordMemory: RecordMemory {
    private struct Write {
        let entries: [RecordEntry]
        /// Nil when nobody waits.
        let asker: CheckedContinuation<Void, any Error>?
    }

    private enum Schedule {
        case none
        /// Nobody waits for it: it is written after `patience`, with what else has come by then.
        case later
        case now
    }

    private struct State {
        var table = RecordTable()
        /// Versions that were given out and are not in use yet.
        var reserved: [KeyedDigest: Int32] = [:]
        var waiting: [Write] = []
        var schedule = Schedule.none
        /// What was learnt and counts already, and is not on disk yet: waiting, being written, or failed.
        var unwritten: [KeyedDigest: RecordEntry] = [:]
        /// Those of them whose write failed: the next call tries them again.
        var failed: [KeyedDigest: RecordEntry] = [:]
        var throttle = LogThrottle(interval: .hours(1))

        mutating func note(_ entry: RecordEntry) {
            if entry.isReservation {
                guard entry.version > table[entry.name]?.version ?? 0 else { return }
                reserved[entry.name] = max(entry.version, reserved[entry.name] ?? 0)
            } else {
                table.merge(entry)
                if let version = reserved[entry.name], version <= entry.version { reserved[entry.name] = nil }
            }
        }

        /// What goes into the next batch; nothing when the writer may rest.
        mutating func take(retrying: Bool) -> (writes: [Write], retried: [RecordEntry]) {
            var (count, taken) = (0, 0)
            while taken < waiting.count, count + waiting[taken].entries.count <= RecordFile.most {
                count += waiting[taken].entries.count
                taken += 1
            }
            let writes = Array(waiting.prefix(taken))
            waiting.removeFirst(taken)
            var retried: [RecordEntry] = []
            if retrying || taken > 0 {
                retried = Array(failed.values.prefix(RecordFile.most - count))
                for entry in retried { failed[entry.name] = nil }
            }
            schedule = writes.isEmpty && retried.isEmpty ? .none : .now
            return (writes, retried)
        }

        mutating func wrote(_ entries: [RecordEntry]) {
            for entry in entries {
                note(entry)
                guard !entry.isReservation, let learnt = unwritten[entry.name], learnt.version <= entry.version else { continue }
                unwritten[entry.name] = nil
                failed[entry.name] = nil
            }
        }

        mutating func couldNotWrite(_ entries: [RecordEntry]) {
            for entry in entries where unwritten[entry.name] == entry { failed[entry.name] = entry }
        }
    }

    /// What was found when the memory was opened.
    package struct Opening: Equatable, Sendable {
        /// How many names are remembered.
        package let count: Int
        /// Bytes at the end of the file that a crash had left unfinished, and that were cut.
        package let cut: Int
        /// There was no file, and one was begun.
        package let isNew: Bool
        /// How many own secrets were damaged, and are lost.
        package var damagedSecrets = 0
    }

    private let state: Mutex<State>
    /// Used on `queue` only.
    private let file: Mutex<RecordFile>
    private let queue = DispatchQueue(label: "postern.vault.memory")
    let secrets: OwnSecretFile
    let copy: OwnSecretCopy?
    /// Where own secrets are drawn and destroyed.
    let secretsQueue = DispatchQueue(label: "postern.vault.own-secrets")
    /// Names as the file has them.
    private let nameKey: HMAC<SHA256>
    private let beganAdopting: Bool
    private let endOfAdoption: KeyedDigest
    private let logger: Logger?
    private let beforeWrite: @Sendable () throws -> Void
    private let start = ContinuousClock.now
    /// How long an entry that nobody waits for may wait for others to join its batch.
    private static let patience = DispatchTimeInterval.seconds(1)

    /// Blocks: reads the whole file.
    /// - Parameters:
    ///   - keys: the authorisation keys, the current one first. Those of a former machine count as well.
    ///   - adopting: whether a memory that does not exist yet begins with adoption.
    ///   - copy: the second place of the own secrets; `followSecretsCopy` makes it the same.
    ///   - logger: told when what nobody waits for cannot be written.
    ///   - beforeWrite: called before each batch, which fails when this throws: a test's full disk.
    /// - Throws: `RecordFileFault`, `FileFault`.
    package static func open(
        at path: String, keys: [SymmetricKey], adopting: Bool, copy: SecretsCopyPlace? = nil, logger: Logger? = nil,
        beforeWrite: @escaping @Sendable () throws -> Void = {}
    ) throws -> (memory: DurableRecordMemory, opening: Opening) {
        var (state, read) = (State(), 0)
        let all = keys.map(RecordFile.Keys.init)
        let secrets = try OwnSecretFile(at: OwnSecretFile.path(beside: path), isCopied: copy != nil)
        let second = copy.map { OwnSecretCopy($0, of: secrets, logger: logger) }
        if let (file, cut) = try RecordFile.open(
            at: path, keys: all,
            { entry in
                state.note(entry)
                read += 1
            })
        {
            // The file may be an older one than the memory.
            try secrets.destroy(ofAll: state.table.erased)
            let opening = Opening(count: state.table.count, cut: cut, isNew: false, damagedSecrets: secrets.damaged)
            // Mostly entries that later ones replaced: written once more without them.
            guard read > state.table.count * 3 / 2 + RecordFile.most else {
                return (DurableRecordMemory(state, file, secrets, second, logger, beforeWrite), opening)
            }
            let reserved = state.reserved.lazy.map { RecordEntry($0.key, reserved: $0.value) }
            let entries = Array(state.table.entries) + reserved
            let short = try RecordFile.create(at: path, keys: file.keys, isAdopting: file.isAdopting, entries: entries)
            return (DurableRecordMemory(state, short, secrets, second, logger, beforeWrite), opening)
        }
        guard let current = all.first else { throw RecordFileFault.notOurs(path) }
        let file = try RecordFile.create(at: path, keys: current, isAdopting: adopting)
        return (
            DurableRecordMemory(state, file, secrets, second, logger, beforeWrite),
            Opening(count: 0, cut: 0, isNew: true, damagedSecrets: secrets.damaged)
        )
    }

    private init(
        _ state: State, _ file: sending RecordFile, _ secrets: OwnSecretFile, _ copy: OwnSecretCopy?, _ logger: Logger?,
        _ beforeWrite: @escaping @Sendable () throws -> Void
    ) {
        self.secrets = secrets
        self.copy = copy
        nameKey = HMAC(key: file.keys.name)
        beganAdopting = file.isAdopting
        endOfAdoption = KeyedDigest(of: Array("end of adoption".utf8), under: file.keys.name)
        self.logger = logger
        self.beforeWrite = beforeWrite
        self.state = Mutex(state)
        self.file = Mutex(file)
    }

    package func newest(of name: AuthorisedName) -> NewestAuthorisation? {
        let name = KeyedDigest(of: name, under: nameKey)
        return state.withLock { $0.table[name]?.newest }
    }

    /// How much memory the names take.
    package var bytes: Int { state.withLock { $0.table.bytes } }
    /// How much memory it takes to find the own secrets.
    package var bytesOfSecrets: Int { secrets.bytes }

    package func takeVersions(for requests: [VersionRequest]) async throws -> [Int32] {
        precondition(requests.count <= RecordFile.most, "a request for versions fits into one batch")
        let names = requests.map { KeyedDigest(of: $0.name, under: nameKey) }
        var versions: [Int32] = []
        try await write { state in
            var reserved: [KeyedDigest: Int32] = [:]
            versions = try zip(names, requests).map { name, request in
                let former = reserved[name] ?? state.reserved[name] ?? 0
                let version = try request.version(after: state.table[name]?.newest, reserved: former)
                reserved[name] = version
                return version
            }
            // Noted before they are durable, so that nobody else gets them. A gap harms nobody.
            state.reserved.merge(reserved) { max($0, $1) }
            return reserved.map { RecordEntry($0.key, reserved: $0.value) }
        }
        return versions
    }

    package func learn(_ entries: [LearntAuthorisation], isDurable: Bool) async throws {
        let all = entries.map { entry in
            RecordEntry(
                KeyedDigest(of: entry.name, under: nameKey),
                NewestAuthorisation(version: entry.version, recipient: entry.recipient))
        }
        let news = { (state: inout State) -> [RecordEntry] in
            var entries: [RecordEntry] = []
            for entry in all {
                let known = state.table[entry.name]
                if known?.newest.isReplaced(by: entry.version, of: entry.newest.recipient) ?? true {
                    state.note(entry)
                    state.unwritten[entry.name] = entry
                    entries.append(entry)
                } else if isDurable, let unwritten = state.unwritten[entry.name] {
                    // Known, and not on disk yet: a caller who needs it there waits for it too.
                    entries.append(unwritten)
                } else {
                    continue
                }
                state.failed[entry.name] = nil
            }
            return entries
        }
        if isDurable {
            try await write(news)
        } else {
            let isFirst = state.withLock { state -> Bool in
                let entries = news(&state)
                if !entries.isEmpty { state.waiting.append(Write(entries: entries, asker: nil)) }
                guard !entries.isEmpty || !state.failed.isEmpty, state.schedule == .none else { return false }
                state.schedule = .later
                return true
            }
            if isFirst { queue.asyncAfter(deadline: .now() + Self.patience) { self.writeWaiting() } }
        }
    }

    package func erase(_ name: AuthorisedName, recipient: RecipientID) async throws {
        let known = newest(of: name)?.recipient
        let owner = RecordOwner(name, known ?? recipient)
        // Whose row it is may be the store's word alone. Somebody who has a secret under another name is not who is meant.
        let isAnother = try owner.map { try secrets.isUnderAnotherName($0) } ?? false
        let digest = KeyedDigest(of: name, under: nameKey)
        try await write { state in
            let version = state.table[digest]?.version ?? 0
            let erased = NewestAuthorisation(
                version: version, recipient: isAnother ? nil : known ?? recipient, isErased: true)
            return [RecordEntry(digest, erased)]
        }
        guard let owner else { return }
        // The secret second, so that none is drawn for them any more. After a crash between the two it is destroyed when the memory is
        // opened; on a full disk, where nothing can be remembered, nothing is half done.
        try await destroyOwnSecret(of: owner)
    }

    package var isAdopting: Bool { beganAdopting && state.withLock { $0.table[endOfAdoption] == nil } }

    package func endAdoption() async throws {
        guard isAdopting else { return }
        try await write { [endOfAdoption] _ in
            [RecordEntry(endOfAdoption, NewestAuthorisation(version: 1, recipient: nil))]
        }
    }

    // MARK: - Writing

    /// Writes entries and waits until they are durable. Those that `entries` has not noted itself are noted then.
    private func write(_ entries: (inout State) throws -> [RecordEntry]) async throws {
        try await withCheckedThrowingContinuation { (asker: CheckedContinuation<Void, any Error>) in
            do {
                let (isNeeded, isIdle) = try state.withLock { state -> (Bool, Bool) in
                    let entries = try entries(&state)
                    if !entries.isEmpty { state.waiting.append(Write(entries: entries, asker: asker)) }
                    guard !entries.isEmpty || !state.failed.isEmpty else { return (false, false) }
                    defer { state.schedule = .now }
                    return (!entries.isEmpty, state.schedule != .now)
                }
                if !isNeeded { asker.resume() }
                if isIdle { queue.async { self.writeWaiting() } }
            } catch {
                asker.resume(throwing: error)
            }
        }
    }

    /// Runs on `queue` until nothing waits. What failed is tried again with each batch, and not for its own sake before the next
    /// call.
    private func writeWaiting() {
        var hasFailed = false
        while true {
            let (writes, retried) = state.withLock { $0.take(retrying: !hasFailed) }
            let entries = writes.flatMap(\.entries) + retried
            guard !entries.isEmpty else { return }
            let result = Result { try append(entries) }
            switch result {
            case .success:
                hasFailed = false
                state.withLock { $0.wrote(entries) }
            case .failure(let error):
                hasFailed = true
                state.withLock { $0.couldNotWrite(entries) }
                if !retried.isEmpty || writes.contains(where: { $0.asker == nil }) { say(error) }
            }
            for write in writes { write.asker?.resume(with: result) }
        }
    }

    private func append(_ entries: [RecordEntry]) throws {
        try beforeWrite()
        try file.withLock { try $0.append(entries) }
    }

    /// Nobody else hears of it.
    private func say(_ error: any Error) {
        let passed = ContinuousClock.now - start
        let (admitted, count) = state.withLock { state -> (Int?, Int) in (state.throttle.admit(at: passed), state.failed.count) }
        guard let unsaid = admitted else { return }
        logger?.error(
            "memory: what was learnt cannot be written; it is tried again, and a restart before that forgets it",
            metadata: ["error": "\(error)", "names": "\(count)", "since-last-line": "\(unsaid)"])
    }
}
