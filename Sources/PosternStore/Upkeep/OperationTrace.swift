package import PosternCore

/// One change that somebody made to the installation.
package struct OperationRecord: Equatable, Sendable {
    package enum Verb: String, Sendable, CaseIterable, StoredAs {
        case addSite = "site.add"
        case changeSite = "site.change"
        case setLogo = "site.logo"
        case removeSite = "site.remove"
        /// New recipients, or new addresses for known ones.
        case enrolRecipients = "recipient.enrol"
        case confirmRecipient = "recipient.confirm"
        case pauseRecipient = "recipient.pause"
        case resumeRecipient = "recipient.resume"
        case eraseRecipient = "recipient.erase"
        /// Somebody began to join and never confirmed.
        case lapseRecipient = "recipient.lapse"
        /// By the recipient's own page, or by their site.
        case signIn = "recipient.sign-in"
        case signOut = "recipient.sign-out"
        case changeSettings = "recipient.settings"
        case changeWords = "recipient.words"
        case askAddressChange = "recipient.address.ask"
        case cancelAddressChange = "recipient.address.cancel"
        case confirmAddressChange = "recipient.address.confirm"
        case undoAddressChange = "recipient.address.undo"
        case redoAddressChange = "recipient.address.redo"
        case invite = "recipient.invite"
        case addSiteToken = "token.add"
        case revokeSiteToken = "token.revoke"
        case addStaff = "staff.add"
        /// A new link: what they signed in with counts no more.
        case resetStaff = "staff.reset"
        /// Another role, which takes a new link too.
        case moveStaff = "staff.role"
        case removeStaff = "staff.remove"
        case enrolStaff = "staff.enrol"
        case staffSignIn = "staff.sign-in"
        case staffSignOut = "staff.sign-out"
        case endStaffSession = "staff.session.end"
        /// On the desk: a decision about letters that wait, which takes effect a minute later, and its end before that.
        case decide = "desk.decide"
        case undoDecision = "desk.undo"
        case decideReports = "desk.reports"
        /// From the colleague who had it open.
        case takeLetter = "desk.take"
        case leaveAlone = "desk.wait"
        case goOn = "desk.go-on"
        case note = "desk.note"
        case addAlias = "recipient.alias.add"
        case removeAlias = "recipient.alias.remove"
        /// By the links in mails.
        case closeConversation = "conversation.close"
        case reopenConversation = "conversation.reopen"
        case withdrawReply = "reply.withdraw"
        case muteVisitor = "visitor.mute"
        case unmuteVisitor = "visitor.unmute"
        case muteConnection = "connection.mute"
        case unmuteConnection = "connection.unmute"
        case reportLetter = "letter.report"
        case withdrawReport = "letter.unreport"
        case proveAddress = "letter.prove"
        /// By staff, with a second factor: the vault's journal has it too.
        case revealLetter = "letter.reveal"
        case revealClient = "client.reveal"
        /// One of two has asked.
        case askReveal = "reveal.ask"
        case retryDeliveries = "queue.retry"
        case holdDeliveries = "queue.hold"
        case releaseDeliveries = "queue.release"
        case dropDeliveries = "queue.drop"
        case eraseLetters = "person.erase-letters"
        case withdrawWave = "wave.withdraw"
        case releaseWave = "wave.release"
        /// Took such a decision back before it was final.
        case undoWave = "wave.undo"
        case takeWave = "wave.take"
        /// Told those whom it has reached.
        case tellOfWave = "wave.tell"
        case addBlock = "block.add"
        case removeBlock = "block.remove"
        case backUpStore = "store.backup"
        case restoreStore = "store.restore"
    }

    package let id: OperationID
    package let at: Timestamp
    package let actor: Actor
    package let verb: Verb
    /// What was changed, by the name that commands have for it: `photos/pat`, a delivery's id, `block 3`. Never an address.
    package var subject: String
    /// In the words of the actor; nil when they gave none.
    package let reason: String?

    package init(id: OperationID, at: Timestamp, actor: Actor, verb: Verb, subject: String, reason: String? = nil) {
        self.id = id
        self.at = at
        self.actor = actor
        self.verb = verb
        self.subject = subject
        self.reason = reason
    }
}

/// The trace of operations. Each record is written in the transaction of the change that it tells of, so that neither is kept
/// without the other.
package struct OperationTrace {
    let transaction: any Transaction

    package func add(_ record: OperationRecord) throws {
        try transaction.run(
            """
            INSERT INTO operation (id, at, actor, verb, subject, reason)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                record.id.stored, record.at.stored, record.actor.stored, record.verb.stored, record.subject.stored,
                record.reason.clipped.stored,
            ])
    }

    /// The latest records, newest first.
    /// - Parameter before: where the page before this one ended.
    package func latest(before: OperationID? = nil, limit: Int) throws -> [OperationRecord] {
        try transaction.rows(
            """
            SELECT id, at, actor, verb, subject, reason
            FROM operation
            WHERE id < ?
            ORDER BY id DESC
            LIMIT ?
            """,
            [(before ?? OperationID(high: .max, low: .max)).stored, limit.stored]
        ).map(OperationRecord.init)
    }

    /// What was done about one subject, newest first. Looks through the trace: for what somebody asks now and then.
    package func about(_ subject: String, limit: Int) throws -> [OperationRecord] {
        try transaction.rows(
            """
            SELECT id, at, actor, verb, subject, reason
            FROM operation
            WHERE subject = ?
            ORDER BY id DESC
            LIMIT ?
            """,
            [subject.stored, limit.stored]
        ).map(OperationRecord.init)
    }

    /// - Returns: how many are gone; call again until there are none.
    package func forget(before moment: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM operation
            WHERE id IN (
                SELECT id
                FROM operation
                WHERE id < ?
                ORDER BY id
                LIMIT ?)
            """,
            [OperationID.floor(of: moment).stored, limit.stored])
    }
}

extension OperationRecord {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], at: try row["at"], actor: try row["actor"], verb: try row["verb"], subject: try row["subject"],
            reason: try row.optional("reason"))
    }
}
