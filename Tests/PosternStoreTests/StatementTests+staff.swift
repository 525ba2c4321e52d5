import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

extension StatementTests {
    static func runStaff(_ database: any Database) async throws {
        let (now, id, name) = (TestStore.start, StaffAccountID(high: 1, low: 1), try StaffName("anna"))
        let session = StaffSession(
            digest: Array(repeating: 1, count: 16), account: id, network: nil, made: now, seen: now, ends: now + .hours(12))
        _ = try await database.write { transaction in
            _ = try transaction.staffAccounts.isEmpty()
            _ = try transaction.revealableLetters.find(LetterID(high: 1, low: 1))
            try transaction.revealableLetters.noteLook(at: LetterID(high: 1, low: 1), at: now)
            _ = try transaction.staffAccounts.add(id, name, .auditor, at: now)
            _ = try transaction.staffAccounts.keep(nil, of: id, at: now)
            _ = try transaction.staffAccounts.move(id, to: .reviewer)
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

    static func runDesk(_ database: any Database, _ store: TestStore) async throws {
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
