import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("What people and programs change leaves a trace")
struct OperationTraceTests {
    @Test func `Records are listed newest first, page by page, and forgotten when their time is over`() async throws {
        try await withStore(.memory) { store in
            let records = (0..<5).map { Sample.operation(at: TestStore.start + .minutes($0)) }
            try await store.database.write { transaction in for record in records { try transaction.operationTrace.add(record) } }
            let first = try await store.database.read { try $0.operationTrace.latest(limit: 3) }
            #expect(first == Array(records.reversed().prefix(3)))
            let last = try #require(first.last)
            #expect(
                try await store.database.read { try $0.operationTrace.latest(before: last.id, limit: 3) } == [
                    records[1], records[0],
                ])
            let forget = TestStore.start + .minutes(3)
            #expect(try await store.database.write { try $0.operationTrace.forget(before: forget, limit: 2) } == 2)
            #expect(try await store.database.write { try $0.operationTrace.forget(before: forget, limit: 2) } == 1)
            #expect(try await store.database.read { try $0.operationTrace.latest(limit: 9) } == [records[4], records[3]])
        }
    }

    @Test func `Each actor reads the text that it was stored as`() throws {
        let site = try SiteID("photos")
        let id = Identifier<RecipientKind>(high: 1, low: 2)
        for actor in [
            Actor.operator, .staff("anna:b"), .recipient(id), .visitor(LetterID(high: 3, low: 4)), .site(site), .service,
        ] {
            #expect(Actor(actor.description) == actor)
        }
        for text in ["", "operator:x", "staff:", "staff", "recipient:x", "visitor:", "site:No Site", "root"] {
            #expect(Actor(text) == nil, "\(text)")
        }
    }
}
