import Foundation
import PosternMail
import PosternTestSupport
import Testing

/// Z1 for what staff work with: every column of their accounts, sessions, items, decisions, notes, waves and of reports is swapped,
/// moved, put back or forged while letters are held and a decision is about to be carried out.
@Suite(
    "A writer of the store is shown nothing by the vault, and no decision of staff sends a letter where it should not go",
    .serialized,
    .timeLimit(.minutes(40)))
struct RowsOfTheDeskGiveNothingAwayTests {
    private static let tables = [
        "staff_account", "staff_session", "staff_preference", "staff_look", "review_item", "review_note", "decision",
        "decision_item", "wave", "letter_sketch", "report",
    ]
    /// What is put back after each edit.
    private static let restored = tables + ["delivery", "letter", "recipient", "site"]

    private static let addresses = ["alice": "alice@new.example", "mallory": "mallory@evil.example"]

    /// What is done to the store while the letters are held. `kept` has the rows of before.
    struct Edit: Sendable {
        let column: String
        let sql: String

        init(_ column: String, _ sql: String) { (self.column, self.sql) = (column, sql) }
    }

    private static func account(_ name: String) -> String { "(SELECT id FROM kept.staff_account WHERE name = '\(name)')" }
    private static let (anna, mal) = (account("anna"), account("mal"))

    private static func held(_ handle: String) -> String {
        """
        (SELECT letter FROM kept.review_item WHERE lane = 'held' AND recipient = (
            SELECT id FROM kept.recipient WHERE handle = '\(handle)') ORDER BY letter DESC LIMIT 1)
        """
    }
    private static let (alice, mallory) = (held("alice"), held("mallory"))

    private static func reported(_ handle: String) -> String {
        "(SELECT id FROM kept.report WHERE recipient = (SELECT id FROM kept.recipient WHERE handle = '\(handle)'))"
    }

    /// The value that another row has had.
    private static func value(_ column: String, of table: String, where condition: String) -> String {
        "(SELECT \(column) FROM kept.\(table) WHERE \(condition))"
    }

    /// Gives two rows each other's value.
    private static func swap(_ column: String, of table: String, _ one: String, _ two: String, by key: String) -> String {
        let old = { (row: String) in value(column, of: table, where: "\(key) = \(row) LIMIT 1") }
        return """
            UPDATE \(table) SET \(column) = CASE \(key) WHEN \(one) THEN \(old(two)) ELSE \(old(one)) END
            WHERE \(key) IN (\(one), \(two))
            """
    }

    /// The thief's own account, which is an auditor's and may be shown nothing, takes over another's way in.
    private static let accountEdits: [Edit] = [
        Edit("staff_account.role", "UPDATE staff_account SET role = 'administrator'"),
        Edit("staff_account.record", swap("record", of: "staff_account", anna, mal, by: "id")),
        Edit(
            "staff_account.record",
            """
            UPDATE staff_account SET role = 'reviewer', version = \(value("version", of: "staff_account", where: "name = 'anna'")),
                record = \(value("record", of: "staff_account", where: "name = 'mal'")) WHERE name = 'anna';
            UPDATE staff_session SET account = \(anna) WHERE account = \(mal)
            """),
        Edit("staff_account.record", "UPDATE staff_account SET role = 'reviewer', record = randomblob(length(record))"),
        Edit("staff_account.version", "UPDATE staff_account SET role = 'reviewer', version = version + 1"),
        Edit(
            "staff_account.name",
            """
            UPDATE staff_account SET name = 'aside' WHERE name = 'anna';
            UPDATE staff_account SET name = 'anna', role = 'reviewer' WHERE name = 'mal'
            """),
        Edit(
            "staff_account.id",
            """
            UPDATE staff_account SET id = zeroblob(16) WHERE name = 'anna';
            UPDATE staff_account SET id = \(anna), role = 'reviewer' WHERE name = 'mal'
            """),
        Edit("staff_account.made_at", "UPDATE staff_account SET role = 'reviewer', made_at = 253402300799999"),
        Edit("staff_account.enrolled_at", "UPDATE staff_account SET role = 'reviewer', enrolled_at = NULL"),
        Edit("staff_session.account", "UPDATE staff_session SET account = \(anna) WHERE account = \(mal)"),
        Edit(
            "staff_session.digest",
            """
            DELETE FROM staff_session WHERE account = \(anna);
            INSERT INTO staff_session
            SELECT digest, \(anna), network, made_at, seen_at, ends_at FROM kept.staff_session WHERE account = \(mal)
            ON CONFLICT (digest) DO UPDATE SET account = excluded.account
            """),
        Edit("staff_session.network", "UPDATE staff_session SET account = \(anna), network = 1 WHERE account = \(mal)"),
        Edit("staff_session.made_at", "UPDATE staff_session SET account = \(anna), made_at = 253402300799999"),
        Edit("staff_session.seen_at", "UPDATE staff_session SET account = \(anna), seen_at = 253402300799999"),
        Edit("staff_session.ends_at", "UPDATE staff_session SET account = \(anna), ends_at = 253402300799999"),
    ]

