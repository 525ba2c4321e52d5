package import PosternCore

/// A backup that is to become the store.
package struct RestoreRequest: Sendable {
    /// The file that is read.
    package let file: String
    /// As the person who asked calls it.
    package let name: String
    /// Days whose letters can still be opened; nil where that is not known.
    package let days: Set<Epoch>?
    /// When and by whom.
    package let trace: OperationRecord
    /// Looks at the copy before anything is replaced; what it throws leaves everything as it was.
    package let inspect: @Sendable (any Transaction) throws -> Void

    package init(
        file: String, name: String? = nil, days: Set<Epoch>? = nil, trace: OperationRecord,
        inspect: @escaping @Sendable (any Transaction) throws -> Void = { _ in }
    ) {
        self.file = file
        self.name = name ?? file
        self.days = days
        self.trace = trace
        self.inspect = inspect
    }
}

/// What a restore did.
package struct RestoreReport: Equatable, Sendable {
    package let bytes: Int
    /// Where the former store is; nil when there was none.
    package let replaced: String?
    package let letters: RestoredLetters

    package init(bytes: Int, replaced: String?, letters: RestoredLetters) {
        (self.bytes, self.replaced, self.letters) = (bytes, replaced, letters)
    }
}

/// What became of the letters of a backup.
package struct RestoredLetters: Equatable, Sendable {
    /// When the backup was begun; nil for one that does not say so.
    package var backedUp: Timestamp?
    /// How many the former store knows to be delivered, or dropped, after the backup.
    package var endedSince = 0
    /// Nobody can open them any more.
    package var lost = Named()
    /// How many wait for a person, since they may have been delivered after the backup.
    package var held = 0
    /// They were accepted after the backup and wait in the former store alone.
    package var left = Named()

    /// Letters, the first of them by name.
    package struct Named: Equatable, Sendable {
        package var count = 0
        package var first: [DeliveryLine] = []
    }

    /// How many are named.
    package static let most = 100
}

/// What the store that is replaced knows of the letters in the backup.
package struct FormerLetters: Sendable {
    package var ended: [DeliveryLine] = []
    package var waiting: [DeliveryLine] = []
    /// What was taken back or used up after the backup stays so.
    package var revokedTokens: [(id: SiteTokenID, at: Timestamp)] = []
    package var usedInvitations: [Invitation] = []
    package var usedLinks: [LetterID] = []

    package init() {}

    /// - Parameters:
    ///   - former: that store.
    ///   - ids: the letters of the backup that have not ended there.
    package init(_ former: any Transaction, ids: [LetterID]) throws {
        let known = Set(ids)
        ended = try ids.compactMap { try former.queue.show($0)?.delivery }.filter { [.delivered, .dropped].contains($0.state) }
        waiting = try former.queue.unended().filter { !known.contains($0) }.compactMap { try former.queue.show($0)?.delivery }
        revokedTokens = try former.siteTokens.revoked()
        usedInvitations = try former.invitations.used()
        usedLinks = try former.memberSessions.links()
    }
}

extension RestoreRequest {
    /// Brings the letters of the copy up to what is known of them, and leaves a trace.
    package func settle(_ copy: any Transaction, _ former: FormerLetters) throws -> RestoredLetters {
        var letters = RestoredLetters()
        let (queue, now) = (copy.queue, trace.at)
        letters.backedUp = try copy.maintenance.last(.backup)
        for line in former.ended where try queue.takeEnd(of: line.id, as: line.state, at: line.finished ?? now) {
            letters.endedSince += 1
        }
        if let days { letters.lost = try queue.failLost(keeping: days, at: now, naming: RestoredLetters.most) }
        let moment = letters.backedUp.map { " of \($0.rfc3339)" } ?? ""
        letters.held = try queue.holdRestored(
            because: "restored from a backup\(moment); it may have been delivered since", at: now)
        // What ended in the copy and waits in the former store is not left behind: it is as it was at the backup.
        let left = try former.waiting.filter { try queue.show($0.id) == nil }
        letters.left = RestoredLetters.Named(count: left.count, first: Array(left.prefix(RestoredLetters.most)))
        for token in former.revokedTokens { _ = try copy.siteTokens.revoke(token.id, at: token.at) }
        for invitation in former.usedInvitations { try copy.invitations.takeUse(of: invitation) }
        try copy.memberSessions.endAll(keeping: former.usedLinks, at: now)
        try copy.staffSessions.endAll()
        while try copy.reviewItems.forgetEnded(limit: 500) > 0 {}
        try copy.operationTrace.add(trace)
        return letters
    }
}
