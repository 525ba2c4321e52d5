import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternSealing
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

@Suite("Who changes something is named in the transaction of the change", .timeLimit(.minutes(40)))
struct OperationTraceTests {
    private typealias Verb = OperationRecord.Verb

    // The rule: one story for each subject. What it takes a vault of another kind for is shown elsewhere.
    private static let stories: [@Sendable (Walk) async throws -> Void] = [
        sites, staff, recipients, members, addressChanges, conversations, proofs, letters, desk, waves,
    ]
    private static let elsewhere: Set<Verb> = [
        // StaffServiceTests
        .staffSignIn, .enrolStaff,
        // RevealServiceTests
        .revealLetter, .revealClient, .askReveal,
        // PosternStoreTests/RestoreTests: by a command, while no relay runs.
        .restoreStore,
    ]

    @Test func `Each operation leaves a trace with its change, and none without`() async throws {
        let seen = Mutex<Set<Verb>>([])
        for story in Self.stories {
            try await ConversationFixture.run { fixture in
                let walk = Walk(fixture)
                try await story(walk)
                seen.withLock { $0.formUnion(walk.seen) }
            }
        }
        #expect(seen.withLock { $0.union(Self.elsewhere) } == Set(Verb.allCases))
    }

    // MARK: - By the operator

    @Sendable private static func sites(_ walk: Walk) async throws {
        let (sites, tokens) = (walk.operations.sites, walk.operations.siteTokens)
        let club = Site(id: try SiteID("club"), name: try HeaderText("The club", limit: 100), origins: [])
        try await walk.step(.addSite) { try await sites.add(club) }
        try await walk.step(.changeSite) {
            var change = SiteOperations.Change()
            change.languages = [.english]
            try await sites.change(club.id, change)
        }
        try await walk.step(.setLogo) { try await sites.setLogo(try Logo(file: Array("<svg></svg>".utf8)), of: club.id) }
        try await walk.step(.removeSite) { try await sites.remove(club.id) }
        let photos = walk.fixture.recipient.site
        let token = SiteTokenID(high: 1, low: 1)
        try await walk.step(.addSiteToken) {
            try await tokens.add(token, digest: Array(repeating: 1, count: 16), of: photos, scope: .recipients)
        }
        try await walk.step(.revokeSiteToken) { try await tokens.revoke(token) }
        try await walk.step(.invite) { try await walk.operations.invitations.invite(to: photos) }
        let block = try await walk.step(.addBlock) {
            try await walk.operations.blocks.add(
                .domain("spam.example"), .hold, because: try HeaderText("a test", limit: 100), lasting: nil)
        }
        try await walk.step(.removeBlock) { try await walk.operations.blocks.remove(block.id) }
        try await walk.step(.backUpStore) { try await walk.operations.backUp(to: "/backup") }
    }

    @Sendable private static func staff(_ walk: Walk) async throws {
        let accounts = walk.operations.staff
        let name = try StaffName("anna")
        try await walk.step(.addStaff) { try await accounts.add(name, .reviewer) }
        try await walk.step(.resetStaff) { try await accounts.reset(name) }
        try await walk.step(.moveStaff) { try await accounts.move(name, to: .auditor) }
        let account = try await accounts.find(name).id
        let service = StaffService(
            store: walk.store, vault: walk.fixture.vault, operations: walk.operations, pseudonyms: Pseudonyms { _ in [1, 2, 3] },
            logger: RelayFixture.quiet)
        var randomness = SeededRandomness(seed: 7)
        let (first, second) = (SessionSecret(using: &randomness), SessionSecret(using: &randomness))
        let now = walk.fixture.clock.now
        try await walk.fixture.store.write { transaction in
            _ = try transaction.staffAccounts.keep(StaffRecord(version: 1, seal: [1]), of: account, at: now)
            for secret in [first, second] {
                try transaction.staffSessions.begin(
                    StaffSession(
                        digest: secret.digest, account: account, network: nil, made: now, seen: now, ends: now + .hours(12)))
            }
        }
        let anna = try #require(try await service.signedIn(first))
        try await walk.step(.endStaffSession) { try await service.end(anna.session, by: anna) }
        try await walk.step(.staffSignOut) { try await service.signOut(second) }
        try await walk.step(.removeStaff) { try await accounts.remove(name) }
    }