    /// What is written about letters.
    private static let letterEdits: [Edit] = [
        Edit("staff_preference.account", "UPDATE staff_preference SET account = \(mal)"),
        Edit("staff_preference.has_keys", "UPDATE staff_preference SET has_keys = 1 - has_keys"),
        Edit("staff_look.letter", "UPDATE staff_look SET letter = randomblob(16)"),
        Edit("staff_look.looked_at", "UPDATE staff_look SET looked_at = 253402300799999"),
        Edit("review_item.lane", "UPDATE review_item SET lane = 'Example Bank'"),
        Edit("review_item.lane", "UPDATE review_item SET lane = 'reported' WHERE lane = 'held'"),
        Edit(
            "review_item.letter",
            """
            UPDATE review_item SET letter = zeroblob(16) WHERE lane = 'held' AND letter = \(alice);
            UPDATE review_item SET letter = \(alice) WHERE lane = 'held' AND letter = \(mallory)
            """),
        Edit("review_item.site", "UPDATE review_item SET site = 'bank'"),
        Edit("review_item.recipient", swap("recipient", of: "review_item", alice, mallory, by: "letter")),
        Edit("review_item.epoch", "UPDATE review_item SET epoch = epoch - 1"),
        Edit("review_item.tag", "UPDATE review_item SET tag = 1"),
        Edit("review_item.verdict", "UPDATE review_item SET verdict = 'accept'"),
        Edit("review_item.rules", "UPDATE review_item SET rules = 'Example Bank'"),
        Edit("review_item.likeness", "UPDATE review_item SET likeness = \(alice)"),
        Edit("review_item.cluster", "UPDATE review_item SET cluster = \(alice)"),
        Edit("review_item.version", "UPDATE review_item SET version = version + 1"),
        Edit("review_item.decision", "UPDATE review_item SET decision = randomblob(16)"),
        Edit("review_item.taken_at", "UPDATE review_item SET taken_at = 253402300799999, taken_by = 'mal'"),
        Edit("review_item.taken_by", "UPDATE review_item SET taken_at = 1, taken_by = 'Example Bank'"),
        Edit("review_item.waits_since", "UPDATE review_item SET waits_since = 253402300799999, waits_by = 'mal'"),
        Edit("review_item.waits_by", "UPDATE review_item SET waits_since = 1, waits_by = 'Example Bank'"),
        Edit("review_note.id", "UPDATE review_note SET id = randomblob(16)"),
        Edit("review_note.letter", "UPDATE review_note SET letter = \(alice)"),
        Edit("review_note.author", "UPDATE review_note SET author = 'Example Bank'"),
        Edit("review_note.text", "UPDATE review_note SET text = 'Example Bank'"),
        Edit("decision.id", "UPDATE decision SET id = randomblob(16)"),
        Edit("decision.act", "UPDATE decision SET act = 'Example Bank'"),
        Edit("decision.act", "UPDATE decision SET act = 'drop'"),
        Edit("decision.staff", "UPDATE decision SET staff = 'Example Bank'"),
        Edit("decision.reason", "UPDATE decision SET reason = 'Example Bank'"),
        Edit("decision.sentence", "UPDATE decision SET sentence = 'Example Bank'"),
        Edit("decision.block", "UPDATE decision SET block = 1"),
        Edit("decision.wave", "UPDATE decision SET wave = \(alice)"),
        Edit("decision.final_at", "UPDATE decision SET final_at = 1"),
        Edit("decision.applied_at", "UPDATE decision SET applied_at = 1"),
        Edit("decision.undone_at", "UPDATE decision SET undone_at = 1, undone_by = 'mal' WHERE applied_at IS NULL"),
        Edit("decision.undone_by", "UPDATE decision SET undone_at = 1, undone_by = 'Example Bank' WHERE applied_at IS NULL"),
        Edit("decision_item.decision", "UPDATE decision_item SET decision = randomblob(16)"),
        Edit("decision_item.letter", "UPDATE decision_item SET letter = \(mallory) WHERE letter = \(alice)"),
        Edit("decision_item.epoch", "UPDATE decision_item SET epoch = 0"),
        Edit("decision_item.tag", "UPDATE decision_item SET tag = 1"),
        Edit("decision_item.state", "UPDATE decision_item SET state = 'passed'"),
        Edit("decision_item.state", "UPDATE decision_item SET state = 'pending'"),
        Edit("wave.id", "UPDATE wave SET id = \(alice)"),
        Edit("wave.began_at", "UPDATE wave SET began_at = 253402300799999"),
        Edit(
            "wave.decision",
            "UPDATE wave SET decision = 'released', decided_at = 1, decided_by = 'mal', final_at = 1, applied_at = NULL"),
        Edit(
            "wave.tells",
            """
            UPDATE wave SET id = \(alice), decision = 'withdrawn', decided_at = 1, decided_by = 'mal', final_at = 1, tells = 1;
            UPDATE submission SET wave = \(alice) WHERE id IN (\(alice), \(mallory))
            """),
        Edit(
            "wave.decided_at",
            "UPDATE wave SET decision = 'released', decided_at = 253402300799999, decided_by = '', final_at = 1"),
        Edit(
            "wave.decided_by",
            "UPDATE wave SET decision = 'released', decided_at = 1, decided_by = 'Example Bank', final_at = 1"),
        Edit("wave.final_at", "UPDATE wave SET decision = 'withdrawn', decided_at = 1, final_at = 253402300799999"),
        Edit("wave.applied_at", "UPDATE wave SET decision = 'released', decided_at = 1, final_at = 1, applied_at = 1"),
        Edit("wave.version", "UPDATE wave SET version = version + 1"),
        Edit("wave.taken_at", "UPDATE wave SET taken_at = 253402300799999, taken_by = 'mal'"),
        Edit("wave.taken_by", "UPDATE wave SET taken_at = 1, taken_by = 'Example Bank'"),
        Edit("letter_sketch.id", "UPDATE letter_sketch SET id = randomblob(16)"),
        Edit("letter_sketch.epoch", "UPDATE letter_sketch SET epoch = epoch - 1"),
        Edit("letter_sketch.digests", "UPDATE letter_sketch SET digests = randomblob(length(digests) + 1)"),
        Edit("letter_sketch.wave", "UPDATE letter_sketch SET wave = \(alice)"),
    ]

