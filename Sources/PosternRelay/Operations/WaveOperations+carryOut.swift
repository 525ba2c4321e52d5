package import PosternCore
internal import PosternStore

extension WaveOperations {
    /// Those whose decision can no longer be undone and is not carried out.
    /// - Throws: what the store throws.
    package func due() async throws -> [LetterID] {
        let now = operations.now()
        return try await operations.store.read { try $0.waves.due(at: now, limit: 100) }
    }

    /// Carries out a decision that can no longer be undone. A relay that ends in between leaves it to the next one.
    /// - Throws: what the store throws.
    package func carryOut(_ id: LetterID) async throws {
        let row = try await operations.store.read { try $0.waves.find(id) }
        guard let row, row.appliedAt == nil, let verdict = row.verdict, verdict.final <= operations.now() else { return }
        switch verdict.decision {
        case .released: _ = try await release(all: id)
        case .withdrawn: _ = try await drop(all: id, tells: verdict.tells)
        }
    }

    /// The operator's decision, which is final at once: drops what has not gone out. Letters of it that come later are held again.
    /// - Throws: `Fault`, or what the store throws.
    package func withdraw(_ id: LetterID, tells: Bool = false) async throws -> (Withdrawal, told: Int) {
        try await decide(id, .withdrawn, tells: tells, undoableFor: .zero)
        return try await drop(all: id, tells: tells)
    }

    /// The operator's decision, which is final at once: lets what is held go, and what comes of it later.
    /// - Returns: how many letters were released.
    /// - Throws: `Fault`, or what the store throws.
    package func release(_ id: LetterID) async throws -> Int {
        try await decide(id, .released, undoableFor: .zero)
        return try await release(all: id)
    }

    // MARK: - Carrying it out

    private func drop(all id: LetterID, tells: Bool) async throws -> (Withdrawal, told: Int) {
        let decision = try await pending(about: id)
        var done = try await drop(all: id, under: decision)
        let told = tells ? try await tell(done.reached, of: id) : 0
        // Last: a relay that ends before this does all of it again, and finds what is done already.
        try await noteApplied(id)
        // What came while that was under way.
        done.withdrawn += try await drop(all: id, under: decision).withdrawn
        return (done, told)
    }

    /// Nil for an operator's.
    private func pending(about id: LetterID) async throws -> StaffDecisionID? {
        try await operations.store.read { try $0.decisions.pending(about: id)?.id }
    }

    private func drop(all id: LetterID, under decision: StaffDecisionID?) async throws -> Withdrawal {
        var done = Withdrawal()
        try await eachPage(of: id) { letters, now in
            let ids = letters.filter { $0.state.canBeWithdrawn }.map(\.id)
            let dropped = ids.isEmpty ? [] : try await drop(ids, under: decision, at: now)
            done.withdrawn += dropped.count
            done.reached += letters.filter { $0.state == .delivered }
            done.underWay += letters.filter { $0.state == .leased || $0.state.canBeWithdrawn && !dropped.contains($0.id) }
        }
        return done
    }

    private func release(all id: LetterID) async throws -> Int {
        let decision = try await pending(about: id)
        var count = try await releaseHeld(of: id, under: decision)
        try await noteApplied(id)
        // What came while that was under way.
        count += try await releaseHeld(of: id, under: decision)
        if count > 0 { operations.wake() }
        return count
    }

    private func noteApplied(_ id: LetterID) async throws {
        let now = operations.now()
        try await operations.store.write { transaction in
            try transaction.waves.noteApplied(id, at: now)
            try transaction.decisions.finish(wave: id, at: now)
        }
    }

    /// Tells those who have a letter of a wave, by mail, that it was one of many. Each is told once a day at most, whatever came.
    /// - Parameter reached: as `withdraw` has named them.
    /// - Returns: how many mails go out.
    /// - Throws: what the store throws.
    private func tell(_ reached: [WaveLetter], of id: LetterID) async throws -> Int {
        var (told, randomness, rest) = (0, operations.randomness, reached[...])
        while !rest.isEmpty {
            let record = operations.trace(.tellOfWave, "\(id)")
            let some = rest.prefix(Self.batch).map { ($0, ServiceMail(at: record.at, using: &randomness)) }
            rest = rest.dropFirst(Self.batch)
            told += try await operations.store.write { transaction in
                let told = try some.filter { letter, mail in
                    let before = try transaction.intake.serviceMails(
                        .waveNotice, to: letter.recipient, since: record.at - .days(1))
                    guard before == 0, try transaction.recipients.find(letter.recipient)?.state != .erased else { return false }
                    try transaction.intake.enqueueWaveNotice(mail, to: letter.recipient, about: letter.id, at: record.at)
                    return true
                }.count
                if told > 0 { try transaction.operationTrace.add(record) }
                return told
            }
        }
        operations.wake()
        return told
    }

    private func releaseHeld(of id: LetterID, under decision: StaffDecisionID?) async throws -> Int {
        var count = 0
        try await eachPage(of: id) { letters, now in
            let ids = letters.filter { $0.state == .held }.map(\.id)
            guard !ids.isEmpty else { return }
            count += try await operations.store.write { transaction in
                try ids.filter { id in
                    guard try Self.isHeldAsWave(id, transaction), case .moved = try transaction.queue.release(id, at: now) else {
                        return false
                    }
                    if let decision { try transaction.decisions.note(id, under: decision, isApplied: true) }
                    return true
                }.count
            }
        }
        return count
    }

    /// What waits for its visitor's proof, or for another rule's reason, is not let go with the wave.
    static func isHeldAsWave(_ id: LetterID, _ transaction: any Transaction) throws -> Bool {
        try transaction.queue.line(id)?.reason == Verdict.Rule.wave.rawValue
    }

    private func drop(
        _ ids: [LetterID], under decision: StaffDecisionID?, at now: Timestamp
    ) async throws -> Set<LetterID> {
        try await operations.store.write { transaction in
            Set(
                try ids.filter { id in
                    // Only what is held can be dropped; one step, so that none goes out in between.
                    if try transaction.queue.line(id)?.state == .ready {
                        guard case .moved = try transaction.queue.hold(id, because: QueueOperations.dropReason) else {
                            return false
                        }
                    }
                    guard case .moved = try transaction.queue.drop(id, because: Self.dropReason, at: now) else { return false }
                    if let decision { try transaction.decisions.note(id, under: decision, isApplied: true) }
                    return true
                })
        }
    }

    private static let dropReason = "withdrawn with its wave"
}

extension DeliveryState {
    fileprivate var canBeWithdrawn: Bool { self == .ready || self == .held }
}
