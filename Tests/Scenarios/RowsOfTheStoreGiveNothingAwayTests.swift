import Foundation
import PosternTestSupport
import Testing

/// Z1: every column of recipient, site, delivery and letter is swapped, moved, put back or forged while letters wait, and the mails
/// are read at the mail server.
@Suite(
    "A writer of the store can neither redirect a letter, nor put an old address back, nor give a mail another brand or link",
    .serialized, .timeLimit(.minutes(40)))
struct RowsOfTheStoreGiveNothingAwayTests {
    /// What is done to the store: SQL with names of the rows, which `with` resolves.
    struct Edit: Sendable {
        let column: String
        /// Empty for a column that nothing of a mail depends on.
        let statements: [String]
        let isHarmless: Bool

        init(_ column: String, _ statements: String...) {
            (self.column, self.statements, isHarmless) = (column, statements, false)
        }

        init(harmless column: String, _ statement: String) {
            (self.column, statements, isHarmless) = (column, [statement], true)
        }
    }

    private static let alice = "(SELECT id FROM delivery WHERE state = 'held' ORDER BY id LIMIT 1)"
    private static let mallory = "(SELECT id FROM delivery WHERE state = 'held' ORDER BY id DESC LIMIT 1)"

    /// Everything of one row but what makes it unique.
    private static func copy(_ columns: [String], of table: String, from source: String, to target: String) -> String {
        let list = columns.map { "\($0) = (SELECT \($0) FROM \(source))" }.joined(separator: ", ")
        return "UPDATE \(table) SET \(list) WHERE \(target)"
    }

