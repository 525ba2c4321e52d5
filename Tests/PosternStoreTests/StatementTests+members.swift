import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

extension StatementTests {
    static func runConversation(_ database: any Database, _ store: TestStore) async throws {
        let (now, person) = (TestStore.start, store.people[1].id)
        let letter = store.letter(to: 1, tags: [Tag(value: 5)], beginsConversation: true)
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
            _ = try transaction.muteTags.add(from: letter.id, of: person, at: now)
            _ = try transaction.conversations.setClosed(true, letter.id, by: .visitor, at: now)
            _ = try transaction.conversations.setClosed(false, letter.id, by: .visitor, at: now)
            _ = try transaction.queue.claim(upTo: 99, under: store.lease(), until: now, at: now + .minutes(5))
            try transaction.mutes.remove(name, of: person)
            _ = try transaction.muteTags.remove(from: letter.id, of: person)
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

    static func runMembership(_ database: any Database, _ store: TestStore) async throws {
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
            _ = try transaction.muteTags.list(of: person.id, at: now)
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
}
