import Foundation
import PosternMail
import PosternTestSupport
import Testing

/// Z1: every column of conversation, link, reply, mute and attempt, and those of deliveries and letters that matter inside one, are
/// swapped, moved, put back or forged while answers wait. The mails are read at the mail server, the links where they lead.
@Suite(
    "A writer of the store gives no answer to another, and no link or page of one conversation to the two of another",
    .serialized,
    .timeLimit(.minutes(40)))
struct RowsOfConversationsGiveNothingAwayTests {
    private static let tables = ["conversation", "link", "reply", "mute", "attempt"]
    /// What is put back after each edit.
    private static let restored = tables + ["delivery", "letter", "recipient", "site"]

    /// Two correspondences: vera's with alice, and eve's, the thief's, with mallory, the thief's own recipient.
    private static let addresses = [
        "alice": "alice@new.example", "vera": "vera@visitor.example", "mallory": "mallory@evil.example",
        "eve": "eve@thief.example",
    ]
    private static let others = ["alice": "vera", "vera": "alice", "mallory": "eve", "eve": "mallory"]

    /// What is done to the store while answers wait. Rows are named as they are before it: `kept` has them.
    struct Edit: Sendable {
        let column: String
        let sql: String
        /// The eight mails of the answers that waited leave as if nothing had been done.
        let isHarmless: Bool

        init(_ column: String, _ sql: String) { (self.column, self.sql, isHarmless) = (column, sql, false) }
        init(harmless column: String, _ sql: String) { (self.column, self.sql, isHarmless) = (column, sql, true) }
    }

    private static func conversation(_ handle: String) -> String {
        """
        (SELECT id FROM kept.conversation WHERE recipient = (SELECT id FROM kept.recipient WHERE handle = '\(handle)')
        ORDER BY id DESC LIMIT 1)
        """
    }
    private static let (a, m) = (conversation("alice"), conversation("mallory"))

    /// The answer that waits.
    private static func reply(_ conversation: String, by author: String = "recipient", _ kind: String = "reply") -> String {
        """
        (SELECT id FROM kept.reply WHERE conversation = \(conversation) AND author = '\(author)' AND kind = '\(kind)'
        ORDER BY id DESC LIMIT 1)
        """
    }
    private static let (toVera, toEve, toAlice, copied) = (reply(a), reply(m), reply(a, by: "visitor"), reply(a, "copy"))

    /// Gives two rows each other's value. The first is put aside, since no two rows may have one key.
    private static func swap(_ column: String, of table: String, _ one: String, _ two: String, by key: String = "id") -> String {
        let old = { (row: String) in "(SELECT \(column) FROM kept.\(table) WHERE \(key) = \(row))" }
        guard column == key else {
            return """
                UPDATE \(table) SET \(column) = CASE \(key) WHEN \(one) THEN \(old(two)) ELSE \(old(one)) END
                WHERE \(key) IN (\(one), \(two))
                """
        }
        let aside = "x'00000000000000000000000000000001'"
        return """
            UPDATE \(table) SET \(key) = \(aside) WHERE \(key) = \(one);
            UPDATE \(table) SET \(key) = \(one) WHERE \(key) = \(two);
            UPDATE \(table) SET \(key) = \(two) WHERE \(key) = \(aside)
            """
    }

