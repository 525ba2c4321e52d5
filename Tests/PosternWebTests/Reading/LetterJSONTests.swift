import PosternCore
import PosternWeb
import Testing

struct LetterJSONTests {
    private func read(_ text: String) throws -> LetterJSON { try LetterJSON(Array(text.utf8)) }

    @Test func `Every field is read, and others between them are skipped`() throws {
        let posted = try read(
            """
             {"name" : "Vera", "email":"v@x.example","subject":"s","message":"a\\nb","about":"p","show_address":true,
             "other":{"deep":[1,-2.5e+10,true,false,null,{}, [ ]]}, "big":1\(String(repeating: "0", count: 5_000))}
            """)
        #expect(posted.letter.name == "Vera" && posted.letter.email == "v@x.example" && posted.letter.subject == "s")
        #expect(posted.letter.message == "a\nb" && posted.letter.about == "p" && posted.letter.sharesAddress)
        #expect(posted.wrongTypes.isEmpty)
    }

    // RFC 8259 §7.
    @Test(arguments: [
        (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#"\u0041\u00fc\u00FC"#, "Aüü"),
        (#"\ud83d\udc4b"#, "👋"),
        (#"x\u0000y"#, "x\0y"),
        ("Grüße 👋 \u{7F}", "Grüße 👋 \u{7F}"),
        ("", ""),
    ])
    func `Escapes are resolved`(written: String, text: String) throws {
        #expect(try read(#"{"message":"\#(written)"}"#).letter.message == text)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[]", "null", "\"x\"", "{]", "{,}", #"{"name"}"#, #"{"name":}"#, #"{"name":"x",}"#, #"{"name":"x"}{}"#,
        #"{"name":"x"} x"#, #"{name:"x"}"#, #"{'name':'x'}"#, #"{"name":"x"#, #"{"name":"x\"}"#, #"{"name":"\x"}"#,
        #"{"name":"\u12"}"#,
        #"{"name":"\u12g4"}"#, #"{"name":"\ud83d"}"#, #"{"name":"\ud83dx"}"#, #"{"name":"\ud83d\n"}"#,
        #"{"name":"\ud83d\u0041"}"#,
        #"{"name":"\udc4b"}"#, "{\"name\":\"a\nb\"}", "{\"name\":\"a\u{1}b\"}", #"{"a":01}"#, #"{"a":1.}"#, #"{"a":.5}"#,
        #"{"a":-}"#,
        #"{"a":1e}"#, #"{"a":+1}"#, #"{"a":NaN}"#, #"{"a":tru}"#, #"{"a":nul}"#, #"{"a":True}"#, #"{"a":[1,]}"#, #"{"a":[1 2]}"#,
        #"{"a":{"b"}}"#,
        #"{"a":1 "b":2}"#, " \u{FEFF}{}", "{\"a\":\u{A0}1}", #"{"a":// x"# + "\n1}",
    ])
    func `Anything but a JSON object is refused`(text: String) {
        #expect(throws: JSONFault.self) { try read(text) }
    }

    @Test(arguments: [
        [0x7B, 0xFF, 0x7D], [0x7B, 0x22, 0xC3, 0x22, 0x7D], Array(#"{"a":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8),
    ])
    func `Bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONFault(.notUTF8, at: 0)) { try LetterJSON(bytes) }
    }

    @Test(arguments: ["name", "email", "subject", "message", "about", "show_address"])
    func `A field that occurs twice is refused`(name: String) {
        let value = name == "show_address" ? "true" : "\"x\""
        let fault = #expect(throws: JSONFault.self) { try read(#"{"\#(name)":\#(value),"x":1,"\#(name)":\#(value)}"#) }
        #expect(fault?.reason == .repeated(field: name))
    }

    @Test func `The same name written with an escape is the same field`() {
        #expect(throws: JSONFault.self) { try read(#"{"name":"a","n\u0061me":"b"}"#) }
    }

    @Test func `Nesting is bounded at 16 levels`() throws {
        let nested = { (depth: Int) in
            #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        _ = try read(nested(15))
        let fault = #expect(throws: JSONFault.self) { try read(nested(60_000)) }
        #expect(fault?.reason == .tooDeep(limit: 16))
    }

    // A value of the wrong type is a fault of its field, never an empty text.
    @Test(arguments: ["1", "true", "[]", "{}", #"["x"]"#, "1e400"])
    func `A text of the wrong type is reported`(value: String) throws {
        for name in ["name", "email", "subject", "message", "about"] {
            let posted = try read(#"{"\#(name)":\#(value)}"#)
            #expect(posted.wrongTypes.map(\.field) == [name])
            #expect(posted.wrongTypes.map(\.code) == ["wrong_type"])
        }
    }

    @Test(arguments: ["1", "\"yes\"", "\"true\"", "[]"])
    func `A flag of the wrong type is reported`(value: String) throws {
        let posted = try read(#"{"show_address":\#(value)}"#)
        #expect(posted.wrongTypes.map(\.field) == ["show_address"])
        #expect(!posted.letter.sharesAddress)
    }

    @Test func `Null is the same as no field`() throws {
        let posted = try read(#"{"subject":null,"show_address":null}"#)
        #expect(posted.wrongTypes.isEmpty)
        #expect(posted.letter.subject == "" && !posted.letter.sharesAddress)
    }

    @Test func `All problems are listed at once, each field once`() throws {
        let posted = try read(#"{"name":7,"email":"no","message":"x","subject":"a\nb"}"#)
        #expect(posted.allProblems.map(\.field) == ["name", "email", "subject"])
        #expect(posted.allProblems.map(\.code) == ["wrong_type", "not_an_address", "line_break"])
    }

    @Test func `Hostile text is written as valid JSON`() throws {
        let hostile = "\"\\/\u{0}\u{1F}\u{7F}\u{2028}\u{2029}\r\n\t</script>Grüße👋"
        let json = JSONText.object([("name", .string(hostile))]).text
        #expect(try read(json).letter.name == hostile)
    }
}
