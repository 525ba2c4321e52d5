import PosternCore
import PosternRelay
import Testing

@Suite("S2: what the smarthost refuses is judged by what becomes of other letters")
struct RefusalRunsTests {
    /// Letters in order: whose, what the smarthost said, and what becomes of it.
    struct Step: Sendable {
        let recipient: UInt64
        let said: Said
        let becomes: Outcome.Kind
        var minutes: Int64 = 0
        var attempt = 1
        var isReleased = false

        init(
            _ recipient: UInt64, _ said: Said, _ becomes: Outcome.Kind, after minutes: Int64 = 0, attempt: Int = 1,
            isReleased: Bool = false
        ) {
            (self.recipient, self.said, self.becomes) = (recipient, said, becomes)
            (self.minutes, self.attempt, self.isReleased) = (minutes, attempt, isReleased)
        }
    }

    enum Said: Sendable {
        case accepted, unknownUser, rejected, otherRejected, spam, later, keyLost

        var outcome: Outcome {
            switch self {
            case .accepted: Self.outcome(.delivered, nil, 250, "2.0.0")
            case .unknownUser: Self.outcome(.failed, .recipient, 550, "5.1.1")
            case .rejected: Self.outcome(.failed, .unclear, 554, nil)
            case .otherRejected: Self.outcome(.failed, .unclear, 550, "5.7.1")
            case .spam: Self.outcome(.failed, .letter, 554, "5.7.0")
            case .later: Self.outcome(.deferred, .now, 451, "4.3.0")
            case .keyLost:
                Outcome(.failed, health: .unknown, diagnosis: .init(stage: .prepare, text: "the key of its day is lost"))
            }
        }

        private static func outcome(_ kind: Outcome.Kind, _ cause: Outcome.Cause?, _ code: Int, _ enhanced: String?) -> Outcome {
            Outcome(
                kind, health: .reached, cause: cause,
                diagnosis: .init(stage: .recipient, code: code, enhanced: enhanced, text: "words"))
        }
    }

    static let start = Timestamp(seconds: 1_800_000_000)

