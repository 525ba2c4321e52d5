import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("What staff may be shown, and that their looks are known to the recipient")
struct RevealRowsTests {
    private static let now = TestStore.start

    private func find(_ store: TestStore, _ id: LetterID) async throws -> RevealableLetter? {
        try await store.database.read { try $0.revealableLetters.find(id) }
    }

    @Test(arguments: StoreKind.allCases)
    func `What is held, reported or refused; nothing that goes its way, waits for its visitor, or is unknown`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            let held = store.letter(verdict: .held, seal: [7, 7], beginsConversation: true)
            let (plain, waiting) = (store.letter(at: Self.now + .seconds(1)), store.proofLetter(at: Self.now + .seconds(2)))
            for letter in [held, plain, waiting] { try await store.accept(letter) }
            let refused = store.entry(at: Self.now + .seconds(3))
            try await store.database.write { try $0.intake.log(refused) }
            let found = try #require(try await find(store, held.id))
            #expect(found.held?.seal == [7, 7] && found.held?.reply == nil && found.report == nil && found.namesSender)
            #expect(found.recipient?.id == store.people[0].id && found.site == store.site.id)
            #expect(found.evidence == held.entry.evidence && found.evidence != nil)
            #expect(try await find(store, plain.id) == nil)
            #expect(try await find(store, waiting.id) == nil)
            #expect(try await find(store, LetterID(high: 1, low: 1)) == nil)
            let turnedAway = try #require(try await find(store, refused.id))
            #expect(turnedAway.held == nil && turnedAway.report == nil && turnedAway.evidence == refused.evidence)
            #expect(!turnedAway.namesSender)
            // Released, it is none of theirs any more.
            _ = try await store.database.write { try $0.queue.releaseHeld(.everything, at: Self.now, limit: 9) }
            #expect(try await find(store, held.id) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A held answer names its author and its conversation, a report the letter that it is about`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let first = try await store.begin(at: Self.now)
            let reply = store.reply(in: first.id, by: .visitor, at: Self.now + .hours(1), verdict: .held, seal: [8, 8])
            try await store.accept(reply)
            let found = try #require(try await find(store, reply.id))
            #expect(found.held?.seal == [8, 8])
            #expect(found.held?.reply?.author == .visitor && found.held?.reply?.conversation == first.id)
            // An answer's seal has no address in it; a report's has.
            #expect(!found.namesSender)
            #expect(try await find(store, reply.copy.id) == nil)
            let reports = [try store.report(about: reply.id), try store.report(about: first.id)]
            for report in reports { _ = try await store.database.write { try $0.reports.add(report) } }
            for (letter, report) in zip([reply.id, first.id], reports) {
                let shown = try #require(try await find(store, letter))
                #expect(shown.namesSender)
                let reported = try #require(shown.report)
                #expect(reported.id == report.id && reported.seal == report.seal && reported.conversation == first.id)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A look stands in the ledger, the last one, until the letter is forgotten`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(verdict: .held, beginsConversation: true)
            let other = store.letter(at: Self.now + .seconds(1))
            for letter in [letter, other] { try await store.accept(letter) }
            let (recipient, later) = (store.people[0].id, Self.now + .hours(2))
            try await store.database.write { transaction in
                for moment in [Self.now + .hours(1), later] {
                    try transaction.revealableLetters.noteLook(at: letter.id, at: moment)
                }
                // Of a letter that is forgotten nothing is noted that would never go.
                try transaction.revealableLetters.noteLook(at: LetterID(high: 1, low: 1), at: later)
            }
            let rows = try await store.database.read { try $0.memberLedger.latest(of: recipient, limit: 9) }
            #expect(rows.map(\.seenByStaff) == [nil, later])
            func looks() async throws -> Int {
                try await store.database.read { try $0.rows("SELECT letter FROM staff_look").count }
            }
            #expect(try await looks() == 1)
            _ = try await store.database.write { transaction in
                _ = try transaction.queue.drop(letter.id, because: "x", at: Self.now)
                _ = try transaction.queue.drop(other.id, because: "x", at: Self.now)
                return try transaction.retention.forgetSubmissions(before: Self.now + .days(1), limit: 9)
            }
            #expect(try await looks() == 0)
        }
    }
}
