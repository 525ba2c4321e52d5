import PosternCore
import PosternLink
import PosternTestSupport
import PosternVault
import Testing

/// A relay that was taken over chooses what an administrator confirms, and reads the link that comes of it.
@Suite("What an administrator makes on a page reveals and changes nothing for a day, whatever a relay does with it")
struct MadeOnPageTests {
    private let fixture: RevealFixture
    private let log = KeptLog()

    init() throws { fixture = try RevealFixture() }

    private var until: Timestamp { fixture.now + .hours(24) }

    private func changes(_ accounts: StaffAccounts? = nil) throws -> AdministratorChanges {
        AdministratorChanges(
            accounts: accounts ?? fixture.accounts,
            enrolment: try Enrolment(ring: fixture.journal.vault.ring, memory: fixture.memory) { RecipientID(high: 1, low: 7) },
            journal: fixture.opened, logger: log.logger)
    }

    private func make(
        _ name: String, _ change: AccountChange, by person: RevealFixture.Person, code: Int = 0,
        of changes: AdministratorChanges? = nil, at moment: Timestamp? = nil
    ) async throws -> ChangeAnswer {
        let (changes, moment) = (try changes ?? self.changes(), moment ?? fixture.now)
        let request = ChangeRequest(
            claim: person.claim, change: .account(try StaffName(name), change), reason: fixture.reason)
        switch await changes.begin(request, at: moment) {
        case .refused(let refusal): return .refused(refusal)
        case .offer(let challenge, _):
            return try await changes.make(
                ChangeAttempt(request: request, challenge: challenge, proof: .code(person.recovery[code])), at: moment)
        }
    }

    /// Uses a link of a change, as its reader would.
    /// - Parameter step: whose code is typed, counted from now: each counts once for a name.
    private func enrol(
        _ answer: ChangeAnswer, by accounts: StaffAccounts? = nil, step: Int64 = 1
    ) async throws -> RevealFixture.Person {
        guard case .link(let link) = answer else { throw LinkRefusal(.denied, "no link: \(answer)") }
        let (accounts, now) = (accounts ?? fixture.accounts, fixture.now)
        let codes = OneTimeCode(secret: try accounts.begin(link, at: now).secret)
        let proof = StaffProof.password("correct horse battery staple", code: codes.code(of: OneTimeCode.step(at: now) + step))
        guard case .record(let record, let recovery) = try await accounts.enrol(StaffEnrolment(link: link, proof: proof), at: now)
        else { throw LinkRefusal(.denied, "not enrolled") }
        return RevealFixture.Person(
            claim: StaffClaim(name: link.name, role: link.role, record: record), codes: codes, recovery: recovery)
    }

    /// What a reveal by a recovery code comes to.
    private func reveal(
        by person: RevealFixture.Person, code: Int = 0, accounts: StaffAccounts? = nil, at moment: Timestamp? = nil
    ) async throws -> RevealAnswer {
        try await fixture.reveal(
            fixture.held(), by: person.claim, code: person.recovery[code], of: fixture.reveals(accounts: accounts), at: moment)
    }

    // MARK: - Who waits

    @Test(arguments: [StaffRole.reviewer, .administrator])
    func `A new account signs in at once, and is refused its reveals with the moment from which on they are given`(
        _ role: StaffRole
    ) async throws {
        let anna = try await fixture.person("anna", .administrator)
        let carl = try await enrol(try await make("carl", .add(role), by: anna))
        let signIn = StaffAttempt(
            name: carl.claim.name, role: role, record: carl.claim.record,
            proof: .password("correct horse battery staple", code: carl.recovery[1]))
        #expect(try await fixture.accounts.check(signIn, at: fixture.now) == .admitted)
        for moment in [fixture.now, until - .milliseconds(1)] {
            #expect(try await reveal(by: carl, at: moment).refusal == .tooNew(until: until))
        }
        #expect(try await reveal(by: carl, at: until).text != nil)
    }

