import Foundation
import PosternCore
import PosternJournal
import PosternLink
import PosternTestSupport
import PosternVault
import Testing

@Suite("A reveal takes a role, a reason, a second factor and room for it, and is in the journal first (L5)")
struct RevealsTests {
    @Test func `A held letter is shown after a code, without an address, and the journal says who and why`() async throws {
        let fixture = try RevealFixture()
        let anna = try await fixture.person()
        let answer = try await fixture.reveal(
            fixture.held(), by: anna.claim, code: anna.recovery[0], of: fixture.reveals())
        guard case .shown(.letter(let letter)) = answer else {
            Issue.record("nothing was shown: \(String(describing: answer.refusal))")
            return
        }
        #expect(letter.text == "Letter 1." && letter.name == "Vera Visitor" && letter.subject == "Your photo")
        #expect(letter.about == "photo 4711" && !letter.isReply && letter.remark == nil)
        #expect(!answer.payload.contains(Array("vera@visitor.example".utf8)))
        let entries = try fixture.entries()
        let entry = RevealEntry(site: fixture.site, what: .heldLetter, letter: LetterID(high: 1, low: 1))
        #expect(entries.map(\.event) == [.reveal(.shown, entry), .reveal(.because, entry)])
        #expect(entries.map(\.about) == ["staff anna", fixture.reason.text])
        #expect(try fixture.journal.report()?.holds == true)
        // The journal itself names nobody.
        let raw = try fixture.journal.reader().lines().map(\.entry).joined()
        #expect(!raw.contains("anna") && !raw.contains("reported this sender"))
    }

    @Test func `A client address, an answer and a reported letter are shown, each as what it is`() async throws {
        let fixture = try RevealFixture()
        let (anna, reveals) = (try await fixture.person("anna", .administrator), fixture.reveals())
        let client = try await fixture.reveal(fixture.client(), by: anna.claim, code: anna.recovery[0], of: reveals)
        #expect(client == .shown(.client(try #require(ClientAddress(text: RevealFixture.client)))))
        let reply = try await fixture.reveal(fixture.reply(), by: anna.claim, code: anna.recovery[1], of: reveals)
        #expect(reply.text == "A reply.")
        let reported = try await fixture.reveal(fixture.reported(), by: anna.claim, code: anna.recovery[2], of: reveals)
        guard case .shown(.letter(let letter)) = reported else {
            Issue.record("nothing was shown")
            return
        }
        #expect(letter.text == "Reported." && letter.remark == RevealFixture.remark)
        let shown = try fixture.entries().compactMap { entry -> RevealEntry.What? in
            if case .reveal(.shown, let shown) = entry.event { shown.what } else { nil }
        }
        #expect(shown == [.clientAddress, .heldLetter, .reportedLetter])
    }

    @Test func `An auditor is shown nothing, nor is anybody who calls an auditor something else`() async throws {
        let fixture = try RevealFixture()
        let (tina, reveals) = (try await fixture.person("tina", .auditor), fixture.reveals())
        #expect(try await fixture.reveal(fixture.held(), by: tina.claim, code: tina.recovery[0], of: reveals).refusal == .role)
        let forged = StaffClaim(name: tina.claim.name, role: .reviewer, record: tina.claim.record)
        #expect(try await fixture.reveal(fixture.held(), by: forged, code: tina.recovery[0], of: reveals).refusal == .account)
        let other = StaffClaim(name: try StaffName("berta"), role: .auditor, record: tina.claim.record)
        #expect(try await fixture.reveal(fixture.held(), by: other, code: tina.recovery[0], of: reveals).refusal == .role)
        // Past the first question too.
        let attempt = RevealAttempt(
            request: try fixture.request(fixture.held(), by: forged), challenge: [], proof: .code(tina.recovery[0]))
        #expect(try await reveals.reveal(attempt, at: fixture.now).refusal == .account)
        #expect(try fixture.entries().isEmpty)
    }

