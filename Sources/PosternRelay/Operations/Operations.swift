package import PosternCore
package import PosternLink
package import PosternStore

/// Everything that people and programs may look up and change, no matter who asks: the control socket, a command while no relay runs,
/// the staff pages, the API.
///
/// Operations take parsed values. One that changes something names its actor in a trace, which is written in the same
/// transaction; where many rows are changed in several transactions, in the first of them or in each. Looking something up leaves no
/// trace, since nothing sealed is shown; nor does what follows from looking (who has a letter open, when a session or a token was last
/// used), nor how somebody sets up their own pages.
package struct Operations: Sendable {
    /// - Returns: whether the vault has heard it.
    package typealias DeedRecorder = @Sendable (RelayDeed) async -> Bool
    package typealias BackupMaker = @Sendable (_ path: String) async throws -> BackupView

    private(set) var actor: Actor
    let store: any Database
    let randomness: RandomSource
    let now: @Sendable () -> Timestamp
    /// Tells the dispatcher that something may be due.
    let wake: @Sendable () -> Void
    /// Tells the dispatcher that a person wants to see the smarthost tried again now.
    let retryNow: @Sendable () -> Void
    /// The blocks that a running relay applies; nil when no relay runs.
    let blockCache: BlockCache?
    private let makeBackup: BackupMaker
    /// Has the vault's journal say what was done; nil where no vault is reached.
    private let recordDeed: DeedRecorder?

    package init(
        by actor: Actor, store: any Database, blockCache: BlockCache?, randomness: RandomSource,
        now: @escaping @Sendable () -> Timestamp, wake: @escaping @Sendable () -> Void,
        retryNow: @escaping @Sendable () -> Void, recordDeed: DeedRecorder? = nil, makeBackup: @escaping BackupMaker
    ) {
        self.actor = actor
        self.store = store
        self.blockCache = blockCache
        self.randomness = randomness
        self.now = now
        self.wake = wake
        self.retryNow = retryNow
        self.recordDeed = recordDeed
        self.makeBackup = makeBackup
    }

    /// The same operations for another actor.
    package func by(_ actor: Actor) -> Operations {
        var operations = self
        operations.actor = actor
        return operations
    }

    package var sites: SiteOperations { SiteOperations(operations: self) }
    package var recipients: RecipientOperations { RecipientOperations(operations: self) }
    package var queue: QueueOperations { QueueOperations(operations: self) }
    var conversations: ConversationOperations { ConversationOperations(operations: self) }
    package var reports: ReportOperations { ReportOperations(operations: self) }
    package var desk: DeskOperations { DeskOperations(operations: self) }
    package var staff: StaffOperations { StaffOperations(operations: self) }
    package var log: LogOperations { LogOperations(operations: self) }
    package var letters: LetterOperations { LetterOperations(operations: self) }
    package var waves: WaveOperations { WaveOperations(operations: self) }
    package var blocks: BlockOperations { BlockOperations(operations: self) }

    /// Copies the store while it is in use, and checks the copy.
    /// - Throws: what the store throws.
    package func backUp(to path: String) async throws -> BackupView {
        let record = trace(.backUpStore, path)
        // Before it is copied, so that the copy says of which moment it is, and who asked for it.
        try await write(record) { try $0.maintenance.note(.backup, at: record.at) }
        return try await makeBackup(path)
    }

    /// When rows past their retention were last removed; nil before the first time.
    package func lastPurge() async throws -> Timestamp? {
        try await store.read { try $0.maintenance.last(.purge) }
    }

    /// For what was done and stands in the trace already.
    /// - Returns: false where the vault should have heard it and did not.
    @discardableResult
    func record(_ deed: RelayDeed.Deed) async -> Bool {
        await recordDeed?(RelayDeed(deed, by: actor)) ?? true
    }

    /// The record of an operation that the actor starts now.
    func trace(_ verb: OperationRecord.Verb, _ subject: String, because reason: String? = nil) -> OperationRecord {
        let moment = now()
        var randomness = randomness
        return OperationRecord(
            id: OperationID(at: moment, using: &randomness), at: moment, actor: actor, verb: verb, subject: subject,
            reason: reason)
    }

    /// Makes a change and leaves its trace, in one transaction.
    /// - Parameters:
    ///   - isErasing: whether it removes or replaces what nobody may find again: then it is over once no file holds it.
    ///   - change: throws when there is nothing to change; then no trace is left either.
    func write<Answer: Sendable>(
        _ record: OperationRecord, isErasing: Bool = false, _ change: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await store.write(isErasing: isErasing) { transaction in
            let answer = try change(transaction)
            try transaction.operationTrace.add(record)
            return answer
        }
    }
}

/// Why an operation was not carried out. Everything is as it was.
package protocol OperationFault: Error, CustomStringConvertible {
    /// What a person can do about it; nil when the description says it.
    var remedy: String? { get }
}

extension OperationFault {
    /// For a terminal: what happened, and below it what to do.
    package var text: String { remedy.map { "\(description)\n    \($0)" } ?? description }
}
