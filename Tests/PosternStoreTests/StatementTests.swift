import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("The SQL is written once, for every store, and finds its rows by an index")
struct StatementTests {
    private func recorded(_ store: TestStore) async throws -> [StaticString] {
        let ledger = StatementLedger()
        try await Self.runEverything(RecordingDatabase(database: store.database, ledger: ledger), store)
        return ledger.all
    }

    /// The folder of the module under test, beside the folder of tests.
    private static var sources: String {
        "\(#filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined())/Sources/PosternStore"
    }

    /// Every multi-line text in the sources that begins with an SQL verb, without its indentation.
    private static func written() throws -> Set<String> {
        let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE"]
        var found: Set<String> = []
        for file in try FileFacts.sources(below: sources) {
            let parts = try FileFacts.text(file).split(separator: "\"\"\"", omittingEmptySubsequences: false)
            for text in parts.enumerated().filter({ $0.offset % 2 == 1 }).map(\.element) {
                let plain = normal(String(text))
                if verbs.contains(where: { plain.hasPrefix("\($0) ") }) { found.insert(plain) }
            }
        }
        try #require(found.count >= 50, "the sources are in \(sources)")
        return found
    }

    private static func normal(_ sql: String) -> String {
        sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test func `No statement is left out of the checks below`() async throws {
        try await withStore(.memory) { store in
            let migrations = Schema.migrations.flatMap(\.statements)
            let seen = Set((try await recorded(store) + migrations).map { Self.normal($0.description) })
            let written = try Self.written()
            #expect(written.subtracting(seen).sorted() == [])
        }
    }

    // The rule: what SQLite 3.40 and PostgreSQL 15 both understand.
    @Test(arguments: [
        "AUTOINCREMENT", "WITHOUT ROWID", "ROWID", "STRFTIME", "DATETIME(", "INSERT OR", "REPLACE INTO", "GLOB ", "IFNULL",
        "PRAGMA", "INDEXED BY", "HEX(", "TYPEOF", "RANDOMBLOB", "SQLITE_", "LAST_INSERT", "BLOB NOT", "BLOB,", "BYTEA",
        "SKIP LOCKED)",
        "::", "ILIKE", "SERIAL", "BOOLEAN", "NOW()", "\"", "`", "==", " X'", "MAIN.",
    ])
    func `No word of one store's own`(_ word: String) async throws {
        try await withStore(.memory) { store in
            // With the parts that statements share, and without the words that differ by design.
            let wordless = Dialect(blob: "", clustered: "", skipLocked: "")
            for sql in try await recorded(store) + Schema.migrations.flatMap(\.statements) {
                #expect(!Self.normal(wordless.text(of: sql)).uppercased().contains(word), "\(sql)")
            }
        }
    }

    @Test func `Keywords are upper-case, and no value stands in a statement that a person could have typed`() throws {
        for sql in try Self.written() {
            for keyword in ["select ", " from ", " where ", "insert ", " values", "update ", "delete "] {
                #expect(!sql.contains(keyword), "\(sql)")
            }
            #expect(!sql.contains(";"), "\(sql)")
        }
    }

    @Test func `The dialect puts a store's own words in, and nothing else`() {
        let elsewhere = Dialect(blob: "BYTEA", clustered: "", skipLocked: "FOR UPDATE SKIP LOCKED")
        #expect(
            elsewhere.text(of: "a {blob} b {clustered} c {skip locked}) {other}")
                == "a BYTEA b  c FOR UPDATE SKIP LOCKED) {other}")
        #expect(Dialect.sqlite.text(of: "SELECT 1") == "SELECT 1")
    }

    /// Tables that grow with the number of letters or people.
    private static let large = [
        "delivery", "submission", "letter", "attempt", "recipient", "idempotency_record", "own", "submission_tag",
        "submission_rule", "conversation", "link", "reply", "copy", "mute", "address_change", "report",
        "first_letter",
        "limit_mark", "letter_sketch", "k", "s", "by", "r", "t",
    ]

    /// Whether a line of a plan looks through a large table. The exceptions read an index that is as long as what they
    /// report on.
    private static func isOffence(_ line: String, of sql: String) -> Bool {
        let words = line.split(separator: " ").map(String.init)
        guard words.count > 1, words[0] == "SCAN", large.contains(words[1]) else { return false }
        let isCount = sql.contains("COUNT(*)") && line.contains("USING COVERING INDEX")
        let isUnderWay = line.hasSuffix("INDEX delivery_lease")
        let isListOfWaiting = sql.contains("AS MATERIALIZED") && line.hasSuffix("USING COVERING INDEX delivery_due")
        // The first entries of an index that is in the right order.
        let isFirst =
            sql.contains("ORDER BY due_at, id\nLIMIT") && line.hasSuffix("USING COVERING INDEX delivery_due")
            || sql.hasSuffix("ORDER BY id\nLIMIT 1")
        // Reports that nobody has decided: as few as staff let them become.
        let isOpenReports = line.hasSuffix("USING INDEX report_open")
        // MIN over an index that begins with it is its first entry.
        let isLeast = sql.contains("SELECT MIN(id)") && line.contains("COVERING INDEX delivery_")
        return !(isCount || isUnderWay || isListOfWaiting || isFirst || isOpenReports || isLeast)
    }

    // The rule: O(batch) however large the store.
    @Test func `No statement looks through a large table`() async throws {
        try await withStore(.file) { store in
            let statements = try await recorded(store).filter { !$0.description.hasPrefix("CREATE") }
            #expect(statements.count >= 45)
            for sql in statements {
                let plan = try await store.sqlite.plan(of: sql)
                #expect(plan.filter { Self.isOffence($0, of: sql.description) } == [], "\(sql)")
            }
        }
    }

    @Test func `The claim reads the queue in order of due times, without sorting it`() async throws {
        try await withStore(.file) { store in
            let claim = try #require(
                try await recorded(store).first { $0.description.hasPrefix("UPDATE delivery\nSET state = 'leased'") })
            let plan = try await store.sqlite.plan(of: claim)
            #expect(plan.contains { $0.contains("COVERING INDEX delivery_due (due_at<?)") })
            #expect(!plan.contains { $0.contains("TEMP B-TREE") })
        }
    }

    // Through the lane, it would look at everything that waits there.
    @Test func `A letter that comes finds the cluster that it joins by an index of its own`() async throws {
        try await withStore(.file) { store in
            let searches = try await recorded(store).filter { $0.description.hasPrefix("SELECT cluster\n") }
            var plans: [String] = []
            for search in searches { plans += try await store.sqlite.plan(of: search) }
            #expect(plans.count == 2)
            for index in ["review_item_likeness (likeness=?)", "review_item_client (epoch=? AND tag=? AND rules=?)"] {
                #expect(plans.contains { $0.contains("USING INDEX \(index)") }, "\(plans)")
            }
        }
    }
}