    /// The store has: alice, who has moved from an old address; mallory, the thief's own recipient; the sites photos, renamed once,
    /// and bank. Two letters are held: first to alice, then to mallory.
    static let edits: [Edit] = [
        Edit(
            "recipient.id",
            """
            CREATE TEMP TABLE a AS SELECT id FROM recipient WHERE handle = 'alice';
            UPDATE recipient SET id = randomblob(16) WHERE handle = 'alice';
            UPDATE recipient SET id = (SELECT id FROM a) WHERE handle = 'mallory'
            """,
            """
            CREATE TEMP TABLE a AS SELECT id FROM recipient WHERE handle = 'alice';
            DELETE FROM recipient WHERE handle = 'alice';
            UPDATE recipient SET id = (SELECT id FROM a), handle = 'alice', name = 'Alice' WHERE handle = 'mallory'
            """),
        Edit("recipient.site", "UPDATE recipient SET site = 'bank' WHERE handle = 'alice'"),
        Edit(
            "recipient.handle",
            """
            UPDATE recipient SET handle = 'aside' WHERE handle = 'alice';
            UPDATE recipient SET handle = 'alice' WHERE handle = 'mallory';
            UPDATE recipient SET handle = 'mallory' WHERE handle = 'aside'
            """),
        Edit("recipient.name", "UPDATE recipient SET name = 'Example Bank Security' WHERE handle = 'alice'"),
        Edit("recipient.language", "UPDATE recipient SET language = 'de' WHERE handle = 'alice'"),
        Edit(harmless: "recipient.state", "UPDATE recipient SET state = 'paused' WHERE handle = 'alice'"),
        Edit(
            "recipient.record_version", "UPDATE recipient SET record_version = 1 WHERE handle = 'alice'",
            "UPDATE recipient SET record_version = 2147483647 WHERE handle = 'alice'",
            // The row of before the address was changed, whole.
            copy(
                ["record_version", "seal", "authorisation", "name", "language"], of: "recipient", from: "kept.former",
                to: "handle = 'alice'")),
        Edit(
            "recipient.seal",
            "UPDATE recipient SET seal = (SELECT seal FROM recipient WHERE handle = 'mallory') WHERE handle = 'alice'",
            "UPDATE recipient SET seal = (SELECT seal FROM kept.former) WHERE handle = 'alice'",
            copy(
                ["seal", "authorisation"], of: "recipient", from: "recipient WHERE handle = 'mallory'", to: "handle = 'alice'"),
            copy(
                ["record_version", "seal", "authorisation", "name", "language"], of: "recipient",
                from: "recipient WHERE handle = 'mallory'", to: "handle = 'alice'")),
        Edit(
            "recipient.authorisation", "UPDATE recipient SET authorisation = randomblob(33) WHERE handle = 'alice'",
            "UPDATE recipient SET authorisation = x'02' WHERE handle = 'alice'"),
        Edit(harmless: "recipient.paused_until", "UPDATE recipient SET paused_until = 1 WHERE handle = 'alice'"),
        Edit(harmless: "recipient.writers", "UPDATE recipient SET writers = 'proven' WHERE handle = 'alice'"),
        Edit(harmless: "recipient.daily_letters", "UPDATE recipient SET daily_letters = 1 WHERE handle = 'alice'"),
        Edit(harmless: "recipient.mail_form", "UPDATE recipient SET mail_form = 'text' WHERE handle = 'alice'"),
        Edit(harmless: "recipient.created_at", "UPDATE recipient SET created_at = 0"),
        Edit(harmless: "recipient.updated_at", "UPDATE recipient SET updated_at = 0"),

        Edit(
            "site.id",
            """
            UPDATE site SET id = 'aside' WHERE id = 'photos';
            UPDATE site SET id = 'photos' WHERE id = 'bank'
            """),
        Edit("site.name", "UPDATE site SET name = 'Example Bank' WHERE id = 'photos'"),
        Edit("site.origins", "UPDATE site SET origins = 'https://phish.example' WHERE id = 'photos'"),
        Edit(
            "site.authorisation_version", "UPDATE site SET authorisation_version = 2147483647 WHERE id = 'photos'",
            // The site as it was called before.
            copy(
                ["name", "origins", "authorisation_version", "authorisation"], of: "site", from: "kept.formersite",
                to: "id = 'photos'")),
        Edit(
            "site.authorisation", "UPDATE site SET authorisation = NULL, authorisation_version = NULL, name = 'Example Bank'",
            copy(
                ["name", "origins", "authorisation_version", "authorisation"], of: "site", from: "site WHERE id = 'bank'",
                to: "id = 'photos'")),
        Edit(harmless: "site.accent", "UPDATE site SET accent = '#ff0000'"),
        Edit(harmless: "site.logo_kind", "UPDATE site SET logo_kind = 'png', logo_version = 'Example Bank'"),
        Edit(harmless: "site.logo_version", "UPDATE site SET logo_kind = 'png', logo_version = 'x'"),
        Edit(harmless: "site.introductions", "UPDATE site SET introductions = 'en Example Bank'"),
        Edit(harmless: "site.languages", "UPDATE site SET languages = 'de'"),
        Edit(harmless: "site.joining", "UPDATE site SET joining = 'open'"),
        Edit(harmless: "site.writers", "UPDATE site SET writers = 'proven'"),
        Edit(harmless: "site.created_at", "UPDATE site SET created_at = 0"),
        Edit(harmless: "site.removed_at", "UPDATE site SET removed_at = 1 WHERE id = 'photos'"),

        Edit(
            "delivery.id",
            """
            CREATE TEMP TABLE d AS SELECT \(alice) AS a, \(mallory) AS m;
            UPDATE delivery SET id = x'00000000000000000000000000000001' WHERE id = (SELECT a FROM d);
            UPDATE delivery SET id = (SELECT a FROM d) WHERE id = (SELECT m FROM d);
            UPDATE delivery SET id = (SELECT m FROM d) WHERE id = x'00000000000000000000000000000001'
            """),
        Edit(
            "delivery.recipient",
            "UPDATE delivery SET recipient = (SELECT id FROM recipient WHERE handle = 'mallory') WHERE id = \(alice)"),
        Edit("delivery.letter", "UPDATE delivery SET letter = \(mallory) WHERE id = \(alice)"),
        Edit("delivery.kind", "UPDATE delivery SET kind = 'confirmation' WHERE id = \(alice)"),
        Edit(harmless: "delivery.epoch", "UPDATE delivery SET epoch = epoch - 1 WHERE id = \(alice)"),
        Edit(
            harmless: "delivery.state",
            "UPDATE delivery SET state = 'ready', due_at = 1, reason = NULL WHERE id = \(alice)"),
        Edit(harmless: "delivery.attempts", "UPDATE delivery SET attempts = 2147483647 WHERE id = \(alice)"),
        Edit(harmless: "delivery.uncertain", "UPDATE delivery SET uncertain = 2147483647 WHERE id = \(alice)"),
        Edit(harmless: "delivery.accepted_at", "UPDATE delivery SET accepted_at = 253402300799999 WHERE id = \(alice)"),
        Edit(harmless: "delivery.due_at", "UPDATE delivery SET state = 'ready', due_at = 0 WHERE id = \(alice)"),
        Edit(
            harmless: "delivery.lease",
            "UPDATE delivery SET state = 'leased', due_at = 0, lease = randomblob(16), lease_until = 1 WHERE id = \(alice)"),
        Edit(
            harmless: "delivery.lease_until",
            "UPDATE delivery SET state = 'leased', due_at = 0, lease = randomblob(16), lease_until = 1 WHERE id = \(alice)"),
        Edit(harmless: "delivery.released_at", "UPDATE delivery SET released_at = 253402300799999 WHERE id = \(alice)"),
        Edit(harmless: "delivery.finished_at", "UPDATE delivery SET state = 'failed', finished_at = 1 WHERE id = \(alice)"),
        Edit(harmless: "delivery.reason", "UPDATE delivery SET reason = 'Example Bank' WHERE id = \(alice)"),
        Edit(
            "delivery.message_token",
            "UPDATE delivery SET message_token = 'x>' || char(13) || char(10) || 'Bcc: <mallory@evil.example' WHERE id = \(alice)"
        ),
        Edit("delivery.envelope_token", "UPDATE delivery SET envelope_token = 'x@evil.example> <y' WHERE id = \(alice)"),

        Edit(
            "letter.id",
            """
            CREATE TEMP TABLE d AS SELECT \(alice) AS a, \(mallory) AS m;
            UPDATE letter SET id = x'00000000000000000000000000000001' WHERE id = (SELECT a FROM d);
            UPDATE letter SET id = (SELECT a FROM d) WHERE id = (SELECT m FROM d);
            UPDATE letter SET id = (SELECT m FROM d) WHERE id = x'00000000000000000000000000000001'
            """),
        Edit("letter.seal", "UPDATE letter SET seal = (SELECT seal FROM letter WHERE id = \(alice)) WHERE id = \(mallory)"),
    ]