    @Test func `It waits in a vault that was restarted too, and in one that lost its memory`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        let carl = try await enrol(try await make("carl", .add(.reviewer), by: anna))
        let forgetful = try StaffLinks(
            ring: fixture.journal.vault.ring, memory: TransientRecordMemory(), randomness: .system,
            now: { [fixture] in fixture.now })
        for links in [fixture.links, forgetful] {
            let accounts = try RevealFixture.accounts(links)
            #expect(try await reveal(by: carl, accounts: accounts).refusal == .tooNew(until: until))
        }
    }

    @Test func `A new link and each other role wait as well: a relay could have confirmed them for itself`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        let rows: [(String, StaffRole, AccountChange)] = [
            ("bea", .reviewer, .reset(.reviewer)), ("bruno", .reviewer, .move(to: .administrator)),
            ("berta", .administrator, .move(to: .reviewer)), ("bill", .auditor, .move(to: .reviewer)),
        ]
        for (number, (name, role, change)) in rows.enumerated() {
            let former = try await fixture.person(name, role)
            let person = try await enrol(try await make(name, change, by: anna, code: number))
            #expect(try await reveal(by: person).refusal == .tooNew(until: until), "\(change)")
            #expect(try await reveal(by: person, at: until).text != nil, "\(change)")
            // What the former role allowed ends at once.
            #expect(try await reveal(by: former, at: until).refusal == (role == .auditor ? .role : .account), "\(change)")
        }
    }

    @Test func `One's own new link waits too`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        let again = try await enrol(try await make("anna", .reset(.administrator), by: anna))
        #expect(try await reveal(by: again).refusal == .tooNew(until: until))
    }

    @Test func `An administrator made on a page changes nothing meanwhile, not even with an earlier question`() async throws {
        let (anna, changes) = (try await fixture.person("anna", .administrator), try changes())
        let mallory = try await enrol(try await make("mallory", .add(.administrator), by: anna, of: changes))
        for change in [AccountChange.add(.reviewer), .remove, .reset(.reviewer)] {
            #expect(try await make("carl", change, by: mallory, of: changes) == .refused(.tooNew(until: until)))
        }
        let site = ChangeRequest(
            claim: mallory.claim, change: .site(SiteRequest(id: fixture.site, name: nil, origins: [], former: nil)),
            reason: fixture.reason)
        #expect(await changes.begin(site, at: fixture.now) == .refused(.tooNew(until: until)))
        let attempt = ChangeAttempt(request: site, challenge: [], proof: .code(mallory.recovery[0]))
        #expect(try await changes.make(attempt, at: fixture.now) == .refused(.tooNew(until: until)))
        let later = try await make("carl", .add(.reviewer), by: mallory, of: changes, at: until)
        guard case .link = later else {
            Issue.record("\(later)")
            return
        }
    }

    @Test func `The operator's command is not subject to it, and ends the wait`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        #expect(try await reveal(by: anna).text != nil)
        let carl = try await enrol(try await make("carl", .add(.reviewer), by: anna, code: 1), step: -1)
        #expect(try await reveal(by: carl).refusal == .tooNew(until: until))
        let again = try await fixture.person("carl", .reviewer)
        #expect(try await reveal(by: again).text != nil)
        // Nobody puts the former record back to sign in, or to wait no longer.
        #expect(try await reveal(by: carl, at: until).refusal == .account)
    }

    @Test func `A link of a page is no link of the operator's, whichever record is given with it`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        let operators = try await fixture.person("carl", .reviewer)
        let carl = try await enrol(try await make("carl", .reset(.reviewer), by: anna))
        let mixed = [
            StaffRecord(version: carl.claim.record.version, seal: operators.claim.record.seal),
            StaffRecord(version: carl.claim.record.version + 1, seal: carl.claim.record.seal), operators.claim.record,
        ]
        for record in mixed {
            let claim = StaffClaim(name: carl.claim.name, role: .reviewer, record: record)
            let person = RevealFixture.Person(claim: claim, codes: carl.codes, recovery: carl.recovery)
            #expect(try await reveal(by: person).refusal == .account)
        }
    }

    // MARK: - The clock

    @Test func `A clock that is set back lengthens it, and one that jumped ahead does not shorten it until it is believed`()
        async throws
    {
        let (now, until) = (fixture.now, until)
        let anna = try await fixture.person("anna", .administrator)
        let carl = try await enrol(try await make("carl", .add(.reviewer), by: anna))
        #expect(try await reveal(by: carl, at: now - .days(3)).refusal == .tooNew(until: until))
        func accounts(_ isTrusted: Bool) throws -> StaffAccounts {
            StaffAccounts(links: fixture.links, party: RelyingParty(try #require(WebOrigin(SoftAuthenticator.url)))) {
                ClockBounds(VaultCondition.Clock(now: $0, believed: now + .minutes(1), isTrusted: isTrusted), at: $0)
            }
        }
        #expect(try await reveal(by: carl, accounts: accounts(false), at: now + .days(2)).refusal == .tooNew(until: until))
        #expect(try await reveal(by: carl, accounts: accounts(true), at: now + .days(2)).text != nil)
    }

    @Test func `What was made while the clock was behind waits from the latest time that was believed`() async throws {
        let (now, believed) = (fixture.now, fixture.now + .minutes(30))
        let anna = try await fixture.person("anna", .administrator)
        let accounts = StaffAccounts(
            links: fixture.links, party: RelyingParty(try #require(WebOrigin(SoftAuthenticator.url))),
            cost: ScryptCost(rounds: 1 << 4, blockSize: 8, parallelism: 1)
        ) {
            ClockBounds(VaultCondition.Clock(now: $0, believed: max($0, believed), isTrusted: true), at: $0)
        }
        let carl = try await enrol(
            try await make("carl", .add(.reviewer), by: anna, of: try changes(accounts)), by: accounts)
        let until = believed + .hours(24)
        #expect(try await reveal(by: carl, accounts: accounts, at: now + .hours(24)).refusal == .tooNew(until: until))
        #expect(try await reveal(by: carl, accounts: accounts, at: until).text != nil)
    }

    // MARK: - Who notices

    @Test func `Each change is a warning in the log: who, whose, which, from when on, and what to do`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        let linked = ["may-reveal-from=\(until.rfc3339)", "postern staff remove carl"]
        let changes: [(AccountChange, [String])] = [
            (.add(.administrator), ["change=new, administrator"] + linked),
            (.move(to: .reviewer), ["change=now reviewer"] + linked),
            (.reset(.reviewer), ["change=new link, reviewer"] + linked),
            (.remove, ["change=removed", "postern staff add carl"]),
        ]
        for (number, (change, words)) in changes.enumerated() {
            _ = try await make("carl", change, by: anna, code: number)
            #expect(log.warnings.count == number + 1)
            let line = log.warnings.last ?? ""
            for word in words + ["by=anna", "account=carl", "if none of you did this, run: "] {
                #expect(line.contains(word), "\(word): \(line)")
            }
        }
        // Nothing of a link.
        #expect(!log.all.contains { $0.contains("enrol") })
        _ = try await make("tina", .add(.auditor), by: anna, code: 4)
        #expect(log.warnings.last?.contains("may-reveal-from") == false)
        // That was as much as anybody changes in a day.
        let end = Epoch(containing: fixture.now).end
        #expect(try await make("zoe", .add(.auditor), by: anna, code: 5) == .refused(.capReached(until: end)))
        #expect(log.warnings.count == 5)
    }
}
