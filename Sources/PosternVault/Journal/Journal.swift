package import Logging
package import PosternCore
package import PosternJournal
private import Synchronization

/// Where a journal lies.
package struct JournalPlace: Sendable {
    package let folder: JournalFolder
    /// The checkpoint that was signed last.
    package let last: String
    /// Whom entries are about.
    package let subjects: String
    package let copy: CheckpointCopy?

    /// - Parameter copy: where each checkpoint is written a second time.
    package init(folder: String, last: String, subjects: String, copy: CheckpointCopy?) {
        self.folder = JournalFolder(path: folder)
        self.last = last
        self.subjects = subjects
        self.copy = copy
    }
}

/// The vault's record of what was done: one writer, and an entry is on disk before the one who asked is answered.
package final class Journal: Sendable {
    private struct State {
        /// Nil until it is opened, and after a write that failed.
        var open: OpenJournal?
        /// It cannot go on until somebody does something about it, and the vault is started again.
        var fault: JournalFault?
        /// How much of each kind the relay asked for since the last hour's entry.
        var askedByRelay: [Allowance: Int] = [:]
        var lastHour: Duration?
        var throttle = LogThrottle(interval: .hours(1))
    }

    /// What the relay says that somebody wants fills no disk: beyond this, entries of one kind are counted in an hour and not written.
    package static let mostOfRelayAnHour = 100

    /// The kinds that are counted apart, so that a flood of one hides no other: recipients who report a hundred letters do not keep
    /// what staff do out of the journal.
    private enum Allowance: Hashable {
        case reports, erasures, adoptions, lockOuts, deeds

        init(_ event: JournalEvent) {
            self =
                switch event {
                case .reportSealed: .reports
                case .recipientErased: .erasures
                case .adopted: .adoptions
                case .staffLockedOut: .lockOuts
                default: .deeds
                }
        }
    }

    private let state = Mutex(State())
    private let place: JournalPlace
    private let signers: [JournalSigner]
    private let host: String
    private let former: String?
    private let randomness: RandomSource
    private let now: @Sendable () -> Timestamp
    private let logger: Logger?

    /// - Parameters:
    ///   - host: begins the name of a journal that begins now.
    ///   - former: the last checkpoint of the journal that a new one follows.
    ///   - logger: told what cannot be written, and what a crash had left.
    package init(
        at place: JournalPlace, signers: [JournalSigner], host: String, former: String? = nil, randomness: RandomSource,
        now: @escaping @Sendable () -> Timestamp, logger: Logger? = nil
    ) {
        self.place = place
        self.signers = signers
        self.host = host
        self.former = former
        self.randomness = randomness
        self.now = now
        self.logger = logger
    }

    // MARK: - Writing

    /// One entry, or several that are about the same, each with the name of whom it is about.
    package struct Record: Sendable {
        let actor: JournalActor
        let event: JournalEvent
        let subject: String?

        /// - Parameter subject: the one thing in it that is somebody's: it is kept beside the journal, and can be erased.
        package init(_ actor: JournalActor, _ event: JournalEvent, about subject: String? = nil) {
            self.actor = actor
            self.event = event
            self.subject = subject
        }

        /// Entries about keys, none of them longer than an entry may be.
        static func ofKeys(
            _ names: [String], by actor: JournalActor = .vault, _ event: ([String]) -> JournalEvent
        ) -> [Record] {
            stride(from: 0, to: names.count, by: 200).map { Record(actor, event(Array(names.dropFirst($0).prefix(200)))) }
        }
    }

    /// - Throws: `JournalFault`: then nothing was written, or it is not known whether.
    package func record(_ records: [Record]) async throws {
        guard !records.isEmpty else { return }
        try await blocking("postern.vault.journal") { try self.append(records) }
    }

    /// For what happens whether or not it can be written down.
    package func note(_ records: [Record]) async {
        do {
            try await record(records)
        } catch {
            logger?.critical(
                "journal: an entry could not be written, and what it is about was done all the same",
                metadata: ["error": "\(error)", "entry": "\(records.first?.event.words ?? "")"])
        }
    }

    /// What the relay says that somebody wants, even if the relay was taken over.
    /// - Returns: false where there were too many of its kind in this hour: then it is only counted.
    @discardableResult
    package func noteForRelay(_ record: Record) async -> Bool {
        let hasEntry = state.withLock { state in
            state.askedByRelay[Allowance(record.event), default: 0] += 1
            return state.askedByRelay[Allowance(record.event), default: 0] <= Self.mostOfRelayAnHour
        }
        if hasEntry { await note([record]) }
        return hasEntry
    }

    /// Whether an entry could be written now, before something is done that must leave one.
    /// - Throws: `JournalFault`.
    package func check() async throws {
        try await blocking("postern.vault.journal") {
            try self.state.withLock { state in _ = try self.opened(&state) }
        }
    }

    /// Forgets whom entries are about, also where the journal cannot go on. They stay, and so does the tree.
    package func forget(_ subject: String) async {
        do {
            try await blocking("postern.vault.journal") {
                // In turn with what is written.
                try self.state.withLock { _ in try SubjectFile.erase(subject, at: self.place.subjects) }
            }
        } catch {
            logger?.critical(
                "journal: whom its entries are about could not be erased", metadata: ["error": "\(error)"])
        }
    }

    /// Writes the entry that each hour has. Called often.
    /// - Parameter monotonic: by a clock that is never set.
    package func keep(at monotonic: Duration) async {
        let uncounted: Int? = state.withLock { state in
            let former = state.lastHour ?? monotonic
            state.lastHour = former
            guard monotonic - former >= .hours(1) else { return nil }
            state.lastHour = monotonic
            defer { state.askedByRelay = [:] }
            return state.askedByRelay.values.reduce(0) { $0 + max($1 - Self.mostOfRelayAnHour, 0) }
        }
        if let uncounted { await note([Record(.vault, .hour(uncounted: uncounted))]) }
    }

    private func append(_ records: [Record]) throws {
        try state.withLock { state in
            var journal = try opened(&state)
            // Until it has succeeded: what is on disk after a failure is for the next opening to see.
            state.open = nil
            do {
                try journal.append(records.map(draft), at: now())
            } catch let fault as FileFault {
                throw JournalFault.file(fault)
            }
            state.open = journal
            guard let fault = journal.copyFault, state.throttle.admit(at: ContinuousClock.now - Self.start) != nil else { return }
            logger?.critical(
                "journal: its checkpoint could not be written to its second place; the next one is tried again",
                metadata: ["error": "\(fault)"])
        }
    }

    private static let start = ContinuousClock.now

    private func draft(_ record: Record) -> OpenJournal.Draft {
        OpenJournal.Draft(actor: record.actor, event: record.event, subject: record.subject.map(salted))
    }

    private func salted(_ text: String) -> EntrySubject {
        EntrySubject(text, salt: SecretBytes.random(count: EntrySubject.saltLength).withBytes { Array($0) })
    }

    // MARK: - Opening

    private func opened(_ state: inout State) throws -> OpenJournal {
        if let open = state.open { return open }
        if let fault = state.fault { throw fault }
        let opening: OpenJournal.Opening
        do {
            opening = try OpenJournal.open(place, signers: signers, newOrigin: newOrigin)
        } catch let fault as FileFault {
            throw JournalFault.file(fault)
        } catch let fault as JournalFault {
            state.fault = fault
            throw fault
        }
        var journal = opening.journal
        if opening.isNew {
            do {
                let began = OpenJournal.Draft(actor: .vault, event: .began(after: former ?? opening.former))
                try journal.append([began], at: now())
            } catch let fault as FileFault {
                throw JournalFault.file(fault)
            }
        }
        state.open = journal
        tell(opening, journal)
        return journal
    }

    private func tell(_ opening: OpenJournal.Opening, _ journal: OpenJournal) {
        if opening.recovered > 0 || opening.mended > 0 {
            logger?.notice(
                "journal: what a crash had left unfinished was made again from its entries",
                metadata: ["entries": "\(opening.recovered)", "tiles": "\(opening.mended)"])
        }
        logger?.info("journal: open", metadata: ["name": "\(journal.origin)", "entries": "\(journal.size)"])
    }

    /// A name that no other journal has had, on this machine or on another with the same keys: then neither is taken for the other.
    private func newOrigin() -> String {
        var randomness = randomness
        let id = OperationID(at: now(), using: &randomness)
        return "\(host.filter { $0 != "+" && !$0.isWhitespace })/postern-journal/\(id.description.suffix(16))"
    }
}
