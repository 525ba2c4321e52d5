import Foundation
import PosternCore
import PosternJournal
import PosternLink
import PosternTestSupport
import PosternVault
import Testing

@Suite("An administrator's change takes the role, a reason, a second factor and room for it, and is in the journal first")
struct AdministratorChangesTests {
    private let fixture: RevealFixture
    private let enrolment: Enrolment
    private let carl: StaffName

    init() throws {
        fixture = try RevealFixture()
        enrolment = try Enrolment(ring: fixture.journal.vault.ring, memory: fixture.memory) { RecipientID(high: 1, low: 7) }
        carl = try StaffName("carl")
    }

    private func changes(most: Int = ChangeRule.most, journal: Journal? = nil) -> AdministratorChanges {
        AdministratorChanges(
            accounts: fixture.accounts, enrolment: enrolment, journal: journal ?? fixture.opened, most: most,
            logger: KeptLog().logger)
    }

    private func request(_ change: AdministratorChange, by claim: StaffClaim, because reason: String? = nil) throws
        -> ChangeRequest
    {
        ChangeRequest(claim: claim, change: change, reason: try reason.map { try RevealReason(typed: $0) } ?? fixture.reason)
    }

    private func challenge(_ request: ChangeRequest, of changes: AdministratorChanges) async throws -> [UInt8] {
        guard case .offer(let challenge, _) = await changes.begin(request, at: fixture.now) else {
            throw LinkRefusal(.denied, "nothing is offered")
        }
        return challenge
    }

    /// Asks and answers with a code.
    private func make(
        _ change: AdministratorChange, by claim: StaffClaim, code: String, of changes: AdministratorChanges,
        at moment: Timestamp? = nil
    ) async throws -> ChangeAnswer {
        let (request, moment) = (try request(change, by: claim), moment ?? fixture.now)
        switch await changes.begin(request, at: moment) {
        case .refused(let refusal): return .refused(refusal)
        case .offer(let challenge, _):
            return try await changes.make(
                ChangeAttempt(request: request, challenge: challenge, proof: .code(code)), at: moment)
        }
    }

    /// What the journal has of changes, and whom or what each entry is about.
    private func entries() throws -> [(event: JournalEvent, about: String?)] {
        try fixture.journal.reader().lines().compactMap { line in
            guard let entry = JournalEntry(Array(line.entry.utf8)), case .change = entry.event else { return nil }
            return (entry.event, line.subject)
        }
    }

