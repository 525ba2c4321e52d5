import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A row that somebody else has written is refused by name; it stops neither the program nor the other rows")
struct MutatedRowTests {
    private struct Undone: Error {}

    /// What a column may be given, whatever its type.
    private static let values = [
        "-1", "9223372036854775807", "-9223372036854775808", "1.5e300", "''", "x''", "x'0102030405060708090a0b0c0d0e0f10'",
        "x'ffffffffffffffffffffffffffffffff00'", "CAST(x'ff00fe' AS TEXT)", "'a b:c=d' || char(10) || 'e' || char(8238)",
        "zeroblob(300000)", "zeroblob(1200000)",
    ]

    private static let tables = [
        "site", "site_logo", "recipient", "recipient_alias", "submission", "submission_tag", "submission_rule", "letter",
        "delivery", "attempt",
        "idempotency_record", "limit_mark", "block", "maintenance_record", "write_probe", "operation", "node", "counter",
        "schema_migration", "conversation", "link", "reply", "mute", "mute_tag",
        "pause_end", "daily_letter", "first_letter", "awaited_proof", "address_change", "member_session", "invitation",
        "site_token", "report", "staff_account", "staff_session", "letter_sketch", "wave",
        "review_item", "decision", "decision_item", "review_note", "staff_preference", "staff_look",
        "hourly_figure", "daily_recipient",
    ]

    /// Each verb that reads, alone: what one of them refuses is nothing to the others.
    private static func reads(_ store: TestStore, _ letter: AcceptedLetter) -> [(any Transaction) throws -> Void] {
        let (recipient, site) = (store.people[0].id, store.site.id)
        let filters = [
            LogFilter(), LogFilter(decision: .hold), LogFilter(decision: .accept), LogFilter(rule: .limitText),
            LogFilter(recipient: recipient), LogFilter(tag: Tag(value: 7)),
        ]
        let lists =
            DeliveryState.allCases.map { DeliveryFilter(state: $0) } + [
                DeliveryFilter(.site(site)), DeliveryFilter(.recipient(recipient)),
            ]
        return filters.map { filter in { _ = try $0.submissionLog.latest(filter, limit: 9) } }
            + lists.map { list in { _ = try $0.queue.list(list, limit: 9) } } + [
                { _ = try $0.queue.show(letter.id) }, { _ = try $0.queue.counts().difference }, { _ = try $0.queue.soonestDue() },
                { _ = try $0.queue.oldestWaiting() }, { _ = try $0.submissionLog.entries(limit: 9) },
                { _ = try $0.submissionLog.count(since: TestStore.start) }, { _ = try $0.submissionLog.oldest() },
                { _ = try $0.intake.oldestLetter() }, { _ = try $0.intake.earlier(store.mark(1), at: TestStore.start) },
                { _ = try $0.limitRecords.list(after: .zero, limit: 9) }, { _ = try $0.blocks.list() },
                { _ = try $0.maintenance.last(.purge) }, { _ = try $0.operationTrace.latest(limit: 9) },
                { _ = try $0.sites.list() }, { _ = try $0.sites.logo(of: site) }, { _ = try $0.recipients.find(recipient) },
                { _ = try $0.recipients.list(at: site, limit: 9) }, { _ = try $0.recipients.sealCounts(13) },
                { _ = try $0.addressChanges.sealCounts(13) },
                { _ = try $0.recipients.find(named: "Pat Müller", at: site) }, { _ = try $0.aliases.list(at: site, limit: 9) },
                { _ = try $0.aliases.list(of: recipient) }, { _ = try Migrator.standing($0) },
                { _ = try Migrator().check($0) }, { _ = try $0.conversations.find(letter.id) },
                { _ = try $0.conversations.entries(of: letter.id, limit: 9) }, { _ = try $0.mutes.names(of: recipient) },
                { _ = try $0.conversations.seal(of: letter.id) },
                { _ = try $0.recipients.pausesOver(at: TestStore.start + .days(9), limit: 9) },
                { _ = try $0.dailyLetters.waiting(for: recipient, at: TestStore.start) },
                { _ = try $0.addressChanges.find(of: recipient, at: TestStore.start) }, { _ = try $0.memberSessions.links() },
                { _ = try $0.memberSessions.list(of: recipient) }, { _ = try $0.invitations.used() },
                { _ = try $0.invitations.open(at: site, now: TestStore.start, limit: 9) },
                { _ = try $0.siteTokens.list(at: site) }, { _ = try $0.staffAccounts.list() },
                { _ = try $0.staffSessions.list(of: nil, at: TestStore.start) },
                { _ = try $0.reviewItems.list(ReviewFilter(), limit: 9) },
                { _ = try $0.reviewItems.groups(ReviewFilter(), limit: 9) },
                { _ = try $0.reviewItems.count(ReviewFilter()) }, { _ = try $0.reviewItems.rules(in: .held, limit: 9) },
                { _ = try $0.decisions.latest(DecisionFilter(), limit: 9) }, { _ = try $0.decisions.about(letter.id, limit: 9) },
                { _ = try $0.decisions.due(at: TestStore.start + .days(9), limit: 9) },
                { _ = try $0.reviewNotes.list(of: letter.id, limit: 9) },
                { _ = try $0.staffAccounts.hasKeys(StaffAccountID(high: 1, low: 1)) },
                { _ = try $0.submissionLog.trail(of: Tag(value: 7), in: Epoch(containing: TestStore.start)) },
                { _ = try $0.figures.list(since: TestStore.start) },
                { _ = try $0.figures.recipients(on: Epoch(containing: TestStore.start), limit: 9) },
                { _ = try $0.figures.recipients(since: Epoch(containing: TestStore.start), limit: 9) },
                { _ = try $0.figures.tags(on: Epoch(containing: TestStore.start), limit: 9) },
                { _ = try $0.revealableLetters.find(letter.id) }, { _ = try $0.waves.letters(after: .zero, bands: 2, limit: 9) },
                { _ = try $0.waves.open(limit: 9) }, { _ = try $0.decisions.about(wave: letter.id, limit: 9) },
                { _ = try $0.decisions.pending(about: letter.id) }, { _ = try $0.waves.members(of: letter.id, limit: 9) },
                { _ = try $0.waves.first(of: letter.id) }, { _ = try $0.waves.counts(of: letter.id) },
                { _ = try $0.waves.wave(of: letter.id) }, { _ = try $0.waves.due(at: TestStore.start, limit: 9) },
                { _ = try $0.siteTokens.revoked() }, { _ = try $0.reports.list(of: recipient) },
                { _ = try $0.memberLedger.latest(of: recipient, limit: 9) }, { _ = try $0.mutes.list(of: recipient) },
                { _ = try $0.memberLedger.summary(of: letter.id) },
                { _ = try $0.muteTags.list(of: recipient, at: TestStore.start) },
                { _ = try $0.muteTags.standing(from: letter.id, of: recipient, at: TestStore.start) },
                { _ = try $0.memberLedger.mails(of: recipient, limit: 9) },
                { _ = try $0.memberLedger.conversations(of: recipient, limit: 9) },
                { _ = try $0.conversations.count(by: .recipient, in: letter.id, since: TestStore.start) },
                {
                    for link in letter.conversation?.links ?? [] {
                        _ = try $0.links.find(madeAt: link.madeAt, digest: link.digest, purpose: link.purpose)
                    }
                },
            ]
    }

