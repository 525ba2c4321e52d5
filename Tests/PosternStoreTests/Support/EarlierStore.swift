import PosternCore
import PosternStore
import PosternTestSupport
import Testing

/// A store of an earlier schema with a row in every table, written in that schema's own words: today's verbs speak the present
/// one's.
struct EarlierStore {
    let version: Int
    let site, club: Site
    let person: Recipient
    let logo: Logo
    let accepted, leased, confirmation, refused: LetterID
    let seal: [UInt8] = [1, 2, 3]
    let key = [UInt8](repeating: 7, count: 32)
    let limitRecord = LimitRecord(
        epoch: Epoch(containing: TestStore.start), keys: [DatedLimitKey(lasting: .recipientReserve(.zero))])
    let operation: OperationRecord

    init(version: Int) throws {
        self.version = version
        var randomness = SeededRandomness(seed: UInt64(version))
        site = try Sample.site("photos")
        club = try Sample.site("club", origins: [])
        person = try Sample.recipient("pat", at: site.id, using: &randomness)
        logo = try Logo(file: Array("<svg></svg>".utf8))
        let ids = (0..<4).map { LetterID(at: TestStore.start + .seconds($0), using: &randomness) }
        (accepted, leased, confirmation, refused) = (ids[0], ids[1], ids[2], ids[3])
        operation = Sample.operation(at: TestStore.start)
    }

    /// The tables of that schema, by the names it gave them.
    var tables: Set<String> {
        var tables: Set<String> = []
        for statement in Schema.migrations.prefix(version).flatMap(\.statements) {
            let words = statement.description.split(whereSeparator: \.isWhitespace).map(String.init)
            switch (words[0], words[1]) {
            case ("CREATE", "TABLE"): tables.insert(words[2])
            case ("ALTER", "TABLE") where words[3...4] == ["RENAME", "TO"]:
                tables = tables.subtracting([words[2]]).union([words[5]])
            default: break
            }
        }
        return tables
    }

    /// Makes it, and closes it again.
    /// - Returns: the tables that rows were put into.
    func make(_ kind: StoreKind, at path: String) async throws -> Set<String> {
        let store = try await kind.open(path, schema: Migrator(Array(Schema.migrations.prefix(version))))
        let ledger = StatementLedger()
        try await store.write { transaction in
            let transaction = RecordingTransaction(transaction: transaction, ledger: ledger)
            try addPeople(transaction)
            try addLetters(transaction)
            try addTheRest(transaction)
        }
        await store.close()
        return Set(
            ledger.all.map { $0.description.split(whereSeparator: \.isWhitespace) }.filter { $0[0] == "INSERT" }.map {
                String($0[2])
            })
    }

