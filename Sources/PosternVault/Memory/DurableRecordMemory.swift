package import Crypto
private import Dispatch
package import PosternCore
private import Synchronization

/// The vault's memory of its authorisations, kept in a file: a keyed digest, a version and a recipient's id for each name.
///
/// Answers come from memory. What must be durable is written by a thread of its own, as many requests in one batch as came in
/// during the sync before it.
package final class DurableRecordMemory: RecordMemory {
    private struct Write {
        let entries: [RecordEntry]
        /// Nil when nobody waits.
        let asker: CheckedContinuation<Void, any Error>?
    }

    private enum Schedule {
        case none
        /// What was learnt waits for company.
        case later
        case now
    }

    private struct State {
        var table: RecordTable
        /// What is being written: it counts for the next version, and for nothing else before it is durable.
        var reserved: [RecordEntry.Name: RecordEntry] = [:]
        var waiting: [Write] = []
        var schedule = Schedule.none
    }

    /// What was found when the memory was opened.
    package struct Opening: Equatable, Sendable {
        /// How many names are remembered.
        package let count: Int
        /// Bytes at the end of the file that a crash had left unfinished, and that were cut.
        package let cut: Int
        /// There was no file, and one was begun.
        package let isNew: Bool
    }

    private let state: Mutex<State>
    /// Used on `queue` only.
    private let file: Mutex<RecordFile>
    private let queue = DispatchQueue(label: "postern.vault.memory")
    private let nameKey: SymmetricKey
    private let beganAdopting: Bool
    private let endOfAdoption: RecordEntry.Name
    /// How long what was learnt may wait for company.
    private static let patience = DispatchTimeInterval.seconds(1)

    /// Blocks: reads the whole file. A million names take about a second.
    /// - Parameters:
    ///   - keys: the authorisation keys, the current one first. Those of a former machine count as well.
    ///   - adopting: whether a memory that does not exist yet begins with adoption.
    /// - Throws: `RecordFileFault`, `FileFault`.
    package static func open(
        at path: String, keys: [SymmetricKey], adopting: Bool
    ) throws -> (memory: DurableRecordMemory, opening: Opening) {
        var (table, read) = (RecordTable(), 0)
        let all = keys.map(RecordFile.Keys.init)
        if let (file, cut) = try RecordFile.open(
            at: path, keys: all,
            { entry in
                table.merge(entry)
                read += 1
            })
        {
            let opening = Opening(count: table.count, cut: cut, isNew: false)
            // Mostly entries that later ones replaced: written once more without them.
            let isLong = read > 2 * table.count + RecordFile.most
            let kept =
                isLong
                ? try RecordFile.create(at: path, keys: file.keys, isAdopting: file.isAdopting, entries: table.entries) : file
            return (DurableRecordMemory(table, kept), opening)
        }
        guard let current = all.first else { throw RecordFileFault.notOurs(path) }
        let file = try RecordFile.create(at: path, keys: current, isAdopting: adopting)
        return (DurableRecordMemory(table, file), Opening(count: 0, cut: 0, isNew: true))
    }

    private init(_ table: RecordTable, _ file: sending RecordFile) {
        nameKey = file.keys.name
        beganAdopting = file.isAdopting
        endOfAdoption = RecordEntry.Name(of: Array("end of adoption".utf8), under: file.keys.name)
        state = Mutex(State(table: table))
        self.file = Mutex(file)
    }

    package func newest(of name: AuthorisedName) -> NewestAuthorisation? {
        let name = RecordEntry.Name(of: name, under: nameKey)
        return state.withLock { $0.table[name]?.newest }
    }

    /// How much memory the names take.
    package var bytes: Int { state.withLock { $0.table.bytes } }

    package func takeVersions(for requests: [VersionRequest]) async throws -> [Int32] {
        guard !requests.isEmpty else { return [] }
        precondition(requests.count <= RecordFile.most, "a request for versions fits into one batch")
        let names = requests.map { RecordEntry.Name(of: $0.name, under: nameKey) }
        let entries = try await write { state in
            var taken: [RecordEntry.Name: RecordEntry] = [:]
            return try zip(names, requests).map { name, request in
                let known = taken[name] ?? state.reserved[name] ?? state.table[name]
                let entry = RecordEntry(name, try request.next(after: known?.newest))
                taken[name] = entry
                return entry
            }
        }
        return entries.map(\.newest.version)
    }

    package func learn(_ name: AuthorisedName, version: Int32, recipient: RecipientID?) {
        let name = RecordEntry.Name(of: name, under: nameKey)
        let isFirst = state.withLock { state in
            let known = state.table[name]?.newest
            guard known.map({ $0.version < version && !$0.isErased }) ?? true else { return false }
            let entry = RecordEntry(name, NewestAuthorisation(version: version, recipient: recipient))
            state.table.merge(entry)
            state.waiting.append(Write(entries: [entry], asker: nil))
            guard state.schedule == .none else { return false }
            state.schedule = .later
            return true
        }
        if isFirst { queue.asyncAfter(deadline: .now() + Self.patience) { self.writeWaiting() } }
    }

    package func erase(_ name: AuthorisedName, recipient: RecipientID) async throws {
        let name = RecordEntry.Name(of: name, under: nameKey)
        _ = try await write { state in
            let version = (state.reserved[name] ?? state.table[name])?.newest.version ?? 0
            return [RecordEntry(name, NewestAuthorisation(version: version, recipient: recipient, isErased: true))]
        }
    }

    package var isAdopting: Bool { beganAdopting && state.withLock { $0.table[endOfAdoption] == nil } }

    package func endAdoption() async throws {
        guard isAdopting else { return }
        _ = try await write { [endOfAdoption] _ in
            [RecordEntry(endOfAdoption, NewestAuthorisation(version: 1, recipient: nil))]
        }
    }

    // MARK: - Writing

    /// Reserves entries and waits until they are durable.
    private func write(_ entries: (State) throws -> [RecordEntry]) async throws -> [RecordEntry] {
        var reserved: [RecordEntry] = []
        try await withCheckedThrowingContinuation { (asker: CheckedContinuation<Void, any Error>) in
            do {
                let isIdle = try state.withLock { state in
                    reserved = try entries(state)
                    for entry in reserved { state.reserved[entry.name] = entry }
                    state.waiting.append(Write(entries: reserved, asker: asker))
                    defer { state.schedule = .now }
                    return state.schedule != .now
                }
                if isIdle { queue.async { self.writeWaiting() } }
            } catch {
                asker.resume(throwing: error)
            }
        }
        return reserved
    }

    /// Runs on `queue` until nothing waits.
    private func writeWaiting() {
        while true {
            let writes = state.withLock { state -> [Write] in
                var (count, taken) = (0, 0)
                while taken < state.waiting.count, count + state.waiting[taken].entries.count <= RecordFile.most {
                    count += state.waiting[taken].entries.count
                    taken += 1
                }
                defer { state.waiting.removeFirst(taken) }
                state.schedule = taken > 0 ? .now : .none
                return Array(state.waiting.prefix(taken))
            }
            guard !writes.isEmpty else { return }
            let entries = writes.flatMap(\.entries)
            let result = Result { try file.withLock { try $0.append(entries) } }
            state.withLock { state in
                for entry in entries {
                    if state.reserved[entry.name] == entry { state.reserved[entry.name] = nil }
                    if case .success = result { state.table.merge(entry) }
                }
            }
            for write in writes { write.asker?.resume(with: result) }
        }
    }
}