    private static func writes(_ store: TestStore, _ letter: AcceptedLetter) -> [(any Transaction) throws -> Void] {
        let (now, person) = (TestStore.start + .minutes(1), store.people[0])
        let (again, record) = (store.letter(mark: store.mark(1)), Sample.record(2))
        let (lease, second) = (store.lease(), store.lease())
        let (answer, name) = (store.reply(in: letter.id, by: .recipient), store.bytes())
        let (waiting, change, session) = (store.proofLetter(), store.change(to: 9), store.session())
        return [
            { _ = try $0.intake.accept(again) }, { _ = try $0.intake.accept(answer) }, { _ = try $0.intake.accept(waiting) },
            { _ = try $0.intake.withdraw(answer.id, at: now) },
            { _ = try $0.conversations.setClosed(true, letter.id, by: .visitor, at: now) },
            { _ = try $0.mutes.add(name, of: person.id, from: letter.id, at: now) },
            { _ = try $0.muteTags.add(from: letter.id, of: person.id, at: now) },
            {
                for job in try $0.queue.claim(upTo: 9, under: lease, until: now + .minutes(1), at: now) {
                    _ = try $0.queue.settle(job.id, under: lease, as: try Sample.settlement(.deferred, of: job, at: now))
                }
            },
            { _ = try $0.queue.recoverLeases(of: $0.nodes.start("only", at: now).node, at: now) },
            { _ = try $0.queue.expireLeases(at: now) }, { _ = try $0.queue.retryAll(at: now, limit: 9) },
            { _ = try $0.queue.expireOld(at: now, lifetime: .days(5), limit: 9) },
            { _ = try $0.queue.claim(upTo: 9, under: second, until: now, at: now + .days(9)) },
            { _ = try $0.queue.releaseHeld(.everything, at: now, limit: 9) },
            { _ = try $0.blocks.add(.domain("x.example"), effect: .hold, reason: "", expires: nil, at: now) },
            { _ = try $0.recipients.replaceRecord(of: person, with: record, former: 1, at: now) },
            { _ = try $0.recipients.reseal(person.id, from: record, as: record) },
            { _ = try $0.aliases.add(HandleAlias("Somebody Else"), for: person, at: now) },
            { _ = try $0.aliases.remove(HandleAlias("Pat Müller"), at: person.site) },
            { _ = try $0.recipients.change(MemberSettings(dailyLetters: 2), of: person.id, at: now) },
            {
                guard let person = try $0.recipients.find(person.id) else { return }
                try $0.dailyLetters.rearrange(of: person, limit: 1, at: now)
            }, { _ = try $0.recipients.pause(person.id, until: now + .days(1), at: now) },
            {
                for person in try $0.recipients.pausesOver(at: now + .days(9), limit: 9) {
                    _ = try $0.recipients.endPause(of: person, at: now + .days(9))
                }
            }, { _ = try $0.awaitedProofs.prove(waiting.id, with: Array(repeating: 1, count: 16), at: now) },
            { _ = try $0.awaitedProofs.dropOverdue(before: now + .days(9), at: now, limit: 9) },
            { _ = try $0.addressChanges.add(change, at: now) },
            {
                guard let found = try $0.addressChanges.find(of: person.id, at: now) else { return }
                _ = try $0.addressChanges.confirm(found, of: person, with: record, at: now)
            }, { _ = try $0.memberSessions.begin(session, at: now) },
            { try $0.memberSessions.endAll(keeping: [letter.id], at: now) },
            { _ = try $0.reports.forget(before: now + .days(9), limit: 9) },
            { _ = try $0.addressChanges.forget(before: now + .days(9), limit: 9) },
            { _ = try $0.dailyLetters.forget(before: Epoch(day: .max - 1), limit: 9) },
            { _ = try $0.invitations.forget(endedBefore: now + .days(99), limit: 9) },
            {
                for decision in try $0.decisions.due(at: now + .days(1), limit: 9).compactMap($0.decisions.find) {
                    for letter in try $0.decisions.pending(decision.id, limit: 9) {
                        _ = try $0.decisions.apply(decision, to: letter, because: "test", at: now)
                    }
                }
            }, { _ = try $0.reviewItems.complete(.held, limit: 9) }, { _ = try $0.reviewItems.forgetEnded(limit: 9) },
            { _ = try $0.waves.take(letter.id, by: "anna", at: now) }, { try $0.decisions.finish(wave: letter.id, at: now) },
            { try $0.decisions.note(letter.id, under: StaffDecisionID(high: 1, low: 1), isApplied: true) },
            { _ = try $0.decisions.undo(StaffDecisionID(high: 1, low: 1), by: StaffMark(at: now, by: "anna")) },
            { _ = try $0.recipients.erase(person.id, at: now) },
            { _ = try $0.retention.forgetConversations(through: Epoch(containing: now), limit: 9) },
            { _ = try $0.retention.forgetLetters(through: Epoch(containing: now), at: now, limit: 9) },
            { _ = try $0.retention.forgetSubmissions(before: now + .days(1), limit: 9) },
            { _ = try $0.retention.forgetUnposted(before: now + .days(1), limit: 9) },
        ]
    }

