import PosternCore
import PosternStore
import Testing

@Suite("What goes into the store comes out of it")
struct TransactionTests {
    // The rule: no value is changed, cut or taken for another.
    @Test(
        arguments: StoreKind.allCases,
        [
            SQLValue.null, .integer(0), .integer(.max), .integer(.min), .text(""), .text("'; DROP TABLE letter; --"),
            .text("ü 🌍 \u{200D} e\u{301}"), .text(String(repeating: "x", count: 70_000)), .blob([]), .blob([0, 255, 0]),
            .blob(Array(repeating: 7, count: 100_000)),
        ])
    func `A value comes back as it was`(_ kind: StoreKind, value: SQLValue) async throws {
        try await withStore(kind, people: 0) { store in
            try await store.database.write { transaction in
                try transaction.run("CREATE TABLE kept (value BLOB)")
                try transaction.run("INSERT INTO kept (value) VALUES (?)", [value])
            }
            let found = try await store.database.read { transaction in
                try transaction.rows("SELECT value FROM kept").map { row -> SQLValue in
                    if let bytes: [UInt8] = try? row["value"] { return .blob(bytes) }
                    if let text: String = try? row["value"] { return .text(text) }
                    if let number: Int64 = try? row["value"] { return .integer(number) }
                    let nothing: Int64? = try row.optional("value")
                    #expect(nothing == nil)
                    return .null
                }
            }
            #expect(found == [value])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A statement with a value too few or too many is refused, and the transaction goes on`(_ kind: StoreKind) async throws {
        try await withStore(kind, people: 0) { store in
            for arguments in [[], [SQLValue.integer(1), .integer(2)]] {
                await #expect(throws: StoreError.self) {
                    try await store.database.read { try $0.rows("SELECT ? AS value", arguments) }
                }
            }
            let rows = try await store.database.read { try $0.rows("SELECT ? AS value", [.text("a\u{0}b")]) }
            #expect(try rows.first?["value"] == "a\u{0}b")
        }
    }

    @Test func `A column that is not there, is null or holds something else is named`() {
        let row = SQLRow(columns: ["state", "due_at"], values: [.text("asleep"), .null])
        #expect(throws: StoreError.undecodable(column: "state")) { let _: DeliveryState = try row["state"] }
        #expect(throws: StoreError.undecodable(column: "due_at")) { let _: Timestamp = try row["due_at"] }
        #expect(throws: StoreError.undecodable(column: "other")) { let _: Int? = try row.optional("other") }
        #expect((try? row.optional("due_at") as Timestamp?) == .some(nil))
    }

    @Test func `Every state and kind has one text, and comes back from it`() {
        for state in DeliveryState.allCases { #expect(DeliveryState(stored: state.stored) == state) }
        for stage in DeliveryStage.allCases { #expect(DeliveryStage(stored: stage.stored) == stage) }
        let ends = Outcome.Kind.allCases.map(AttemptEnd.settled) + [.interrupted]
        for end in ends { #expect(AttemptEnd(stored: end.stored) == end) }
        #expect(Set(ends.map { String(stored: $0.stored) }).count == ends.count)
        #expect(AttemptEnd(stored: .text("vanished")) == nil)
    }

    // The rule: the order of the bytes is the order of time.
    @Test(arguments: [0, 1, 255, 256, 1_795_507_200_000, 0xFFFF_FFFF_FFFF])
    func `An id is sixteen bytes that sort as the moments do`(_ milliseconds: Int64) throws {
        var fixed = Middle()
        let moment = Timestamp(milliseconds: milliseconds)
        let id = LetterID(at: moment, using: &fixed)
        let floor = LetterID.floor(of: moment)
        #expect(id.stored == .blob(id.bytes))
        #expect(LetterID(stored: id.stored) == id)
        #expect(!id.bytes.lexicographicallyPrecedes(floor.bytes))
        if milliseconds > 0 {
            let earlier = LetterID(at: moment - .milliseconds(1), using: &fixed)
            #expect(earlier.bytes.lexicographicallyPrecedes(floor.bytes))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A unit sees what it wrote, and a reader what was answered before it began`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter()
            let inside = try await store.database.write { transaction in
                _ = try transaction.intake.accept(letter)
                return try transaction.queue.show(letter.id)?.delivery.state
            }
            #expect(inside == .ready)
            #expect(try await store.line(letter.id)?.state == .ready)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A unit that throws leaves nothing behind`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(mark: store.mark(3))
            await #expect(throws: CancellationError.self) {
                try await store.database.write { transaction in
                    _ = try transaction.intake.accept(letter)
                    throw CancellationError()
                }
            }
            #expect(try await store.line(letter.id) == nil)
            try await store.accept(letter)
        }
    }
}