    @Test func `A new account gets a link as the operator's command makes it, and the journal says who, whose and why`()
        async throws
    {
        let anna = try await fixture.person("anna", .administrator)
        let answer = try await make(.account(carl, .add(.reviewer)), by: anna.claim, code: anna.recovery[0], of: changes())
        let link = try #require(answer.link)
        #expect(link.name == carl && link.role == .reviewer)
        let offer = try fixture.accounts.begin(link, at: fixture.now)
        let code = OneTimeCode(secret: offer.secret).code(of: OneTimeCode.step(at: fixture.now))
        let enrolled = try await fixture.accounts.enrol(
            StaffEnrolment(link: link, proof: .password("correct horse battery staple", code: code)), at: fixture.now)
        guard case .record = enrolled else {
            Issue.record("the link was not good")
            return
        }
        let change = ChangeEntry.account(.add(.reviewer))
        #expect(
            try entries().map(\.event) == [.change(.made, change), .change(.concerns, change), .change(.because, change)])
        #expect(try entries().map(\.about) == ["staff anna", "staff carl", fixture.reason.text])
        #expect(try fixture.journal.report()?.holds == true)
        let raw = try fixture.journal.reader().lines().map(\.entry).joined()
        #expect(!raw.contains("anna") && !raw.contains("carl") && !raw.contains("reported this sender"))
    }

    @Test func `A new link, another role and a removal each end what somebody signed in with`() async throws {
        let (anna, changes) = (try await fixture.person("anna", .administrator), changes())
        let rows: [(AccountChange, String)] = [
            (.reset(.administrator), "berta"), (.move(to: .auditor), "bruno"), (.remove, "bea"),
        ]
        for (number, (change, name)) in rows.enumerated() {
            let berta = try await fixture.person(name, .administrator)
            let own = try request(.account(carl, .remove), by: berta.claim)
            #expect(await changes.begin(own, at: fixture.now).isOffer)
            let answer = try await make(
                .account(berta.claim.name, change), by: anna.claim, code: anna.recovery[number], of: changes)
            #expect(answer.link?.role == change.role && (answer == .removed) == (change == .remove))
            #expect(await changes.begin(own, at: fixture.now) == .refused(.account), "\(change)")
            let signIn = StaffAttempt(
                name: berta.claim.name, role: .administrator, record: berta.claim.record,
                proof: .password("correct horse battery staple", code: berta.recovery[0]))
            #expect(try await fixture.accounts.check(signIn, at: fixture.now) == .refused, "\(change)")
        }
    }

    @Test func `Nobody but an administrator changes anything, whatever the relay calls them`() async throws {
        let changes = changes()
        for (role, name) in [(StaffRole.reviewer, "rita"), (.auditor, "tina")] {
            let rita = try await fixture.person(name, role)
            let change = AdministratorChange.account(carl, .add(.administrator))
            #expect(try await make(change, by: rita.claim, code: rita.recovery[0], of: changes) == .refused(.role))
            let forged = StaffClaim(name: rita.claim.name, role: .administrator, record: rita.claim.record)
            #expect(try await make(change, by: forged, code: rita.recovery[0], of: changes) == .refused(.account))
            // Past the first question too.
            let attempt = ChangeAttempt(
                request: try request(change, by: forged), challenge: [], proof: .code(rita.recovery[0]))
            #expect(try await changes.make(attempt, at: fixture.now) == .refused(.account))
        }
        #expect(try entries().isEmpty && fixture.memory.newest(of: .staff(carl)) == nil)
    }

    @Test func `A challenge is for one change, one reason and one person, and a code counts once`() async throws {
        let (anna, berta) = (
            try await fixture.person("anna", .administrator), try await fixture.person("berta", .administrator)
        )
        let changes = changes()
        let wanted = try request(.account(carl, .add(.reviewer)), by: anna.claim)
        let challenge = try await challenge(wanted, of: changes)
        let others = [
            try request(.account(carl, .add(.administrator)), by: anna.claim),
            try request(.account(try StaffName("mallory"), .add(.reviewer)), by: anna.claim),
            try request(.account(carl, .remove), by: anna.claim),
            try request(.site(SiteRequest(id: fixture.site, name: nil, origins: [], former: nil)), by: anna.claim),
            try request(.account(carl, .add(.reviewer)), by: anna.claim, because: "something else entirely"),
            try request(.account(carl, .add(.reviewer)), by: berta.claim),
        ]
        for other in others {
            let attempt = ChangeAttempt(request: other, challenge: challenge, proof: .code(anna.recovery[0]))
            #expect(try await changes.make(attempt, at: fixture.now) == .refused(.overdue))
        }
        #expect(try entries().isEmpty)
        let attempt = ChangeAttempt(request: wanted, challenge: challenge, proof: .code(anna.recovery[0]))
        #expect(try await changes.make(attempt, at: fixture.now).link != nil)
        #expect(try await changes.make(attempt, at: fixture.now) == .refused(.overdue))
        #expect(
            try await make(.account(carl, .remove), by: anna.claim, code: anna.recovery[0], of: changes) == .refused(.usedBefore))
        #expect(try await make(.account(carl, .remove), by: anna.claim, code: "000000", of: changes) == .refused(.wrongProof))
        #expect(try entries().count == 3)
        // What confirmed a change shows no letter either.
        let shown = try await fixture.reveal(fixture.held(), by: anna.claim, code: anna.recovery[0], of: fixture.reveals())
        #expect(shown.refusal == .usedBefore)
    }

    @Test func `One touch of a passkey makes the change that it was for`() async throws {
        var authenticator = SoftAuthenticator()
        authenticator.signatures = 1
        let (claim, changes) = (try await fixture.passkey(authenticator, of: "paula", .administrator), changes())
        let (wanted, other) = (
            try request(.account(carl, .add(.reviewer)), by: claim), try request(.account(carl, .add(.administrator)), by: claim)
        )
        let (one, two) = (try await challenge(wanted, of: changes), try await challenge(other, of: changes))
        authenticator.signatures = 2
        func attempt(_ request: ChangeRequest, _ challenge: [UInt8], signed: [UInt8]) async throws -> ChangeAnswer {
            let assertion = try authenticator.get(signed)
            return try await changes.make(
                ChangeAttempt(
                    request: request, challenge: challenge,
                    proof: .passkey(
                        credential: assertion.credential, clientData: assertion.clientData,
                        authenticatorData: assertion.authenticatorData, signature: assertion.signature)), at: fixture.now)
        }
        #expect(try await attempt(other, two, signed: one) == .refused(.wrongProof))
        #expect(try await attempt(other, one, signed: one) == .refused(.overdue))
        #expect(try await attempt(wanted, one, signed: one).link?.role == .reviewer)
        #expect(try await attempt(wanted, one, signed: one) == .refused(.overdue))
    }

    @Test func `Nobody removes themselves or gives up the role, and two who remove each other at once leave one`() async throws {
        let (anna, berta) = (
            try await fixture.person("anna", .administrator), try await fixture.person("berta", .administrator)
        )
        let changes = changes()
        for change in [AccountChange.remove, .move(to: .auditor), .add(.reviewer), .add(.administrator), .reset(.auditor)] {
            let answer = try await make(
                .account(anna.claim.name, change), by: anna.claim, code: anna.recovery[0], of: changes)
            #expect(answer == .refused(.oneself), "\(change)")
        }
        let pairs = [(anna, berta.claim.name), (berta, anna.claim.name)]
        let requests = try pairs.map { try request(.account($1, .remove), by: $0.claim) }
        let challenges = [try await challenge(requests[0], of: changes), try await challenge(requests[1], of: changes)]
        let answers = await withTaskGroup(of: ChangeAnswer?.self) { tasks in
            for (number, (person, _)) in pairs.enumerated() {
                let attempt = ChangeAttempt(
                    request: requests[number], challenge: challenges[number], proof: .code(person.recovery[1]))
                tasks.addTask { [fixture] in try? await changes.make(attempt, at: fixture.now) }
            }
            return await tasks.reduce(into: [ChangeAnswer?]()) { $0.append($1) }
        }
        #expect(answers.filter { $0 == .removed }.count == 1)
        var left = 0
        for (person, _) in pairs {
            let own = try request(.account(carl, .remove), by: person.claim)
            if await changes.begin(own, at: fixture.now).isOffer { left += 1 }
        }
        #expect(left == 1)
    }

    @Test func `One's own link is made again, as the same role`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        let own = AdministratorChange.account(anna.claim.name, .reset(.administrator))
        let answer = try await make(own, by: anna.claim, code: anna.recovery[0], of: changes())
        #expect(answer.link?.role == .administrator && answer.link?.name == anna.claim.name)
    }

    @Test func `Nobody makes more changes in a day than there is room for, also after a restart`() async throws {
        let (anna, berta) = (
            try await fixture.person("anna", .administrator), try await fixture.person("berta", .administrator)
        )
        let end = Epoch(containing: fixture.now).end
        for number in 0..<2 {
            let answer = try await make(
                .account(carl, .add(.reviewer)), by: anna.claim, code: anna.recovery[number], of: changes(most: 2))
            #expect(answer.link != nil)
        }
        let again = AdministratorChanges(
            accounts: try RevealFixture.accounts(fixture.links), enrolment: enrolment, journal: fixture.opened, most: 2,
            logger: KeptLog().logger)
        #expect(
            try await make(.account(carl, .remove), by: anna.claim, code: anna.recovery[2], of: again)
                == .refused(.capReached(until: end)))
        #expect(try await make(.account(carl, .remove), by: berta.claim, code: berta.recovery[0], of: again) == .removed)
        #expect(
            try await make(.account(carl, .add(.auditor)), by: anna.claim, code: anna.recovery[2], of: again, at: end).link != nil
        )
        // A reveal is counted apart.
        #expect(
            try await fixture.reveal(
                fixture.held(), by: anna.claim, code: anna.recovery[3], of: fixture.reveals()
            ).text != nil)
    }

    @Test func `Guesses are counted for changes and reveals together`() async throws {
        let (anna, changes) = (try await fixture.person("anna", .administrator), changes())
        for _ in 0..<5 {
            let answer = try await make(.account(carl, .add(.reviewer)), by: anna.claim, code: "000000", of: changes)
            #expect(answer == .refused(.wrongProof))
        }
        let shown = try await fixture.reveal(fixture.held(), by: anna.claim, code: anna.recovery[0], of: fixture.reveals())
        #expect(shown.refusal == .limited(retryAfter: .seconds(1)))
        let answer = try await make(.account(carl, .add(.reviewer)), by: anna.claim, code: anna.recovery[0], of: changes)
        #expect(answer == .refused(.limited(retryAfter: .seconds(1))))
    }

    @Test func `While the journal cannot be written nothing is changed`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        let change = AdministratorChange.account(carl, .add(.reviewer))
        let mute = changes(journal: fixture.journal.open(signers: []))
        #expect(try await make(change, by: anna.claim, code: anna.recovery[0], of: mute) == .refused(.unwritten))
        let changes = changes()
        let request = try request(change, by: anna.claim)
        let challenge = try await challenge(request, of: changes)
        // It is open, so that nobody notices before it writes.
        let files = FileManager.default
        try files.removeItem(atPath: fixture.journal.folder)
        try Data().write(to: URL(fileURLWithPath: fixture.journal.folder))
        let attempt = ChangeAttempt(request: request, challenge: challenge, proof: .code(anna.recovery[0]))
        #expect(try await changes.make(attempt, at: fixture.now) == .refused(.unwritten))
        #expect(fixture.memory.newest(of: .staff(carl)) == nil)
    }

    @Test func `A site's name and origins are authorised as for the operator, in the next version`() async throws {
        let anna = try await fixture.person("anna", .administrator)
        let former = try await enrolment.authorise(
            SiteRequest(id: fixture.site, name: try HeaderText("Photos", limit: 100), origins: [], former: nil))
        let origin = try #require(WebOrigin("https://photos.example"))
        let wanted = SiteRequest(
            id: fixture.site, name: try HeaderText("The photos", limit: 100), origins: [origin], former: former)
        let answer = try await make(.site(wanted), by: anna.claim, code: anna.recovery[0], of: changes())
        guard case .site(let site) = answer else {
            Issue.record("the site was not authorised")
            return
        }
        #expect(site.name.text == "The photos" && site.origins == [origin])
        #expect(site.authorisation?.version == (former.authorisation?.version ?? 0) + 1)
        #expect(
            try entries().map(\.event) == [.change(.made, .site(fixture.site)), .change(.because, .site(fixture.site))])
        #expect(try entries().map(\.about) == ["staff anna", fixture.reason.text])
    }
}

extension ChangeAnswer {
    fileprivate var link: StaffLink? {
        if case .link(let link) = self { link } else { nil }
    }
}

extension ChangeBeginning {
    fileprivate var isOffer: Bool {
        if case .offer = self { true } else { false }
    }
}