    @Sendable private static func recipients(_ walk: Walk) async throws {
        let (recipients, site) = (walk.operations.recipients, walk.fixture.recipient.site)
        let kim = Recipient(
            id: RecipientID(high: 5, low: 5), site: site, handle: try Handle("kim"), name: try HeaderText("Kim", limit: 100),
            language: .english, state: .active, record: SealedRecord(version: 1, seal: [1], authorisation: [2]))
        try await walk.step(.enrolRecipients) {
            try await recipients.enrol([RecipientOperations.NewRecord(kim, former: nil)], at: site)
        }
        let alias = try HandleAlias("Kim Lee")
        try await walk.step(.addAlias) { try await recipients.add([alias], to: kim.handle, at: site) }
        try await walk.step(.removeAlias) { try await recipients.remove(alias, of: kim.handle, at: site) }
        try await walk.step(.pauseRecipient) { try await recipients.apply(.pause, to: kim.handle, at: site) }
        try await walk.step(.resumeRecipient) { try await recipients.apply(.resume, to: kim.handle, at: site) }
        let now = walk.fixture.clock.now
        _ = try await walk.fixture.store.write { try $0.recipients.pause(kim.id, until: now + .minutes(1), at: now) }
        walk.fixture.advance(by: .minutes(1))
        try await walk.step(.resumeRecipient) { try await recipients.endPauses() }
        try await walk.step(.eraseRecipient) { try await recipients.apply(.erase, to: kim.handle, at: site) }
    }

    // MARK: - By a recipient

    @Sendable private static func members(_ walk: Walk) async throws {
        let (fixture, joining) = (walk.fixture, walk.operations.members(walk.fixture.vault))
        let session = try await signIn(walk)
        let settings = MemberSettings(dailyLetters: 2)
        let name = try HeaderText("Patricia", limit: 100)
        for (verb, act) in [
            (.changeSettings, .settings(settings)), (.changeWords, .words(name: name, language: .english)),
            (.pauseRecipient, .pause(until: nil)), (.resumeRecipient, .resume),
        ] as [(Verb, MemberAct)] {
            try await walk.step(verb) { try await done(act, session, walk) }
        }
        try await walk.step(.signOut) { try await walk.members.signOut(session) }
        let again = try await fixture.manageLink()
        guard case .session(let last) = await walk.members.signIn(by: again) else { throw ConversationFixture.NoSuchLink() }
        try await walk.step(.eraseRecipient) { await walk.members.act(.erase, last) }

        func robin(_ handle: String) throws -> NewMember {
            NewMember(
                site: fixture.recipient.site, handle: try Handle(handle), name: try HeaderText("Robin", limit: 100),
                language: .english, address: try EmailAddress("robin@members.example"))
        }
        for handle in ["robin", "other"] {
            try await walk.step(.enrolRecipients) { try await joining.join(try robin(handle)) }
        }
        try await walk.step(.confirmRecipient) {
            await walk.confirmations.confirm(site: "photos", handle: "robin", token: FakeMembers.digits)
        }
        fixture.advance(by: UnconfirmedJoins.lifetime)
        try await walk.step(.lapseRecipient) { try await walk.operations.recipients.lapse() }
    }