    static let edits: [Edit] = [
        Edit(harmless: "conversation.id", swap("id", of: "conversation", a, m)),
        Edit(harmless: "conversation.recipient", swap("recipient", of: "conversation", a, m)),
        Edit(harmless: "conversation.summary", swap("summary", of: "conversation", a, m)),
        Edit(harmless: "conversation.summary", "UPDATE conversation SET summary = randomblob(200)"),
        Edit(harmless: "conversation.ledger_key", swap("ledger_key", of: "conversation", a, m)),
        Edit(harmless: "conversation.ledger_key", "UPDATE conversation SET ledger_key = randomblob(16)"),
        Edit(
            harmless: "conversation.summary",
            "UPDATE conversation SET summary = (SELECT summary FROM kept.conversation WHERE id < \(a) LIMIT 1) WHERE id = \(a)"),
        Edit(harmless: "conversation.closed_at", "UPDATE conversation SET closed_at = 1, closed_by = 'visitor'"),
        Edit(harmless: "conversation.closed_by", "UPDATE conversation SET closed_at = 1, closed_by = 'recipient'"),
        Edit(harmless: "conversation.proof", swap("proof", of: "conversation", a, m)),
        Edit(harmless: "conversation.proof", "UPDATE conversation SET proof = randomblob(33)"),
        // The thief's own links in alice's conversation, with their own keys; and the purposes changed about.
        Edit(harmless: "conversation.links", swap("links", of: "conversation", a, m)),
        Edit(harmless: "conversation.links", "UPDATE conversation SET links = randomblob(165)"),
        Edit(
            harmless: "conversation.links",
            """
            UPDATE conversation SET links = CAST(x'05' || substr(links, 2, 131) || x'01' || substr(links, 134) AS BLOB)
            WHERE id = \(a)
            """),

        Edit(harmless: "link.made_at", "UPDATE link SET made_at = made_at + 1 WHERE conversation = \(a)"),
        Edit(harmless: "link.digest", "UPDATE link SET digest = randomblob(16) WHERE conversation = \(a)"),
        // The thief's own links, moved to alice's conversation: with their own key, and with hers.
        Edit(harmless: "link.conversation", "UPDATE link SET conversation = \(a) WHERE conversation = \(m)"),
        Edit(
            harmless: "link.conversation",
            "UPDATE link SET conversation = CASE conversation WHEN \(a) THEN \(m) ELSE \(a) END WHERE conversation IN (\(a), \(m))"
        ),
        Edit(
            harmless: "link.summary_key",
            """
            UPDATE link SET conversation = \(a), summary_key = (
                SELECT summary_key FROM kept.link AS old WHERE old.conversation = \(a) AND old.purpose = link.purpose LIMIT 1)
            WHERE conversation = \(m)
            """),
        Edit(harmless: "link.summary_key", "UPDATE link SET summary_key = zeroblob(16)"),
        Edit(
            harmless: "link.purpose",
            """
            UPDATE link SET purpose = CASE purpose WHEN 'letter' THEN 'reply' WHEN 'reply' THEN 'letter' ELSE purpose END
            WHERE conversation = \(a)
            """),

        Edit("reply.id", swap("id", of: "reply", toVera, toEve)),
        Edit("reply.conversation", "UPDATE reply SET conversation = \(m) WHERE conversation = \(a)"),
        Edit(
            "reply.conversation",
            "UPDATE reply SET conversation = CASE conversation WHEN \(a) THEN \(m) ELSE \(a) END WHERE conversation IN (\(a), \(m))"
        ),
        Edit(
            "reply.author",
            "UPDATE reply SET author = CASE author WHEN 'visitor' THEN 'recipient' ELSE 'visitor' END WHERE conversation = \(a)"),
        Edit(
            harmless: "reply.kind",
            "UPDATE reply SET kind = CASE kind WHEN 'copy' THEN 'reply' ELSE 'copy' END WHERE conversation = \(a)"),

        Edit(
            harmless: "mute.recipient", "UPDATE mute SET recipient = (SELECT id FROM recipient WHERE handle = 'mallory')"),
        Edit(harmless: "mute.visitor", "UPDATE mute SET visitor = randomblob(16)"),
        Edit(harmless: "mute.conversation", "UPDATE mute SET conversation = \(a)"),
        Edit(harmless: "mute.created_at", "UPDATE mute SET created_at = 253402300799999"),

        Edit(
            harmless: "attempt.delivery", "UPDATE attempt SET delivery = \(toVera), number = number + 1000 WHERE delivery = \(m)"),
        Edit(harmless: "attempt.number", "UPDATE attempt SET number = number + 1"),
        Edit(harmless: "attempt.lease", "UPDATE attempt SET lease = randomblob(16)"),
        Edit(harmless: "attempt.started_at", "UPDATE attempt SET started_at = 253402300799999"),
        Edit(harmless: "attempt.ended_at", "UPDATE attempt SET ended_at = 1"),
        Edit(harmless: "attempt.outcome", "UPDATE attempt SET outcome = 'muted'"),
        Edit(harmless: "attempt.stage", "UPDATE attempt SET stage = 'final-dot'"),
        Edit(harmless: "attempt.code", "UPDATE attempt SET code = 2147483647"),
        Edit(harmless: "attempt.enhanced", "UPDATE attempt SET enhanced = 'Example Bank'"),
        Edit(harmless: "attempt.text", "UPDATE attempt SET text = 'Example Bank'"),

        // A delivery's id goes into no mail, and whose answer it sends is in that answer's own row and seal.
        Edit(harmless: "delivery.id", swap("id", of: "delivery", toVera, toEve)),
        Edit("delivery.letter", swap("letter", of: "delivery", toVera, toEve)),
        Edit(harmless: "delivery.letter", swap("letter", of: "delivery", toVera, toAlice)),
        Edit("delivery.letter", "UPDATE delivery SET letter = \(a) WHERE id = \(toVera)"),
        Edit("delivery.recipient", swap("recipient", of: "delivery", toVera, toEve)),
        Edit("delivery.kind", "UPDATE delivery SET kind = 'letter' WHERE id = \(toVera)"),
        Edit("delivery.kind", "UPDATE delivery SET kind = 'copy' WHERE id = \(toVera)"),
        Edit("delivery.kind", "UPDATE delivery SET kind = 'pause-notice' WHERE id = \(toVera)"),
        Edit("delivery.kind", "UPDATE delivery SET kind = 'confirmation' WHERE id = \(toVera)"),
        Edit("delivery.kind", "UPDATE delivery SET kind = 'reply' WHERE id = \(copied)"),
        Edit("letter.id", swap("id", of: "letter", toVera, toEve)),
        Edit("letter.seal", swap("seal", of: "letter", toVera, toEve)),
        Edit("letter.seal", swap("seal", of: "letter", toVera, toAlice)),
        // The first letters, which have the visitors' addresses in them.
        Edit("letter.seal", swap("seal", of: "letter", a, m)),
        Edit("letter.id", swap("id", of: "letter", a, m)),
    ]