    /// Which steps' letters are held after all, counted from 0, and whether a run goes on at the end.
    @Test(
        arguments: [
            ("one unknown user fails", [Step(1, .unknownUser, .failed)], [], false),
            ("so do two", [Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed)], [], false),
            (
                "a third makes a run: it is held, and so are the two before it",
                [Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed), Step(3, .unknownUser, .ourFault)], [0, 1], true
            ),
            (
                "many letters to one dead address are no run", (0..<9).map { _ in Step(1, .unknownUser, .failed) }, [], false
            ),
            (
                "letters whose key is lost were never refused, to however many", (1..<9).map { Step($0, .keyLost, .failed) }, [],
                false
            ),
            (
                "nor are three dead addresses with an accepted letter between them",
                [
                    Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed), Step(9, .accepted, .delivered),
                    Step(3, .unknownUser, .failed), Step(4, .unknownUser, .failed),
                ], [], false
            ),
            (
                "nor over days",
                [
                    Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed, after: 10),
                    Step(3, .unknownUser, .failed, after: 10),
                    Step(4, .unknownUser, .failed, after: 10),
                ], [], false
            ),
            (
                "three unlike refusals are no run",
                [Step(1, .unknownUser, .failed), Step(2, .rejected, .deferred), Step(3, .otherRejected, .deferred)], [], false
            ),
            (
                "what names nobody is deferred while nobody is accepted, then held",
                [
                    Step(1, .rejected, .deferred), Step(1, .rejected, .deferred, after: 1, attempt: 2),
                    Step(1, .rejected, .deferred, after: 5, attempt: 3), Step(1, .rejected, .ourFault, after: 15, attempt: 4),
                ], [], false
            ),
            (
                "and fails when others are accepted meanwhile",
                [
                    Step(1, .rejected, .deferred), Step(2, .accepted, .delivered, after: 1),
                    Step(1, .rejected, .failed, after: 1, attempt: 2),
                ], [], false
            ),
            (
                "the same recipient's other letter says nothing about it",
                [Step(1, .accepted, .delivered), Step(1, .spam, .deferred)], [], false
            ),
            (
                "a run of what names nobody is held from the third on",
                [
                    Step(1, .rejected, .deferred), Step(2, .rejected, .deferred), Step(3, .rejected, .ourFault),
                    Step(4, .rejected, .ourFault),
                ], [], true
            ),
            (
                "also after accepted letters: those that failed before it was a run are held",
                [
                    Step(9, .accepted, .delivered), Step(1, .rejected, .failed), Step(2, .rejected, .failed),
                    Step(3, .rejected, .ourFault),
                ], [1, 2], true
            ),
            (
                "in a run nothing else that names nobody is believed",
                [
                    Step(9, .accepted, .delivered), Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed),
                    Step(3, .unknownUser, .ourFault), Step(4, .rejected, .ourFault),
                ], [1, 2], true
            ),
            (
                "an accepted letter ends the run",
                [
                    Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed), Step(3, .unknownUser, .ourFault),
                    Step(9, .accepted, .delivered), Step(4, .unknownUser, .failed),
                ], [0, 1], false
            ),
            (
                "a deferred one does not",
                [
                    Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed), Step(3, .unknownUser, .ourFault),
                    Step(9, .later, .deferred), Step(4, .unknownUser, .ourFault, after: 60),
                ], [0, 1], true
            ),
            (
                "all released before anything is mended: they are held again, however long after",
                [
                    Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed), Step(3, .unknownUser, .ourFault),
                    Step(1, .unknownUser, .ourFault, after: 60, attempt: 2, isReleased: true),
                    Step(2, .unknownUser, .ourFault, after: 20, attempt: 2, isReleased: true),
                    Step(3, .unknownUser, .ourFault, after: 20, attempt: 2, isReleased: true),
                ], [0, 1], true
            ),
            (
                "also if others were accepted shortly before it began",
                [
                    Step(9, .accepted, .delivered), Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed),
                    Step(3, .unknownUser, .ourFault), Step(3, .unknownUser, .ourFault, after: 1, attempt: 2, isReleased: true),
                ], [1, 2], true
            ),
            (
                "dead addresses after an import: released when others are accepted again, they fail, however many",
                [
                    Step(1, .unknownUser, .failed), Step(2, .unknownUser, .failed), Step(3, .unknownUser, .ourFault),
                    Step(9, .accepted, .delivered, after: 60),
                    Step(1, .unknownUser, .failed, attempt: 2, isReleased: true),
                    Step(2, .unknownUser, .failed, attempt: 2, isReleased: true),
                    Step(3, .unknownUser, .failed, attempt: 2, isReleased: true),
                ], [0, 1], false
            ),
            (
                "but what names nobody is held again, until others are accepted",
                [
                    Step(1, .rejected, .ourFault, attempt: 5, isReleased: true), Step(2, .accepted, .delivered),
                    Step(1, .rejected, .failed, attempt: 6, isReleased: true),
                ], [], false
            ),
            (
                "a letter that intake held, and a person let go, is like any other",
                [
                    Step(1, .unknownUser, .failed, isReleased: true), Step(2, .unknownUser, .failed, isReleased: true),
                    Step(3, .unknownUser, .ourFault, isReleased: true),
                ], [0, 1], true
            ),
        ] as [(String, [Step], [Int], Bool)])
    func `A run of like refusals for different recipients is about us, whatever it says`(
        rule: String, steps: [Step], recalled: [Int], isRun: Bool
    ) throws {
        var runs = RefusalRuns()
        var now = Self.start
        var held: [LetterID] = []
        for (number, step) in steps.enumerated() {
            now = now + .minutes(step.minutes)
            let letter = step.attempt == 1 ? UInt64(number) : 1_000 + step.recipient
            let judged = runs.judge(step.said.outcome, of: try Self.job(letter, step), at: now)
            #expect(judged.kind == step.becomes, "\(rule): step \(number)")
            #expect(judged.diagnosis == step.said.outcome.diagnosis, "the evidence stays")
            held += runs.takeRecalled()
        }
        #expect(held == recalled.map { LetterID(high: 0, low: UInt64($0)) }, "\(rule)")
        #expect((runs.run != nil) == isRun, "\(rule)")
        #expect(runs.takeRecalled().isEmpty, "each is handed out once")
    }

    @Test func `While a run goes on, only an accepted letter says that the smarthost takes letters`() throws {
        var runs = RefusalRuns()
        for number in 1...3 as ClosedRange<UInt64> {
            _ = runs.judge(
                Said.unknownUser.outcome, of: try Self.job(number, Step(number, .unknownUser, .failed)), at: Self.start)
        }
        let fourth = runs.judge(Said.unknownUser.outcome, of: try Self.job(4, Step(4, .unknownUser, .ourFault)), at: Self.start)
        #expect(fourth.health == .trouble)
        #expect(fourth.cause == .likeRefusals)
        let fifth = runs.judge(Said.later.outcome, of: try Self.job(5, Step(5, .later, .deferred)), at: Self.start)
        #expect(fifth.health == .unknown)
        let sixth = runs.judge(Said.accepted.outcome, of: try Self.job(6, Step(6, .accepted, .delivered)), at: Self.start)
        #expect(sixth.health == .reached)
    }

    @Test(arguments: [(1, Outcome.Kind.deferred), (RefusalRuns.patience - 1, .deferred), (RefusalRuns.patience, .ourFault)])
    func `A letter that was let go after many attempts is as patient as a new one`(tries: Int, kind: Outcome.Kind) throws {
        var runs = RefusalRuns()
        let step = Step(1, .rejected, kind, attempt: 30, isReleased: true)
        #expect(runs.judge(step.said.outcome, of: try Self.job(1, step, tries: tries), at: Self.start).kind == kind)
    }

    /// Mails of one kind to many, all refused alike: how many are refused before the first is held; nil for none of fifty.
    @Test(
        arguments: [
            ("letters to recipients", DeliveryKind.letter, nil, false, 2),
            (
                "an import whose addresses are asked: not a handful that strangers have typed, but all of them", .confirmation,
                nil,
                false, 29
            ),
            ("a code to an address that a visitor has typed", .prove, nil, false, nil),
            ("answers to visitors who have shown nothing", .reply, Party.recipient, false, nil),
            ("answers to visitors of many recipients, who came by a mailed link", .reply, .recipient, true, 2),
            ("what visitors answer", .reply, .visitor, true, 2),
        ] as [(String, DeliveryKind, Party?, Bool, Int?)])
    func `Addresses that a stranger may have made up make no run`(
        rule: String, kind: DeliveryKind, author: Party?, isProven: Bool, failing: Int?
    ) throws {
        var runs = RefusalRuns()
        let held = try (0..<50).first { number in
            let step = Step(UInt64(number), .unknownUser, .failed)
            let job = try Self.job(UInt64(number), step, kind: kind, author: author, isProven: isProven)
            return runs.judge(step.said.outcome, of: job, at: Self.start).kind == .ourFault
        }
        #expect(held == failing, "\(rule)")
        #expect(runs.takeRecalled().count == failing ?? 0, "\(rule)")
    }

    @Test func `One visitor with many conversations is one, however often their mailbox is refused`() throws {
        var runs = RefusalRuns()
        for number in 0..<50 as Range<UInt64> {
            let step = Step(1, .unknownUser, .failed)
            let job = try Self.job(number, step, kind: .reply, author: .recipient, isProven: true)
            #expect(runs.judge(step.said.outcome, of: job, at: Self.start).kind == .failed)
        }
        #expect(runs.run == nil)
    }

    private static func job(
        _ letter: UInt64, _ step: Step, tries: Int? = nil, kind: DeliveryKind = .letter, author: Party? = nil,
        isProven: Bool = false
    ) throws -> DeliveryJob {
        DeliveryJob(
            id: LetterID(high: 0, low: letter), attempt: step.attempt, tries: tries, kind: kind, accepted: start,
            released: step.isReleased ? start : nil, tokens: MailTokens(messageID: "a", envelope: "b"),
            site: Site(id: try SiteID("photos"), name: try HeaderText("Photos", limit: 100), origins: []),
            recipient: RecipientID(high: 1, low: step.recipient), handle: try Handle("pat"),
            recipientName: try HeaderText("Pat", limit: 100), language: .english,
            record: SealedRecord(version: 1, seal: [], authorisation: []), letter: [],
            conversation: author.map {
                DeliveryJob.Conversation(
                    id: LetterID(high: 2, low: letter), began: start, letter: [], author: $0,
                    reply: LetterID(high: 0, low: letter),
                    replied: start, proof: isProven ? [1] : nil)
            })
    }
}
