package import PosternCore
package import PosternLink
private import PosternSealing

/// Answers the requests on the vault's two sockets. The sockets themselves decide who may connect.
package struct VaultRequestHandler: Sendable {
    private let ring: KeyRing
    private let postman: Postman
    private let confirmation: ConfirmationChecker
    private let questions: ConversationQuestions
    private let letters: LetterQuestions
    private let members: MemberRecords
    private let enrolment: Enrolment
    private let keeper: EpochKeeper
    private let budgets: DeliveryBudgets
    private let lanes: LanePool
    private let malformed: MalformedTally
    private let now: @Sendable () -> Timestamp

    package init(
        ring: KeyRing, postman: Postman, confirmation: ConfirmationChecker, questions: ConversationQuestions,
        letters: LetterQuestions, members: MemberRecords, enrolment: Enrolment, keeper: EpochKeeper,
        budgets: DeliveryBudgets, lanes: LanePool, malformed: MalformedTally, now: @escaping @Sendable () -> Timestamp
    ) {
        self.ring = ring
        self.postman = postman
        self.confirmation = confirmation
        self.questions = questions
        self.letters = letters
        self.members = members
        self.enrolment = enrolment
        self.keeper = keeper
        self.budgets = budgets
        self.lanes = lanes
        self.malformed = malformed
        self.now = now
    }

    /// The relay's socket: keys to seal to, letters to send, confirmations to check. None of these opens anything for the relay.
    /// - Throws: `LinkRefusal`; `ByteFault` when the payload is not what the verb takes.
    package func answer(_ verb: VaultVerb, _ payload: [UInt8]) async throws -> [UInt8] {
        switch verb {
        case .announce:
            return announcement.payload
        case .deliver:
            return await postman.deliver(try DeliveryJob(payload: payload)).payload
        case .authorise:
            let request = try ConfirmationRequest(payload: payload)
            return try await confirmation.confirm(request, at: now()).payload
        case .adopt:
            return try await enrolment.adopt(try AdoptionRequest(payload: payload)).payload
        case .nameVisitor:
            return try questions.name(try MuteRequest(payload: payload)).payload
        case .mention:
            return try questions.mention(try MentionRequest(payload: payload), at: now()).payload
        case .enrol:
            return try await members.enrol(try MemberRequest(payload: payload), at: now()).payload
        case .signIn:
            return try members.signIn(try SignInRequest(payload: payload), at: now()).payload
        case .change:
            return try await members.change(try MemberChange(payload: payload), at: now()).payload
        case .reseal:
            return try letters.reseal(try ResealRequest(payload: payload), at: now()).payload
        case .prove:
            return try letters.prove(try ProofRequest(payload: payload), at: now()).payload
        }
    }

    /// The operator's socket.
    /// - Throws: `LinkRefusal`; `ByteFault` when the payload is not what the verb takes, or why something cannot be sealed.
    package func answer(_ verb: OperatorVerb, _ payload: [UInt8]) async throws -> [UInt8] {
        switch verb {
        case .keys: return ring.report.payload
        case .examine: return ring.examined.payload
        case .enrol, .authoriseSite, .note, .siteToken: return try await enrolment.answer(verb, payload)
        case .condition: return condition.payload
        case .trustClock:
            try await keeper.trustClock()
            return condition.payload
        }
    }

    private var condition: VaultCondition {
        VaultCondition(
            budgets: budgets.report, clock: keeper.clockReport, lanes: lanes.condition, mentions: questions.report(at: now()))
    }

    /// Public halves, and the tag keys of today and tomorrow. Never a key that opens.
    private var announcement: Announcement {
        let today = Epoch(containing: now())
        let current = [today, today.next]
        var keys: [Announcement.Key] = []
        var tagKeys: [Announcement.DayKey] = []
        for held in ring.all {
            let epoch = held.key.epoch
            guard epoch.map(current.contains) ?? true else { continue }
            if let sealing = held.key.sealing {
                // Reports are sealed here, where letters are opened.
                guard sealing.purpose != .report, sealing.purpose != .address || sealing == ring.address else { continue }
                keys.append(
                    Announcement.Key(
                        purpose: sealing.purpose.rawValue, suite: sealing.suite.rawValue, epoch: epoch,
                        publicHalf: sealing.publicHalf))
            } else if held.key.kind == .tag, let epoch {
                tagKeys.append(Announcement.DayKey(epoch: epoch, secret: held.key.secret.withBytes { Array($0) }))
            }
        }
        let clock = keeper.clockReport
        return Announcement(
            keys: keys, tagKeys: tagKeys,
            ledgerKeys: LedgerKeys(ring: ring).secrets(of: current).map {
                Announcement.DayKey(epoch: $0.epoch, secret: $0.secret)
            },
            lanes: lanes.capacity, malformedFrames: malformed.count,
            overBudget: budgets.report.reduce(0) { $0 + $1.deferred }, isClockTrusted: clock.isTrusted, clock: clock.now,
            isAdopting: enrolment.isAdopting)
    }
}
