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
                _ = try transaction.waves.due(at: now, limit: 9)
                _ = try transaction.waves.undo(ids[0].id, at: now)
            }
            try transaction.waves.noteApplied(ids[0].id, at: now)
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
            _ = try transaction.recipients.sealHeads(5)
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

    private static func runConversation(_ database: any Database, _ store: TestStore) async throws {
        let (now, person) = (TestStore.start, store.people[1].id)
        let letter = store.letter(to: 1, beginsConversation: true)
        let replies = Party.allCases.map {
            store.reply(in: letter.id, by: $0, person: 1, proof: Array(repeating: 9, count: Proofs.length))
        }
        let (notice, name) = (store.confirmation(to: 1), store.bytes())
        try await database.write { transaction in
            _ = try transaction.intake.accept(letter)
            for reply in replies { _ = try transaction.intake.accept(reply) }
            _ = try transaction.intake.withdraw(replies[0].id, at: now)
            try transaction.intake.enqueuePauseNotice(notice.id, to: person, in: letter.id, at: now, tokens: notice.tokens)
            _ = try transaction.mutes.add(name, of: person, from: letter.id, at: now)
            _ = try transaction.conversations.setClosed(true, letter.id, by: .visitor, at: now)
            _ = try transaction.conversations.setClosed(false, letter.id, by: .visitor, at: now)
            _ = try transaction.queue.claim(upTo: 99, under: store.lease(), until: now, at: now + .minutes(5))
            try transaction.mutes.remove(name, of: person)
        }
        try await database.read { transaction in
            _ = try transaction.conversations.find(letter.id)
            _ = try transaction.conversations.entries(of: letter.id, limit: 5)
            _ = try transaction.conversations.count(by: .visitor, in: letter.id, since: now)
            _ = try transaction.conversations.seal(of: letter.id)
            _ = try transaction.intake.pauseNotices(to: person, since: now)
            _ = try transaction.mutes.isMuted(from: letter.id, of: person)
            _ = try transaction.links.find(madeAt: 1, digest: name, purpose: .reply)
        }
        _ = try await database.write { try $0.retention.forgetConversations(through: Epoch(containing: now), limit: 5) }
    }

    private static func runMembership(_ database: any Database, _ store: TestStore) async throws {
        let (now, person, site) = (TestStore.start, store.people[1], store.site.id)
        let (change, session, invitation, token) = (store.change(of: 1), store.session(of: 1), store.invitation(), store.token())
        let (waiting, held, letter) = (store.proofLetter(to: 1), store.proofLetter(to: 1, verdict: .held), store.letter(to: 1))
        let (report, mail, question) = (try store.report(about: letter.id, of: 1), store.mail(), store.mail())
        try await database.write { transaction in
            let recipients = transaction.recipients
            _ = try recipients.change(MemberSettings(dailyLetters: 1), of: person.id, at: now)
            for letter in [waiting, held, letter, store.letter(to: 1)] { _ = try transaction.intake.accept(letter) }
            let former = try #require(try recipients.find(person.id))
            try transaction.dailyLetters.rearrange(of: former, limit: 2, at: now)
            try transaction.dailyLetters.rearrange(of: person, limit: 1, at: now)
            for letter in [waiting, held] {
                _ = try transaction.awaitedProofs.prove(letter.id, with: Array(repeating: 1, count: 16), at: now)
            }
            _ = try transaction.intake.accept(store.proofLetter(to: 1))
            _ = try transaction.awaitedProofs.dropOverdue(before: now + .days(1), at: now, limit: 5)
            _ = try recipients.pause(person.id, until: now, at: now)
            _ = try recipients.endPause(of: try #require(try recipients.pausesOver(at: now, limit: 5).first), at: now)
            _ = try transaction.addressChanges.add(change, at: now)
            try transaction.intake.enqueueService(.addressNotice, mail, to: person.id, about: change.id, at: now)
            let newcomers = try ["kim", "lee"].enumerated().map { number, handle in
                Recipient(
                    id: RecipientID(high: 9, low: UInt64(number)), site: site, handle: try Handle(handle), name: person.name,
                    language: .english, state: .unconfirmed, record: Sample.record(1))
            }
            for newcomer in newcomers {
                _ = try recipients.add(newcomer, at: now)
                try transaction.unconfirmedJoins.note(newcomer.id, version: 1, at: now - UnconfirmedJoins.lifetime)
            }
            try transaction.intake.enqueueService(.confirmation, question, to: newcomers[0].id, at: now)
            _ = try transaction.queue.claim(upTo: 99, under: store.lease(), until: now, at: now)
            for newcomer in try transaction.unconfirmedJoins.over(at: now, limit: 5) {
                _ = try transaction.unconfirmedJoins.lapse(newcomer.id, at: now)
            }
            _ = try transaction.addressChanges.renew(change, with: change.next)
            _ = try transaction.addressChanges.waitAgain(change, with: change.next)
            _ = try transaction.intake.hasMail(.confirmation, about: change.id, to: person.id)
            _ = try transaction.addressChanges.confirm(change, of: person, with: change.next, at: now)
            _ = try transaction.addressChanges.setUndone(
                true, change,
                of: Recipient(
                    id: person.id, site: person.site, handle: person.handle, name: person.name, language: person.language,
                    state: .active, record: Sample.record(3)), former: 2, at: now)
            _ = try transaction.memberSessions.begin(session, at: now)
            try transaction.memberSessions.end(session.digest, at: now)
            try transaction.memberSessions.endAll(of: person.id, at: now)
            try transaction.memberSessions.endAll(keeping: [mail.id], at: now)
            try transaction.invitations.add(invitation)
            _ = try transaction.invitations.use(madeAt: invitation.madeAt, digest: invitation.digest, for: person, at: now)
            for used in try transaction.invitations.used() { try transaction.invitations.takeUse(of: used) }
            try transaction.siteTokens.add(token.id, of: site, scope: .recipients, digest: token.digest, at: now)
            try transaction.siteTokens.noteUse(of: token.id, at: now)
            _ = try transaction.siteTokens.revoke(token.id, at: now)
            _ = try transaction.reports.add(report)
        }
        try await database.read { transaction in
            _ = try transaction.recipients.times(of: person.id)
            _ = try transaction.dailyLetters.waiting(for: person.id, at: now)
            _ = try transaction.awaitedProofs.contains(waiting.id)
            _ = try transaction.addressChanges.find(change.id, at: now)
            _ = try transaction.addressChanges.find(of: person.id, at: now)
            _ = try transaction.memberSessions.isUsed(session.link)
            _ = try transaction.memberSessions.find(session.digest, at: now)
            _ = try transaction.memberSessions.list(of: person.id)
            _ = try transaction.memberSessions.links()
            _ = try transaction.invitations.find(madeAt: 1, digest: invitation.digest, at: now)
            _ = try transaction.invitations.open(at: site, now: now, limit: 5)
            _ = try transaction.siteTokens.find(token.id)
            _ = try transaction.siteTokens.list(at: site)
            _ = try transaction.siteTokens.revoked()
            _ = try transaction.reports.find(about: letter.id)
            _ = try transaction.reports.list(of: person.id)
            _ = try transaction.reports.latest(limit: 5)
            _ = try transaction.reports.open()
            _ = try transaction.conversations.conversation(of: letter.id)
            _ = try transaction.memberLedger.latest(of: person.id, limit: 5)
            _ = try transaction.memberLedger.mails(of: person.id, limit: 5)
            _ = try transaction.memberLedger.conversations(of: person.id, limit: 5)
            _ = try transaction.memberLedger.summary(of: letter.id)
            _ = try transaction.revealableLetters.find(letter.id)
            _ = try transaction.mutes.list(of: person.id)
            _ = try transaction.intake.serviceMails(.manage, to: person.id, since: now)
            _ = try transaction.operationTrace.about("photos/pat", limit: 5)
        }
        _ = try await database.write { transaction in
            _ = try transaction.addressChanges.forgetPending(of: person.id)
            _ = try transaction.addressChanges.forget(before: now + .days(1), limit: 5)
            _ = try transaction.memberSessions.forget(before: now + .days(1), limit: 5)
            _ = try transaction.invitations.forget(endedBefore: now + .days(99), limit: 5)
            _ = try transaction.siteTokens.forget(revokedBefore: now + .days(1), limit: 5)
            _ = try transaction.reports.withdraw(about: letter.id)
            _ = try transaction.reports.forget(before: now + .days(1), limit: 5)
            _ = try transaction.dailyLetters.forget(before: Epoch(containing: now).next, limit: 5)
        }
    }

    private static func runStaff(_ database: any Database) async throws {
        let (now, id, name) = (TestStore.start, StaffAccountID(high: 1, low: 1), try StaffName("anna"))
        let session = StaffSession(
            digest: Array(repeating: 1, count: 16), account: id, network: nil, made: now, seen: now, ends: now + .hours(12))
        _ = try await database.write { transaction in
            _ = try transaction.staffAccounts.isEmpty()
            _ = try transaction.revealableLetters.find(LetterID(high: 1, low: 1))
            try transaction.revealableLetters.noteLook(at: LetterID(high: 1, low: 1), at: now)
            _ = try transaction.staffAccounts.add(id, name, .auditor, at: now)
            _ = try transaction.staffAccounts.keep(nil, of: id, at: now)
            _ = try transaction.staffAccounts.find(name)
            _ = try transaction.staffAccounts.find(id)
            _ = try transaction.staffAccounts.list()
            try transaction.staffSessions.begin(session)
            try transaction.staffSessions.noteUse(of: session.digest, at: now)
            _ = try transaction.staffSessions.find(session.digest, at: now)
            _ = try transaction.staffSessions.list(of: nil, at: now)
            try transaction.staffSessions.end(session.digest)
            try transaction.staffSessions.endAll(of: id)
            try transaction.staffSessions.endAll()
            try transaction.staffAccounts.remove(id)
            return try transaction.staffSessions.forget(at: now, limit: 5)
        }
    }

    private static func runDesk(_ database: any Database, _ store: TestStore) async throws {
        let (now, account) = (TestStore.start, StaffAccountID(high: 1, low: 1))
        let letters = (0..<4).map { _ in store.letter(to: 1, verdict: .held, tags: [Tag(value: 7)]) }
        let (report, id) = (
            try store.report(about: letters[3].id, of: 1), StaffDecisionID(high: UInt64(now.milliseconds) << 16, low: 1)
        )
        let (second, mark) = (StaffDecisionID(high: id.high, low: 2), StaffMark(at: now, by: "anna"))
        try await database.write { transaction in
            let (items, decisions) = (transaction.reviewItems, transaction.decisions)
            for letter in letters { _ = try transaction.intake.accept(letter) }
            _ = try transaction.reports.add(report)
            var filter = ReviewFilter()
            filter.tag = Tag(value: 7)
            let item = try #require(try items.find(letters[0].id, in: .held))
            _ = try items.list(filter, limit: 5)
            _ = try items.groups(filter, limit: 5)
            _ = try transaction.waves.countOpen()
            try Self.runFigures(transaction, at: now)
            _ = try transaction.queue.sealedLetters(limit: 5)
            _ = try transaction.queue.eraseLetter(letters[2].id, at: now)
            _ = try items.count(filter)
            _ = try items.rules(in: .held, limit: 5)
            try items.take(item.letter, in: .held, by: "anna", at: now)
            _ = try items.wait(letters[1].id, in: .held, mark, version: 1)
            _ = try decisions.add(item.letter, in: .held, version: 1, to: id)
            try decisions.begin(
                StaffDecision(id: id, act: .drop, staff: "anna", reason: .spam, final: now + ReviewTimes.undo))
            try decisions.begin(StaffDecision(id: second, act: .reject, staff: "anna", reason: .other, final: now))
            _ = try decisions.add(letters[3].id, in: .reported, version: 1, to: second)
            _ = try decisions.undoable(by: "anna", at: now, limit: 5)
            _ = try decisions.undo(id, by: mark)
            try decisions.setEnd(now, of: second)
            let due = try #require(try decisions.due(at: now, limit: 5).first.flatMap(decisions.find))
            for letter in try decisions.pending(due.id, limit: 5) {
                _ = try decisions.apply(due, to: letter, because: "test", at: now)
            }
            try decisions.finish(due.id, at: now)
            _ = try decisions.find(id)
            _ = try decisions.latest(DecisionFilter(), limit: 5)
            _ = try decisions.tally(id)
            _ = try decisions.firstLetter(id)
            _ = try decisions.about(item.letter, limit: 5)
            _ = try decisions.about(Tag(value: 7), of: item.epoch, limit: 5)
            try transaction.run("UPDATE review_item SET tag = NULL, rules = ''")
            _ = try items.complete(.held, limit: 5)
            _ = try transaction.submissionLog.trail(of: Tag(value: 7), in: item.epoch)
            try transaction.reviewNotes.add(
                ReviewNote(id: ReviewNoteID(high: 1, low: 1), letter: item.letter, author: "anna", text: "x"))
            _ = try transaction.reviewNotes.list(of: item.letter, limit: 5)
            try transaction.staffAccounts.setKeys(false, of: account)
            _ = try transaction.staffAccounts.hasKeys(account)
            _ = try items.forgetEnded(limit: 5)
            _ = try transaction.reviewNotes.forget(before: now + .days(1), limit: 5)
            _ = try decisions.forget(before: now + .days(1), limit: 5)
            _ = try decisions.forget(before: now + .days(1), limit: 5)
        }
    }

    private static func runFigures(_ transaction: any Transaction, at now: Timestamp) throws {
        let (figures, today) = (transaction.figures, Epoch(containing: now))
        for series in [ChartSeries.accepted, .waiting] {
            try figures.note(HourlyFigure(hour: now.hour, series: series, value: 1))
        }
        _ = try figures.list(since: now - .days(1))
        _ = try figures.tags(on: today, limit: 5)
        try figures.keep(try figures.recipients(on: today, limit: 5), of: today)
        _ = try figures.hasRecipients(of: today)
        _ = try figures.recipients(since: today, limit: 5)
        _ = try figures.forget(before: now + .days(2), limit: 5)
    }
}
