import PosternCore
import PosternMail
import PosternTestSupport
import PosternWeb
import Testing

struct URLEncodedFormTests {
    private func fields(_ body: String) throws -> [FormField] { try URLEncodedForm.fields(in: Array(body.utf8)) }

    // WHATWG URL standard: a plus is a space, and a percent sign without two digits stands for itself.
    @Test(arguments: [
        ("name=Vera+Visitor", "name", "Vera Visitor"),
        ("name=Gr%C3%BC%c3%9fe", "name", "Grüße"),
        ("name=1%2B1%3D2", "name", "1+1=2"),
        ("name=a=b=c", "name", "a=b=c"),
        ("name", "name", ""),
        ("name=", "name", ""),
        ("=value", "", "value"),
        ("name=100%", "name", "100%"),
        ("name=%", "name", "%"),
        ("name=%4", "name", "%4"),
        ("name=%zz%41", "name", "%zzA"),
        ("name=%%41", "name", "%A"),
        ("message=a%0D%0Ab", "message", "a\r\nb"),
        ("message=%00", "message", "\0"),
        ("na%6De=x", "name", "x"),
        ("&&name=x&&", "name", "x"),
    ])
    func `A field is decoded`(body: String, name: String, value: String) throws {
        #expect(try fields(body) == [FormField(name: name, value: value)])
    }

    // A letter must not change on its way. Broken UTF-8 is refused, not replaced.
    @Test(arguments: ["name=%FF", "name=%C3", "name=%C3%28", "name=%ED%A0%80", "name=%F8%88%80%80%80", "%FF=x", "name=%C0%AF"])
    func `Bytes that are not UTF-8 are refused`(body: String) {
        #expect(throws: FormFault.notUTF8) { try fields(body) }
    }

    @Test func `More than 64 fields are refused, 64 are read`() throws {
        let most = (1...64).map { "f\($0)=x" }.joined(separator: "&")
        #expect(try fields(most).count == 64)
        #expect(throws: FormFault.tooManyFields(limit: 64)) { try fields(most + "&f65=x") }
    }

    @Test func `An empty body has no fields`() throws {
        #expect(try fields("") == [])
    }
}

struct MultipartFormTests {
    private func fields(_ body: String, boundary: String? = "XX") throws -> [FormField] {
        try MultipartForm.fields(in: Array(body.utf8), boundary: boundary)
    }

    private func part(_ head: String, _ value: String) -> String { "--XX\r\n\(head)\r\n\r\n\(value)\r\n" }
    private let named = #"Content-Disposition: form-data; name="message""#

    // The value is everything between the empty line and the line end before the boundary.
    @Test(arguments: [
        "", "plain", " \r\n leading and trailing \r\n", "\r\n", "--", "--X", "\r\n--X", "\r\n--\r\n", "\r\n-XX", "Grüße 👋",
        "a --XX in a line",
        "{{tags}}", "a\r\n\r\nb",
    ])
    func `A value arrives as it was sent`(value: String) throws {
        #expect(try fields(part(named, value) + "--XX--\r\n") == [FormField(name: "message", value: value)])
    }

