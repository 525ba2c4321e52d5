import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("What has served its time is gone after the purge, and when that was is noted")
struct HousekeepingTests {
    @Test func `Letters, marks and entries go with their time, and nothing before it`() async throws {
        let limits = try LimitTable.of(client: "9/1h")
        let fixture = try await IntakeFixture.open(limits: limits)
        for number in 0..<3 { _ = try await fixture.post(from: "192.0.2.\(number)") }
        _ = try await fixture.post(to: "nobody")

        func purge(after span: Duration) async throws {
            let moment = IntakeFixture.now + span
            let link = VaultLink(socket: "/nonexistent", logger: RelayFixture.quiet)
            let housekeeping = Housekeeping(
                store: fixture.store, sealing: LetterSealer(vault: link),
                settings: .init(letters: .days(28), outcomes: .days(180)), logger: RelayFixture.quiet, now: { moment },
                isClockTrusted: { _ in true })
            await housekeeping.purge()
            #expect(try await fixture.store.read { try $0.maintenance.last(.purge) } == moment)
        }
        func marks() async throws -> Int {
            try await fixture.store.read { try $0.limitRecords.list(after: .zero, limit: 99).count }
        }

        try await purge(after: .hours(1))
        #expect(try await marks() == 3)
        #expect(try await fixture.deliveries(.ready) == 3)
        try await purge(after: .days(3))
        #expect(try await marks() == 0)
        #expect(try await fixture.deliveries(.ready) == 3)
        try await purge(after: .days(30))
        #expect(try await fixture.deliveries(.dropped) == 3)
        #expect(try await fixture.store.read { try $0.intake.oldestLetter() } == nil)
        #expect(try await fixture.entries().count == 4)
        try await purge(after: .days(181))
        #expect(try await fixture.entries().isEmpty)
        #expect(try await fixture.deliveries() == 0)
    }

    // One batch is 500 rows. Held deliveries without a letter once ended the purge of letters early.
    @Test func `One purge takes more than a batch of everything`() async throws {
        let fixture = try await IntakeFixture.open()
        let (count, now) = (1_100, IntakeFixture.now)
        let recipient = fixture.recipients[0].id
        try await fixture.store.write { transaction in
            var randomness = SeededRandomness(seed: 3)
            for number in 0..<count {
                let id = LetterID(at: now, using: &randomness)
                let key = LimitKey(.client, high: 1, low: UInt64(number))
                let digest = Array(repeating: 0 as UInt8, count: 24) + OperationID(high: 0, low: UInt64(number)).bytes.suffix(8)
                let letter = AcceptedLetter(
                    entry: SubmissionEntry(
                        id: id, at: now, site: "photos", handle: "p0", recipient: recipient,
                        verdict: Verdict(of: [Verdict.Part(.trapBait, .score(60))]), tags: [Tag(value: 7)], evidence: [1],
                        letterBytes: 3),
                    seal: [3], tokens: MailTokens(using: &randomness),
                    limitRecord: LimitRecord(epoch: Epoch(containing: now), keys: [DatedLimitKey(today: key, tomorrow: nil)]),
                    idempotencyRecord: IdempotencyRecord(key: digest, body: digest))
                #expect(try transaction.intake.accept(letter) == .stored)
                let confirmation = LetterID(at: now, using: &randomness)
                try transaction.intake.enqueueConfirmation(
                    confirmation, to: recipient, at: now, tokens: MailTokens(using: &randomness))
                _ = try transaction.queue.hold(confirmation, because: "a test")
                try transaction.operationTrace.add(
                    OperationRecord(
                        id: OperationID(at: now, using: &randomness), at: now, actor: .operator, verb: .addBlock,
                        subject: "block \(number)"))
            }
        }
        let link = VaultLink(socket: "/nonexistent", logger: RelayFixture.quiet)
        await Housekeeping(
            store: fixture.store, sealing: LetterSealer(vault: link),
            settings: .init(letters: .days(28), outcomes: .days(180)), logger: RelayFixture.quiet, now: { now + .days(200) },
            isClockTrusted: { _ in true }
        ).purge()
        // What was dropped only now is kept as an outcome, for its own time.
        let rows = try await fixture.store.read { transaction in
            [
                try transaction.rows("SELECT id FROM letter").count,
                try transaction.rows("SELECT key FROM idempotency_record").count,
                try transaction.rows("SELECT id FROM limit_mark").count, try transaction.rows("SELECT id FROM operation").count,
                try transaction.rows("SELECT id FROM submission").count,
                try transaction.rows("SELECT submission FROM submission_tag").count,
                try transaction.rows("SELECT submission FROM submission_rule").count,
                try transaction.rows("SELECT id FROM delivery").count,
            ]
        }
        #expect(rows == Array(repeating: 0, count: 8))
        #expect(try await fixture.store.read { try $0.maintenance.last(.purge) } == now + .days(200))
    }