    private func addPeople(_ transaction: any Transaction) throws {
        let now = TestStore.start.stored
        for (site, logo) in [(site, logo.id), (club, nil)] {
            try transaction.run(
                """
                INSERT INTO site (id, name, origins, logo_kind, logo_version, introductions, languages, created_at)
                VALUES (?, ?, ?, ?, ?, '', '', ?)
                """,
                [
                    site.id.stored, site.name.stored, .text(site.origins.map(\.description).joined(separator: " ")),
                    (logo?.kind).stored, (logo?.version).stored, now,
                ])
        }
        try transaction.run("INSERT INTO site_logo (site, content) VALUES (?, ?)", [site.id.stored, logo.content.stored])
        let record = try #require(person.record)
        try transaction.run(
            """
            INSERT INTO recipient (
                id, site, handle, name, language, state, record_version, seal, authorisation, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                person.id.stored, site.id.stored, person.handle.stored, person.name.stored, person.language.stored,
                person.state.stored, record.version.stored, record.seal.stored, record.authorisation.stored, now, now,
            ])
    }

    private func addLetters(_ transaction: any Transaction) throws {
        let (now, epoch) = (TestStore.start.stored, Epoch(containing: TestStore.start).stored)
        let lease: SQLValue = version < 3 ? leased.stored : LeaseID(node: 3, number: 9).stored
        for id in [accepted, leased, refused] {
            let verdict = id == refused ? "refuse" : "accept"
            try transaction.run(
                """
                INSERT INTO submission (
                    id, at, site, handle, recipient, verdict, rules, tags, evidence, letter_bytes, repeats, epoch)
                VALUES (?, ?, 'photos', 'pat', ?, ?, 'block:hold:41', ?, ?, 1500, 2, ?)
                """,
                [id.stored, now, person.id.stored, verdict.stored, [0, 0, 0, 0, 0, 0, 0, 7].stored, [4, 5].stored, epoch])
            try transaction.run(
                "INSERT INTO submission_tag (epoch, tag, submission) VALUES (?, 7, ?)", [epoch, id.stored])
            try transaction.run(
                "INSERT INTO submission_rule (rule, verdict, submission) VALUES ('block', ?, ?)", [verdict.stored, id.stored])
        }
        for id in [accepted, leased] {
            try transaction.run("INSERT INTO letter (id, seal) VALUES (?, ?)", [id.stored, seal.stored])
        }
        for id in [accepted, leased, confirmation] {
            let delivery: StaticString =
                version < 3
                ? """
                INSERT INTO delivery (
                    id, recipient, mailing, epoch, state, attempts, uncertain, accepted_at, due_at, lease, lease_until,
                    message_token, envelope_token)
                VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 'a', 'b')
                """
                : version > 5
                    ? """
                    INSERT INTO delivery (
                        id, recipient, kind, epoch, state, attempts, uncertain, accepted_at, due_at, lease, lease_until, letter,
                        message_token, envelope_token)
                    VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, 'a', 'b')
                    """
                    : """
                    INSERT INTO delivery (
                        id, recipient, kind, epoch, state, attempts, uncertain, accepted_at, due_at, lease, lease_until,
                        message_token, envelope_token)
                    VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 'a', 'b')
                    """
            try transaction.run(
                delivery,
                [
                    id.stored, person.id.stored, .text(id == confirmation ? "confirmation" : "letter"), epoch,
                    .text(id == leased ? "leased" : "ready"), (id == leased ? 1 : 0).stored, now, now,
                    id == leased ? lease : .null, id == leased ? now : .null,
                ] + (version > 5 ? [id == confirmation ? .null : id.stored] : []))
        }
        try transaction.run(
            "INSERT INTO attempt (delivery, number, lease, started_at) VALUES (?, 1, ?, ?)", [leased.stored, lease, now])
    }

    private func addTheRest(_ transaction: any Transaction) throws {
        let now = TestStore.start.stored
        try transaction.run(
            version < 3
                ? "INSERT INTO idempotency (key, body, letter, expires_at) VALUES (?, ?, ?, ?)"
                : "INSERT INTO idempotency_record (key, body, letter, expires_at) VALUES (?, ?, ?, ?)",
            [key.stored, key.stored, accepted.stored, (TestStore.start + .days(1)).stored])
        try transaction.run(
            version < 3
                ? "INSERT INTO chore (name, done_at) VALUES ('purge', ?)"
                : "INSERT INTO maintenance_record (name, done_at) VALUES ('purge', ?)", [now])
        try transaction.run(
            version < 3 ? "INSERT INTO pulse (id, at) VALUES (1, ?)" : "INSERT INTO write_probe (id, at) VALUES (1, ?)", [now])
        // Scope 6 and sixteen bytes: a recipient's reserve.
        try transaction.run(
            "INSERT INTO limit_mark (id, epoch, keys) VALUES (?, ?, ?)",
            [accepted.stored, limitRecord.epoch.stored, ([6] + [UInt8](repeating: 0, count: 16)).stored])
        try transaction.run(
            """
            INSERT INTO block (id, kind, mark, effect, reason, added_at)
            VALUES (41, 'domain', 'spam.example', 'hold', 'a wave', ?)
            """, [now])
        if version >= 2 {
            try transaction.run(
                "INSERT INTO operation (id, at, actor, verb, subject, reason) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    operation.id.stored, operation.at.stored, operation.actor.stored, operation.verb.stored,
                    operation.subject.stored, operation.reason.stored,
                ])
        }
        if version >= 3 {
            try transaction.run("INSERT INTO node (id, name, starts, started_at) VALUES (3, 'only', 4, ?)", [now])
            try transaction.run("UPDATE counter SET last = 41 WHERE name = 'block'")
        }
        if version >= 6 { try addConversation(transaction) }
        if version >= 7 { try addMembership(transaction) }
        if version >= 8 { try addStaff(transaction) }
        if version >= 9 { try addWave(transaction) }
        if version >= 10 { try addDesk(transaction) }
        if version >= 15 {
            try transaction.run(
                "INSERT INTO mute_tag (recipient, conversation, epoch, tag, created_at) VALUES (?, ?, 1, 7, ?)",
                [person.id.stored, accepted.stored, now])
        }
        if version >= 5 {
            try transaction.run(
                "INSERT INTO recipient_alias (site, folded, name, recipient, created_at) VALUES (?, 'pat müller', 'Pat Müller', ?, ?)",
                [site.id.stored, person.id.stored, now])
        }
    }

    private func addConversation(_ transaction: any Transaction) throws {
        let (now, name) = (TestStore.start.stored, [UInt8](repeating: 5, count: 16).stored)
        try transaction.run(
            "INSERT INTO conversation (id, recipient, summary) VALUES (?, ?, ?)", [accepted.stored, person.id.stored, name])
        try transaction.run(
            "INSERT INTO link (made_at, digest, purpose, conversation, summary_key) VALUES (1, ?, 'reply', ?, ?)",
            [name, accepted.stored, name])
        try transaction.run(
            "INSERT INTO reply (id, conversation, author, kind) VALUES (?, ?, 'recipient', 'reply')",
            [refused.stored, accepted.stored])
        try transaction.run(
            "INSERT INTO mute (recipient, visitor, conversation, created_at) VALUES (?, ?, ?, ?)",
            [person.id.stored, name, accepted.stored, now])
    }

    private func addStaff(_ transaction: any Transaction) throws {
        let (now, bytes) = (TestStore.start.stored, [UInt8](repeating: 6, count: 16).stored)
        try transaction.run(
            "INSERT INTO staff_account (id, name, role, version, record, made_at) VALUES (?, 'anna', 'auditor', 1, ?, ?)",
            [bytes, bytes, now])
        try transaction.run(
            "INSERT INTO staff_session (digest, account, network, made_at, seen_at, ends_at) VALUES (?, ?, 1, ?, ?, ?)",
            [bytes, bytes, now, now, now])
        guard version >= 11 else { return }
        try transaction.run("INSERT INTO staff_look (letter, looked_at) VALUES (?, ?)", [accepted.stored, now])
        guard version >= 12 else { return }
        try transaction.run("INSERT INTO hourly_figure (hour, series, value) VALUES (?, 'accept', 3)", [now])
        try transaction.run(
            "INSERT INTO daily_recipient (epoch, recipient, letters) VALUES (1, ?, 3)", [person.id.stored])
    }

    private func addWave(_ transaction: any Transaction) throws {
        try transaction.run(
            "INSERT INTO letter_sketch (id, epoch, digests) VALUES (?, 1, ?)", [accepted.stored, [1, 2, 3, 4].stored])
        try transaction.run("INSERT INTO wave (id, began_at) VALUES (?, ?)", [accepted.stored, TestStore.start.stored])
    }

    private func addDesk(_ transaction: any Transaction) throws {
        let (now, bytes, person) = (TestStore.start.stored, [UInt8](repeating: 6, count: 16).stored, person.id.stored)
        try transaction.run(
            """
            INSERT INTO review_item (
                lane, letter, site, recipient, epoch, tag, verdict, rules, likeness, cluster, version)
            VALUES ('held', ?, 'photos', ?, 1, 7, 'hold', 'block', ?, ?, 1)
            """, [accepted.stored, person, accepted.stored, accepted.stored])
        try transaction.run(
            "INSERT INTO decision (id, act, staff, reason, final_at) VALUES (?, 'drop', 'anna', 'spam', ?)", [bytes, now])
        try transaction.run(
            "INSERT INTO decision_item (decision, letter, epoch, tag, state) VALUES (?, ?, 1, 7, 'pending')",
            [bytes, accepted.stored])
        try transaction.run(
            "INSERT INTO review_note (id, letter, author, text) VALUES (?, ?, 'anna', 'a note')", [bytes, accepted.stored])
        try transaction.run("INSERT INTO staff_preference (account, has_keys) VALUES (?, 0)", [bytes])
    }

    private func addMembership(_ transaction: any Transaction) throws {
        let (now, bytes, person) = (TestStore.start.stored, [UInt8](repeating: 6, count: 16).stored, person.id.stored)
        for statement: StaticString in [
            "INSERT INTO pause_end (ends_at, recipient) VALUES (1, ?)",
            "INSERT INTO daily_letter (recipient, day, letter) VALUES (?, 1, ?)",
            "INSERT INTO unconfirmed_join (recipient, record_version, ends_at) VALUES (?, 1, 1)",
            "INSERT INTO first_letter (recipient, letter) VALUES (?, ?)", "INSERT INTO awaited_proof (letter) VALUES (?)",
        ] {
            try transaction.run(statement, [person, accepted.stored].suffix(statement.description.filter { $0 == "?" }.count))
        }
        try transaction.run(
            """
            INSERT INTO address_change (
                id, recipient, former_version, former_seal, former_authorisation, next_version, next_seal, next_authorisation)
            VALUES (?, ?, 1, ?, ?, 2, ?, ?)
            """, [bytes, person, bytes, bytes, bytes, bytes])
        try transaction.run(
            "INSERT INTO member_session (link, digest, recipient, content, made_at, ends_at) VALUES (?, ?, ?, ?, ?, ?)",
            [bytes, bytes, person, bytes, now, now])
        try transaction.run(
            "INSERT INTO invitation (made_at, digest, site, ends_at) VALUES (1, ?, ?, ?)", [bytes, site.id.stored, now])
        try transaction.run(
            "INSERT INTO site_token (id, site, scope, digest, made_at) VALUES (?, ?, 'recipients', ?, ?)",
            [bytes, site.id.stored, bytes, now])
        try transaction.run(
            "INSERT INTO report (id, letter, recipient, reason, seal, made_at) VALUES (?, ?, ?, 'spam', ?, ?)",
            [bytes, accepted.stored, person, bytes, now])
    }
}
