import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

extension StatementTests {
    /// Runs every verb of every repository, so that every statement is seen.
    static func runEverything(_ database: any Database, _ store: TestStore) async throws {
        let (now, lease, other) = (TestStore.start, store.lease(), store.lease())
        let marked = store.letter(mark: store.mark(1))
        let limitRecord = LimitRecord(epoch: Epoch(containing: now), keys: [DatedLimitKey(lasting: .installationHard)])
        let tagged = store.letter(
            verdict: Verdict(.accept, parts: [Verdict.Part(.trapBait, .score(60))]), tags: [Tag(value: 7)],
            limitRecord: limitRecord)
        let ids = [store.letter(), store.letter(), store.letter(verdict: .held)]
        let (confirmation, refused) = (store.confirmation(), store.entry())
        let (one, two, site) = (store.people[0], store.people[1], store.site)
        try await database.write { transaction in
            let more = Migration(version: Schema.migrations.count + 1, name: "nothing", statements: [])
            _ = try Migrator(Schema.migrations + [more]).migrate(transaction, at: now)
            for letter in ids + [tagged, marked, marked] { _ = try transaction.intake.accept(letter) }
            let wave = store.letter(like: ids[0].id, verdict: Verdict(.hold, parts: [Verdict.Part(.wave, .hold)]))
            _ = try transaction.intake.accept(wave)
            _ = try transaction.waves.letters(after: .zero, bands: 2, limit: 9)
            _ = try transaction.waves.open(limit: 9)
            _ = try transaction.waves.members(of: ids[0].id, limit: 9)
            _ = try transaction.waves.first(of: ids[0].id)
            _ = try transaction.waves.counts(of: ids[0].id)
            _ = try transaction.waves.wave(of: wave.id)
            let verdict = WaveRow.Verdict(.withdrawn, at: now, by: "anna", final: now)
            for _ in 1...2 {
                _ = try transaction.waves.decide(ids[0].id, verdict)
                try transaction.waves.take(ids[0].id, by: "anna", at: now)
                _ = try transaction.waves.due(at: now, limit: 9)
                _ = try transaction.waves.undo(ids[0].id, at: now)
            }
            try transaction.waves.noteApplied(ids[0].id, at: now)
            let decision = StaffDecision(
                id: StaffDecisionID(high: 1, low: 1), act: .withdrawWave, staff: "anna", reason: .spam, wave: ids[0].id,
                final: now)
            try transaction.decisions.begin(decision)
            try transaction.decisions.note(ids[0].id, under: decision.id, isApplied: false)
            _ = try transaction.decisions.about(wave: ids[0].id, limit: 9)
            _ = try transaction.decisions.pending(about: ids[0].id)
            try transaction.decisions.finish(wave: ids[0].id, at: now)
            _ = try transaction.waves.find(ids[0].id)
            _ = try transaction.waves.forgetSketches(before: now, limit: 9)
            try confirmation.enqueue(in: transaction)
            try transaction.intake.keepPost(
                IdempotencyRecord(key: Array(repeating: 3, count: 32), body: Array(repeating: 4, count: 32)), as: ids[0].entry.id,
                at: now)
            try transaction.intake.log(refused)
            try transaction.intake.addRepeats(2, to: refused.id)
            let block = try transaction.blocks.add(.domain("spam.example"), effect: .hold, reason: "test", expires: nil, at: now)
            _ = try transaction.blocks.remove(block, at: now)
            let logo = try Logo(file: Array("<svg></svg>".utf8))
            _ = try transaction.sites.change(site)
            _ = try transaction.sites.setLogo(logo, of: site.id)
            try transaction.maintenance.note(.purge, at: now)
            let claimed = try transaction.queue.claim(upTo: 2, under: lease, until: now + .minutes(1), at: now)
            let first = try #require(claimed.first)
            _ = try transaction.queue.settle(
                first.id, under: lease, as: try Sample.settlement(.delivered, of: first, at: now))
            _ = try transaction.queue.unclaim(claimed[1].id, under: lease)
            _ = try transaction.queue.claim(upTo: 1, under: other, until: now + .minutes(1), at: now)
            try transaction.queue.unclaim(other)
            try transaction.queue.expireLeases(at: now)
            _ = try transaction.nodes.start("first", at: now)
            _ = try transaction.nodes.start("first", at: now)
            try transaction.queue.recoverLeases(of: 1, at: now)
            _ = try transaction.queue.holdNext(because: "test", at: now)
            _ = try transaction.queue.releaseHeld(.everything, at: now, limit: 1)
            let third = store.lease()
            let late = try #require(try transaction.queue.claim(upTo: 1, under: third, until: now, at: now).first)
            _ = try transaction.queue.hold(late.id, under: third, because: "test", at: now)
            _ = try transaction.queue.settle(
                late.id, under: other, as: try Sample.settlement(.delivered, of: late, at: now))
            _ = try transaction.queue.release(late.id, at: now)
            for isRecalled in [false, true] {
                let again = store.lease()
                let ended = try #require(try transaction.queue.claim(upTo: 1, under: again, until: now, at: now).first)
                _ = try transaction.queue.settle(ended.id, under: again, as: try Sample.settlement(.failed, of: ended, at: now))
                if isRecalled { _ = try transaction.queue.recall(ended.id, because: "test") }
                _ = try transaction.queue.retry(ended.id, at: now)
                _ = try transaction.queue.release(ended.id, at: now)
            }
            try transaction.queue.recoverFromClockSetBack(at: now, longestWait: .hours(5))
            try transaction.queue.expireOld(at: now, lifetime: .days(5), limit: 5)
            _ = try transaction.queue.retry(claimed[1].id, at: now)
            _ = try transaction.queue.hold(claimed[1].id, because: "test")
            _ = try transaction.queue.release(claimed[1].id, at: now)
            _ = try transaction.queue.drop(claimed[1].id, because: "test", at: now)
            _ = try transaction.queue.retryAll(at: now, limit: 5)
            _ = try transaction.queue.holdReady(because: "to look", limit: 5)
            _ = try transaction.queue.releaseHeld(.everything, at: now, limit: 5)
            _ = try transaction.queue.dropHeld(.site(site.id), because: "test", at: now, limit: 5)
            _ = try transaction.sites.add(site, at: now)
            _ = try transaction.recipients.add([one], at: now)
            _ = try transaction.recipients.setState(.paused, of: one.id, from: [.active], at: now)
            _ = try transaction.recipients.replaceRecord(of: one, with: Sample.record(2), former: 1, at: now)
            _ = try transaction.recipients.toAdopt(after: nil, limit: 5)
            _ = try transaction.recipients.sealCounts(5)
            _ = try transaction.recipients.reseal(one.id, from: Sample.record(2), as: Sample.record(2))
            _ = try transaction.addressChanges.sealCounts(5)
            try transaction.recipients.adopt(two)
            try transaction.sites.adopt(site)
            _ = try transaction.recipients.setState(.unconfirmed, of: one.id, from: [.paused], at: now)
            _ = try transaction.recipients.confirm(one.id, with: Sample.record(2), at: now)
            _ = try transaction.aliases.add(HandleAlias("Pat Müller"), for: one, at: now)
            _ = try transaction.aliases.remove(HandleAlias("Pat Müller"), at: site.id)
            _ = try transaction.recipients.erase(one.id, at: now)
            try transaction.recipients.vacate(one.handle, at: site.id, for: two.id, now: now)
            _ = try transaction.sites.remove(site.id, at: now)
            _ = try transaction.sites.add(site, at: now)
            // What the erased recipient has left is dropped by a claim.
            try store.confirmation(to: 0).enqueue(in: transaction)
            _ = try transaction.queue.claim(upTo: 9, under: store.lease(), until: now, at: now)
            let unreadable = store.letter(to: 2)
            _ = try transaction.intake.accept(unreadable)
            try transaction.run("UPDATE recipient SET language = '??' WHERE id = ?", [store.people[2].id.stored])
            _ = try transaction.queue.claim(upTo: 9, under: store.lease(), until: now, at: now)
            try transaction.run("UPDATE recipient SET language = 'en' WHERE id = ?", [store.people[2].id.stored])
            _ = try transaction.retention.forgetIdempotencyRecords(at: now, limit: 5)
            _ = try transaction.retention.forgetLetters(through: Epoch(containing: now), at: now, limit: 1)
            _ = try transaction.limitRecords.forget(before: now + .days(1), limit: 5)
            try transaction.writeProbe.touch(at: now)
            try transaction.operationTrace.add(Sample.operation(at: now))
            _ = try transaction.operationTrace.forget(before: now, limit: 5)
        }
        try await database.read { transaction in
            for state in [nil] + DeliveryState.allCases {
                for scope in [DeliveryFilter.Scope.everything, .site(site.id), .recipient(two.id)] {
                    _ = try transaction.queue.list(DeliveryFilter(scope, state: state), limit: 5)
                }
            }
            _ = try transaction.queue.show(marked.id)
            _ = try transaction.queue.counts()
            _ = try transaction.queue.soonestDue()
            _ = try transaction.submissionLog.entries(limit: 5)
            _ = try transaction.submissionLog.entry(marked.id)
            for filter in [
                LogFilter(), LogFilter(decision: .hold), LogFilter(decision: .accept), LogFilter(rule: .block),
                LogFilter(recipient: two.id),
                LogFilter(tag: Tag(value: 7)), LogFilter(rule: .block, recipient: two.id),
            ] {
                _ = try transaction.submissionLog.latest(filter, limit: 5)
            }
            _ = try transaction.submissionLog.count(since: now)
            _ = try transaction.submissionLog.oldest()
            _ = try transaction.intake.oldestLetter()
            _ = try transaction.intake.earlier(
                IdempotencyRecord(key: Array(repeating: 1, count: 32), body: Array(repeating: 2, count: 32)), at: now)
            _ = try transaction.queue.oldestWaiting()
            _ = try transaction.queue.oldestUndelivered()
            _ = try transaction.queue.heldByAttempt()
            _ = try transaction.queue.failed(since: TestStore.start)
            _ = try Migrator.standing(transaction)
            _ = try transaction.limitRecords.list(after: .zero, limit: 5)
            _ = try transaction.blocks.list()
            _ = try transaction.blocks.find(1)
            _ = try transaction.maintenance.last(.purge)
            _ = try transaction.operationTrace.latest(limit: 5)
            _ = try transaction.sites.logo(of: site.id)
            _ = try transaction.sites.list()
            _ = try transaction.recipients.find(two.id)
            _ = try transaction.recipients.list(at: site.id, limit: 5)
            _ = try transaction.recipients.find(named: "Pat Müller", at: site.id)
            _ = try transaction.aliases.list(at: site.id, limit: 5)
            _ = try transaction.aliases.list(of: two.id)
            _ = try transaction.recipients.count(at: site.id)
            _ = try transaction.sites.recipientCount(of: site.id)
        }
        _ = try await database.write { transaction in
            for id in [ids[0].entry.id, ids[1].entry.id] {
                _ = try transaction.intake.accept(store.letter(to: 1))
                try transaction.queue.takeEnd(of: id, as: .delivered, at: now)
            }
            _ = try transaction.queue.holdRestored(because: "test", at: now)
            _ = try transaction.queue.failLost(keeping: [], at: now, naming: 1)
            _ = try transaction.intake.accept(store.letter(to: 1))
        }
        try await runConversation(database, store)
        try await runMembership(database, store)
        try await runStaff(database)
        try await runDesk(database, store)
        _ = try await database.write { transaction in
            try transaction.queue.dropHeld(.everything, because: "test", at: now, limit: 50)
                + transaction.retention.forgetSubmissions(before: now + .days(1), limit: 50)
                + transaction.retention.forgetUnposted(before: now + .days(1), limit: 50)
        }
    }
}
