/// One transaction, as a unit of work sees it: it runs statements, in order, and never waits for anything but the store.
///
/// Synchronous on purpose: a unit that could `await` would hold the writing connection while it waits. Arguments are
/// positional (`?`, one per value); a statement says what differs between stores through `Dialect`. A constraint error is
/// never caught inside a unit, since PostgreSQL has given up the transaction by then: ask with `ON CONFLICT DO NOTHING`.
package protocol Transaction {
    /// Runs a statement that gives no rows.
    /// - Returns: how many rows it changed.
    /// - Throws: `StoreError`.
    @discardableResult
    func run(_ sql: StaticString, _ arguments: [SQLValue]) throws -> Int

    /// Runs a statement and reads all it gives: bound it with LIMIT.
    /// - Throws: `StoreError`.
    func rows(_ sql: StaticString, _ arguments: [SQLValue]) throws -> [SQLRow]
}

extension Transaction {
    @discardableResult
    package func run(_ sql: StaticString) throws -> Int {
        try run(sql, [])
    }

    package func rows(_ sql: StaticString) throws -> [SQLRow] {
        try rows(sql, [])
    }

    /// The first row, when there is one.
    package func row(_ sql: StaticString, _ arguments: [SQLValue] = []) throws -> SQLRow? {
        try rows(sql, arguments).first
    }
}

/// Everything the store keeps, by subject: each has the verbs that read and change it.
extension Transaction {
    package var intake: Intake { Intake(transaction: self) }
    package var submissionLog: SubmissionLog { SubmissionLog(transaction: self) }
    package var queue: Queue { Queue(transaction: self) }
    package var nodes: Nodes { Nodes(transaction: self) }
    package var sites: Sites { Sites(transaction: self) }
    package var recipients: Recipients { Recipients(transaction: self) }
    package var aliases: Aliases { Aliases(transaction: self) }
    package var conversations: Conversations { Conversations(transaction: self) }
    package var links: Links { Links(transaction: self) }
    package var mutes: Mutes { Mutes(transaction: self) }
    package var muteTags: MuteTags { MuteTags(transaction: self) }
    package var unconfirmedJoins: UnconfirmedJoins { UnconfirmedJoins(transaction: self) }
    package var addressChanges: AddressChanges { AddressChanges(transaction: self) }
    package var memberSessions: MemberSessions { MemberSessions(transaction: self) }
    package var memberLedger: MemberLedger { MemberLedger(transaction: self) }
    package var dailyLetters: DailyLetters { DailyLetters(transaction: self) }
    package var awaitedProofs: AwaitedProofs { AwaitedProofs(transaction: self) }
    package var invitations: Invitations { Invitations(transaction: self) }
    package var siteTokens: SiteTokens { SiteTokens(transaction: self) }
    package var staffAccounts: StaffAccountRows { StaffAccountRows(transaction: self) }
    package var staffSessions: StaffSessions { StaffSessions(transaction: self) }
    package var reviewItems: ReviewItems { ReviewItems(transaction: self) }
    package var decisions: Decisions { Decisions(transaction: self) }
    package var reviewNotes: ReviewNotes { ReviewNotes(transaction: self) }
    package var reports: Reports { Reports(transaction: self) }
    package var waves: Waves { Waves(transaction: self) }
    package var figures: Figures { Figures(transaction: self) }
    package var revealableLetters: RevealableLetters { RevealableLetters(transaction: self) }
    package var blocks: Blocks { Blocks(transaction: self) }
    package var limitRecords: LimitRecords { LimitRecords(transaction: self) }
    package var retention: Retention { Retention(transaction: self) }
    package var operationTrace: OperationTrace { OperationTrace(transaction: self) }
    package var maintenance: MaintenanceRecord { MaintenanceRecord(transaction: self) }
    package var writeProbe: WriteProbe { WriteProbe(transaction: self) }
}
