import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("Accounts of staff, and their sessions, which end")
struct StaffRowsTests {
    private static let now = TestStore.start
    private static let id = StaffAccountID(high: 1, low: 1)

    private func session(_ number: UInt8, of account: StaffAccountID = id) -> StaffSession {
        StaffSession(
            digest: Array(repeating: number, count: 16), account: account, network: Tag(value: .max), made: Self.now,
            seen: Self.now, ends: Self.now + StaffSessionTimes.absolute)
    }

    @Test(arguments: StoreKind.allCases)
    func `A name belongs to one account, whose record comes and goes`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (anna, record) = (try StaffName("anna"), StaffRecord(version: 3, seal: [1, 2, 3]))
            try await store.database.write { transaction in
                #expect(try transaction.staffAccounts.isEmpty())
                #expect(try transaction.staffAccounts.add(Self.id, anna, .auditor, at: Self.now))
                #expect(try !transaction.staffAccounts.add(StaffAccountID(high: 2, low: 2), anna, .reviewer, at: Self.now))
                #expect(try !transaction.staffAccounts.isEmpty())
                let account = try #require(try transaction.staffAccounts.find(anna))
                #expect(account.role == .auditor && account.record == nil && account.enrolled == nil)
                #expect(try transaction.staffAccounts.keep(record, of: Self.id, at: Self.now))
                #expect(try transaction.staffAccounts.find(Self.id)?.record == record)
                #expect(try transaction.staffAccounts.find(Self.id)?.enrolled == Self.now)
                #expect(try transaction.staffAccounts.keep(nil, of: Self.id, at: Self.now))
                #expect(try transaction.staffAccounts.list().map(\.record) == [nil])
                #expect(try transaction.staffAccounts.keep(record, of: Self.id, at: Self.now))
                #expect(try transaction.staffAccounts.move(Self.id, to: .reviewer))
                let moved = try transaction.staffAccounts.find(Self.id)
                #expect(moved?.role == .reviewer && moved?.record == nil && moved?.enrolled == nil)
                try transaction.staffAccounts.remove(Self.id)
                #expect(try transaction.staffAccounts.find(anna) == nil)
                #expect(try !transaction.staffAccounts.move(Self.id, to: .auditor))
                #expect(try !transaction.staffAccounts.keep(record, of: Self.id, at: Self.now))
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A session ends when it was idle, when it has lasted, and when it is ended`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (own, other) = (session(1), session(2, of: StaffAccountID(high: 2, low: 2)))
            try await store.database.write { transaction in
                let sessions = transaction.staffSessions
                try sessions.begin(own)
                try sessions.begin(other)
                #expect(try sessions.find(own.digest, at: Self.now) == own)
                let idle = Self.now + StaffSessionTimes.idle
                #expect(try sessions.find(own.digest, at: idle - .milliseconds(1)) == own)
                #expect(try sessions.find(own.digest, at: idle) == nil)
                try sessions.noteUse(of: own.digest, at: idle)
                #expect(try sessions.find(own.digest, at: idle)?.seen == idle)
                #expect(try sessions.list(of: nil, at: idle).map(\.digest) == [own.digest])
                #expect(try sessions.list(of: nil, at: Self.now).count == 2)
                #expect(try sessions.list(of: Self.id, at: Self.now).map(\.digest) == [own.digest])
                try sessions.noteUse(of: own.digest, at: own.ends - .minutes(1))
                #expect(try sessions.find(own.digest, at: own.ends - .milliseconds(1)) != nil)
                #expect(try sessions.find(own.digest, at: own.ends) == nil)
                #expect(try sessions.forget(at: idle, limit: 9) == 1)
                #expect(try sessions.forget(at: own.ends, limit: 9) == 1)
                try sessions.begin(own)
                #expect(try sessions.end(own.digest) == 1 && sessions.end(own.digest) == 0)
                try sessions.begin(own)
                try sessions.endAll(of: Self.id)
                #expect(try sessions.find(own.digest, at: Self.now) == nil)
            }
        }
    }
}
