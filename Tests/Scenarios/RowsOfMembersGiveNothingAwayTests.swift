import Foundation
import PosternTestSupport
import Testing

/// Z1 for what members do: every column of their changes of address, sessions, invitations, aliases, of what waits and of sites' tokens is
/// swapped, moved, put back or forged. Then the thief uses what is theirs: the undo link, a session, tokens, invitations and codes.
@Suite(
    "A writer of the store neither moves, renames nor erases a member, and sees nothing of theirs, by links and sessions of their own",
    .serialized,
    .timeLimit(.minutes(40)))
struct RowsOfMembersGiveNothingAwayTests {
    /// What is put back after each edit.
    private static let tables = [
        "address_change", "member_session", "invitation", "site_token", "awaited_proof", "recipient_alias", "unconfirmed_join",
        "daily_letter", "first_letter", "pause_end",
    ]

    struct Edit: Sendable {
        let column: String
        let sql: String

        init(_ column: String, _ sql: String) { (self.column, self.sql) = (column, sql) }
    }

    private static func id(_ handle: String) -> String { "(SELECT id FROM kept.recipient WHERE handle = '\(handle)')" }
    private static let (alice, mallory) = (id("alice"), id("mallory"))

    /// What another row has had.
    private static func value(_ column: String, of table: String, where condition: String) -> String {
        "(SELECT \(column) FROM kept.\(table) WHERE \(condition) LIMIT 1)"
    }

    private static let (aliceChange, malloryChange) = (
        value("id", of: "address_change", where: "recipient = \(alice)"),
        value("id", of: "address_change", where: "recipient = \(mallory)")
    )

    /// Gives two rows each other's value of a column in which no two may be alike.
    private static func exchange(_ column: String, of table: String, _ one: String, _ two: String) -> String {
        """
        UPDATE \(table) SET \(column) = zeroblob(16) WHERE \(column) = \(one);
        UPDATE \(table) SET \(column) = \(one) WHERE \(column) = \(two);
        UPDATE \(table) SET \(column) = \(two) WHERE \(column) = zeroblob(16)
        """
    }

    /// Gives one member's row of a table what another's has had.
    private static func copy(_ columns: [String], of table: String, from: String, to: String, and more: String = "") -> String {
        let list = columns.map { "\($0) = \(value($0, of: table, where: "recipient = \(from)"))" }.joined(separator: ", ")
        return "UPDATE \(table) SET \(list)\(more) WHERE recipient = \(to)"
    }

    private static let former = ["former_version", "former_seal", "former_authorisation"]
    private static let next = ["next_version", "next_seal", "next_authorisation"]

    private static let changeEdits: [Edit] = [
        Edit("address_change.id", exchange("id", of: "address_change", aliceChange, malloryChange)),
        // The thief's link leads to alice's change; or the thief's change is alice's, with either's address in it.
        Edit(
            "address_change.id",
            """
            DELETE FROM address_change WHERE recipient = \(mallory);
            UPDATE address_change SET id = \(malloryChange)
            """),
        Edit("address_change.recipient", exchange("recipient", of: "address_change", alice, mallory)),
        Edit(
            "address_change.recipient",
            """
            DELETE FROM address_change WHERE recipient = \(alice);
            UPDATE address_change SET recipient = \(alice)
            """),
        Edit("address_change.former_version", copy(former, of: "address_change", from: alice, to: mallory)),
        Edit("address_change.former_version", "UPDATE address_change SET former_version = 2147483647"),
        Edit("address_change.former_seal", copy(["former_seal"], of: "address_change", from: alice, to: mallory)),
        Edit(
            "address_change.former_authorisation",
            copy(["former_authorisation"], of: "address_change", from: alice, to: mallory)),
        Edit("address_change.next_version", copy(next, of: "address_change", from: alice, to: mallory)),
        Edit("address_change.next_version", "UPDATE address_change SET next_version = 2147483647"),
        Edit("address_change.next_seal", copy(["next_seal"], of: "address_change", from: alice, to: mallory)),
        // What is confirmed waits once more: alice's former address, and the thief's.
        Edit(
            "address_change.next_seal",
            """
            UPDATE address_change SET next_version = former_version, next_seal = former_seal,
                next_authorisation = former_authorisation, confirmed_at = NULL
            """),
        Edit(
            "address_change.next_seal",
            copy(next, of: "address_change", from: mallory, to: alice, and: ", confirmed_at = NULL")),
        Edit(
            "address_change.next_authorisation", copy(["next_authorisation"], of: "address_change", from: alice, to: mallory)),
        Edit("address_change.confirmed_at", "UPDATE address_change SET confirmed_at = NULL"),
        Edit("address_change.undone_at", "UPDATE address_change SET undone_at = 1"),
    ]

