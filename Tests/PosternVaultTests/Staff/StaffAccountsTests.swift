import PosternCore
import PosternJournal
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

/// A vault, and what its relay keeps of one member of staff.
struct StaffAccountsTests {
    private struct Fixture {
        let vault: VaultFixture
        let memory = TransientRecordMemory()
        let links: StaffLinks
        let accounts: StaffAccounts
        let now: Timestamp
        let name: StaffName

        static let password = "correct horse battery staple"

        init() throws {
            vault = try VaultFixture(suite: .x25519)
            let now = vault.now
            self.now = now
            name = try StaffName("anna")
            links = try StaffLinks(ring: vault.ring, memory: memory, randomness: .system, now: { now })
            accounts = try Self.accounts(links)
        }

        /// As after a restart.
        static func accounts(_ links: StaffLinks) throws -> StaffAccounts {
            StaffAccounts(
                links: links, party: RelyingParty(try #require(WebOrigin(SoftAuthenticator.url))),
                cost: ScryptCost(rounds: 1 << 4, blockSize: 8, parallelism: 1))
        }

        func link(_ role: StaffRole = .reviewer) async throws -> StaffLink {
            try await links.link(StaffLinkRequest(name: name, role: role))
        }

        func enrol(_ link: StaffLink, password: String = password, step: Int64 = 0) async throws -> StaffEnrolled {
            let offer = try accounts.begin(link, at: now)
            let code = OneTimeCode(secret: offer.secret).code(of: OneTimeCode.step(at: now) + step)
            return try await accounts.enrol(
                StaffEnrolment(link: link, proof: .password(password, code: code)), at: now)
        }

        func check(
            _ record: StaffRecord?, _ role: StaffRole = .reviewer, password: String = password, code: String,
            name: StaffName? = nil, isKnown: Bool = false, by accounts: StaffAccounts? = nil, at moment: Timestamp? = nil
        ) async throws -> StaffAnswer {
            try await (accounts ?? self.accounts).check(
                StaffAttempt(
                    name: name ?? self.name, role: role, record: record, proof: .password(password, code: code),
                    isFromKnownNetwork: isKnown), at: moment ?? now)
        }
    }

    private struct Enrolled {
        let record: StaffRecord
        let recovery: [String]
        let codes: OneTimeCode
    }

    private func enrolled(_ fixture: Fixture) async throws -> Enrolled {
        let link = try await fixture.link()
        let secret = try fixture.accounts.begin(link, at: fixture.now).secret
        let answer = try await fixture.enrol(link)
        guard case .record(let record, let recovery) = answer else {
            throw LinkRefusal(.denied, "not enrolled")
        }
        return Enrolled(record: record, recovery: recovery, codes: OneTimeCode(secret: secret))
    }

    @Test func `A link, a password and a code, and somebody can sign in`() async throws {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        #expect(own.recovery.count == 10 && Set(own.recovery).count == 10)
        let next = OneTimeCode.step(at: fixture.now) + 1
        #expect(try await fixture.check(own.record, code: own.codes.code(of: next)) == .admitted)
    }

    @Test func `A code counts once, also when the vault was started again, and none before it`() async throws {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        let step = OneTimeCode.step(at: fixture.now)
        // With it the app was shown to work.
        #expect(try await fixture.check(own.record, code: own.codes.code(of: step)) == .refused)
        #expect(try await fixture.check(own.record, code: own.codes.code(of: step + 1)) == .admitted)
        #expect(try await fixture.check(own.record, code: own.codes.code(of: step + 1)) == .refused)
        let restarted = try Fixture.accounts(fixture.links)
        #expect(try await fixture.check(own.record, code: own.codes.code(of: step + 1), by: restarted) == .refused)
        let later = fixture.now + .seconds(60)
        #expect(try await fixture.check(own.record, code: own.codes.code(of: step + 2), by: restarted, at: later) == .admitted)
    }

    @Test func `A recovery code counts once, however it is typed`() async throws {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        let typed = own.recovery[3].uppercased().replacing("-", with: " ")
        #expect(try await fixture.check(own.record, code: typed) == .admitted)
        #expect(try await fixture.check(own.record, code: own.recovery[3]) == .refused)
        let restarted = try Fixture.accounts(fixture.links)
        #expect(try await fixture.check(own.record, code: own.recovery[3], by: restarted) == .refused)
        #expect(try await fixture.check(own.record, code: own.recovery[4], by: restarted) == .admitted)
        #expect(try await fixture.check(own.record, password: "another password", code: own.recovery[5]) == .refused)
        // A wrong password used nothing up.
        #expect(try await fixture.check(own.record, code: own.recovery[5]) == .admitted)
    }

    @Test func `Of many who show one code at once, one is admitted`() async throws {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        let answers = try await withThrowingTaskGroup(of: StaffAnswer.self) { group in
            for _ in 0..<8 { group.addTask { try await fixture.check(own.record, code: own.recovery[0]) } }
            return try await group.reduce(into: [StaffAnswer]()) { $0.append($1) }
        }
        #expect(answers.filter { $0 == .admitted }.count == 1)
    }

