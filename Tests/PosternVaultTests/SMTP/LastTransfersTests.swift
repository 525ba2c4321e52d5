import PosternCore
import PosternTestSupport
import PosternVault
import Testing

@Suite("A letter of a muted visitor takes as long as those of others, and waits while they do")
struct LastTransfersTests {
    static let start = Timestamp(seconds: 1_800_000_000)

    private static func outcome(_ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth) -> Outcome {
        Outcome(kind, health: health, diagnosis: .init(stage: .finalDot, text: ""))
    }

    @Test func `V4: it takes as long as one of the last successful transfers took, whichever`() {
        var transfers = LastTransfers()
        var randomness = SeededRandomness(seed: 4)
        #expect(transfers.duration(using: &randomness) == LastTransfers.usual)
        for (kind, health, seconds) in [
            (Outcome.Kind.delivered, Outcome.SmarthostHealth.reached, 1), (.delivered, .reached, 2), (.failed, .reached, 50),
            (.deferred, .trouble, 60), (.uncertain, .trouble, 70), (.ourFault, .unknown, 80),
        ] {
            transfers.note(Self.outcome(kind, health), after: .seconds(seconds), at: Self.start)
        }
        let drawn = Set((0..<100).map { _ in transfers.duration(using: &randomness) })
        #expect(drawn == [.seconds(1), .seconds(2)])
        for _ in 0..<LastTransfers.memory {
            transfers.note(Self.outcome(.delivered, .reached), after: .seconds(3), at: Self.start)
        }
        #expect(Set((0..<100).map { _ in transfers.duration(using: &randomness) }) == [.seconds(3)])
    }

    // What the last transfers said of the smarthost → whether others wait, at the first try and a second later.
    @Test(
        arguments: [
            ([], false), ([.reached], false), ([.trouble], true), ([.reached, .trouble], true), ([.trouble, .reached], false),
            // Before anybody was dialled: that says nothing.
            ([.unknown], false), ([.trouble, .unknown], true), ([.trouble, .reached, .unknown], false),
        ] as [([Outcome.SmarthostHealth], Bool)])
    func `It waits when the last transfer did not reach the smarthost`(said: [Outcome.SmarthostHealth], isAway: Bool) {
        var transfers = LastTransfers()
        for health in said { transfers.note(Self.outcome(.deferred, health), after: .zero, at: Self.start) }
        #expect(transfers.isAway(at: Self.start + .seconds(1), tries: 1) == isAway)
    }

    // The number of the try, minutes since the last failure → whether it waits for longer.
    @Test(arguments: [
        (1, 0, true), (1, 239, true), (1, 287, true), (1, 288, false),
        // As long as the breaker lets others wait, whatever its own wait was.
        (2, 1, true), (2, 11, true), (2, 12, false), (3, 11, true), (3, 12, false),
        // As long as another letter of its age waits, at the longest, and a try takes.
        (4, 19, true), (4, 20, false), (5, 37, true), (5, 38, false), (6, 73, true), (6, 74, false), (8, 289, true),
        (8, 290, false), (40, 289, true), (40, 290, false),
    ])
    func `When nothing has failed for longer than others would wait, the smarthost counts as reached`(
        tries: Int, minutes: Int64, isAway: Bool
    ) {
        var transfers = LastTransfers()
        transfers.note(Self.outcome(.deferred, .trouble), after: .zero, at: Self.start)
        #expect(transfers.isAway(at: Self.start + .minutes(minutes), tries: tries) == isAway)
    }

    @Test(arguments: [1, 2, 9])
    func `A clock that was set back keeps it no longer`(tries: Int) {
        var transfers = LastTransfers()
        transfers.note(Self.outcome(.deferred, .trouble), after: .zero, at: Self.start)
        #expect(!transfers.isAway(at: Self.start - .days(1), tries: tries))
    }

    /// With nobody else's letter in the queue, by the schedule alone, whichever way its waits vary.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `Alone, it ends within two hours after the last failure`(seed: UInt64) throws {
        var transfers = LastTransfers()
        var randomness = SeededRandomness(seed: seed)
        transfers.note(Self.outcome(.deferred, .trouble), after: .zero, at: Self.start)
        var (now, tries) = (Self.start + .seconds(1), 1)
        while transfers.isAway(at: now, tries: tries) {
            now = try #require(
                RetrySchedule.standard.nextTry(afterAttempt: tries, at: now, since: Self.start, using: &randomness))
            tries += 1
        }
        #expect(tries > 2 && now.since(Self.start) < .hours(2))
    }

    /// Two letters of one moment, one of them muted, while nothing is reached: whichever way their waits vary, the muted one waits as well.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `While another letter of its age fails, it waits too`(seed: UInt64) throws {
        var transfers = LastTransfers()
        var randomness = SeededRandomness(seed: seed)
        var due = [(at: Self.start, tries: 1), (at: Self.start + .milliseconds(1), tries: 1)]
        for _ in 0..<24 {
            let index = due[0].at <= due[1].at ? 0 : 1
            let (now, tries) = due[index]
            if index == 0 {
                transfers.note(Self.outcome(.deferred, .trouble), after: .zero, at: now)
            } else {
                #expect(transfers.isAway(at: now, tries: tries), "try \(tries)")
            }
            let next = try #require(
                RetrySchedule.standard.nextTry(afterAttempt: tries, at: now, since: Self.start, using: &randomness))
            due[index] = (next, tries + 1)
        }
    }
}