    /// What recipients have reported: the seals that staff are shown.
    private static let reportEdits: [Edit] = [
        Edit(
            "report.id",
            """
            UPDATE report SET id = zeroblob(16) WHERE id = \(reported("alice"));
            UPDATE report SET id = \(reported("alice")) WHERE id = \(reported("mallory"))
            """),
        Edit(
            "report.letter",
            """
            UPDATE report SET letter = zeroblob(16) WHERE id = \(reported("alice"));
            UPDATE report SET letter = \(value("letter", of: "report", where: "id = \(reported("alice"))"))
            WHERE id = \(reported("mallory"))
            """),
        Edit("report.recipient", swap("recipient", of: "report", reported("alice"), reported("mallory"), by: "id")),
        Edit("report.seal", swap("seal", of: "report", reported("alice"), reported("mallory"), by: "id")),
        Edit("report.seal", "UPDATE report SET seal = (SELECT seal FROM letter WHERE letter.id = report.letter)"),
        Edit("report.made_at", "UPDATE report SET made_at = 253402300799999"),
        Edit("report.reason", "UPDATE report SET reason = 'Example Bank'"),
        Edit("report.decided_at", "UPDATE report SET decided_at = 1, decision = 'Example Bank'"),
        Edit("report.decision", "UPDATE report SET decided_at = 1, decision = 'dismiss'"),
        Edit("report.reason_code", "UPDATE report SET reason_code = 'Example Bank'"),
    ]