    private static func session(_ column: String, of member: String) -> String {
        value(column, of: "member_session", where: "recipient = \(member)")
    }

    private static let sessionEdits: [Edit] = [
        Edit(
            "member_session.link",
            exchange("link", of: "member_session", session("link", of: alice), session("link", of: mallory))),
        Edit(
            "member_session.digest",
            exchange("digest", of: "member_session", session("digest", of: alice), session("digest", of: mallory))),
        Edit(
            "member_session.recipient",
            "UPDATE member_session SET recipient = CASE recipient WHEN \(alice) THEN \(mallory) ELSE \(alice) END"),
        Edit("member_session.recipient", "UPDATE member_session SET recipient = \(alice)"),
        Edit("member_session.content", copy(["content"], of: "member_session", from: alice, to: mallory)),
        Edit(
            "member_session.content",
            copy(["content"], of: "member_session", from: alice, to: mallory, and: ", recipient = \(alice)")),
        Edit("member_session.content", copy(["content"], of: "member_session", from: mallory, to: alice)),
        Edit("member_session.made_at", "UPDATE member_session SET recipient = \(alice), made_at = 253402300799999"),
        Edit("member_session.ends_at", "UPDATE member_session SET ends_at = 253402300799999"),
    ]

    private static let noChange = "DELETE FROM address_change WHERE recipient = \(alice)"

    private static let credentialEdits: [Edit] = [
        Edit("invitation.made_at", "UPDATE invitation SET made_at = made_at + 1"),
        Edit("invitation.digest", "UPDATE invitation SET digest = randomblob(16)"),
        Edit("invitation.site", "UPDATE invitation SET site = 'bank'"),
        Edit("invitation.handle", "UPDATE invitation SET handle = 'alice'"),
        Edit("invitation.ends_at", "UPDATE invitation SET ends_at = 253402300799999, handle = 'alice'"),
        Edit("invitation.used_at", "UPDATE invitation SET used_at = NULL, recipient = NULL, handle = 'alice'"),
        Edit("invitation.recipient", "UPDATE invitation SET used_at = 1, recipient = \(alice)"),
        // The other site's credential is said to be this site's, and the one that was revoked to be good.
        Edit("site_token.site", "UPDATE site_token SET site = 'photos'"),
        // Without a change that counts, the vault is asked for another address too.
        Edit("site_token.site", "UPDATE site_token SET site = 'photos'; \(noChange)"),
        Edit("site_token.scope", "UPDATE site_token SET site = 'photos', scope = 'everything'"),
        Edit(
            "site_token.id",
            """
            DELETE FROM site_token WHERE site = 'bank';
            UPDATE site_token SET revoked_at = NULL, id = \(value("id", of: "site_token", where: "site = 'bank'")),
                digest = \(value("digest", of: "site_token", where: "site = 'bank'"))
            """),
        Edit(
            "site_token.digest",
            "UPDATE site_token SET revoked_at = NULL, digest = \(value("digest", of: "site_token", where: "site = 'bank'"))"),
        Edit("site_token.made_at", "UPDATE site_token SET site = 'photos', made_at = 253402300799999"),
        Edit("site_token.used_at", "UPDATE site_token SET site = 'photos', used_at = 253402300799999"),
        Edit("site_token.revoked_at", "UPDATE site_token SET revoked_at = NULL"),
        Edit("site_token.revoked_at", "UPDATE site_token SET revoked_at = NULL; \(noChange)"),
    ]

    private static let waitingEdits: [Edit] = [
        Edit("awaited_proof.letter", "UPDATE awaited_proof SET letter = randomblob(16)"),
        Edit(
            "awaited_proof.letter",
            """
            DELETE FROM awaited_proof;
            INSERT INTO awaited_proof SELECT id FROM kept.delivery WHERE kind = 'letter' AND recipient = \(alice)
            """),
        Edit(
            "recipient_alias.recipient",
            "UPDATE recipient_alias SET recipient = CASE recipient WHEN \(alice) THEN \(mallory) ELSE \(alice) END"),
        Edit("recipient_alias.folded", "UPDATE recipient_alias SET folded = 'alice' WHERE recipient = \(mallory)"),
        Edit(
            "recipient_alias.folded",
            """
            UPDATE recipient_alias SET folded = 'elsewhere' WHERE recipient = \(alice);
            UPDATE recipient_alias SET folded = 'wonderland' WHERE recipient = \(mallory)
            """),
        Edit("recipient_alias.site", "UPDATE recipient_alias SET site = 'bank'"),
        Edit("recipient_alias.name", "UPDATE recipient_alias SET name = 'Example Bank'"),
        Edit("recipient_alias.created_at", "UPDATE recipient_alias SET created_at = 0"),
        Edit(
            "unconfirmed_join.recipient",
            "UPDATE unconfirmed_join SET recipient = \(alice), record_version = 1"),
        Edit("unconfirmed_join.record_version", "UPDATE unconfirmed_join SET record_version = 2147483647"),
        Edit("unconfirmed_join.ends_at", "UPDATE unconfirmed_join SET recipient = \(alice), ends_at = 1"),
        Edit("daily_letter.recipient", "UPDATE daily_letter SET recipient = \(alice)"),
        Edit("daily_letter.day", "UPDATE daily_letter SET day = 2147483647"),
        Edit("daily_letter.letter", "UPDATE daily_letter SET letter = randomblob(16)"),
        Edit("first_letter.recipient", "UPDATE first_letter SET recipient = randomblob(16)"),
        Edit(
            "first_letter.letter",
            "UPDATE first_letter SET letter = \(value("letter", of: "first_letter", where: "recipient = \(mallory)"))"),
        Edit("pause_end.ends_at", "UPDATE pause_end SET ends_at = 1"),
        Edit("pause_end.recipient", "UPDATE pause_end SET recipient = \(alice), ends_at = 1"),
    ]

