import PosternCore
import PosternImport
import Testing

@Suite("An import's file is read as RFC 4180 has it")
struct CSVReaderTests {
    private func records(_ text: String) -> [CSVReader.Record] {
        Array(CSVReader(Array(text.utf8)))
    }

    /// text → fields of each record
    @Test(arguments: [
        ("a,b,c\n", [["a", "b", "c"]]),
        ("a,b,c", [["a", "b", "c"]]),
        ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
        ("a,b\rc,d", [["a", "b"], ["c", "d"]]),
        ("\"a,b\",c", [["a,b", "c"]]),
        ("\"a \"\"quoted\"\" word\",c", [["a \"quoted\" word", "c"]]),
        ("\"two\nlines\",c\nd,e", [["two\nlines", "c"], ["d", "e"]]),
        ("a,,\n", [["a", "", ""]]),
        ("\n\na\n\n", [["a"]]),
        ("\u{FEFF}handle,name\n", [["handle", "name"]]),
        ("", []),
    ])
    func `Good files`(text: String, fields: [[String]]) {
        #expect(records(text).map(\.fields) == fields)
        #expect(records(text).allSatisfy { $0.fault == nil })
    }

    @Test func `A fault belongs to its record, and the next one is read`() {
        let found = records("a,b\nc\"d,e\nf,g\n\"h\" i,j\nk,l\n")
        #expect(found.map(\.fault) == [nil, .strayQuote, nil, .strayQuote, nil])
        #expect(found.map(\.line) == [1, 2, 3, 4, 5])
    }

    @Test func `A quote that never ends, a line too long, and bytes that are no UTF-8 are told apart`() {
        #expect(records("a,\"b\nc,d\n").map(\.fault) == [.openQuote, nil])
        #expect(records(String(repeating: "x", count: 9_000) + "\na").map(\.fault) == [.tooLong, nil])
        #expect(records(String(repeating: ",", count: 9_000) + "\na").map(\.fault) == [.tooLong, nil])
        #expect(Array(CSVReader([0x61, 0xFF, 0x0A, 0x62])).map(\.fault) == [.notUTF8, nil])
    }

    // One row with a quote too many must not take the good ones after it along.
    @Test func `An opening quote that nothing closes, or a later row's does, costs its own row alone`() {
        for text in ["pat,\"Pat,p@x\nsam,Sam,s@x\nkim,Kim,k@x\n", "pat,\"Pat,p@x\nsam,\"Sam\",s@x\nkim,Kim,k@x\n"] {
            let found = records(text)
            #expect(found.map(\.line) == [1, 2, 3] && found.map { $0.fault == nil } == [false, true, true], "\(text)")
            #expect(found.dropFirst().map(\.fields) == [["sam", "Sam", "s@x"], ["kim", "Kim", "k@x"]])
        }
    }

    @Test func `Lines are counted through quoted line breaks`() {
        #expect(records("\"a\nb\nc\",x\nd,e\n").map(\.line) == [1, 4])
    }

    @Test func `A wrong row says everything that is wrong with it and nothing of the address`() throws {
        let record = try #require(records("Pat!,,canary-no-at,!!").first)
        let reject = try #require(throws: RecipientRow.Reject.self) { try RecipientRow(record) }
        #expect(reject.description.contains("handle"))
        #expect(reject.description.contains("name is empty"))
        #expect(reject.description.contains("no @"))
        #expect(reject.description.contains("language"))
        #expect(!reject.description.contains("canary"))
    }

    @Test func `Two columns exchanged print no address`() throws {
        let record = try #require(records("pat,Pat,de,canary@members.example").first)
        let reject = try #require(throws: RecipientRow.Reject.self) { try RecipientRow(record) }
        #expect(!reject.description.contains("canary"))
    }

    @Test(arguments: ["a,b", "a,b,c@example.org,de,more"])
    func `Too few or too many fields are refused`(line: String) throws {
        let record = try #require(records(line).first)
        #expect(throws: RecipientRow.Reject.self) { try RecipientRow(record) }
    }

    @Test(arguments: [("a", "a"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\"")])
    func `A field is quoted when it must be`(text: String, field: String) {
        #expect(text.csvField == field)
        #expect(records("\(field),x").first?.fields.first == text)
    }
}