    @Test func `Several parts keep their order, and a preamble and an epilogue are ignored`() throws {
        let body =
            "preamble\r\n" + part(named, "a") + part(#"content-disposition:form-data;name=name"#, "b") + "--XX--\r\nepilogue"
        #expect(try fields(body) == [FormField(name: "message", value: "a"), FormField(name: "name", value: "b")])
    }

    @Test func `A form without parts has no fields`() throws {
        #expect(try fields("--XX--\r\n") == [])
    }

    @Test(arguments: [
        ("", FormFlaw.noOpeningBoundary),
        ("--YY\r\n\r\n--YY--", .noOpeningBoundary),
        ("--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue", .noClosingBoundary),
        ("--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue\r\n--XY--", .noClosingBoundary),
        ("--XXContent-Disposition: form-data; name=a\r\n\r\nv\r\n--XX--", .partHeader),
        ("--XX\r\nContent-Disposition: form-data; name=a\r\nv\r\n--XX--", .partHeader),
        ("--XX\r\nno colon\r\n\r\nv\r\n--XX--", .partHeader),
        ("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nv\r\n--XX--", .partHeader),
        (
            "--XX\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\nv\r\n--XX--",
            .partHeader
        ),
        ("--XX\r\nContent-Type: text/plain\r\n\r\nv\r\n--XX--", .noFieldName),
        ("--XX\r\nContent-Disposition: form-data\r\n\r\nv\r\n--XX--", .noFieldName),
        (
            "--XX\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\ndg==\r\n--XX--",
            .encodedPart
        ),
    ])
    func `A malformed form is refused`(body: String, flaw: FormFlaw) {
        #expect(throws: FormFault.malformed(flaw)) { try fields(body) }
    }

    @Test(arguments: [nil, "", String(repeating: "x", count: 71), "ends in space ", "x\u{7F}", "ü"])
    func `A malformed boundary is refused`(boundary: String?) {
        let type = ParameterisedField("multipart/form-data" + (boundary.map { "; boundary=\"\($0)\"" } ?? ""))
        #expect(throws: FormFault.malformed(.noBoundary)) { try fields("--XX--", boundary: type?.boundary) }
    }

    @Test(arguments: [#"filename="a.jpg""#, "filename*=utf-8''a.jpg", #"filename="""#])
    func `Files are refused`(parameter: String) {
        #expect(throws: FormFault.file) { try fields(part("\(named); \(parameter)", "x") + "--XX--") }
    }

    @Test func `A head of more than 4 KiB and a 65th part are refused`() {
        #expect(throws: FormFault.malformed(.partHeader)) {
            try fields(part("\(named)\r\nX-Long: \(String(repeating: "x", count: 4_096))", "x") + "--XX--")
        }
        let many = (1...65).map { part(#"Content-Disposition: form-data; name="f\#($0)""#, "x") }.joined()
        #expect(throws: FormFault.tooManyFields(limit: 64)) { try fields(many + "--XX--") }
    }

    @Test func `A value that is not UTF-8 is refused`() {
        var body = Array("--XX\r\n\(named)\r\n\r\n".utf8)
        body += [0xFF] + Array("\r\n--XX--".utf8)
        #expect(throws: FormFault.notUTF8) { try MultipartForm.fields(in: body, boundary: "XX") }
    }

    @Test func `Many beginnings of a boundary are read in linear time`() throws {
        let value = String(repeating: "\r\n--X", count: 12_000)
        var read: String?
        let took = try Figure.processorTime { read = try fields(part(named, value) + "--XX--").first?.value }
        #expect(read == value)
        #expect(Figure.isCheap("12,000 beginnings of a boundary", took, limit: .seconds(2)))
    }
}

struct LetterFormTests {
    @Test func `Unknown fields are ignored`() throws {
        let form = try LetterForm([
            FormField(name: "name", value: " Vera "), FormField(name: "email", value: "v@x.example"),
            FormField(name: "subject", value: "s"),
            FormField(name: "message", value: "m"), FormField(name: "about", value: "a"),
            FormField(name: "show_address", value: "yes"),
            FormField(name: "form", value: "t-1"), FormField(name: "utm", value: "x"),
            FormField(name: "homepage_url", value: "http://x.example"),
            FormField(name: "utm", value: "y"),
        ])
        #expect(form.letter.name == " Vera " && form.letter.email == "v@x.example" && form.letter.subject == "s")
        #expect(form.letter.message == "m" && form.letter.about == "a" && form.letter.sharesAddress)
        #expect(form.token == "t-1" && form.isBaitTaken)
    }

    @Test(arguments: [
        ("yes", true), ("on", true), ("true", true), ("1", true), ("", false), ("0", false), ("no", false), ("YES?", false),
    ])
    func `The address is disclosed only for a plain yes`(value: String, isShown: Bool) throws {
        #expect(try LetterForm([FormField(name: "show_address", value: value)]).letter.sharesAddress == isShown)
        #expect(try LetterForm([]).letter.sharesAddress == false)
    }

    @Test(arguments: ["name", "email", "subject", "message", "about", "show_address", "form"])
    func `A field of ours that occurs twice is refused`(name: String) {
        #expect(throws: FormFault.repeated(field: name)) {
            try LetterForm([FormField(name: name, value: "yes"), FormField(name: name, value: "yes")])
        }
    }
}

struct ParameterisedFieldTests {
    // RFC 9110 §5.6.6: names and the value in any case, spaces around semicolons, quoted strings.
    @Test(arguments: [
        ("text/html", "text/html", [:]),
        ("Multipart/Form-Data; Boundary=abc", "multipart/form-data", ["boundary": "abc"]),
        (#"multipart/form-data;boundary="a b;c""#, "multipart/form-data", ["boundary": "a b;c"]),
        (#"form-data; name="a\"b\\c""#, "form-data", ["name": #"a"b\c"#]),
        ("application/json ; charset=UTF-8 ;", "application/json", ["charset": "UTF-8"]),
        ("a/b; x=1; X=2", "a/b", ["x": "1"]),
        (#"a/b; x="""#, "a/b", ["x": ""]),
    ])
    func `A field is split into its value and its parameters`(text: String, value: String, parameters: [String: String]) throws {
        let field = try #require(ParameterisedField(text))
        #expect(field.value == value)
        #expect(field.parameters == parameters)
    }

    @Test(arguments: [
        "", ";", "; a=b", "a b(c)/d", "a/b; =x", "a/b; x", "a/b; x=", #"a/b; x="open"#, #"a/b; x="open\"#, #"a/b; x="a"b"#,
        #"a/b; x=""#,
        "a/b; x y=z",
        "a/b\u{0}",
    ])
    func `A malformed field is refused`(text: String) {
        #expect(ParameterisedField(text) == nil)
    }
}
