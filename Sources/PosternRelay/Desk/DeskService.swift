package import Logging
package import PosternCore
private import PosternLink

/// The desk of somebody who is signed in. It carries out operations under their name, and asks the vault for the tags of a
/// letter's client.
package struct DeskService: DeskServing {
    /// Gives the tags of a client on the days in reach whose keys still exist, the latest day first.
    package typealias Relating =
        @Sendable (_ letter: LetterID, _ site: SiteID, _ evidence: [UInt8], _ reach: TagReach) async throws -> [Day]
    package typealias Day = (epoch: Epoch, tags: [Tag])

    private let operations: Operations
    private let relate: Relating
    private let logger: Logger
    private let lifetime: Duration

    /// - Parameter lifetime: how long letters are kept after their day.
    package init(operations: Operations, lifetime: Duration, logger: Logger, relate: @escaping Relating) {
        self.operations = operations
        self.relate = relate
        self.logger = logger
        self.lifetime = lifetime
    }

    package init(operations: Operations, vault: VaultLink, lifetime: Duration, logger: Logger) {
        self.init(operations: operations, lifetime: lifetime, logger: logger, relate: Self.relating(vault))
    }

    /// A `Relating` that asks the vault.
    package static func relating(_ vault: VaultLink) -> Relating {
        { letter, site, evidence, reach in
            let request = RelateRequest(submission: letter, site: site, evidence: evidence, reach: reach)
            return try await vault.relate(request).days.map { ($0.epoch, $0.tags) }
        }
    }

    private func desk(of staff: SignedInStaff) -> DeskOperations { operations.by(.staff(staff.name.text)).desk }

    package func counts(_ lane: ReviewLane, after: LetterID?) async throws -> DeskCounts {
        try await operations.desk.counts(lane, after: after)
    }

    package func list(_ search: DeskSearch, after: LetterID?) async throws -> DeskList {
        try await operations.desk.list(search, after: after, limit: DeskLimits.rows)
    }

    package func show(_ letter: LetterID, in lane: ReviewLane?, to staff: SignedInStaff) async throws -> DeskItem? {
        let viewer = staff.role.decides ? staff.name.text : nil
        return try await operations.desk.show(
            letter, in: lane, days: await days(of: letter, .upToItsDay), lifetime: lifetime, viewer: viewer)
    }

    /// - Returns: nil if the vault does not answer.
    private func days(of letter: LetterID, _ reach: TagReach) async throws -> [Day]? {
        guard let evidence = try await operations.desk.evidence(of: letter) else { return nil }
        do {
            return try await relate(letter, evidence.site, evidence.seal, reach)
        } catch {
            // The page says that days are missing.
            logger.info("desk: the vault does not say what a client is called", metadata: ["error": "\(error)"])
            return nil
        }
    }

    package func next(_ search: DeskSearch, after: LetterID?, for staff: SignedInStaff) async throws -> LetterID? {
        try await operations.desk.next(search, after: after, besides: staff.name.text)
    }

    package func count(_ target: ReviewWish.Target, in lane: ReviewLane) async throws -> Int {
        try await operations.desk.count(target, in: lane)
    }

    package func decide(_ wish: ReviewWish, by staff: SignedInStaff) async throws -> ReviewAnswer {
        var tag: Tag?
        if wish.act.isBlocking, case .letter(let letter, _)? = wish.targets.first, wish.targets.count == 1 {
            tag = try await todaysTag(of: letter)
        }
        return try await desk(of: staff).decide(wish, by: staff.name.text, blocking: tag)
    }

    /// The client's tag of today: from the entry if the letter came today, otherwise from the vault.
    private func todaysTag(of letter: LetterID) async throws -> Tag? {
        let today = Epoch(containing: operations.now())
        if let entry = try? await operations.log.show(letter).entry, Epoch(containing: entry.at) == today {
            return entry.tags.first
        }
        return try await days(of: letter, .upToToday)?.first { $0.epoch == today }?.tags.first
    }

    package func undo(_ decision: StaffDecisionID, by staff: SignedInStaff) async throws -> DecisionUndo {
        try await desk(of: staff).undo(decision, by: staff.name.text)
    }

    package func setWaiting(
        _ isWaiting: Bool, _ letter: LetterID, in lane: ReviewLane, version: Int, by staff: SignedInStaff
    ) async throws -> Bool {
        let mark = isWaiting ? StaffMark(at: operations.now(), by: staff.name.text) : nil
        return try await desk(of: staff).setWaiting(mark, letter, in: lane, version: version)
    }

    package func take(_ letter: LetterID, in lane: ReviewLane, by staff: SignedInStaff) async throws {
        try await desk(of: staff).take(letter, in: lane, by: staff.name.text)
    }

    package func note(_ text: LetterText, about letter: LetterID, by staff: SignedInStaff) async throws -> Bool {
        try await desk(of: staff).note(text, about: letter, by: staff.name.text)
    }

    package func undoable(by staff: SignedInStaff) async throws -> [DecisionLine] {
        try await operations.desk.undoable(by: staff.name.text)
    }

    package func decisions(_ filter: DecisionFilter, before: StaffDecisionID?) async throws -> [DecisionLine] {
        try await operations.desk.decisions(filter, before: before, limit: DeskLimits.rows + 1)
    }

    package func hasKeys(_ staff: SignedInStaff) async throws -> Bool { try await operations.desk.hasKeys(staff.account) }

    package func setKeys(_ hasKeys: Bool, for staff: SignedInStaff) async throws {
        try await operations.desk.setKeys(hasKeys, of: staff.account)
    }
}
