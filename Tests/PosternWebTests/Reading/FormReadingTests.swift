import HTTPTypes
import PosternCore
import PosternMail
import PosternTestSupport
import PosternWeb
import Testing

struct URLEncodedFormTests {
    private func read(_ body: String, declared: String? = nil) -> PostedForm {
        URLEncodedForm.fields(in: Array(body.utf8)).text(declared: declared)
    }

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
        ("name=x\r\n", "name", "x"), ("name=x\n\n", "name", "x"), ("name=a%0D%0A\r\n", "name", "a\r\n"),
    ])
    func `A field is decoded`(body: String, name: String, value: String) {
        #expect(read(body) == PostedForm([FormField(name: name, value: value)]))
    }

    // A letter must not change on its way. What is not UTF-8 is not replaced, but read as the Windows-1252 of old pages, and said to be
    // a guess.
    @Test(arguments: [
        ("name=Gr%FC%DFe", "Grüße"), ("name=%80+%93a%94", "€ “a”"), ("name=%FF", "ÿ"), ("name=%C3", "Ã"), ("name=%C3%28", "Ã("),
        ("name=%ED%A0%80", "í\u{A0}€"), ("name=%C0%AF", "À¯"), ("name=%81%FC", "\u{81}ü"),
    ])
    func `A form that is not UTF-8 is read as Windows-1252`(body: String, value: String) {
        #expect(read(body) == PostedForm([FormField(name: "name", value: value)], fault: .notUTF8))
    }

    @Test func `All of a form is in one encoding`() {
        let form = read("name=Gr%FC%DFe&message=caf%C3%A9")
        #expect(form.fields.map(\.value) == ["Grüße", "cafÃ©"] && form.fault == .notUTF8)
    }

    @Test(arguments: ["windows-1252", "ISO-8859-1", "latin1"])
    func `A form that says it is Latin-1 is no guess`(label: String) {
        #expect(read("name=Gr%FC%DFe", declared: label).fault == nil)
        let form = read("_charset_=\(label)&name=Gr%FC%DFe")
        #expect(form.fault == nil && form.fields.last?.value == "Grüße")
        #expect(read("name=Gr%FC%DFe", declared: "koi8-r").fault == .notUTF8)
        #expect(read("name=Gr%C3%BC%C3%9Fe", declared: label).fields.first?.value == "Grüße")
    }

    // A browser writes what Windows-1252 does not have as a number. What it has, a person has typed.
    @Test(arguments: [
        ("%FC+%26%231046%3B%26%23128075%3B", "ü Ж👋"), ("%FC%26%23252%3B", "ü&#252;"), ("%FC%26%238364%3B", "ü&#8364;"),
        ("%FC%26%23xd%3B%26%23%3B%26%231046", "ü&#xd;&#;&#1046"), ("%FC%26%2399999999%3B", "ü&#99999999;"), ("%FC%26", "ü&"),
    ])
    func `What an old page cannot encode comes as a number`(value: String, text: String) {
        #expect(read("name=\(value)").fields.first?.value == text)
    }

    @Test func `Of more than 64 fields, 64 are read, and it is said`() {
        let most = (1...64).map { "f\($0)=x" }.joined(separator: "&")
        #expect(read(most).fields.count == 64 && read(most).fault == nil)
        #expect(read(most + "&f65=x").fields.count == 64)
        #expect(read(most + "&f65=x").fault == .tooManyFields(limit: 64))
    }

    @Test func `An empty body has no fields`() {
        #expect(read("") == PostedForm([]))
    }

    @Test func `Wherever a form was cut, what comes before is read, and no character in halves`() {
        let body = Array("name=Vera&message=Gr%C3%BC%C3%9Fe+%F0%9F%91%8B".utf8)
        for end in 0...body.count {
            let form = URLEncodedForm.fields(in: Array(body[..<end]), isCut: true).text()
            #expect(form.fault == .cutShort)
            let message = form.fields.first { $0.name == "message" }?.value ?? ""
            #expect("Grüße 👋".unicodeScalars.starts(with: message.unicodeScalars), "\(message)")
        }
    }
}

struct MultipartFormTests {
    private func read(_ body: String, boundary: String? = "XX") -> PostedForm {
        MultipartForm.fields(in: Array(body.utf8), boundary: boundary).text()
    }

    private func part(_ head: String, _ value: String) -> String { "--XX\r\n\(head)\r\n\r\n\(value)\r\n" }
    private let named = #"Content-Disposition: form-data; name="message""#

