import PosternCore
import PosternStore
import Synchronization

/// Members for a test. Seals, digests and keys are random bytes: the store reads none of them.
extension TestStore {
    func mail(at moment: Timestamp = start) -> ServiceMail {
        randomness.withLock { ServiceMail(at: moment, using: &$0) }
    }

    func person(_ number: Int = 0) async throws -> Recipient? {
        let id = people[number].id
        return try await database.read { try $0.recipients.find(id) }
    }

    func change(of person: Int = 0, to version: Int32 = 2, former: Int32 = 1, at moment: Timestamp = start) -> AddressChange {
        AddressChange(
            id: randomness.withLock { AddressChangeID(at: moment, using: &$0) }, recipient: people[person].id,
            former: Sample.record(former), next: Sample.record(version))
    }

    func session(of person: Int = 0, link: LetterID? = nil, at moment: Timestamp = start) -> MemberSession {
        MemberSession(
            link: link ?? randomness.withLock { LetterID(at: moment, using: &$0) }, digest: bytes(), recipient: people[person].id,
            content: bytes(80), ends: moment + SessionSecret.lifetime)
    }

    func invitation(as handle: Handle? = nil, at moment: Timestamp = start) -> Invitation {
        Invitation(
            madeAt: LinkToken.milliseconds(of: moment), digest: bytes(), site: site.id, handle: handle,
            ends: moment + Invitations.lifetime)
    }

    func report(about letter: LetterID, of person: Int = 0, at moment: Timestamp = start) throws -> Report {
        Report(
            id: randomness.withLock { ReportID(at: moment, using: &$0) }, letter: letter, recipient: people[person].id,
            reason: .abuse, seal: bytes(90))
    }

    func token(at moment: Timestamp = start) -> (id: SiteTokenID, digest: [UInt8]) {
        (randomness.withLock { SiteTokenID(at: moment, using: &$0) }, bytes())
    }

    /// A row in every table that knows a member.
    func fillMembership(of person: Int = 0, at now: Timestamp = start) async throws -> AcceptedLetter {
        let (change, session, invitation) = (change(of: person), session(of: person), invitation())
        let (letter, waiting, third) = (
            letter(to: person, at: now, tags: [Tag(value: 5)]), proofLetter(to: person, at: now), letter(to: person, at: now)
        )
        let (report, token, lease) = (try report(about: letter.id, of: person), token(), lease())
        let (somebody, site, name) = (people[person], site.id, bytes())
        try await database.write { transaction in
            _ = try transaction.addressChanges.add(change, at: now)
            _ = try transaction.memberSessions.begin(session, at: now)
            try transaction.invitations.add(invitation)
            _ = try transaction.invitations.use(
                madeAt: invitation.madeAt, digest: invitation.digest, for: somebody, at: now)
            try transaction.unconfirmedJoins.note(somebody.id, version: 1, at: now)
            try transaction.siteTokens.add(token.id, of: site, scope: .recipients, digest: token.digest, at: now)
            _ = try transaction.recipients.change(MemberSettings(dailyLetters: 1), of: somebody.id, at: now)
            for letter in [letter, waiting, third] { _ = try transaction.intake.accept(letter) }
            _ = try transaction.reports.add(report)
            let today = Epoch(containing: now)
            try transaction.figures.keep(try transaction.figures.recipients(on: today, limit: 99), of: today)
            _ = try transaction.mutes.add(name, of: somebody.id, from: letter.id, at: now)
            _ = try transaction.muteTags.add(from: letter.id, of: somebody.id, at: now)
            _ = try transaction.queue.claim(upTo: 99, under: lease, until: now + .minutes(5), at: now)
            _ = try transaction.queue.unclaim(lease)
            _ = try transaction.recipients.pause(somebody.id, until: now + .days(1), at: now)
        }
        return letter
    }

    /// A letter that waits until its visitor has proved the address.
    func proofLetter(to person: Int = 0, at moment: Timestamp = start, verdict: Verdict = .accept) -> AcceptedLetter {
        let entry = entry(to: person, at: moment, verdict: verdict)
        let (tokens, mail) = randomness.withLock { randomness in
            (
                MailTokens(using: &randomness),
                (id: LetterID(at: moment, using: &randomness), tokens: MailTokens(using: &randomness))
            )
        }
        return AcceptedLetter(
            entry: entry, seal: [1, 2, 3], tokens: tokens, conversation: newConversation(entry.id, at: moment), proof: mail)
    }
}
