internal import Logging
internal import PosternCore
internal import PosternLink
internal import PosternMail
private import Synchronization

/// What the lanes have learnt of the smarthost since the vault's start, for all of them together and for the doctor.
final class LaneObservations: Sendable {
    fileprivate struct State {
        var offers = MissingOffers()
        /// Since when each has been missing that the log and the doctor know of.
        var lasting: [MissingOffers.Need: Timestamp] = [:]
        var turnedAway = VaultCondition.Lanes.Tally()
        /// When the log last told of a limit.
        var limitSaid: Timestamp?
        /// A connection was turned away, and none has worked since: how many are allowed shows when one does.
        var isLimitNew = false
        var uncertain = VaultCondition.Lanes.Tally()
    }

    private let lanes: Int
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    init(lanes: Int, logger: Logger, now: @escaping @Sendable () -> Timestamp) {
        self.lanes = lanes
        self.logger = logger
        self.now = now
    }

    /// The smarthost turned a connection away while others were open.
    func noteTurnedAway(_ answer: Outcome.Diagnosis) {
        let moment = now()
        state.withLock { state in
            state.turnedAway.count(answer, at: moment)
            state.isLimitNew = true
        }
    }

    /// Notes what an attempt tells of the smarthost.
    /// - Parameter allowed: how many lanes may have a connection.
    /// - Returns: the outcome. What the smarthost may lack for a moment only is not held against it at once.
    func judge(_ attempt: SMTPClient.Attempt, allowed: Int) -> Outcome {
        let moment = now()
        let (outcome, news) = state.withLock { state in
            state.note(attempt, allowed: allowed, lanes: lanes, at: moment)
        }
        for one in news { tell(one) }
        return outcome
    }

    func condition(allowed: Int, open: Int) -> VaultCondition.Lanes {
        state.withLock { state in
            VaultCondition.Lanes(
                configured: lanes, allowed: allowed, open: open, turnedAway: state.turnedAway, uncertain: state.uncertain,
                missing: MissingOffers.Need.allCases.compactMap { need in
                    state.lasting[need].map { .init(what: need.name, since: $0) }
                })
        }
    }

    fileprivate enum News {
        case missing(MissingOffers.Need, Outcome.Diagnosis)
        case back(MissingOffers.Need)
        case limit(allowed: Int, answer: String)
    }

    private func tell(_ news: News) {
        switch news {
        case .missing(let need, let diagnosis):
            logger.error(
                "smarthost: lacks what we need, connection after connection; letters that meet this are held",
                metadata: ["lacks": "\(need.name)", "reason": "\(diagnosis.text)"])
        case .back(let need):
            logger.notice(
                "smarthost: has what it lacked; release the letters that are held", metadata: ["lacked": "\(need.name)"])
        case .limit(let allowed, let answer):
            logger.warning(
                "smarthost: takes fewer connections at once than there are lanes; letters go out over these",
                metadata: ["connections": "\(allowed)", "lanes": "\(lanes)", "answer": "\(answer)"])
        }
    }
}

extension LaneObservations.State {
    fileprivate mutating func note(
        _ attempt: SMTPClient.Attempt, allowed: Int, lanes: Int, at now: Timestamp
    ) -> (Outcome, [LaneObservations.News]) {
        var news: [LaneObservations.News] = []
        for need in attempt.missing { offers.missed(need, at: now) }
        for need in attempt.met {
            offers.met(need)
            if lasting.removeValue(forKey: need) != nil { news.append(.back(need)) }
        }
        let outcome = attempt.outcome
        if outcome.isUncertainEnd { uncertain.count(outcome.diagnosis, at: now) }
        if isLimitNew, outcome.health == .reached, allowed < lanes {
            isLimitNew = false
            if limitSaid.map({ now.since($0) > .days(1) }) ?? true {
                limitSaid = now
                news.append(.limit(allowed: allowed, answer: turnedAway.answer))
            }
        }
        guard let need = attempt.lacked, outcome.kind == .ourFault else { return (outcome, news) }
        guard let since = offers.lasting(need, at: now) else { return (outcome.waitingForAnotherConnection, news) }
        if lasting.updateValue(since, forKey: need) == nil { news.append(.missing(need, outcome.diagnosis)) }
        return (outcome, news)
    }
}

extension MissingOffers.Need {
    fileprivate var name: String {
        switch self {
        case .startTLS, .login, .smtpUTF8: rawValue
        case .credentials: VaultCondition.Lanes.Missing.login
        }
    }
}

extension Outcome {
    fileprivate var waitingForAnotherConnection: Outcome {
        Outcome(
            .deferred, health: health, cause: cause,
            diagnosis: Diagnosis(
                stage: diagnosis.stage, code: diagnosis.code, enhanced: diagnosis.enhanced,
                text: "\(diagnosis.text); tried again, in case another connection is better off"))
    }
}

extension VaultCondition.Lanes.Tally {
    fileprivate mutating func count(_ diagnosis: Outcome.Diagnosis, at now: Timestamp) {
        self = Self(
            times: times + 1, last: now,
            answer: [diagnosis.code.map(String.init), diagnosis.text].compactMap(\.self).joined(separator: " "))
    }
}