    // The value is everything between the empty line and the line end before the boundary.
    @Test(arguments: [
        "", "plain", " \r\n leading and trailing \r\n", "\r\n", "--", "--X", "\r\n--X", "\r\n--\r\n", "\r\n-XX", "Grüße 👋",
        "a --XX in a line",
        "{{tags}}", "a\r\n\r\nb",
    ])
    func `A value arrives as it was sent`(value: String) {
        #expect(read(part(named, value) + "--XX--\r\n") == PostedForm([FormField(name: "message", value: value)]))
    }

    @Test func `A form that a script has put together with bare line feeds is read`() {
        let body = "--XX\nContent-Disposition: form-data; name=\"name\"\n\nVera\n--XX\n\(named)\n\na\n\nb\n--XX--\n"
        #expect(read(body) == PostedForm([.init(name: "name", value: "Vera"), .init(name: "message", value: "a\r\n\r\nb")]))
    }

    @Test func `Several parts keep their order, and a preamble and an epilogue are ignored`() throws {
        let body =
            "preamble\r\n" + part(named, "a") + part(#"content-disposition:form-data;name=name"#, "b") + "--XX--\r\nepilogue"
        #expect(read(body) == PostedForm([FormField(name: "message", value: "a"), FormField(name: "name", value: "b")]))
    }

    @Test func `A form without parts has no fields`() throws {
        #expect(read("--XX--\r\n") == PostedForm([]))
    }

    @Test(arguments: [
        ("", FormFlaw.noOpeningBoundary),
        ("--YY\r\n\r\n--YY--", .noOpeningBoundary),
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
    func `A malformed form is said to be that`(body: String, flaw: FormFlaw) {
        #expect(read(body).fault == .malformed(flaw))
    }

    @Test func `Of a malformed form, every part that can be read is read`() {
        let odd = "--XX\r\nno colon\r\n\r\nv\r\n"
        let form = read(odd + part(named, "a") + odd + part("Content-Disposition: form-data; name=name", "b") + "--XX--")
        #expect(form.fields.map(\.value) == ["a", "b"] && form.fault == .malformed(.partHeader))
    }

    @Test(arguments: ["value", "value\r\n--XY--", "value\r\n--X", ""])
    func `A form without an end is read to where it ends`(rest: String) {
        let form = read(part(named, "a") + "--XX\r\nContent-Disposition: form-data; name=name\r\n\r\n" + rest)
        #expect(form.fields.map(\.value) == ["a", rest] && form.fault == .cutShort)
    }

    @Test(arguments: [nil, "", String(repeating: "x", count: 71), "ends in space ", "x\u{7F}", "ü"])
    func `A malformed boundary is refused`(boundary: String?) {
        let type = ParameterisedField("multipart/form-data" + (boundary.map { "; boundary=\"\($0)\"" } ?? ""))
        #expect(read("--XX--", boundary: type?.boundary).fault == .malformed(.noBoundary))
        // What the body begins with is one, so that a visitor gets back what they typed.
        let form = read(part(named, "a") + "--XX--", boundary: type?.boundary)
        #expect(form.fields.map(\.value) == ["a"] && form.fault == .malformed(.noBoundary))
    }

    @Test(arguments: [#"filename="a.jpg""#, "filename*=utf-8''a.jpg", #"filename="""#])
    func `Files are refused`(parameter: String) {
        #expect(read(part("\(named); \(parameter)", "x") + "--XX--").fault == .file)
    }

    // A site's own form may have an input for files, which browsers send empty (HTML standard, §4.10.22.4).
    @Test func `An input in which no file was chosen is nothing`() {
        let file = part(
            #"Content-Disposition: form-data; name="photo"; filename="""# + "\r\nContent-Type: application/octet-stream", "")
        #expect(read(file + part(named, "a") + "--XX--") == PostedForm([FormField(name: "message", value: "a")]))
    }

    @Test func `A head of more than 4 KiB and a 65th part are refused`() {
        let long = part("\(named)\r\nX-Long: \(String(repeating: "x", count: 4_096))", "x")
        #expect(read(long + "--XX--").fault == .malformed(.partHeader))
        let many = (1...65).map { part(#"Content-Disposition: form-data; name="f\#($0)""#, "x") }.joined()
        #expect(read(many + "--XX--").fault == .tooManyFields(limit: 64))
    }

    @Test func `A value that is not UTF-8 is read as Windows-1252`() {
        var body = Array("--XX\r\n\(named)\r\n\r\n".utf8)
        body += [0xFC] + Array("\r\n--XX--".utf8)
        let form = MultipartForm.fields(in: body, boundary: "XX").text()
        #expect(form == PostedForm([FormField(name: "message", value: "ü")], fault: .notUTF8))
    }

    @Test func `Many beginnings of a boundary are read in linear time`() {
        let value = String(repeating: "\r\n--X", count: 12_000)
        var found: String?
        let took = Figure.processorTime { found = read(part(named, value) + "--XX--").fields.first?.value }
        #expect(found == value)
        #expect(Figure.isCheap("12,000 beginnings of a boundary", took, limit: .seconds(2)))
    }
}

struct LetterFormTests {
    private func form(_ fields: KeyValuePairs<String, String>) -> LetterForm {
        LetterForm(PostedForm(fields.map { FormField(name: $0.key, value: $0.value) }))
    }

    @Test func `Unknown fields are ignored`() {
        let form = form([
            "name": " Vera ", "email": "v@x.example", "subject": "s", "message": "m", "about": "a", "show_address": "yes",
            "form": "t-1", "utm": "x", "homepage_url": "http://x.example", "utm": "y",
        ])
        #expect(form.letter.name == " Vera " && form.letter.email == "v@x.example" && form.letter.subject == "s")
        #expect(form.letter.message == "m" && form.letter.about == "a" && form.letter.sharesAddress)
        #expect(form.token == "t-1" && form.isBaitTaken && form.fault == nil)
    }

    @Test(arguments: [
        ("yes", true), ("on", true), ("true", true), ("1", true), ("Yes", true), ("", false), ("0", false), ("no", false),
        ("YES?", false),
    ])
    func `The address is disclosed only for a plain yes`(value: String, isShown: Bool) {
        #expect(form(["show_address": value]).letter.sharesAddress == isShown)
        #expect(form([:]).letter.sharesAddress == false)
    }

    // A hidden field says what it means when the box of the same name is not ticked.
    @Test func `Of a checkbox the last value counts`() {
        let ticked = form(["show_address": "no", "show_address": "yes"])
        #expect(ticked.letter.sharesAddress && ticked.fault == nil)
        let not = form(["show_address": "yes", "show_address": "0", "show_address": "no"])
        #expect(!not.letter.sharesAddress && not.fault == nil)
    }

    @Test(arguments: ["name", "email", "subject", "message", "about", "form"])
    func `A text field of ours that occurs twice is a fault, and the first text is kept`(name: String) {
        let form = form([name: "one", name: "two"])
        #expect(form.fault == .repeated(field: name))
        let kept = [form.letter.name, form.letter.email, form.letter.subject, form.letter.message, form.letter.about, form.token]
        #expect(kept.contains("one") && !kept.contains("two"))
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

struct PostedTypeTests {
    // RFC 9110 §8.3, §8.4: what says nothing else is taken for what it says.
    @Test(
        arguments: [
            ("multipart/form-data; boundary=abc", "multipart/form-data", nil, "abc"),
            ("application/json; charset='UTF-8'", "application/json", "utf-8", nil),
            ("application/json; charset", "application/json", nil, nil), ("Application/JSON ;; x", "application/json", nil, nil),
            (
                "application/x-www-form-urlencoded, application/x-www-form-urlencoded", "application/x-www-form-urlencoded", nil,
                nil
            ),
            ("", nil, nil, nil), (";charset=utf-8", nil, nil, nil), ("text/plain", "text/plain", nil, nil),
        ] as [(String, String?, String?, String?)])
    func `A type is read, whatever its parameters are`(text: String, type: String?, charset: String?, boundary: String?) {
        let read = PostedType([.contentType: text])
        #expect(read.mediaType == type && read.charset == charset && read.boundary == boundary)
    }

    @Test(arguments: [
        ("identity", false), ("Identity", false), ("", false), (" , identity,", false), ("gzip", true), ("identity, br", true),
        ("utf-8", false), ("UTF8", false), ("none", false), ("\"none\"", false),
        ("windows-1251", false), ("8bit", false), ("binary", false),
        ("application/x-www-form-urlencoded", false), ("utf-8, gzip", true), ("x-gzip", true), ("GZIP", true), ("deflate", true),
        ("zstd", true), ("base64", true),
    ])
    func `What says that nothing was done to a body is no encoding`(text: String, isEncoded: Bool) {
        #expect(PostedType([.contentEncoding: text]).isEncoded == isEncoded)
        #expect(!PostedType([:]).isEncoded)
    }
}