    // What the last purge is said to be, the privacy statement is held against.
    @Test func `A purge that could not do its work is not noted as done`() async throws {
        let fixture = try await IntakeFixture.open(limits: try LimitTable.of(client: "9/1h"))
        _ = try await fixture.store.write { try $0.run("ALTER TABLE idempotency_record RENAME TO elsewhere") }
        let link = VaultLink(socket: "/nonexistent", logger: RelayFixture.quiet)
        let housekeeping = Housekeeping(
            store: fixture.store, sealing: LetterSealer(vault: link), settings: .init(letters: .days(28), outcomes: .days(180)),
            logger: RelayFixture.quiet, now: { IntakeFixture.now }, isClockTrusted: { _ in true })
        await housekeeping.purge()
        #expect(try await fixture.store.read { try $0.maintenance.last(.purge) } == nil)
        _ = try await fixture.store.write { try $0.run("ALTER TABLE elsewhere RENAME TO idempotency_record") }
        await housekeeping.purge()
        #expect(try await fixture.store.read { try $0.maintenance.last(.purge) } == IntakeFixture.now)
    }

    @Test func `What members leave behind goes with its own time, and a letter that nobody proved after two days`() async throws {
        let fixture = try await IntakeFixture.open()
        let (now, person) = (IntakeFixture.now, fixture.recipients[0])
        var randomness = SeededRandomness(seed: 9)
        let id = LetterID(at: now, using: &randomness)
        let unproven = AcceptedLetter(
            entry: SubmissionEntry(
                id: id, at: now, site: "photos", handle: person.handle.text, recipient: person.id, verdict: .accept,
                evidence: [1],
                letterBytes: 3), seal: [3], tokens: MailTokens(using: &randomness),
            proof: (LetterID(at: now, using: &randomness), MailTokens(using: &randomness)))
        let change = AddressChange(
            id: AddressChangeID(at: now, using: &randomness), recipient: person.id,
            former: SealedRecord(version: 1, seal: [1], authorisation: [1]),
            next: SealedRecord(version: 2, seal: [2], authorisation: [2]))
        let session = MemberSession(
            link: LetterID(at: now, using: &randomness), digest: Array(repeating: 1, count: 16), recipient: person.id,
            content: [1],
            ends: now + SessionSecret.lifetime)
        let report = Report(
            id: ReportID(at: now, using: &randomness), letter: id, recipient: person.id, reason: .spam, seal: [1])
        let token = SiteTokenID(at: now, using: &randomness)
        try await fixture.store.write { transaction in
            #expect(try transaction.intake.accept(unproven) == .stored)
            #expect(try transaction.addressChanges.add(change, at: now))
            #expect(try transaction.memberSessions.begin(session, at: now))
            #expect(try transaction.reports.add(report))
            try transaction.invitations.add(
                Invitation(madeAt: 1, digest: session.digest, site: person.site, handle: nil, ends: now + Invitations.lifetime))
            try transaction.siteTokens.add(token, of: person.site, scope: .recipients, digest: session.digest, at: now)
            _ = try transaction.siteTokens.revoke(token, at: now)
            try transaction.run(
                "INSERT INTO daily_letter (recipient, day, letter) VALUES (?, ?, ?)",
                [person.id.stored, Epoch(containing: now).stored, id.stored])
        }
        let tables: [StaticString] = [
            "SELECT link FROM member_session", "SELECT letter FROM daily_letter", "SELECT letter FROM awaited_proof",
            "SELECT id FROM address_change", "SELECT digest FROM invitation", "SELECT id FROM report",
            "SELECT id FROM site_token",
        ]
        // The rule: how long each is kept, in this order.
        let spans: [Duration] = [
            MemberSessions.lifetime, .days(1), AwaitedProofs.lifetime, MailedToken.undoLifetime, Invitations.lifetime, .days(90),
            .days(180),
        ]
        for (number, span) in spans.enumerated() {
            for (delay, gone) in [(Duration.minutes(-1), number), (.minutes(1), number + 1)] where number != 1 || delay > .zero {
                await Housekeeping(
                    store: fixture.store,
                    sealing: LetterSealer(vault: VaultLink(socket: "/nonexistent", logger: RelayFixture.quiet)),
                    settings: .init(letters: .days(28), outcomes: .days(180), reports: .days(90)), logger: RelayFixture.quiet,
                    now: { now + span + delay }, isClockTrusted: { _ in true }
                ).purge()
                let counts = try await fixture.store.read { transaction in try tables.map { try transaction.rows($0).count } }
                #expect(counts == tables.indices.map { $0 < gone ? 0 : 1 }, "\(span + delay)")
            }
        }
    }
}