    @Test func `Every column has an edit`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        try await postern.start()
        let columns = try await postern.rows("columns", of: Self.tables).split(separator: "\n").map(String.init)
        let edited = Self.accountEdits + Self.letterEdits + Self.reportEdits
        #expect(Set(columns) == Set(edited.map(\.column)))
        try await postern.stop()
    }

    @Test func `A writer of accounts and sessions is shown no letter, no report and no client address`() async throws {
        let desk = try await DeskRunning(addresses: Self.addresses)
        let postern = desk.postern
        let anna = try await postern.addStaff("anna", role: "reviewer")
        let mal = try await postern.addStaff("mal", role: "auditor")
        let letter = try await desk.held("alice", round: 0)
        let report = try await desk.reported("alice")
        func shown(_ id: String, _ kind: String, by staff: StaffSignIn, _ code: () -> String) async throws -> String {
            try await postern.reveal(id, kind, by: staff, reason: DeskRunning.reason, code: code).text
        }
        #expect(try await shown(letter, "letter", by: anna) { anna.recoveryCodes[0] }.contains(DeskRunning.secret))
        try await postern.rows("snapshot", of: Self.tables)
        // The thief has a second factor of their own, and nobody else's.
        var codes = mal.recoveryCodes.makeIterator()
        for edit in Self.accountEdits {
            try await postern.rows("edit", edit.sql)
            for (id, kind) in [(letter, "letter"), (letter, "client"), (report, "letter")] {
                let page = try await shown(id, kind, by: mal) { codes.next() ?? StaffSignIn.code(mal.secret) }
                #expect(!page.contains(DeskRunning.secret) && !page.contains(DeskRunning.client), "\(kind): \(edit.sql)")
            }
            try await postern.rows("put-back", of: Self.tables)
        }
        // The rows are as they were, and so are the ways in.
        // The thief's guesses at her codes keep her waiting for half a minute at most.
        try await eventually("anna is shown it", within: .seconds(120)) {
            try await shown(letter, "client", by: anna) { anna.recoveryCodes[1] }.contains(DeskRunning.client)
        }
        try await desk.stop()
    }

    @Test func `A report shows the letter that was reported, or nothing`() async throws {
        let desk = try await DeskRunning(addresses: Self.addresses)
        let postern = desk.postern
        let letters = [("alice", try await desk.reported("alice")), ("mallory", try await desk.reported("mallory"))]
        var staff: [StaffSignIn] = []
        for name in ["anna", "bert", "cora"] { staff.append(try await postern.addStaff(name, role: "reviewer")) }
        var codes = staff.flatMap { person in person.recoveryCodes.map { (person, $0) } }.makeIterator()
        try await postern.rows("snapshot", of: Self.tables + ["recipient"])
        for edit in [nil] + Self.reportEdits.map(Optional.some) + [nil] {
            if let edit { try await postern.rows("edit", edit.sql) }
            for (handle, letter) in letters {
                let next = codes.next()
                let (person, code) = try #require(next)
                let page = try await postern.reveal(letter, "letter", by: person, reason: DeskRunning.reason) { code }.text
                let other = handle == "alice" ? "mallory" : "alice"
                #expect(!page.contains("reported, for \(other)"), "\(handle): \(edit?.sql ?? "")")
                if edit == nil { #expect(page.contains("reported, for \(handle)"), "\(page.prefix(3_000))") }
            }
            try await postern.rows("put-back", of: Self.tables)
        }
        try await desk.stop()
    }

    @Test func `A decision that is carried out over edited rows sends each letter to whom it was written, or nowhere`()
        async throws
    {
        let desk = try await DeskRunning(addresses: Self.addresses)
        let postern = desk.postern
        let anna = try await postern.addStaff("anna")
        try await desk.wave()
        _ = try await desk.reported("alice")
        for (number, edit) in ([nil] + Self.letterEdits.map(Optional.some) + [nil]).enumerated() {
            let (alices, mallorys) = (
                try await desk.held("alice", round: number + 1), try await desk.held("mallory", round: number + 1)
            )
            let (seen, sql) = (desk.server.messages.count, edit?.sql ?? "nothing")
            try await desk.note("A note of round \(number).", about: mallorys, by: anna)
            try await desk.release(alices, by: anna)
            try await postern.rows("snapshot", of: Self.restored)
            if let edit { try await postern.rows("edit", edit.sql) }
            for path in ["/", "/?lane=reported", "/waves", "/decisions", "/letters/\(alices)", "/letters/\(mallorys)"] {
                let page = try await Web.get(postern.staffURL(path), headers: [("Cookie", anna.cookie)])
                let isShown = page.status == 200 || (edit != nil && [404, 503].contains(page.status))
                #expect(isShown, "\(path): \(page.status) \(sql)")
                for hidden in [DeskRunning.secret, DeskRunning.client, "evil.example", "new.example"] {
                    #expect(!page.text.contains(hidden), "\(hidden) on \(path): \(sql)")
                }
            }
            // The minute is over.
            try await postern.rows("edit", "UPDATE decision SET final_at = 1 WHERE applied_at IS NULL AND undone_at IS NULL")
            if edit == nil {
                try await eventually("alice's letter is released", within: .seconds(60)) { desk.server.messages.count > seen }
            } else {
                try await carriedOut(postern)
                try await eventually("nothing is under way", within: .seconds(60)) {
                    try await postern.rows("waiting").trimmingCharacters(in: .whitespacesAndNewlines) == "0"
                }
            }
            for mail in desk.server.messages.dropFirst(seen) { check(mail, after: sql) }
            try await postern.rows("restore", of: Self.restored)
        }
        try await desk.stop()
    }

    /// Waits until everything that was due has been carried out, or could not be. Most edits leave nothing of it that one could wait for, so
    /// this waits for a decision about no letter that is due after all others. Waves have their turn after decisions: the second one of these
    /// is carried out in a later round than the first.
    private func carriedOut(_ postern: Installation) async throws {
        for _ in 1...2 {
            try await postern.rows(
                "edit",
                """
                INSERT INTO decision (id, act, staff, reason, final_at)
                VALUES (randomblob(16), 'release', 'anna', 'other', \(Self.last))
                """)
            let waiting = "SELECT COUNT(*) FROM decision WHERE final_at = \(Self.last) AND applied_at IS NULL"
            try await eventually("what is due is carried out", within: .seconds(60)) {
                try await postern.rows("ask", waiting).hasPrefix("0")
            }
        }
    }

    /// After the moment that every other decision of these tests is given.
    private static let last = 2

    /// Each mail has a letter to its own reader, or none, and names and links of this installation alone.
    private func check(_ mail: ServerMessage, after sql: String) {
        let view = MailView(source: mail.octets)
        let text = [String(decoding: mail.octets, as: UTF8.self), view.plain ?? "", view.html ?? ""].joined(separator: "\n")
        guard let reader = Self.addresses.first(where: { mail.recipients == ["<\($0.value)>"] }) ?? Self.person(mail) else {
            Issue.record("redirected to \(mail.recipients): \(sql)")
            return
        }
        for (other, address) in Self.addresses where other != reader.key {
            #expect(!text.contains(address) && !text.contains("for \(other)"), "\(other)'s to \(reader.key): \(sql)")
        }
        #expect(!text.contains("Example Bank") && mail.sender.contains("@relay.example.org>"), "\(sql)")
    }

    /// Whom the wave was for.
    private static func person(_ mail: ServerMessage) -> (key: String, value: String)? {
        (0..<7).map { ("person\($0)", "person\($0)@private.example") }.first { mail.recipients == ["<\($0.1)>"] }
    }
}