    @Sendable private static func addressChanges(_ walk: Walk) async throws {
        let (fixture, id) = (walk.fixture, walk.fixture.recipient.id)
        let session = try await signIn(walk)
        let address = try EmailAddress("pat@elsewhere.example")
        fixture.fake.members.setClock(fixture.clock.now)
        try await walk.step(.askAddressChange) { try await done(.changeAddress(address), session, walk) }
        try await walk.step(.cancelAddressChange) { try await done(.cancelAddressChange, session, walk) }
        try await done(.changeAddress(address), session, walk)
        let now = fixture.clock.now
        let change = try #require(try await fixture.store.read { try $0.addressChanges.find(of: id, at: now) })
        try await walk.step(.confirmAddressChange) {
            await walk.confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits)
        }
        let link = try #require(FakeMembers.undo(change.id))
        try await walk.step(.undoAddressChange) { await walk.members.setUndone(true, link) }
        try await walk.step(.redoAddressChange) { await walk.members.setUndone(false, link) }
    }

    private static func signIn(_ walk: Walk) async throws -> SessionSecret {
        let link = try await walk.fixture.manageLink()
        let answer = try await walk.step(.signIn) { await walk.members.signIn(by: link) }
        guard case .session(let session) = answer else { throw ConversationFixture.NoSuchLink() }
        return session
    }

    private static func done(_ act: MemberAct, _ session: SessionSecret, _ walk: Walk) async throws {
        let answer = await walk.members.act(act, session)
        guard case .done = answer else {
            Issue.record("\(act): \(answer)")
            return
        }
    }

    @Sendable private static func conversations(_ walk: Walk) async throws {
        let (fixture, service) = (walk.fixture, walk.service)
        let links = try await fixture.begin()
        let report = try await fixture.link(.report, at: links.id.moment)
        try await fixture.deliverAll()
        try await walk.step(.closeConversation) { try await service.setClosed(true, links.visitor, for: .letter) }
        try await walk.step(.reopenConversation) { try await service.setClosed(false, links.visitor, for: .letter) }
        #expect(try await fixture.answer(links) == .accepted)
        try await walk.step(.withdrawReply) { try await service.withdraw(1, links.recipient, for: .reply) }
        try await walk.step(.muteVisitor) { try await service.setMuted(true, links.mute, for: .mute) }
        try await walk.step(.unmuteVisitor) { try await service.setMuted(false, links.mute, for: .mute) }
        try await walk.step(.muteConnection) { try await service.setConnectionMuted(true, links.mute) }
        try await walk.step(.unmuteConnection) { try await service.setConnectionMuted(false, links.mute) }
        try await walk.step(.pauseRecipient) { try await service.setPaused(true, links.pause) }
        try await walk.step(.resumeRecipient) { try await service.setPaused(false, links.pause) }
        try await walk.step(.reportLetter) {
            try await service.report(ReportPost(link: report, reason: .fraud, remark: nil, mutes: false))
        }
        try await walk.step(.withdrawReport) { try await service.withdrawReport(report) }
    }

    @Sendable private static func proofs(_ walk: Walk) async throws {
        let (fixture, id) = (walk.fixture, walk.fixture.recipient.id)
        _ = try await fixture.store.write {
            try $0.recipients.change(MemberSettings(writers: .proven), of: id, at: ConversationFixture.now)
        }
        let link = try #require(try await fixture.post().prove)
        fixture.fake.expect("123456")
        let (code, client) = (try #require(MailedCode(text: "123456")), try #require(ClientAddress(text: "192.0.2.7")))
        try await walk.step(.proveAddress) { try await walk.service.prove(code, link, from: client) }
    }

    // MARK: - By staff

    @Sendable private static func letters(_ walk: Walk) async throws {
        let queue = walk.operations.queue
        let ids = try await walk.accept(4, .accept)
        try await walk.step(.retryDeliveries) { try await queue.apply(.retry, to: .one(ids[0])) }
        for selection in [QueueOperations.Selection.one(ids[0]), .all] {
            try await walk.step(.holdDeliveries) { try await queue.apply(.hold(reason: "a test"), to: selection) }
            try await walk.step(.releaseDeliveries) { try await queue.apply(.release, to: selection) }
        }
        let (ready, held) = (DeliveryFilter(state: .ready), DeliveryFilter(state: .held))
        try await walk.step(.holdDeliveries) {
            try await queue.apply(.hold(reason: "a test"), to: .matching(DeliveryQuery(ready)))
        }
        try await walk.step(.dropDeliveries) { try await queue.apply(.drop, to: .one(ids[0])) }
        try await walk.step(.dropDeliveries) { try await queue.apply(.drop, to: .matching(DeliveryQuery(held))) }
        let another = try await walk.accept(1, .accept)
        try await walk.step(.eraseLetters) { try await walk.operations.letters.erase(another) }
    }

    @Sendable private static func desk(_ walk: Walk) async throws {
        let (desk, fixture) = (walk.operations.desk, walk.fixture)
        let ids = try await walk.accept(3, Verdict(of: [Verdict.Part(.limitText, .hold)]))
        let reported = try await walk.accept(1, .accept)[0]
        let report = Report(
            id: ReportID(high: 1, low: 1), letter: reported, recipient: fixture.recipient.id, reason: .fraud, seal: [1])
        _ = try await fixture.store.write { try $0.reports.add(report) }
        func decide(_ act: ReviewAct, _ id: LetterID) async throws -> StaffDecisionID {
            let wish = ReviewWish(act, about: [.letter(id, version: 1)])
            guard case .made(let decision, _) = try await desk.decide(wish, by: "anna", blocking: nil) else {
                throw ConversationFixture.NoSuchLink()
            }
            return decision.id
        }
        let first = try await walk.step(.decide) { try await decide(.drop, ids[0]) }
        try await walk.step(.undoDecision) { try await desk.undo(first, by: "berta") }
        let mark = StaffMark(at: fixture.clock.now, by: "anna")
        for (verb, mark, version) in [(.leaveAlone, mark, 1), (.goOn, nil, 2)] as [(Verb, StaffMark?, Int)] {
            try await walk.step(verb) {
                try await desk.setWaiting(mark, ids[1], in: .held, version: version)
            }
        }
        try await walk.step(.takeLetter) { try await desk.take(ids[1], in: .held, by: "berta") }
        let note = try LetterText("Wrote by telephone too", limit: 100)
        try await walk.step(.note) { try await desk.note(note, about: ids[1], by: "anna") }
        let due = [try await decide(.drop, ids[2]), try await decide(.uphold, reported)]
        fixture.advance(by: ReviewTimes.undo)
        try await walk.step(.dropDeliveries) { try await desk.carryOut(due[0]) }
        try await walk.step(.decideReports) { try await desk.carryOut(due[1]) }
    }

    @Sendable private static func waves(_ walk: Walk) async throws {
        let (waves, fixture) = (walk.operations.waves, walk.fixture)
        let ids = try await walk.accept(2, .accept)
        let now = fixture.clock.now
        try await fixture.store.write { transaction in
            for id in ids {
                try transaction.run("INSERT INTO wave (id, began_at) VALUES (?, ?)", [id.stored, now.stored])
            }
            let lease = LeaseID(node: 1, number: 1)
            for job in try transaction.queue.claim(upTo: 2, under: lease, until: now + .minutes(9), at: now)
            where job.id == ids[0] {
                var randomness = SeededRandomness(seed: 1)
                let outcome = Outcome(
                    .delivered, health: .reached, diagnosis: .init(stage: .finalDot, code: 250, text: "2.0.0 Ok"))
                _ = try transaction.queue.settle(
                    job.id, under: lease,
                    as: try Settlement(of: outcome, attempt: 1, since: now, at: now, schedule: .standard, using: &randomness))
            }
        }
        try await walk.step(.takeWave) { try await waves.take(ids[0], by: "anna", isForced: true) }
        try await walk.step(.releaseWave) { try await waves.release(ids[1]) }
        try await walk.step(.withdrawWave) {
            try await waves.decide(ids[0], .withdrawn, tells: true, by: "anna", undoableFor: .minutes(1))
        }
        try await walk.step(.undoWave) { try await waves.undo(ids[0]) }
        try await waves.decide(ids[0], .withdrawn, tells: true, by: "anna", undoableFor: .zero)
        try await walk.step(.tellOfWave) { try await waves.carryOut(ids[0]) }
    }

    // MARK: -

    /// Everything that changes the store, over a store that notes each change and its trace.
    private final class Walk: Sendable {
        let fixture: ConversationFixture
        let store: TracedStore
        let operations: Operations
        let members: MemberService
        let service: ConversationService
        let confirmations: ConfirmationService
        private let done = Mutex<Set<Verb>>([])

        var seen: Set<Verb> { done.withLock { $0 } }

        init(_ fixture: ConversationFixture) {
            let (store, clock) = (TracedStore(fixture.store), fixture.clock)
            (self.fixture, self.store) = (fixture, store)
            operations = Operations(
                by: .operator, store: store, blockCache: fixture.blocks, randomness: .seeded(3), now: { clock.now }, wake: {},
                retryNow: {}, makeBackup: { BackupView(path: $0, bytes: 1) })
            members = MemberService(store: store, vault: fixture.vault, operations: operations, logger: RelayFixture.quiet)
            service = ConversationService(
                store: store, vault: fixture.vault, intake: fixture.intake, operations: operations,
                retention: ConversationFixture.retention, withdrawal: .seconds(60), now: { clock.now })
            confirmations = ConfirmationService(
                store: store, vault: fixture.vault, randomness: .seeded(4), logger: RelayFixture.quiet, now: { clock.now })
        }

        @discardableResult
        func step<Answer>(_ verb: Verb, _ act: () async throws -> Answer) async throws -> Answer {
            store.forget()
            let answer = try await act()
            let changes = store.changes
            #expect(changes.first?.verbs.contains(verb) == true, "\(verb): \(changes)")
            // Nothing is traced in a transaction that changes nothing else.
            #expect(changes.allSatisfy { $0.rows > $0.verbs.count }, "\(verb): \(changes)")
            _ = done.withLock { $0.insert(verb) }
            return answer
        }

        /// Letters to the recipient, as they were judged.
        func accept(_ count: Int, _ verdict: Verdict) async throws -> [LetterID] {
            let (recipient, now) = (fixture.recipient, fixture.clock.now)
            var randomness = SystemRandomNumberGenerator()
            let letters = (0..<count).map { _ in
                AcceptedLetter(
                    entry: SubmissionEntry(
                        id: LetterID(at: now, using: &randomness), at: now, site: recipient.site.text,
                        handle: recipient.handle.text, recipient: recipient.id, verdict: verdict, evidence: [4], letterBytes: 1),
                    seal: [3], tokens: MailTokens(using: &randomness))
            }
            try await fixture.store.write { transaction in
                for letter in letters { _ = try transaction.intake.accept(letter) }
            }
            return letters.map(\.id)
        }
    }

    /// A store that notes of each write what was changed and traced.
    private final class TracedStore: Database {
        struct Change: Sendable {
            /// The rows of traces included.
            let rows: Int64
            let verbs: [Verb]
        }

        private let store: any Database
        private let noted = Mutex<[Change]>([])

        init(_ store: any Database) { self.store = store }

        /// The writes that changed something, in their order.
        var changes: [Change] { noted.withLock { $0.filter { $0.rows > 0 } } }

        func forget() { noted.withLock { $0 = [] } }

        func write<Answer: Sendable>(
            isErasing: Bool, _ unit: @escaping @Sendable (any Transaction) throws -> Answer
        ) async throws -> Answer {
            let (answer, change) = try await store.write(isErasing: isErasing) { transaction in
                let before = (rows: try Self.rows(transaction), traces: try Self.traces(transaction))
                let answer = try unit(transaction)
                let new = try Self.traces(transaction).filter { record in !before.traces.contains { $0.id == record.id } }
                return (answer, Change(rows: try Self.rows(transaction) - before.rows, verbs: new.map(\.verb)))
            }
            noted.withLock { $0.append(change) }
            return answer
        }

        private static func rows(_ transaction: any Transaction) throws -> Int64 {
            try #require(try transaction.row("SELECT total_changes() AS number"))["number"]
        }

        private static func traces(_ transaction: any Transaction) throws -> [OperationRecord] {
            try transaction.operationTrace.latest(limit: 1_000)
        }

        func read<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer {
            try await store.read(unit)
        }

        func close() async { await store.close() }

        var health: StoreHealth { store.health }
    }
}