    @Test func `Nobody signs in by another's record, role, or name, or by none`() async throws {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        let other = try StaffName("berta")
        #expect(try await fixture.check(own.record, .administrator, code: own.recovery[0]) == .refused)
        #expect(try await fixture.check(own.record, code: own.recovery[0], name: other) == .refused)
        #expect(try await fixture.check(nil, code: own.recovery[0]) == .refused)
        let forged = StaffRecord(version: own.record.version + 1, seal: own.record.seal)
        #expect(try await fixture.check(forged, code: own.recovery[0]) == .refused)
        let broken = StaffRecord(version: own.record.version, seal: [1, 2, 3])
        #expect(try await fixture.check(broken, code: own.recovery[0]) == .refused)
        #expect(try await fixture.check(own.record, code: own.recovery[0]) == .admitted)
    }

    @Test func `A new link ends what was chosen before, and a record put back does not count`() async throws {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        let link = try await fixture.link()
        #expect(try await fixture.check(own.record, code: own.recovery[0]) == .refused)
        let answer = try await fixture.enrol(link, step: 1)
        guard case .record(let record, let recovery) = answer else {
            Issue.record("not enrolled")
            return
        }
        #expect(try await fixture.check(own.record, code: own.recovery[1]) == .refused)
        #expect(try await fixture.check(record, code: recovery[0]) == .admitted)
        _ = try await fixture.links.answer(.staffEnd, StaffLinkRequest(name: fixture.name, role: .reviewer).payload)
        #expect(try await fixture.check(record, code: recovery[1]) == .refused)
    }

    @Test func `Who is locked out on the page does not come back with their former record, whatever the store says`() async throws
    {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        let journal = try JournalFixture()
        let enrolment = try Enrolment(ring: fixture.vault.ring, memory: fixture.memory) { RecipientID(high: 1, low: 1) }
        let deeds = JournaledDeeds(links: fixture.links, enrolment: enrolment, journal: journal.open())
        let lockedOut = RelayDeed(.staffLockedOut(fixture.name), by: .staff("berta"))
        try await deeds.record(RelayDeed(.blockAdded(1), by: .staff("berta")))
        #expect(try await fixture.check(own.record, code: own.recovery[0]) == .admitted)
        try await deeds.record(lockedOut)
        #expect(try await fixture.check(own.record, code: own.recovery[1]) == .refused)
        #expect(try journal.entries().suffix(2).map(\.event) == [.blockAdded(1), .staffLockedOut])
        // A new link is the way back, and what was chosen by it counts.
        guard case .record(let record, let recovery) = try await fixture.enrol(try await fixture.link(), step: 1) else {
            Issue.record("not enrolled")
            return
        }
        #expect(try await fixture.check(record, code: recovery[0]) == .admitted)
        // A relay that makes up names fills nothing, and more than the journal shows is refused.
        let stranger = try StaffName("nobody")
        for _ in 1..<Journal.mostOfRelayAnHour {
            try await deeds.record(RelayDeed(.staffLockedOut(stranger), by: .staff("berta")))
        }
        #expect(fixture.memory.newest(of: .staff(stranger)) == nil)
        await #expect(throws: LinkRefusal.self) { try await deeds.record(lockedOut) }
        #expect(try await fixture.check(record, code: recovery[1]) == .admitted)
    }

    @Test func `A link works once, for a day, for one role, and only while it is the newest`() async throws {
        let fixture = try Fixture()
        let first = try await fixture.link()
        let link = try await fixture.link()
        #expect(throws: LinkRefusal.self) { try fixture.accounts.begin(first, at: fixture.now) }
        let widened = StaffLink(name: link.name, role: .administrator, token: link.token)
        #expect(throws: LinkRefusal.self) { try fixture.accounts.begin(widened, at: fixture.now) }
        #expect(throws: LinkRefusal.self) { try fixture.accounts.begin(link, at: fixture.now + .hours(25)) }
        #expect(throws: LinkRefusal.self) { try fixture.accounts.begin(link, at: fixture.now - .hours(2)) }
        _ = try await fixture.enrol(link)
        #expect(throws: LinkRefusal.self) { try fixture.accounts.begin(link, at: fixture.now) }
        await #expect(throws: LinkRefusal.self) { try await fixture.enrol(link) }
    }

    @Test func `A short password and a wrong code use no link up`() async throws {
        let fixture = try Fixture()
        let link = try await fixture.link()
        #expect(try await fixture.enrol(link, password: "elevenchars") == .wrong(.shortPassword))
        #expect(try await fixture.enrol(link, step: 3) == .wrong(.wrongCode))
        let answer = try await fixture.enrol(link)
        guard case .record = answer else {
            Issue.record("not enrolled")
            return
        }
    }