    @Test func `After a new link, what somebody signed in with before shows them nothing`() async throws {
        let fixture = try RevealFixture()
        let (anna, reveals) = (try await fixture.person(), fixture.reveals())
        _ = try await fixture.links.answer(.staffEnd, StaffLinkRequest(name: anna.claim.name, role: .reviewer).payload)
        #expect(
            try await fixture.reveal(fixture.held(), by: anna.claim, code: anna.recovery[0], of: reveals).refusal == .account)
    }

    @Test func `A code counts once, for one thing, and also when it was used to sign in`() async throws {
        let fixture = try RevealFixture()
        let (anna, reveals) = (try await fixture.person(), fixture.reveals())
        let step = OneTimeCode.step(at: fixture.now)
        // With this one the app was shown to work.
        let first = try await fixture.reveal(fixture.held(), by: anna.claim, code: anna.codes.code(of: step), of: reveals)
        #expect(first.refusal == .usedBefore)
        let next = anna.codes.code(of: step + 1)
        #expect(try await fixture.reveal(fixture.held(), by: anna.claim, code: next, of: reveals).text == "Letter 1.")
        #expect(try await fixture.reveal(fixture.held(2), by: anna.claim, code: next, of: reveals).refusal == .usedBefore)
        #expect(
            try await fixture.reveal(fixture.held(), by: anna.claim, code: anna.recovery[0], of: reveals).text == "Letter 1.")
        #expect(
            try await fixture.reveal(fixture.held(), by: anna.claim, code: anna.recovery[0], of: reveals).refusal == .usedBefore)
        // Nor does what opened a letter sign anybody in.
        let signIn = try await fixture.accounts.check(
            StaffAttempt(
                name: anna.claim.name, role: anna.claim.role, record: anna.claim.record,
                proof: .password("correct horse battery staple", code: next)), at: fixture.now)
        #expect(signIn == .refused)
    }

    @Test func `Who guesses waits longer and longer, at most five minutes, and the right person is never locked out`()
        async throws
    {
        let fixture = try RevealFixture()
        let (anna, reveals) = (try await fixture.person(), fixture.reveals())
        var (now, waits) = (fixture.now, [Duration]())
        for _ in 0..<40 {
            let answer = try await fixture.reveal(fixture.held(), by: anna.claim, code: "000000", of: reveals, at: now)
            switch answer.refusal {
            case .limited(let wait):
                waits.append(wait)
                now = now + wait
            case .wrongProof: continue
            default: Issue.record("a guess had another answer")
            }
        }
        #expect(waits.first == .seconds(1) && waits == waits.sorted())
        let longest = try #require(waits.last)
        #expect(longest == .minutes(5))
        let right = try await fixture.reveal(
            fixture.held(), by: anna.claim, code: anna.recovery[0], of: reveals, at: now + longest)
        #expect(right.text == "Letter 1.")
        #expect(try fixture.entries().count == 2)
    }

    @Test func `A challenge is good once, for ten minutes, for one person, item, kind and reason`() async throws {
        let fixture = try RevealFixture()
        let (anna, berta) = (try await fixture.person(), try await fixture.person("berta"))
        let reveals = fixture.reveals()
        let request = try fixture.request(fixture.held(), by: anna.claim)
        let challenge = try await fixture.challenge(request, of: reveals)
        let other = try RevealReason(typed: "Another reason altogether.")
        let strangers = try [
            fixture.request(fixture.held(2), by: anna.claim), fixture.request(fixture.client(), by: anna.claim),
            fixture.request(fixture.reported(), by: anna.claim), fixture.request(fixture.held(), by: berta.claim),
            fixture.request(fixture.held(), by: anna.claim, because: other),
        ]
        for (number, stranger) in strangers.enumerated() {
            let code = stranger.claim == berta.claim ? berta.recovery[0] : anna.recovery[number]
            let attempt = RevealAttempt(request: stranger, challenge: challenge, proof: .code(code))
            #expect(try await reveals.reveal(attempt, at: fixture.now).refusal == .overdue, "\(number)")
        }
        // None of the codes was used.
        let attempt = RevealAttempt(request: request, challenge: challenge, proof: .code(anna.recovery[0]))
        #expect(try await reveals.reveal(attempt, at: fixture.now).text == "Letter 1.")
        let replayed = RevealAttempt(request: request, challenge: challenge, proof: .code(anna.recovery[1]))
        #expect(try await reveals.reveal(replayed, at: fixture.now).refusal == .overdue)
        let old = try await fixture.challenge(request, of: reveals)
        let late = RevealAttempt(request: request, challenge: old, proof: .code(anna.recovery[2]))
        #expect(try await reveals.reveal(late, at: fixture.now + .minutes(11)).refusal == .overdue)
        for made in [[], [1, 2, 3], Array(repeating: 0, count: 40), fixture.accounts.challenge(at: fixture.now)] {
            let attempt = RevealAttempt(request: request, challenge: made, proof: .code(anna.recovery[3]))
            #expect(try await reveals.reveal(attempt, at: fixture.now).refusal == .overdue)
        }
    }

    @Test func `One touch of a passkey opens one item, by whom it recognises, and signs nobody in`() async throws {
        let fixture = try RevealFixture()
        var authenticator = SoftAuthenticator()
        authenticator.signatures = 1
        let (claim, reveals) = (try await fixture.passkey(authenticator), fixture.reveals())
        let (first, second) = try (fixture.request(fixture.held(1), by: claim), fixture.request(fixture.held(2), by: claim))
        #expect(
            try await reveals.begin(first, at: fixture.now).way == .passkey(credential: authenticator.credential))
        func attempt(_ request: RevealRequest, _ challenge: [UInt8], signed: [UInt8]? = nil) async throws -> RevealAnswer {
            let assertion = try authenticator.get(signed ?? challenge)
            return try await reveals.reveal(
                RevealAttempt(
                    request: request, challenge: challenge,
                    proof: .passkey(
                        credential: assertion.credential, clientData: assertion.clientData,
                        authenticatorData: assertion.authenticatorData, signature: assertion.signature)), at: fixture.now)
        }
        let (one, two) = (try await fixture.challenge(first, of: reveals), try await fixture.challenge(second, of: reveals))
        authenticator.signatures = 2
        // Touched for the first, spent on the second.
        #expect(try await attempt(second, two, signed: one).refusal == .wrongProof)
        #expect(try await attempt(second, one).refusal == .overdue)
        #expect(try await attempt(first, one).text == "Letter 1.")
        #expect(try await attempt(first, one).refusal == .overdue)
        authenticator.flags = 1
        authenticator.signatures = 3
        #expect(try await attempt(first, try await fixture.challenge(first, of: reveals)).refusal == .wrongProof)
        authenticator.flags = 5
        // A copy counts no further.
        authenticator.signatures = 2
        #expect(try await attempt(first, try await fixture.challenge(first, of: reveals)).refusal == .wrongProof)
        let code = try await fixture.reveal(fixture.held(), by: claim, code: "000000", of: reveals)
        #expect(code.refusal == .wrongProof)
        authenticator.signatures = 9
        let assertion = try authenticator.get(try await fixture.challenge(first, of: reveals))
        let signIn = try await fixture.accounts.check(
            StaffAttempt(
                name: claim.name, role: claim.role, record: claim.record,
                proof: .passkey(
                    credential: assertion.credential, clientData: assertion.clientData,
                    authenticatorData: assertion.authenticatorData, signature: assertion.signature)), at: fixture.now)
        #expect(signIn == .refused)
    }

    @Test func `No other ciphertext opens under an item's name, nothing is counted, and no entry says it was seen`() async throws
    {
        let fixture = try RevealFixture()
        let (anna, reveals) = (try await fixture.person(), fixture.reveals())
        let (held, client, reported) = (try fixture.held(), try fixture.client(), try fixture.reported())
        let wrong = [
            (held.item, try fixture.held(2).seal), (held.item, client.seal), (held.item, reported.seal),
            (client.item, held.seal), (client.item, try fixture.client(2).seal), (reported.item, held.seal),
            (try fixture.reply().item, held.seal), (held.item, try fixture.reply().seal), (held.item, [1, 2, 3]),
        ]
        for (number, what) in wrong.enumerated() {
            let request = fixture.request(what, by: anna.claim)
            let challenge = try await fixture.challenge(request, of: reveals)
            // One code for each step, so that each comes to the seal.
            let code = anna.recovery[number]
            let attempt = RevealAttempt(request: request, challenge: challenge, proof: .code(code))
            #expect(try await reveals.reveal(attempt, at: fixture.now).refusal == .notOpened, "\(number)")
        }
        #expect(try fixture.entries().isEmpty)
        #expect(reveals.standing(.init(name: anna.claim.name, letter: held.item.letter), at: fixture.now).left == 30)
    }

    @Test func `When the key of the day is gone, it says so before anybody is asked for a code`() async throws {
        let fixture = try RevealFixture()
        let (anna, held) = (try await fixture.person(), try fixture.held())
        try fixture.journal.vault.ring.keepEpochs(now: fixture.now + .days(40), retention: VaultFixture.retention)
        let answer = try await fixture.reveal(held, by: anna.claim, code: anna.recovery[0], of: fixture.reveals())
        #expect(answer.refusal == .keyGone)
    }

    // MARK: - How often

    @Test func `A person is shown so much in a day and no more, after a restart too, and a set clock gives nothing back`()
        async throws
    {
        let fixture = try RevealFixture()
        let (anna, berta) = (try await fixture.person(), try await fixture.person("berta"))
        let held = try fixture.held()
        let end = Epoch(containing: fixture.now).end
        for number in 0..<2 {
            let answer = try await fixture.reveal(
                held, by: anna.claim, code: anna.recovery[number], of: fixture.reveals(most: 2))
            #expect(answer.text != nil)
        }
        let restarted = fixture.reveals(most: 2, accounts: try RevealFixture.accounts(fixture.links))
        for reveals in [fixture.reveals(most: 2), restarted] {
            let standing = reveals.standing(.init(name: anna.claim.name, letter: held.item.letter), at: fixture.now)
            #expect(standing.left == 0 && standing.most == 2 && standing.renewed == end)
            let answer = try await fixture.reveal(held, by: anna.claim, code: anna.recovery[2], of: reveals)
            #expect(answer.refusal == .capReached(until: end))
            let earlier = try await fixture.reveal(
                held, by: anna.claim, code: anna.recovery[2], of: reveals, at: fixture.now - .days(1))
            #expect(earlier.refusal == .capReached(until: end))
        }
        #expect(try await fixture.reveal(held, by: berta.claim, code: berta.recovery[0], of: restarted).text != nil)
        let next = try await fixture.reveal(held, by: anna.claim, code: anna.recovery[2], of: restarted, at: end)
        #expect(next.text != nil)
        let standing = restarted.standing(.init(name: anna.claim.name, letter: held.item.letter), at: end)
        #expect(standing.left == 1)
    }

    @Test func `Of many at once, as many are shown as there is room for`() async throws {
        let fixture = try RevealFixture()
        let (anna, held) = (try await fixture.person(), try fixture.held())
        let reveals = fixture.reveals(most: 3)
        let answers = try await withThrowingTaskGroup(of: RevealAnswer.self) { group in
            for code in anna.recovery.prefix(5) {
                group.addTask { try await fixture.reveal(held, by: anna.claim, code: code, of: reveals) }
            }
            return try await group.reduce(into: [RevealAnswer]()) { $0.append($1) }
        }
        #expect(answers.compactMap(\.text).count == 3)
        #expect(try fixture.entries().count == 6)
    }

    // MARK: - The journal

    @Test func `While the journal cannot be written nothing is shown, and no code is used up for it`() async throws {
        let fixture = try RevealFixture()
        let (anna, held) = (try await fixture.person(), try fixture.held())
        let mute = fixture.reveals(journal: fixture.journal.open(signers: []))
        #expect(try await fixture.reveal(held, by: anna.claim, code: anna.recovery[0], of: mute).refusal == .unwritten)
        #expect(try await fixture.reveal(held, by: anna.claim, code: anna.recovery[0], of: fixture.reveals()).text != nil)
    }

    @Test func `A journal that fails at the last moment shows nothing either`() async throws {
        let fixture = try RevealFixture()
        let (anna, held) = (try await fixture.person(), try fixture.held())
        let reveals = fixture.reveals()
        let request = fixture.request(held, by: anna.claim)
        let challenge = try await fixture.challenge(request, of: reveals)
        // It is open, so that nobody notices before it writes.
        let files = FileManager.default
        try files.removeItem(atPath: fixture.journal.folder)
        try Data().write(to: URL(fileURLWithPath: fixture.journal.folder))
        let attempt = RevealAttempt(request: request, challenge: challenge, proof: .code(anna.recovery[0]))
        let answer = try await reveals.reveal(attempt, at: fixture.now)
        #expect(answer.refusal == .unwritten)
    }

    // MARK: - Two persons

    @Test func `By two, each sees it once with the other's word, and the journal has both`() async throws {
        let fixture = try RevealFixture()
        let (anna, berta) = (try await fixture.person(), try await fixture.person("berta"))
        let (held, reveals) = (try fixture.held(), fixture.reveals(needsTwo: true))
        let inquiry = RevealInquiry(name: berta.claim.name, letter: held.item.letter)
        #expect(try await fixture.reveal(held, by: anna.claim, code: anna.recovery[0], of: reveals).waits)
        let half = try #require(reveals.standing(inquiry, at: fixture.now).halves.first)
        #expect(half.by == anna.claim.name && half.reason == fixture.reason && half.kind == .letter)
        #expect(half.until == fixture.now + .minutes(15))
        // One person is not two.
        #expect(try await fixture.reveal(held, by: anna.claim, code: anna.recovery[1], of: reveals).waits)
        #expect(try await fixture.reveal(held, by: berta.claim, code: berta.recovery[0], of: reveals).text != nil)
        #expect(try await fixture.reveal(held, by: anna.claim, code: anna.recovery[2], of: reveals).text != nil)
        // Each half counts once.
        #expect(try await fixture.reveal(held, by: anna.claim, code: anna.recovery[3], of: reveals).waits)
        let entries = try fixture.entries()
        let steps = entries.compactMap { entry -> (RevealStep, String?)? in
            if case .reveal(let step, _) = entry.event, step != .because { (step, entry.about) } else { nil }
        }
        #expect(steps.map(\.0) == [.asked, .asked, .shown, .confirmed, .shown, .confirmed, .asked])
        #expect(
            steps.map(\.1) == [
                "staff anna", "staff anna", "staff berta", "staff anna", "staff anna", "staff berta", "staff anna",
            ])
    }

    @Test func `The second confirms the same thing for the same reason, within a quarter of an hour`() async throws {
        let fixture = try RevealFixture()
        let (anna, berta) = (try await fixture.person(), try await fixture.person("berta"))
        let (held, reveals) = (try fixture.held(), fixture.reveals(needsTwo: true))
        #expect(try await fixture.reveal(held, by: anna.claim, code: anna.recovery[0], of: reveals).waits)
        let other = try RevealReason(typed: "Another reason altogether.")
        let codes = berta.recovery
        #expect(try await fixture.reveal(held, by: berta.claim, code: codes[0], of: reveals, because: other).waits)
        #expect(try await fixture.reveal(fixture.held(2), by: berta.claim, code: codes[1], of: reveals).waits)
        #expect(try await fixture.reveal(fixture.client(), by: berta.claim, code: codes[2], of: reveals).waits)
        let late = fixture.now + .minutes(15)
        #expect(try await fixture.reveal(held, by: berta.claim, code: codes[3], of: reveals, at: late).waits)
        let inTime = late + .minutes(14)
        #expect(
            try await fixture.reveal(held, by: anna.claim, code: anna.recovery[1], of: reveals, at: inTime).text != nil)
    }
}

extension RevealBeginning {
    fileprivate var way: RevealWay? {
        if case .offer(_, let way) = self { way } else { nil }
    }
}
