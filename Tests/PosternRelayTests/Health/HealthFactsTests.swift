import PosternCore
import PosternRelay
import PosternStore
import Testing

@Suite("Facts become one list of what is the matter, the worst first")
struct HealthFactsTests {
    private static let now = Timestamp(seconds: 1_795_514_709)

    private func conditions(_ change: (inout HealthFacts) -> Void) -> [HealthCondition] {
        var facts = HealthFacts(now: Self.now)
        change(&facts)
        return facts.conditions
    }

    private static func entry(_ reason: String = "no") -> SmarthostRecord.Entry {
        .init(reason: reason, since: now - .minutes(5), last: now, count: 7)
    }

    @Test func `Nothing is the matter with an empty, running installation`() {
        #expect(conditions { _ in }.isEmpty)
        #expect(conditions { $0.queue = QueueHealth(soonestDue: Self.now + .hours(1), lastPurge: Self.now) }.isEmpty)
    }

    private static func seals(resealed: Int, refused: Int, isUnderWay: Bool = true) -> SealStanding {
        var seals = SealStanding(key: "a1b2", isUnderWay: isUnderWay)
        (seals.resealed, seals.refused) = (resealed, refused)
        seals.some = (0..<refused).map { .init(recipient: "photos/p\($0)", why: "no") }
        return seals
    }

    // What is known of seals → what is the matter.
    @Test(
        arguments: [
            (nil, []), (seals(resealed: 0, refused: 0), []), (seals(resealed: 5, refused: 0), [.resealing]),
            (seals(resealed: 5, refused: 0, isUnderWay: false), []), (seals(resealed: 0, refused: 4), [.notResealed]),
            (seals(resealed: 5, refused: 1), [.notResealed, .resealing]),
            (seals(resealed: 5, refused: 1, isUnderWay: false), [.notResealed]),
        ] as [(SealStanding?, [HealthCondition.ID])])
    func `Addresses that are sealed again are a note, those that cannot be need a person (K7)`(
        seals: SealStanding?, ids: [HealthCondition.ID]
    ) throws {
        let found = conditions { $0.seals = seals }
        #expect(found.map(\.id) == ids)
        for condition in found {
            #expect(condition.matter.contains("a1b2") && condition.commands == ["postern keys status"])
            #expect(condition.severity == (condition.id == .resealing ? .note : .failingSoon))
        }
        if let several = found.first(where: { $0.count == 4 }) {
            #expect(several.matter.contains("photos/p0, photos/p1, photos/p2 and others"))
        }
    }

    /// Everything at once.
    private var all: [HealthCondition] {
        conditions { facts in
            facts.faults = Readiness.Fault.allCases
            facts.troubles = Dictionary(uniqueKeysWithValues: SmarthostRecord.Trouble.allCases.map { ($0, Self.entry()) })
            facts.breakerOpened = Self.now - .minutes(4)
            facts.queue = QueueHealth(
                held: [.init(stage: .login, code: 535, text: "no", count: 2, since: Self.now)], soonestDue: Self.now,
                oldestMoving: Self.now - .hours(3), oldestHeld: Self.now - .days(3), lastPurge: Self.now - .hours(3),
                openReports: 1, oldestReport: Self.now - .hours(1), failed: .init(count: 9, recipients: 3))
            facts.isClockTrusted = false
            facts.isSecretsCopyBehind = true
            facts.seals = Self.seals(resealed: 7, refused: 1)
            facts.forwarding = .init(.thisMachine, count: 9)
            facts.cageGaps = ["no Landlock"]
            facts.refusedCalls = .init(count: 1, last: Self.now, who: ["vault"], names: ["execve"])
        }
    }

    @Test func `Everything that can be the matter has an id of its own, says what it means for letters, and has a remedy`() {
        let found = Set(all.map(\.id))
        // A letter is not overdue while the breaker is open.
        #expect(found == Set(HealthCondition.ID.allCases).subtracting([.overdue]))
        #expect(all.count == found.count)
        for condition in all {
            #expect(!condition.matter.isEmpty && !condition.meaning.isEmpty && !condition.remedy.isEmpty, "\(condition)")
        }
    }

    @Test(arguments: ForwardingWatch.Kind.allCases)
    func `Of a proxy that is not set up, it is said what to set`(kind: ForwardingWatch.Kind) throws {
        let condition = try #require(conditions { $0.forwarding = .init(kind, count: 60) }.first { $0.id == .proxy })
        #expect(condition.remedy.contains("POSTERN_TRUSTED_PROXIES") || condition.remedy.contains("proxy_set_header"))
        let names = [.markedThisMachine, .markedPrivate, .bareThisMachine, .barePrivate, .silentProxy].contains(kind)
        #expect(condition.remedy.contains("X-Forwarded-For $proxy_add_x_forwarded_for") == names, "\(condition.remedy)")
        #expect(condition.severity == ([.elsewhere, .barePrivate].contains(kind) ? .note : .failingSoon))
    }

    @Test(arguments: [
        (1, "a recipient has reported a letter, 3 h ago"), (3, "recipients have reported 3 letters, the first of them 3 h ago"),
    ])
    func `What recipients have reported is a note, with where to see it`(count: Int, words: String) throws {
        let found = conditions { $0.queue = QueueHealth(openReports: count, oldestReport: Self.now - .hours(3)) }
        let condition = try #require(found.first { $0.id == .reports })
        #expect(condition.severity == .note && condition.matter == words && condition.count == count)
        #expect(condition.commands.contains("postern report list"))
    }

