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
        ("a, \"b\" , c\n", [["a", "b", " c"]]),
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

    @Test func `A quote that never ends, a line too long, and bytes that are no text are told apart`() {
        #expect(records("a,\"b\nc,d\n").map(\.fault) == [.openQuote, nil])
        #expect(records(String(repeating: "x", count: 70_000) + "\na").map(\.fault) == [.tooLong, nil])
        #expect(records(String(repeating: ",", count: 70_000) + "\na").map(\.fault) == [.tooLong, nil])
        #expect(Array(CSVReader([0x61, 0xFF, 0x0A, 0x62])).map(\.fault) == [.notText, nil])
    }

    // One row with a quote too many must not take the good ones after it along.
    @Test func `An opening quote that nothing closes, or a later row's does, costs its own row alone`() {
        for text in ["pat,\"Pat,p@x\nsam,Sam,s@x\nkim,Kim,k@x\n", "pat,\"Pat,p@x\nsam,\"Sam\",s@x\nkim,Kim,k@x\n"] {
            let found = records(text)
            #expect(found.map(\.line) == [1, 2, 3] && found.map { $0.fault == nil } == [false, true, true], "\(text)")
            #expect(found.dropFirst().map(\.fields) == [["sam", "Sam", "s@x"], ["kim", "Kim", "k@x"]])
        }
    }

    @Test func `Lines are counted through quoted line breaks of any kind`() {
        #expect(records("\"a\nb\nc\",x\nd,e\n").map(\.line) == [1, 4])
        #expect(records("\"a\r\nb\",x\r\nd,e\r\n").map(\.line) == [1, 3])
        #expect(records("\"a\rb\",x\rd,e\r").map(\.line) == [1, 3])
    }

    @Test(arguments: [("a", "a"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), (" a", "\" a\"")])
    func `A field is quoted when it must be`(text: String, field: String) {
        #expect(text.csvField() == field)
        #expect(records("\(field),x").first?.fields.first == text)
    }
}