    @Test func `A guesser waits longer and longer, and the right person is never locked out`() async throws {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        var (now, waits) = (fixture.now, [Duration]())
        for _ in 0..<30 {
            switch try await fixture.check(own.record, password: "guess number one", code: "000000", at: now) {
            case .limited(let wait):
                waits.append(wait)
                now = now + wait
            case .refused: continue
            case .admitted: Issue.record("a guess signed in")
            }
        }
        #expect(!waits.isEmpty && waits == waits.sorted())
        let longest = try #require(waits.last)
        #expect(longest <= .seconds(30))
        #expect(try await fixture.check(own.record, code: own.recovery[0], at: now + longest) == .admitted)
    }

    /// Guesses from ever new networks, each the moment it may begin: a stranger takes every place that is free.
    @Test func `A guesser who never stops keeps nobody waiting who signs in from where they did before`() async throws {
        let fixture = try Fixture()
        let own = try await enrolled(fixture)
        var (now, isStrangerWaiting) = (fixture.now, false)
        for _ in 0..<40 {
            if case .limited(let wait) = try await fixture.check(
                own.record, password: "guess number one", code: "000000", at: now)
            {
                isStrangerWaiting = true
                now = now + wait
            }
        }
        _ = try await fixture.check(own.record, password: "guess number one", code: "000000", at: now)
        guard case .limited = try await fixture.check(own.record, code: own.recovery[0], at: now) else {
            Issue.record("a stranger's guess left a place free")
            return
        }
        #expect(isStrangerWaiting)
        #expect(try await fixture.check(own.record, code: own.recovery[0], isKnown: true, at: now) == .admitted)
        // Nor does that open a second way in for long.
        var answers: [StaffAnswer] = []
        for _ in 0..<15 {
            answers.append(
                try await fixture.check(own.record, password: "guess number one", code: "000000", isKnown: true, at: now))
        }
        #expect(answers.contains { if case .limited = $0 { true } else { false } })
    }

    @Test func `A passkey is chosen and signs in, each challenge once`() async throws {
        let fixture = try Fixture()
        var authenticator = SoftAuthenticator()
        authenticator.signatures = 1
        let link = try await fixture.link()
        let creation = authenticator.create(try fixture.accounts.begin(link, at: fixture.now).challenge)
        let proof = StaffProof.newPasskey(clientData: creation.clientData, attestation: creation.attestation)
        let forged = authenticator.create(Array(repeating: 1, count: 40))
        let wrong = StaffProof.newPasskey(clientData: forged.clientData, attestation: forged.attestation)
        #expect(
            try await fixture.accounts.enrol(StaffEnrolment(link: link, proof: wrong), at: fixture.now) == .wrong(.wrongPasskey))
        let answer = try await fixture.accounts.enrol(StaffEnrolment(link: link, proof: proof), at: fixture.now)
        guard case .record(let record, let codes) = answer else {
            Issue.record("not enrolled")
            return
        }
        #expect(codes.isEmpty)
        func check(_ assertion: PasskeyAssertion) async throws -> StaffAnswer {
            try await fixture.accounts.check(
                StaffAttempt(
                    name: fixture.name, role: .reviewer, record: record,
                    proof: .passkey(
                        credential: assertion.credential, clientData: assertion.clientData,
                        authenticatorData: assertion.authenticatorData, signature: assertion.signature)), at: fixture.now)
        }
        authenticator.signatures = 2
        let assertion = try authenticator.get(fixture.accounts.challenge(at: fixture.now))
        #expect(try await check(assertion) == .admitted)
        #expect(try await check(assertion) == .refused)
        // Another has a copy of it.
        #expect(try await check(try authenticator.get(fixture.accounts.challenge(at: fixture.now))) == .refused)
        authenticator.signatures = 3
        let old = fixture.accounts.challenge(at: fixture.now - .minutes(11))
        #expect(try await check(try authenticator.get(old)) == .refused)
        #expect(try await check(try authenticator.get(fixture.accounts.challenge(at: fixture.now))) == .admitted)
        #expect(try await fixture.check(record, code: "000000") == .refused)
    }

    @Test func `What goes between the processes is read as it was written`() async throws {
        let fixture = try Fixture()
        let link = try await fixture.link()
        #expect(try StaffLink(payload: link.payload) == link)
        let record = StaffRecord(version: 3, seal: [1, 2])
        let proof = StaffProof.passkey(credential: [1], clientData: [2], authenticatorData: [3], signature: [])
        let attempt = StaffAttempt(name: fixture.name, role: .auditor, record: record, proof: proof)
        #expect(try StaffAttempt(payload: attempt.payload) == attempt)
        let enrolment = StaffEnrolment(link: link, proof: .newPasskey(clientData: [1], attestation: [2]))
        #expect(try StaffEnrolment(payload: enrolment.payload) == enrolment)
        for answer in [StaffAnswer.admitted, .refused, .limited(retryAfter: .seconds(3))] {
            #expect(try StaffAnswer(payload: answer.payload) == answer)
        }
        for answer in [StaffEnrolled.record(record, recoveryCodes: ["a", "b"]), .wrong(.wrongCode)] {
            #expect(try StaffEnrolled(payload: answer.payload) == answer)
        }
        let offer = StaffOffer(secret: [1], challenge: [2])
        #expect(try StaffOffer(payload: offer.payload) == offer)
    }
}
