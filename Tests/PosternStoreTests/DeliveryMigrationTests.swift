import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("Deliveries and attempts come through the migration that made their tables again")
struct DeliveryMigrationTests {
    private static let columns: StaticString = """
        SELECT id, recipient, kind, epoch, state, attempts, uncertain, accepted_at, released_at, due_at, lease, lease_until,
            finished_at, reason, message_token, envelope_token
        FROM delivery
        ORDER BY id
        """
    private static let attempts: StaticString = """
        SELECT delivery, number, lease, started_at, ended_at, outcome, stage, code, enhanced, text
        FROM attempt
        ORDER BY delivery, number
        """

    /// Every state, with and without a letter, under every outcome that there was.
    private func fill(_ store: any OpenStore, _ person: Recipient) async throws -> Int {
        var randomness = SeededRandomness(seed: 6)
        let ends = ["delivered", "deferred", "failed", "uncertain", "our-fault", "interrupted"]
        let cells = DeliveryState.allCases.flatMap { state in ["letter", "confirmation"].map { (state, $0) } }
        let rows = cells.enumerated().map { number, cell in
            (
                id: LetterID(at: TestStore.start + .days(Int64(number / 4)), using: &randomness), state: cell.0, kind: cell.1,
                tries: cell.0 == .leased ? max(1, number % 4) : number % 4
            )
        }
        try await store.write { transaction in
            try transaction.run(
                """
                INSERT INTO site (id, name, origins, introductions, languages, created_at)
                VALUES ('photos', 'The Photographers', '', '', '', 1)
                """)
            try transaction.run(
                """
                INSERT INTO recipient (
                    id, site, handle, name, language, state, record_version, seal, authorisation, created_at, updated_at)
                VALUES (?, 'photos', 'pat', 'Pat', 'en', 'active', 1, ?, ?, 1, 1)
                """,
                [person.id.stored, [9].stored, [8].stored])
            for row in rows {
                let at = row.id.moment
                let isWaiting = row.state == .ready || row.state == .leased
                let isLeased = row.state == .leased
                let lease = LeaseID(node: 3, number: 9).stored
                try transaction.run(
                    """
                    INSERT INTO delivery (
                        id, recipient, kind, epoch, state, attempts, uncertain, accepted_at, released_at, due_at, lease,
                        lease_until, finished_at, reason, message_token, envelope_token)
                    VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, 'why', 'a', 'b')
                    """,
                    [
                        row.id.stored, person.id.stored, row.kind.stored, Epoch(containing: at).stored, row.state.stored,
                        row.tries.stored, at.stored, (at + .hours(1)).stored, isWaiting ? at.stored : .null,
                        isLeased ? lease : .null, isLeased ? at.stored : .null, row.state.isTerminal ? at.stored : .null,
                    ])
                for number in 0..<row.tries {
                    let isOpen = isLeased && number == row.tries - 1
                    try transaction.run(
                        """
                        INSERT INTO attempt (delivery, number, lease, started_at, ended_at, outcome, stage, code, enhanced, text)
                        VALUES (?, ?, ?, ?, ?, ?, 'final-dot', 250, '2.0.0', 'Ok')
                        """,
                        [
                            row.id.stored, (number + 1).stored, lease, at.stored, isOpen ? .null : at.stored,
                            isOpen ? .null : .text(ends[(number + row.tries) % ends.count]),
                        ])
                }
                guard row.kind == "letter" else { continue }
                try transaction.run(
                    """
                    INSERT INTO submission (
                        id, at, site, handle, recipient, verdict, rules, tags, evidence, letter_bytes, repeats, epoch)
                    VALUES (?, ?, 'photos', 'pat', ?, 'accept', '', ?, ?, 1500, 0, ?)
                    """,
                    [
                        row.id.stored, at.stored, person.id.stored, [UInt8]().stored, [4, 5].stored,
                        Epoch(containing: at).stored,
                    ])
                try transaction.run("INSERT INTO letter (id, seal) VALUES (?, ?)", [row.id.stored, [1, 2, 3].stored])
            }
        }
        return rows.count
    }

    private func texts(_ store: any OpenStore, _ sql: StaticString) async throws -> [String] {
        try await store.read { try $0.rows(sql).map { "\($0)" } }
    }

    @Test(arguments: StoreKind.lasting)
    func `Every row is what it was; the letters keep their seals, what was under way and what refers to what`(_ kind: StoreKind)
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        var randomness = SeededRandomness(seed: 1)
        let site = try Sample.site("photos")
        let person = try Sample.recipient("pat", at: site.id, using: &randomness)
        let former = try await kind.open(path, schema: Migrator(Array(Schema.migrations.prefix(5))))
        let count = try await fill(former, person)
        let (deliveries, attempts) = (try await texts(former, Self.columns), try await texts(former, Self.attempts))
        #expect(deliveries.count == count && attempts.count > count)
        await former.close()

        let store = try await kind.open(path)
        #expect(try await texts(store, Self.columns) == deliveries)
        #expect(try await texts(store, Self.attempts) == attempts)
        #expect(
            try await texts(store, "SELECT id FROM delivery WHERE letter <> id OR (letter IS NULL) = (kind = 'letter')") == [])
        let counts = try await store.read { try $0.queue.counts() }
        #expect(counts.difference == 0 && counts.accepted == count)
        #expect(DeliveryState.allCases.allSatisfy { counts[$0] == 2 })
        #expect(try await store.read { try $0.queue.list(limit: 99) }.count == count)
        #expect(try await texts(store, "PRAGMA foreign_key_check") == [])
        // An attempt still belongs to a delivery, and a delivery to a recipient.
        for statement: StaticString in [
            "DELETE FROM delivery WHERE attempts > 0", "UPDATE attempt SET delivery = recipient FROM delivery",
            "UPDATE delivery SET recipient = id",
        ] {
            await #expect(throws: StoreError.self, "\(statement)") {
                try await store.write { try $0.run(statement) }
            }
        }
        let now = TestStore.start + .days(9)
        try await store.write { transaction in
            try transaction.queue.recoverLeases(of: 3, at: now)
            let jobs = try transaction.queue.claim(upTo: 99, under: LeaseID(node: 4, number: 1), until: now, at: now)
            #expect(jobs.count == 4 && jobs.filter { $0.letter == [1, 2, 3] }.count == 2)
        }
        await store.close()
    }
}