    @Test func `Own secrets that are not all in their second place are a matter of the disk, and letters go out`() throws {
        let condition = try #require(conditions { $0.isSecretsCopyBehind = true }.first)
        #expect(condition.id == .secretsCopy && condition.severity == .failingSoon && condition.id.topic == "upkeep")
        #expect(condition.matter.contains("POSTERN_SECRETS_COPY") && condition.meaning.contains("Letters go out"), "\(condition)")
        #expect(condition.commands == ["postern keys status"])
        let said = HealthCondition.secretsCopy("/mnt/x: away", remedy: "Mount it.")
        #expect(said.matter.hasSuffix(": /mnt/x: away") && said.remedy == "Mount it." && said.commands == condition.commands)
    }

    @Test func `What stands still comes before what will fail, and that before notes`() {
        let severities = HealthCondition.Severity.allCases
        let places = all.map { severities.firstIndex(of: $0.severity) ?? 0 }
        #expect(places == places.sorted())
        #expect(all.first?.id == .check)
        #expect(all.suffix(2).map(\.id) == [.refusedCalls, .cage])
    }

    @Test(
        arguments: [
            (.login, .login, "535 wrong", "POSTERN_SMTP_PASSWORD_FILE"), (.sender, .sender, "not owned", "POSTERN_MAIL_FROM"),
            (.encryption, .encryption, "has expired", "POSTERN_SMTP_CA_FILE"),
            (.unreachable, .unreachable, "refused", "firewall"),
            (.refusesUs, .refusesUs, "421", "may be blocked"), (.quota, .quota, "5.4.5", "limit raised"),
            (.noAnswer, .noAnswer, "dropped", "its log"), (.budget, .budget, "POSTERN_BUDGET_GLOBAL", "taken over"),
        ] as [(SmarthostRecord.Trouble, HealthCondition.ID, String, String)])
    func `The smarthost's own words and the remedy are in the condition (H4)`(
        trouble: SmarthostRecord.Trouble, id: HealthCondition.ID, reason: String, remedy: String
    ) throws {
        let found = conditions { $0.troubles = [trouble: Self.entry(reason)] }
        let condition = try #require(found.first)
        #expect(found.count == 1 && condition.id == id && condition.severity == .standsStill && condition.count == 7)
        #expect(condition.matter.contains(reason) && condition.remedy.contains(remedy), "\(condition)")
    }

    @Test func `Letters held by our fault are counted, with the reason of the most of them and since when (H4)`() throws {
        let found = conditions { facts in
            facts.heldLifetime = .days(28)
            facts.queue = QueueHealth(held: [
                .init(stage: .mailFrom, code: 553, text: "5.7.1 not owned", count: 130, since: Self.now - .hours(2)),
                .init(stage: .login, code: 535, text: "wrong", count: 1, since: Self.now - .hours(9)),
            ])
        }
        let held = try #require(found.first)
        #expect(held.id == .held && held.count == 131)
        for part in [
            "131 letters are held", (Self.now - .hours(9)).rfc3339, "at mail-from 553 5.7.1 not owned", "the most of them",
        ] {
            #expect(held.matter.contains(part), "\(held.matter)")
        }
        #expect(held.meaning.contains("dropped after 28 days"))
        // Not what waits for a review.
        #expect(held.commands == ["postern queue list --held", "postern queue release --reason TEXT"])
    }

    @Test(arguments: [(2, nil), (3, HealthCondition.Severity.failingSoon)])
    func `Letters that failed are said when they were for several recipients`(
        recipients: Int, severity: HealthCondition.Severity?
    ) {
        let found = conditions { $0.queue = QueueHealth(lastPurge: Self.now, failed: .init(count: 7, recipients: recipients)) }
        #expect(found.first?.severity == severity && found.first?.count == severity.map { _ in 7 })
    }

    // A letter that was held for a week is old when it is released, and everything is old after a long stop.
    @Test(
        arguments: [
            (.minutes(1), .failingSoon, "after it was released last"), (.hours(1), .standsStill, "nothing is being dispatched"),
            (nil, .standsStill, "nothing is being dispatched"),
        ] as [(Duration?, HealthCondition.Severity, String)])
    func `A letter older than the schedule stands still only when nothing has been tried for long`(
        progress: Duration?, severity: HealthCondition.Severity, words: String
    ) throws {
        let found = conditions { facts in
            facts.queue = QueueHealth(oldestMoving: Self.now - .days(7))
            facts.lastProgress = progress.map { Self.now - $0 }
        }
        let oldest = try #require(found.first)
        #expect(oldest.id == .oldestLetter && oldest.severity == severity && oldest.meaning.contains(words), "\(oldest)")
    }

    @Test func `A due letter that nobody tries stands still; a long queue that moves does not`() {
        func found(due: Duration, progress: Duration, _ change: (inout HealthFacts) -> Void = { _ in }) -> [HealthCondition.ID] {
            conditions { facts in
                facts.queue = QueueHealth(soonestDue: Self.now - due)
                facts.lastProgress = Self.now - progress
                change(&facts)
            }.map(\.id)
        }
        #expect(found(due: .minutes(20), progress: .minutes(20)) == [.overdue])
        #expect(found(due: .minutes(20), progress: .minutes(1)) == [])
        #expect(found(due: .minutes(10), progress: .hours(1)) == [])
        #expect(found(due: .minutes(20), progress: .minutes(20)) { $0.isRunning = false } == [])
        #expect(found(due: .minutes(20), progress: .minutes(20)) { $0.faults = [.vault] } == [.vault])
    }
}