    private static let edits = changeEdits + sessionEdits + credentialEdits + waitingEdits

    @Test func `Every column has an edit; no letter, page, name or address of another's comes of it`() async throws {
        let thief = try await Thief.start()
        let postern = thief.postern
        let columns = try await postern.rows("columns", of: Self.tables).split(separator: "\n").map(String.init)
        #expect(Set(columns) == Set(Self.edits.map(\.column)), "a column without an edit, or an edit without a column")
        try await postern.rows("snapshot", of: Self.tables + ["recipient", "delivery"])
        let forged = Edit("member_session.content", try await thief.forgedSession())
        let before = try await thief.record()

        for (number, edit) in ([nil] + (Self.edits + [forged]).map(Optional.some) + [nil]).enumerated() {
            let (seen, sql) = (thief.server.messages.count, edit.map { "\($0.column): \($0.sql)" } ?? "nothing")
            if let edit { try await postern.rows("edit", edit.sql) }
            let pages = try await thief.use(after: sql)
            thief.expectNothing(of: pages, after: sql)
            for handle in ["alice", "mallory"] { try await thief.write(to: handle, round: number + 1) }
            // An alias leads to whose page it says.
            for alias in ["wonderland", "mall"] {
                guard let owner = try await thief.owner(of: alias) else { continue }
                try await thief.write(to: owner, at: alias, round: number + 1)
            }
            try await thief.settle()
            let mails = Array(thief.server.messages.dropFirst(seen))
            for mail in mails { try await thief.check(mail, after: sql) }
            let letter = "For alice, round \(number + 1), at their own page."
            #expect(mails.contains { Thief.reader(of: $0) == "alice" && Thief.text(of: $0).contains(letter) }, "\(sql)")
            #expect(try await thief.record() == before, "\(sql)")
            if edit == nil {
                // What is mallory's works, or all of this would show nothing.
                let shown = pages.filter { $0.status == 200 }.map(\.text)
                for words in ["Eve Eavesdropper", "value=\"again\"", "value=\"keep\""] {
                    #expect(shown.contains { $0.contains(words) }, "\(words), round \(number)")
                }
                #expect(mails.contains { Thief.reader(of: $0) == "mallory" })
            }
            try await postern.rows("put-back", of: Self.tables)
        }
        try await upkeep(thief, before)
        try await undo(thief)
        try await thief.stop()
    }

    /// What upkeep looks at after a start, and then each hour, says that alice's time is over.
    private func upkeep(_ thief: Thief, _ before: String) async throws {
        let postern = thief.postern
        try await postern.stop()
        try await postern.rows(
            "edit",
            """
            UPDATE unconfirmed_join SET recipient = \(Self.alice), ends_at = 1, record_version = (
                SELECT record_version FROM kept.recipient WHERE handle = 'alice');
            UPDATE pause_end SET recipient = \(Self.alice), ends_at = 1;
            UPDATE daily_letter SET recipient = \(Self.alice), day = 1;
            UPDATE invitation SET recipient = \(Self.alice), used_at = 1, ends_at = 1
            """)
        try await postern.start()
        try await eventually("upkeep has looked at it") {
            try await postern.rows("ask", "SELECT COUNT(*) FROM unconfirmed_join").hasPrefix("0")
        }
        #expect(try await thief.record() == before)
        try await postern.rows("put-back", of: Self.tables)
    }