    @Test func `Every column has an edit, and no mail goes where it should not`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        func rows(_ task: String, _ sql: String = "") async throws -> String {
            try await postern.rows(task, of: task == "columns" ? ["recipient", "site", "delivery", "letter"] : [], sql)
        }
        try await postern.addRecipient("alice", "alice@old.example", name: "Alice")
        try await postern.addRecipient("mallory", "mallory@evil.example", name: "Mallory")
        try await postern.succeed("site", "set", "photos", "--name", "Former Name", "--origin", "https://photos.example")
        try await postern.succeed("site", "add", "bank", "--name", "Example Bank", "--origin", "https://phish.example")
        try await postern.succeed("block", "add", "--text", "wait for it", "--reason", "to have letters that wait")
        try await postern.start()
        _ = try await rows(
            "edit",
            """
            CREATE TABLE kept.former AS SELECT * FROM recipient WHERE handle = 'alice';
            CREATE TABLE kept.formersite AS SELECT * FROM site WHERE id = 'photos'
            """)
        try await postern.succeed("site", "set", "photos", "--name", "Example Photos")
        let moved = try await postern.run(
            ["recipient", "add", "alice", "--site", "photos", "--name", "Alice", "--replace", "--confirmed"],
            input: "alice@new.example\n")
        try #require(moved.status == 0, "\(moved.errors)")
        _ = try await rows("snapshot")

