import PosternCore
import PosternTestSupport
import Testing

@Suite("A deferred letter is tried again as RFC 5321 asks, and not for ever")
struct RetryScheduleTests {
    static let accepted = Timestamp(seconds: 1_800_000_000)

    /// Attempts made → minutes until the next, before jitter.
    static let waits: [(attempt: Int, minutes: Int64)] = [
        (1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 240), (8, 240), (9, 240), (20, 240),
    ]

    @Test(arguments: waits)
    func `The wait after each attempt is the schedule's, give or take a fifth`(attempt: Int, minutes: Int64) throws {
        var shortest = Duration.days(99)
        var longest = Duration.zero
        for seed in 0..<400 {
            var randomness = SeededRandomness(seed: UInt64(seed))
            let due = try #require(
                RetrySchedule.standard.nextTry(
                    afterAttempt: attempt, at: Self.accepted, since: Self.accepted, using: &randomness))
            shortest = min(shortest, due.since(Self.accepted))
            longest = max(longest, due.since(Self.accepted))
        }
        #expect(shortest >= .seconds(Double(minutes) * 60 * 0.8))
        #expect(longest <= .seconds(Double(minutes) * 60 * 1.2))
        // It does spread: letters deferred together do not come back together.
        #expect(shortest < .seconds(Double(minutes) * 60 * 0.85))
        #expect(longest > .seconds(Double(minutes) * 60 * 1.15))
    }

    @Test func `A try that would come after five days does not come`() {
        var randomness = SeededRandomness(seed: 1)
        let late = Self.accepted + .days(5) - .minutes(2)
        #expect(RetrySchedule.standard.nextTry(afterAttempt: 30, at: late, since: Self.accepted, using: &randomness) == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `A letter that is always deferred expires after 4 to 5 days and some 35 tries`(seed: UInt64) throws {
        var randomness = SeededRandomness(seed: seed)
        var now = Self.accepted
        var attempts = 0
        let deferred = Outcome(.deferred, health: .reached, diagnosis: .init(stage: .recipient, code: 451, text: "later"))
        while true {
            attempts += 1
            let settled = try Settlement(
                of: deferred, attempt: attempts, since: Self.accepted, at: now, schedule: .standard, using: &randomness)
            guard let due = settled.due else {
                #expect(settled.state == .expired)
                break
            }
            #expect(settled.state == .ready)
            #expect(due > now)
            now = due
        }
        #expect(now.since(Self.accepted) > .days(4))
        #expect(now.since(Self.accepted) <= .days(5))
        #expect((30...45).contains(attempts))
    }

    /// Outcome → state; only a deferred or uncertain one has a due time.
    @Test(arguments: [
        (Outcome.Kind.delivered, DeliveryState.delivered), (.deferred, .ready), (.failed, .failed), (.uncertain, .ready),
        (.ourFault, .held),
    ])
    func `An outcome settles into the state of the table`(kind: Outcome.Kind, state: DeliveryState) throws {
        var randomness = SeededRandomness(seed: 7)
        let outcome = Outcome(kind, health: .reached, diagnosis: .init(stage: .finalDot, text: ""))
        let settled = try Settlement(
            of: outcome, attempt: 1, since: Self.accepted, at: Self.accepted, schedule: .standard, using: &randomness)
        #expect(settled.state == state)
        #expect((settled.due != nil) == (state == .ready))
    }

    static func end(_ kind: Outcome.Kind, at stage: DeliveryStage = .finalDot) -> Outcome {
        Outcome(kind, health: .trouble, diagnosis: .init(stage: stage, text: "the smarthost dropped the line"))
    }

    /// Earlier uncertain ends → state, and minutes until the next try, before jitter.
    @Test(
        arguments: [
            (Outcome.Kind.uncertain, DeliveryStage.finalDot, 0, DeliveryState.ready, 30), (.uncertain, .finalDot, 1, .ready, 240),
            (.uncertain, .finalDot, 2, .held, nil),
            // Released by a person, it gets one more try and no more.
            (.uncertain, .finalDot, 3, .held, nil),
            // Our own processes stopped: that says nothing about the smarthost.
            (.uncertain, .prepare, 0, .ready, 1), (.uncertain, .prepare, 2, .ready, 1),
            (.deferred, .finalDot, 2, .ready, 5), (.delivered, .finalDot, 2, .delivered, nil),
        ] as [(Outcome.Kind, DeliveryStage, Int, DeliveryState, Int64?)])
    func `S4: after an uncertain end the pauses are long and grow, and the third holds the letter`(
        kind: Outcome.Kind, stage: DeliveryStage, earlier: Int, state: DeliveryState, minutes: Int64?
    ) throws {
        for seed in 0..<40 {
            var randomness = SeededRandomness(seed: UInt64(seed))
            let settled = try Settlement(
                of: Self.end(kind, at: stage), attempt: 2, lostTries: 1, uncertainEnds: earlier, since: Self.accepted,
                at: Self.accepted, schedule: .standard, using: &randomness)
            #expect(settled.state == state)
            let wait = settled.due.map { $0.since(Self.accepted) }
            if let minutes {
                let wait = try #require(wait)
                #expect(wait >= .seconds(Double(minutes) * 60 * 0.8) && wait <= .seconds(Double(minutes) * 60 * 1.2))
            } else {
                #expect(wait == nil)
            }
        }
    }

    @Test(arguments: [(0, 5), (1, 60), (2, 300)])
    func `After an attempt that ended with its vault the wait goes by how many did, not by how many there were`(
        earlier: Int, seconds: Int64
    ) throws {
        var randomness = SeededRandomness(seed: 1)
        let settled = try Settlement(
            of: Self.end(.uncertain, at: .prepare), attempt: 9, lostTries: earlier, since: Self.accepted, at: Self.accepted,
            schedule: .standard, using: &randomness)
        let wait = try #require(settled.due).since(Self.accepted)
        #expect(wait >= .seconds(Double(seconds) * 0.8) && wait <= .seconds(Double(seconds) * 1.2))
    }

    // The last try that the schedule allows: how it ended → what becomes of the letter, and words of the reason.
    @Test(
        arguments: [
            (
                Outcome(.deferred, health: .reached, diagnosis: .init(stage: .recipient, code: 451, text: "later")),
                DeliveryState.expired, ["last try", "not successful"]
            ),
            // No attempt was made.
            (
                Outcome(.deferred, health: .unknown, diagnosis: .init(stage: .budget, text: "no more than 5 a day")),
                .expired, ["budget", "no more than 5 a day"]
            ),
            // Perhaps it has arrived.
            (end(.uncertain), .held, ["got the letter once", "may have it already (last: the smarthost dropped", "release it"]),
            (end(.uncertain, at: .prepare), .held, ["nobody knows", "may have the letter already", "drop it"]),
            // The smarthost lacked something, and might have had it the next time.
            (
                Outcome(
                    .deferred, health: .trouble, cause: .encryption,
                    diagnosis: .init(stage: .startTLS, code: 250, text: "does not offer STARTTLS")),
                .held, ["does not offer STARTTLS"]
            ),
        ] as [(Outcome, DeliveryState, [String])])
    func `A letter whose time is over expires only if it was certainly not taken, and for no fault of ours`(
        outcome: Outcome, state: DeliveryState, words: [String]
    ) throws {
        var randomness = SeededRandomness(seed: 1)
        let settled = try Settlement(
            of: outcome, attempt: 30, since: Self.accepted, at: Self.accepted + .days(5), schedule: .standard, using: &randomness)
        #expect(settled.state == state && settled.due == nil)
        let reason = try #require(settled.reason)
        for part in words { #expect(reason.contains(part), "\(reason)") }
        #expect(state == .expired && outcome.diagnosis.stage != .budget || !reason.contains("not successful"))
        #expect(!reason.contains("The smarthost said"))
    }

    @Test func `S4: the reason says that the recipient may have the letter, and what to do`() throws {
        var randomness = SeededRandomness(seed: 1)
        let settled = try Settlement(
            of: Self.end(.uncertain), attempt: 5, uncertainEnds: 2, since: Self.accepted, at: Self.accepted,
            schedule: .standard, using: &randomness)
        let reason = try #require(settled.reason)
        for words in ["3 times", "may have it already", "dropped the line", "drop the letter", "release it"] {
            #expect(reason.contains(words), "\(reason)")
        }
    }
}