    /// The one who may, can: by the link that alice got at the former address.
    private func undo(_ thief: Thief) async throws {
        for (number, action, address) in [(1_001, "keep", Thief.formerly), (1_002, "again", Thief.now)] {
            #expect(try await thief.postern.postForm(["action": action], to: thief.aliceUndo).status == 200)
            try await thief.write(to: "alice", round: number)
            try await eventually("the letter is at \(address)") {
                thief.alice.mails(to: address).contains { $0.header("Subject") == "About alice \(number)" }
            }
        }
    }

    /// Mails without a letter. Those with one are turned in `RowsOfTheStoreGiveNothingAwayTests` and `RowsOfConversations…`.
    private static let kinds = ["confirmation", "pause-notice", "wave-notice", "manage", "address-notice", "welcome", "prove"]

    @Test func `A letter that is turned into any mail without one tells nobody but its own two what is theirs`() async throws {
        let thief = try await Thief.start()
        let postern = thief.postern
        try await postern.rows("snapshot", of: Self.tables + ["recipient"])
        try await postern.succeed("block", "add", "--text", "at their own page", "--reason", "to have letters that wait")
        let before = try await thief.record()
        var (round, found) = (0, Set<String>())
        for kind in Self.kinds {
            for subject in ["letter", "NULL", Self.aliceChange, Self.malloryChange, "(SELECT a FROM d)", "(SELECT m FROM d)"] {
                round += 1
                for handle in ["alice", "alice", "mallory", "mallory"] { try await thief.write(to: handle, round: round) }
                let seen = thief.server.messages.count
                // Two stay where they are; the second of each is the other's now.
                let sql = """
                    CREATE TEMP TABLE d AS SELECT \(Self.held("alice")) AS a, \(Self.held("alice", "DESC")) AS b,
                        \(Self.held("mallory")) AS m, \(Self.held("mallory", "DESC")) AS n;
                    UPDATE delivery SET kind = '\(kind)', letter = \(subject), state = 'ready', due_at = 1, reason = NULL
                    WHERE id IN (SELECT a FROM d UNION SELECT b FROM d UNION SELECT m FROM d UNION SELECT n FROM d);
                    UPDATE delivery SET recipient = \(Self.mallory) WHERE id = (SELECT b FROM d);
                    UPDATE delivery SET recipient = \(Self.alice) WHERE id = (SELECT n FROM d)
                    """
                try await postern.rows("edit", sql)
                try await postern.succeed("queue", "retry", "--all")
                try await thief.settle()
                for mail in thief.server.messages.dropFirst(seen) { found.insert(try check(mail, kind, after: sql)) }
                #expect(try await thief.record() == before, "\(sql)")
                try await postern.rows("restore", of: Self.tables)
            }
        }
        // They do go out, each to its own reader.
        for mail in [
            "manage to \(Thief.now)", "welcome to \(Thief.now)", "address-notice to \(Thief.formerly)",
            "prove to vera@visitor.example",
        ] {
            #expect(found.contains(mail), "\(found.sorted())")
        }
        try await thief.stop()
    }

    private static func held(_ handle: String, _ order: String = "ASC") -> String {
        "(SELECT id FROM delivery WHERE state = 'held' AND recipient = \(id(handle)) ORDER BY id \(order) LIMIT 1)"
    }

    /// - Returns: the kind, and to whom it went.
    private func check(_ mail: ServerMessage, _ kind: String, after sql: String) throws -> String {
        let text = Thief.text(of: mail)
        let address = try #require(mail.recipients.first).filter { !"<>".contains($0) }
        let isTo = { (all: [String]) in all.contains(address) }
        let isAlices = isTo([Thief.formerly, Thief.now, "vera@visitor.example"])
        #expect(isAlices || isTo([Thief.evil, Thief.later, "eve@thief.example"]), "redirected to \(address): \(sql)")
        let foreign =
            isAlices
            ? ["Mallory", "photos/mallory", "mallory@", "Eve Eavesdropper", "eve@"]
            : ["Alice", "photos/alice", "alice@", "Vera Visitor", "vera@"]
        for word in foreign {
            #expect(!text.contains(word), "\(word) to \(address): \(sql)")
        }
        for word in ["Example Bank", "phish.example"] { #expect(!text.contains(word), "\(word): \(sql)") }
        #expect(mail.sender.contains("@relay.example.org>"), "\(sql)")
        // A former address hears of the change alone, and of its own; a visitor is asked for the code alone.
        if isTo([Thief.formerly, Thief.evil]) { #expect(kind == "address-notice" && text.contains("/undo/"), "\(sql)") }
        if isTo(["vera@visitor.example", "eve@thief.example"]) {
            #expect(kind == "prove" && text.contains("/prove/") && !text.contains("at their own page"), "\(sql)")
        }
        return "\(kind) to \(address)"
    }
}