    @Test func `Every column has an edit; no answer goes where it should not, and no page shows another's conversation`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(
            smtpPort: server.port, settings: ["POSTERN_WITHDRAWAL": "1h", "POSTERN_BUDGET_REPLY": "off"])
        for handle in ["alice", "mallory"] {
            try await postern.addRecipient(
                handle, try #require(Self.addresses[handle]), name: handle == "alice" ? "Alice" : "Mallory")
        }
        try await postern.start()
        let columns = try await postern.rows("columns", of: Self.tables).split(separator: "\n").map(String.init)
        let edited = Set(Self.edits.map(\.column))
        #expect(Set(columns).subtracting(edited) == [], "a column without an edit")
        #expect(
            edited.isSubset(
                of: columns
                    + ["delivery", "letter"].flatMap { table in
                        ["id", "letter", "recipient", "kind", "seal"].map { "\(table).\($0)" }
                    }))

        var pairs: [String: Correspondence] = [:]
        for (recipient, visitor) in [("alice", "vera"), ("mallory", "eve")] {
            pairs[recipient] = Correspondence(
                postern, server, recipient: try #require(Self.addresses[recipient]),
                visitor: try #require(Self.addresses[visitor]))
        }
        let (alice, mallory) = (try #require(pairs["alice"]), try #require(pairs["mallory"]))
        // Somebody whom alice has muted, so that there is a row.
        #expect(try await postern.post(["email": "trent@visitor.example"], to: "alice").status == 202)
        let unwanted = try #require(try await alice.mails(to: alice.recipient, count: 1).first)
        _ = try await alice.press(try alice.link("mute", in: unwanted), ["action": "mute"], as: alice.recipient)

        var (pages, begun) = ([String: String](), 0)
        /// Begins the two correspondences again: nobody may write more than thirty answers a day in one.
        func begin() async throws {
            begun += 1
            for (handle, both) in [("alice", alice), ("mallory", mallory)] {
                let person = try #require(Self.others[handle])
                // What was put back goes out again meanwhile: a mail is known by the conversation that it names.
                let subject = "Letter of \(person) \(begun)"
                func mail(to address: String) -> ServerMessage? {
                    both.mails(to: address).last { $0.header("Subject")?.hasSuffix(subject) == true }
                }
                let letter = [
                    "email": both.visitor, "name": "\(person.capitalized) Visitor", "subject": subject,
                    "message": "From \(person) to \(handle), round 0.",
                ]
                #expect(try await postern.post(letter, to: handle).status == 202)
                try await eventually("the letter is there") { mail(to: both.recipient) != nil }
                pages[handle] = try both.link("reply", in: try #require(mail(to: both.recipient)))
                try await write(from: handle, round: 0)
                try await postern.succeed("queue", "retry", "--all")
                try await eventually("the answer is there") { mail(to: both.visitor) != nil }
                pages[person] = try both.link("letter", in: try #require(mail(to: both.visitor)))
                try await eventually("its copy has gone too") {
                    try await postern.rows("waiting").trimmingCharacters(in: .whitespacesAndNewlines) == "0"
                }
            }
        }
        /// - Parameter isLate: the rows are edited by now, and it may be refused.
        func write(from person: String, round: Int, isLate: Bool = false) async throws {
            let other = try #require(Self.others[person])
            let text = "From \(person) to \(other), \(isLate ? "late, " : "")round \(round)."
            let page = try #require(pages[person])
            var sent = try await postern.postForm(["action": "reply", "message": text], to: page)
            // After so many answers a day nobody looks for the own address any more, and the page asks.
            if let sure = sent.sure {
                sent = try await postern.postForm(["action": "reply", "message": text, "sure": sure], to: page)
            }
            try #require(sent.status == 303 || isLate, "\(person): \(sent.status) \(sent.text.prefix(2_000))")
        }
        /// Four answers and their copies wait, the rows are edited, four more are written, and all go out.
        /// - Returns: the mails that left.
        func mails(after edit: Edit?, round: Int) async throws -> [ServerMessage] {
            for person in Self.others.keys.sorted() { try await write(from: person, round: round) }
            let seen = server.messages.count
            try await postern.rows("snapshot", of: Self.restored)
            if let edit { try await postern.rows("edit", edit.sql) }
            for (person, path) in pages {
                let shown = try await postern.get(path).text
                let foreign = ["alice", "vera"].contains(person) ? "eve" : "vera"
                for word in ["\(foreign.capitalized) Visitor", "of \(foreign)"] {
                    #expect(!shown.contains(word), "\(person)'s page shows \(word): \(edit?.sql ?? "")")
                }
                try await write(from: person, round: round, isLate: true)
            }
            try await postern.rows("edit", "UPDATE delivery SET due_at = 1 WHERE state = 'ready'")
            try await postern.succeed("queue", "retry", "--all")
            try await eventually("nothing is under way", within: .seconds(60)) {
                try await postern.rows("waiting").trimmingCharacters(in: .whitespacesAndNewlines) == "0"
            }
            try await postern.rows("restore", of: Self.restored)
            return Array(server.messages.dropFirst(seen))
        }

        for (number, edit) in ([nil] + Self.edits.map(Optional.some) + [nil]).enumerated() {
            if number.isMultiple(of: 12) { try await begin() }
            let sent = try await mails(after: edit, round: number + 1)
            let sql = "\(edit?.column ?? "nothing"): \(edit?.sql ?? "")"
            for mail in sent { try await check(mail, round: number + 1, alice, after: sql) }
            let kinds = Set(
                sent.map { text(of: $0) }.filter { !$0.contains("late, round") }.compactMap { text in
                    text.firstMatch(of: Self.marker).map { "\(text.contains("copy of what you wrote")) \($0.output.0)" }
                })
            #expect((kinds.count == 8) == (edit?.isHarmless ?? true), "\(kinds.sorted()): \(sql)")
        }
        try await postern.stop()
        await server.stop()
    }

    private static var marker: Regex<(Substring, Substring, Substring, Substring?, Substring)> {
        /From ([a-z]+) to ([a-z]+), (late, )?round ([0-9]+)\./
    }

    private func text(of mail: ServerMessage) -> String { MailView(source: mail.octets).plain ?? "" }

    private func check(_ mail: ServerMessage, round: Int, _ both: Correspondence, after sql: String) async throws {
        let view = MailView(source: mail.octets)
        let text = [String(decoding: mail.octets, as: UTF8.self), view.plain ?? "", view.html ?? "", mail.sender]
            .joined(separator: "\n")
        let reader = try #require(
            Self.addresses.first { mail.recipients == ["<\($0.value)>"] }?.key, "redirected to \(mail.recipients): \(sql)")
        let other = try #require(Self.others[reader])
        // Theirs, to them, and of these answers; a notice has none.
        let found = text.firstMatch(of: Self.marker)?.output
        if let found {
            #expect(Set([String(found.1), String(found.2)]) == [reader, other], "\(found.0) to \(reader): \(sql)")
            #expect(Int(found.4) == round, "an earlier answer again: \(sql)")
        }
        for (person, address) in Self.addresses where person != reader {
            #expect(!text.contains(address), "\(person)'s address to \(reader): \(sql)")
        }
        #expect(mail.sender.contains("@relay.example.org>"), "\(sql)")
        let isThiefs = ["mallory", "eve"].contains(reader)
        for foreign in ["Bcc:", "Example Bank"] + (isThiefs ? ["Vera Visitor", "of vera"] : ["Eve Visitor", "of eve"]) {
            #expect(!text.contains(foreign), "\(foreign): \(sql)")
        }
        // The rows are as they were: each link leads to the reader's own conversation.
        let links = both.links(in: mail)
        #expect(!links.isEmpty, "\(sql)")
        for link in links {
            let page = try await both.postern.get(link)
            let isOf = { (person: String) in
                page.text.contains("\(person.capitalized) Visitor") || page.text.contains("Letter of \(person)")
            }
            #expect(!isOf(isThiefs ? "vera" : "eve"), "\(link.prefix(7)) of \(reader): \(sql)")
            // What was written after the edit went with it when the rows were put back.
            if found?.3 != nil { continue }
            // A link that leads nowhere gives nothing away.
            if sql.hasPrefix("delivery.id: "), page.status == 404 { continue }
            #expect(page.status == 200, "\(link.prefix(7)) of \(reader): \(sql)")
            let isOfAll = link.hasPrefix("/pause/") || link.hasPrefix("/manage")
            #expect(isOfAll || isOf(isThiefs ? "eve" : "vera"), "\(link.prefix(7)) of \(reader): \(sql)")
        }
    }
}