    private func fill(_ store: TestStore) async throws -> AcceptedLetter {
        let now = TestStore.start
        let limits = LimitRecord(epoch: Epoch(containing: now), keys: [DatedLimitKey(lasting: .installationHard)])
        let letter = store.letter(
            verdict: Verdict(of: [Verdict.Part(.limitText, .hold)]), mark: store.mark(1), tags: [Tag(value: 7)],
            limitRecord: limits, beginsConversation: true)
        let (reply, name) = (store.reply(in: letter.id, by: .visitor, wait: .zero), store.bytes())
        let logo = try Logo(file: Array("<svg></svg>".utf8))
        let site = store.site.id
        let others = (0..<3).map { store.letter(to: $0) }
        let wave = store.letter(like: others[0].id, verdict: Verdict(.hold, parts: [Verdict.Part(.wave, .hold)]))
        let (confirmation, lease, person) = (store.confirmation(to: 1), store.lease(), store.people[0])
        try await store.database.write { transaction in
            for letter in [letter] + others + [wave] { _ = try transaction.intake.accept(letter) }
            _ = try transaction.intake.accept(reply)
            _ = try transaction.mutes.add(name, of: person.id, from: letter.id, at: now)
            _ = try transaction.muteTags.add(from: letter.id, of: person.id, at: now)
            try confirmation.enqueue(in: transaction)
            _ = try transaction.sites.setLogo(logo, of: site)
            _ = try transaction.aliases.add(HandleAlias("Pat Müller"), for: person, at: now)
            _ = try transaction.blocks.add(.domain("spam.example"), effect: .hold, reason: "a", expires: nil, at: now)
            try transaction.maintenance.note(.purge, at: now)
            try transaction.writeProbe.touch(at: now)
            try transaction.operationTrace.add(Sample.operation(at: now))
            _ = try transaction.nodes.start("only", at: now)
            _ = try transaction.queue.claim(upTo: 1, under: lease, until: now + .minutes(5), at: now)
            let decision = StaffDecision(
                id: StaffDecisionID(high: 1, low: 1), act: .drop, staff: "anna", reason: .spam, final: now + .minutes(1))
            _ = try transaction.decisions.add(letter.id, in: .held, version: 1, to: decision.id)
            try transaction.decisions.begin(decision)
            try transaction.reviewNotes.add(
                ReviewNote(id: ReviewNoteID(high: 1, low: 1), letter: letter.id, author: "anna", text: "a note"))
            try transaction.staffAccounts.setKeys(false, of: StaffAccountID(high: 1, low: 1))
            try Self.addStaff(to: transaction, at: now)
            try transaction.revealableLetters.noteLook(at: letter.id, at: now)
            try transaction.figures.note(HourlyFigure(hour: now.hour, series: .accepted, value: 3))
            let today = Epoch(containing: now)
            try transaction.figures.keep(try transaction.figures.recipients(on: today, limit: 9), of: today)
        }
        _ = try await store.fillMembership(of: 2)
        return letter
    }

