import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("Invitations, tokens and reports; and erasing a member takes every row")
struct MembershipRowsTests {
    private static let now = TestStore.start

    @Test(arguments: StoreKind.allCases)
    func `An invitation is for one person, and works for them again until they have confirmed`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (open, named) = (store.invitation(), store.invitation(as: store.people[2].handle))
            let people = store.people
            func use(_ invitation: Invitation, _ person: Int, at now: Timestamp = Self.now) async throws -> Bool {
                try await store.database.write {
                    try $0.invitations.use(madeAt: invitation.madeAt, digest: invitation.digest, for: people[person], at: now)
                }
            }
            try await store.database.write { transaction in
                for invitation in [open, named] { try transaction.invitations.add(invitation) }
            }
            let site = store.site.id
            #expect(try await store.database.read { try $0.invitations.open(at: site, now: Self.now, limit: 9) }.count == 2)
            let uses = [
                try await use(open, 0), try await use(open, 1), try await use(open, 0), try await use(named, 0),
                try await use(named, 2),
                try await use(store.invitation(), 0), try await use(open, 0, at: open.ends),
            ]
            #expect(uses == [true, false, true, false, true, false, false])
            let found = try await store.database.read {
                try $0.invitations.find(madeAt: open.madeAt, digest: open.digest, at: Self.now)
            }
            #expect(found?.recipient == people[0].id && found?.used == Self.now && found?.site == site)
            #expect(try await store.database.read { try $0.invitations.open(at: site, now: Self.now, limit: 9) }.isEmpty)
            #expect(
                try await store.database.write { try $0.invitations.forget(endedBefore: open.ends - .seconds(1), limit: 9) } == 0)
            #expect(try await store.database.write { try $0.invitations.forget(endedBefore: open.ends, limit: 9) } == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A token is known by its digest, listed, and revoked once`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (token, site) = (store.token(), store.site.id)
            try await store.database.write { transaction in
                try transaction.siteTokens.add(token.id, of: site, scope: .recipients, digest: token.digest, at: Self.now)
                try transaction.siteTokens.noteUse(of: token.id, at: Self.now + .hours(1))
            }
            let found = try #require(try await store.database.read { try $0.siteTokens.find(token.id) })
            #expect(found.digest == token.digest && found.line.scope == .recipients && found.line.used == Self.now + .hours(1))
            #expect(try await store.database.read { try $0.siteTokens.list(at: site) } == [found.line])
            for isNew in [true, false] {
                #expect(try await store.database.write { try $0.siteTokens.revoke(token.id, at: Self.now + .days(1)) } == isNew)
            }
            #expect(try await store.database.read { try $0.siteTokens.find(token.id)?.line.revoked } == Self.now + .days(1))
            for (moment, count) in [(Self.now + .days(1), 0), (Self.now + .days(2), 1)] {
                #expect(try await store.database.write { try $0.siteTokens.forget(revokedBefore: moment, limit: 9) } == count)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A letter is reported once, and the report goes with its own time`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.accept(store.letter(beginsConversation: true))
            let (first, second) = (try store.report(about: letter), try store.report(about: letter))
            #expect(try await store.database.write { try $0.reports.add(first) })
            #expect(try await store.database.write { try $0.reports.add(second) } == false)
            #expect(try await store.database.read { try $0.reports.find(about: letter) } == first)
            #expect(try await store.database.read { try $0.reports.list(of: first.recipient) } == [first])
            for (moment, count) in [(Self.now, 0), (Self.now + .milliseconds(1), 1)] {
                #expect(try await store.database.write { try $0.reports.forget(before: moment, limit: 9) } == count)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A site that is removed leaves no token and no invitation`(_ kind: StoreKind) async throws {
        try await withStore(kind, people: 0) { store in
            let (site, invitation, token) = (store.site, store.invitation(), store.token())
            try await store.database.write { transaction in
                try transaction.invitations.add(invitation)
                try transaction.siteTokens.add(token.id, of: site.id, scope: .recipients, digest: token.digest, at: Self.now)
                let open = Site(
                    id: site.id, name: site.name, origins: site.origins, joining: .invitation, writers: .proven)
                #expect(try transaction.sites.change(open))
                let found = try transaction.sites.find(site.id)
                #expect(found?.joining == .invitation && found?.writers == .proven)
                #expect(try transaction.sites.remove(site.id, at: Self.now))
                #expect(try transaction.sites.add(site, at: Self.now))
                #expect(
                    try transaction.sites.find(site.id)?.joining == .off && transaction.sites.find(site.id)?.writers == .anyone)
            }
            #expect(try await store.count(of: "SELECT digest FROM invitation") == 0)
            #expect(try await store.count(of: "SELECT id FROM site_token") == 0)
        }
    }

    // The rule: every table that has somebody's id. Deliveries and log entries go with their own time, without what was sealed.
    @Test func `Erasing takes every row of a member, and none of another's`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await TestStore.open(.file, path: path)
        for person in [0, 1] { _ = try await store.fillMembership(of: person) }
        let raw = try RawSQLite(path)
        let tables = try raw.texts(
            """
            SELECT t.name FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c ON c.name = 'recipient'
            WHERE t.schema = 'main' AND t.type = 'table' ORDER BY t.name
            """)
        #expect(
            Set(tables).isSuperset(of: ["address_change", "daily_letter", "first_letter", "invitation", "member_session", "mute"])
        )
        func counts(_ person: Int) throws -> [String: String] {
            let id = store.people[person].id.bytes.map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
            return Dictionary(
                uniqueKeysWithValues: try tables.map {
                    ($0, try raw.texts("SELECT COUNT(*) FROM \($0) WHERE recipient = x'\(id)'")[0])
                })
        }
        let others = try counts(1)
        let aliasless = try counts(0).filter { $0.value == "0" }.keys
        #expect(Set(aliasless) == ["recipient_alias"])
        #expect(try raw.texts("SELECT COUNT(*) FROM awaited_proof") == ["2"])
        let (id, now) = (store.people[0].id, Self.now + .minutes(1))
        #expect(try await store.database.write { try $0.recipients.erase(id, at: now) } == .changed)
        let left = try counts(0).filter { $0.value != "0" }.keys
        #expect(Set(left) == ["delivery", "submission"])
        #expect(try counts(1) == others)
        #expect(try raw.texts("SELECT COUNT(*) FROM awaited_proof") == ["1"])
        #expect(try await store.counts().difference == 0)
        await store.database.close()
    }

    @Test func `The migration adds columns and tables, and copies nothing`() throws {
        let migration = try #require(Schema.migrations.first { $0.version == 7 })
        for statement in migration.statements {
            let words = statement.description.split(whereSeparator: \.isWhitespace).map(String.init)
            let isColumn = words[0...1] == ["ALTER", "TABLE"] && words[3...4] == ["ADD", "COLUMN"]
            // With a CHECK, or an index, every row of the table would be read.
            let isLarge = ["recipient", "conversation", "delivery", "submission"].contains(words[2])
            let isNew = words[0...1] == ["CREATE", "TABLE"] || words[0...1] == ["CREATE", "INDEX"]
            #expect(isColumn ? !isLarge || !words.contains("CHECK") : isNew, "\(statement)")
        }
    }
}
