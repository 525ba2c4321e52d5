package import PosternCore
internal import PosternJournal
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
    private let resealer: RecordResealer
    private let operators: JournaledOperators
    private let deeds: JournaledDeeds
    private let journal: Journal
    private let excerpts: JournalExcerpts
    private let staff: StaffAccounts
    private let reveals: Reveals
    private let changes: AdministratorChanges
    private let keeper: EpochKeeper
    private let budgets: DeliveryBudgets
    private let lanes: LanePool
    private let malformed: MalformedTally
    private let now: @Sendable () -> Timestamp

    package init(
        ring: KeyRing, postman: Postman, confirmation: ConfirmationChecker, questions: ConversationQuestions,
        letters: LetterQuestions, members: MemberRecords, enrolment: Enrolment, resealer: RecordResealer, links: StaffLinks,
        searcher: AddressSearcher, staff: StaffAccounts,
        reveals: Reveals, changes: AdministratorChanges, journal: Journal, excerpts: JournalExcerpts, keeper: EpochKeeper,
        budgets: DeliveryBudgets, lanes: LanePool, malformed: MalformedTally, now: @escaping @Sendable () -> Timestamp
    ) {
        self.ring = ring
        self.postman = postman
        self.confirmation = confirmation
        self.questions = questions
        self.letters = letters
        self.members = members
        self.enrolment = enrolment
        self.resealer = resealer
        self.journal = journal
        self.excerpts = excerpts
        operators = JournaledOperators(
            enrolment: enrolment, links: links, searcher: searcher,
            keys: AddressKeyChange(ring: ring, journal: journal, now: now), journal: journal)
        deeds = JournaledDeeds(links: links, enrolment: enrolment, journal: journal)
        self.staff = staff
        self.reveals = reveals
        self.changes = changes
        self.keeper = keeper
        self.budgets = budgets
        self.lanes = lanes
        self.malformed = malformed
        self.now = now
    }

    /// The relay's socket: keys to seal to, letters to send, confirmations to check. None of these opens anything for the relay; a
    /// reveal opens one thing, and a change makes one, for the person who proves to be there.
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
            let adoption = try await enrolment.adopt(try AdoptionRequest(payload: payload))
            if !adoption.sites.isEmpty || !adoption.recipients.isEmpty {
                await journal.noteForRelay(
                    .init(.relay, .adopted(sites: adoption.sites.count, recipients: adoption.recipients.count)))
            }
            return adoption.payload
        case .nameVisitor:
            return try questions.name(try MuteRequest(payload: payload)).payload
        case .mention:
            return try questions.mention(try MentionRequest(payload: payload), at: now()).payload
        case .enrol:
            return try await members.enrol(try MemberRequest(payload: payload), at: now()).payload
        case .signIn:
            return try members.signIn(try SignInRequest(payload: payload), at: now()).payload
        case .change:
            let change = try MemberChange(payload: payload)
            let answer = try await members.change(change, at: now())
            if case .erase = change.wish { await noteErased(change) }
            return answer.payload
        case .reseal:
            let request = try ResealRequest(payload: payload)
            let seal = try letters.reseal(request, at: now())
            await journal.noteForRelay(.init(.relay, .reportSealed(request.site)))
            return seal.payload
        case .prove:
            return try letters.prove(try ProofRequest(payload: payload), at: now()).payload
        case .relate:
            let request = try RelateRequest(payload: payload)
            let (tags, hasLaterDays) = try letters.relate(request, at: now())
            // Before it is answered.
            if hasLaterDays { await journal.note([.init(.relay, .clientFollowed(request.site, request.submission))]) }
            return tags.payload
        case .nameSender:
            let request = try SenderRequest(payload: payload)
            let names = try letters.nameSender(request)
            await journal.note([.init(.relay, .senderNamed(request.item.site, request.item.letter))])
            return names.payload
        case .inUse:
            try await members.note(try RecordInUse(payload: payload))
            return []
        case .resealRecords:
            return try await resealer.reseal(try RecordsToReseal(payload: payload)).payload
        case .staffChallenge:
            return staff.challenge(at: now())
        case .staffBegin:
            return try staff.begin(try StaffLink(payload: payload), at: now()).payload
        case .staffEnrol:
            let request = try StaffEnrolment(payload: payload)
            let answer = try await staff.enrol(request, at: now())
            if case .record = answer {
                let event = JournalEvent.staffEnrolled(request.link.role, StaffMeans(request.proof))
                await journal.note([.init(.staff, event, about: Reveals.subject(request.link.name))])
            }
            return answer.payload
        case .staffCheck:
            let attempt = try StaffAttempt(payload: payload)
            let answer = try await staff.check(attempt, at: now())
            if answer == .admitted {
                let event = JournalEvent.staffSignedIn(StaffMeans(attempt.proof))
                await journal.note([.init(.staff, event, about: Reveals.subject(attempt.name))])
            }
            return answer.payload
        case .revealStanding:
            return reveals.standing(try RevealInquiry(payload: payload), at: now()).payload
        case .beginReveal:
            return try await reveals.begin(try RevealRequest(payload: payload), at: now()).payload
        case .journal:
            return try await excerpts.page(try JournalExcerptRequest(payload: payload), at: now()).payload
        case .record:
            try await deeds.record(try RelayDeed(payload: payload))
            return []
        case .reveal:
            return try await reveals.reveal(try RevealAttempt(payload: payload), at: now()).payload
        case .beginStaffChange:
            return await changes.begin(try ChangeRequest(payload: payload), at: now()).payload
        case .staffChange:
            return try await changes.make(try ChangeAttempt(payload: payload), at: now()).payload
        }
    }

    /// The operator's socket.
    /// - Throws: `LinkRefusal`; `ByteFault` when the payload is not what the verb takes, or why something cannot be sealed.
    package func answer(_ verb: OperatorVerb, _ payload: [UInt8]) async throws -> [UInt8] {
        switch verb {
        case .keys, .examine:
            var report = verb == .keys ? ring.report : ring.examined
            report.secretsCopy = enrolment.secretsCopy
            return report.payload
        case .enrol, .authoriseSite, .note, .siteToken, .record, .staffLink, .staffEnd, .search, .nameSender, .rotateAddressKey,
            .retireKeys:
            return try await operators.answer(verb, payload)
        case .condition: return condition.payload
        case .trustClock:
            try await operators.record([.init(.operator, .clockTrusted)])
            try await keeper.trustClock()
            return condition.payload
        }
    }

    private func noteErased(_ change: MemberChange) async {
        let recipient = change.recipient
        var actor = JournalActor.member
        if case .site = change.proof { actor = .site }
        await journal.noteForRelay(.init(actor, .recipientErased(recipient.site)))
        await journal.forget(JournaledOperators.subject(recipient.handle, at: recipient.site))
    }

    private var condition: VaultCondition {
        VaultCondition(
            budgets: budgets.report, clock: keeper.clockReport, lanes: lanes.condition, mentions: questions.report(at: now()),
            follows: budgets.follows)
    }

    /// Public halves, and the tag keys of today and tomorrow. Never a key that opens.
    private var announcement: Announcement {
        let today = Epoch(containing: now())
        let current = [today, today.next]
        let address = ring.address
        var keys: [Announcement.Key] = []
        var tagKeys: [Announcement.DayKey] = []
        for held in ring.all {
            let epoch = held.key.epoch
            guard epoch.map(current.contains) ?? true else { continue }
            if let sealing = held.key.sealing {
                // Reports are sealed here, where letters are opened.
                guard sealing.purpose != .report, sealing.purpose != .address || sealing == address else { continue }
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
            // Without an authorisation key no vault starts.
            senderKeys: (try? ring.senderKeys())?.secrets.map { Announcement.SenderKey(secret: $0) } ?? [],
            lanes: lanes.capacity, malformedFrames: malformed.count,
            overBudget: budgets.report.reduce(0) { $0 + $1.deferred }, isClockTrusted: clock.isTrusted, clock: clock.now,
            isAdopting: enrolment.isAdopting, isSecretsCopyBehind: enrolment.secretsCopy?.problem != nil)
    }
}

extension StaffMeans {
    /// Of a proof that was found right.
    fileprivate init(_ proof: StaffProof) {
        self =
            switch proof {
            case .passkey, .newPasskey: .passkey
            case .password(_, let code): RecoveryCode.plain(code) == nil ? .password : .recoveryCode
            }
    }
}