    private static func addStaff(to transaction: any Transaction, at now: Timestamp) throws {
        let id = StaffAccountID(high: 1, low: 1)
        _ = try transaction.staffAccounts.add(id, StaffName("anna"), .reviewer, at: now)
        _ = try transaction.staffAccounts.keep(StaffRecord(version: 1, seal: [1]), of: id, at: now)
        try transaction.staffSessions.begin(
            StaffSession(
                digest: Array(repeating: 1, count: 16), account: id, network: nil, made: now, seen: now, ends: now + .hours(12)))
    }

    // The rule: every column of every table, under every value.
    @Test(arguments: tables)
    func `Every verb reads it, refuses it as a fault of the store, or leaves it`(_ table: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await TestStore.open(.file, path: path)
        let letter = try await fill(store)
        let raw = try RawSQLite(path)
        try raw.run("ATTACH '\(folder.path("kept"))' AS kept; CREATE TABLE kept.rows AS SELECT * FROM main.\(table)")
        #expect(try raw.texts("SELECT COUNT(*) FROM kept.rows") != ["0"])
        for column in try raw.texts("SELECT name FROM pragma_table_info('\(table)')") {
            for value in Self.values {
                // SQLite itself keeps what is no whole number out of an INTEGER PRIMARY KEY.
                do { try raw.run("UPDATE OR IGNORE \(table) SET \(column) = \(value)") } catch
                    where "\(error)".contains("mismatch")
                { continue }
                try await store.database.read { transaction in
                    for read in Self.reads(store, letter) {
                        try Self.expectRefusal(of: "\(table).\(column) = \(value)") { try read(transaction) }
                    }
                }
                await #expect(throws: Undone.self, "\(table).\(column) = \(value)") {
                    try await store.database.write { transaction in
                        for write in Self.writes(store, letter) {
                            try Self.expectRefusal(of: "\(table).\(column) = \(value)") { try write(transaction) }
                        }
                        throw Undone()
                    }
                }
                try raw.run("DELETE FROM main.\(table); INSERT INTO main.\(table) SELECT * FROM kept.rows")
            }
        }
        #expect(store.database.health == .well)
        #expect(try await store.counts().difference == 0)
        await store.database.close()
    }

    private static func expectRefusal(of change: String, by verb: () throws -> Void) throws {
        do {
            try verb()
        } catch let error as StoreError {
            if case .broken = error { Issue.record("\(change): \(error)") }
        } catch {
            Issue.record("\(change): \(error)")
        }
    }
}