        let columns = Set(try await rows("columns").split(separator: "\n").map(String.init))
        #expect(columns == Set(Self.edits.map(\.column)), "a column without an edit, or an edit without a column")

        var seen = 0
        /// Two letters wait, the rows are edited, and both are released.
        /// - Returns: the mails that left.
        func mails(after sql: String?) async throws -> [ServerMessage] {
            for handle in ["alice", "mallory"] {
                let answer = try await postern.post(["message": "wait for it, meant for \(handle)"], to: handle)
                try #require(answer.status == 202, "\(answer.text)")
            }
            if let sql { _ = try await rows("edit", sql) }
            _ = try await postern.command("queue", "release", "--all")
            try await eventually("nothing is under way") {
                try await rows("waiting").trimmingCharacters(in: .whitespacesAndNewlines) == "0"
            }
            _ = try await rows("restore")
            defer { seen = server.messages.count }
            return Array(server.messages.dropFirst(seen))
        }
        let before = try await mails(after: nil)
        #expect(Set(before.flatMap(\.recipients)) == ["<alice@new.example>", "<mallory@evil.example>"])
        var delivered = 0
        for edit in Self.edits {
            for sql in edit.statements {
                let mails = try await mails(after: sql)
                delivered += mails.count
                for mail in mails { check(mail, after: sql) }
                let reachedAlice = mails.contains { $0.recipients == ["<alice@new.example>"] }
                if !edit.isHarmless { #expect(!reachedAlice || sql.contains("letter"), "held, and not sent: \(sql)") }
            }
        }
        let after = try await mails(after: nil)
        #expect(Set(after.flatMap(\.recipients)) == ["<alice@new.example>", "<mallory@evil.example>"])
        #expect(delivered > 0)

        // Somebody who was erased, put back whole by a thief who kept the row: the address is hers no longer to be written to.
        try await postern.succeed("recipient", "erase", "alice", "--site", "photos", "--yes")
        try await postern.stop()
        _ = try await rows("restore")
        try await postern.start()
        let forged = try await mails(after: nil)
        #expect(forged.flatMap(\.recipients) == ["<mallory@evil.example>"])
        try await postern.stop()
        await server.stop()
    }

    private func check(_ mail: ServerMessage, after sql: String) {
        let text = String(decoding: mail.octets, as: UTF8.self)
        let meant = text.contains("meant for alice") ? "<alice@new.example>" : "<mallory@evil.example>"
        #expect(mail.recipients == [meant], "redirected: \(sql)")
        #expect(text.contains("meant for alice") || text.contains("meant for mallory"), "\(sql)")
        // With its colon: three letters may be in what is drawn, as in a thread's index.
        for foreign in ["Example Bank", "phish.example", "Former Name", "old.example", "Bcc:"] {
            #expect(!text.contains(foreign), "\(foreign): \(sql)")
        }
        #expect(text.contains("Content-Language: en\r\n"), "\(sql)")
        #expect(mail.sender.contains("@relay.example.org>"), "\(sql)")
    }
}

extension Installation {
    /// Edits the store of the running service, as `rows.py` says.
    @discardableResult
    func rows(_ task: String, of tables: [String] = [], _ sql: String = "") async throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Support/rows.py").path
        let done = try await Program.run("python3", [script, store, task] + tables, input: sql)
        try #require(done.status == 0, "\(task): \(sql)\n\(done.errors)")
        return done.output
    }
}
