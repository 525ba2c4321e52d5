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

    @Test func `A field that is UTF-8 stays as it is beside one that is not`() {
        let form = read("name=Gr%FC%DFe&message=caf%C3%A9")
        #expect(form.fields.map(\.value) == ["Grüße", "café"] && form.fault == .notUTF8)
    }

    // A character that was cut in two, an octet that went astray: not the whole text is in another encoding for that.
    @Test(arguments: [
        ("%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82%D0", "Привет"), ("%D0%9F%D1%80%D0%B8%FF%D0%B2%D0%B5%D1%82", "При\u{FFFD}вет"),
        ("%D0%9F%D1%80%D0%B8%D0+%D0%B2%D0%B5%D1%82", "При\u{FFFD} вет"), ("%8C%D1%80%D0%B8%D0%B2%D0%B5", "\u{FFFD}риве"),
        ("%F0%9F%91%8B+caf%C3%A9+%F0%9F%91", "👋 café "), ("Gr%C3%BC%C3%9Fe%E2%80", "Grüße"), ("%E6%BC%A2%E5%AD%97%E6%BC", "漢字"),
        ("caf%E9", "café"), ("%CF%F0%E8%E2%E5%F2", "Ïðèâåò"),
    ])
    func `Of a text in UTF-8 that is damaged, the rest is kept, and its visitor asked`(value: String, text: String) {
        for other in ["", "&_charset_=UTF-8", "&_charset_=x-klingon", "&name=Vera"] {
            let form = read("message=\(value)\(other)")
            #expect(form.fields.first?.value == text && form.fault == .notUTF8, "\(form)")
        }
    }

    @Test func `A cut character is dropped where other fields show that the form is UTF-8`() {
        let form = read("name=%D0%96%D0%B0%D0%BD&subject=abc%D0&message=%D0%9F%D1%80%D0%B8")
        #expect(form.fields.map(\.value) == ["Жан", "abc", "При"] && form.fault == .notUTF8)
    }

    @Test(arguments: ["windows-1252", "ISO-8859-1", "latin1"])
    func `A form that says it is Latin-1 is no guess`(label: String) {
        #expect(read("name=Gr%FC%DFe", declared: label).fault == nil)
        let form = read("_charset_=\(label)&name=Gr%FC%DFe")
        #expect(form.fault == nil && form.fields.last?.value == "Grüße")
        #expect(read("name=Gr%FC%DFe", declared: "x-klingon").fault == .notUTF8)
        #expect(read("name=Gr%C3%BC%C3%9Fe", declared: label).fields.first?.value == "Grüße")
    }

    @Test(arguments: [
        ("windows-1251", "%CF%F0%E8%E2%E5%F2", "Привет"), ("CP1251", "%CF%F0%E8%E2%E5%F2", "Привет"),
        ("x-cp1251", "%CF%F0%E8%E2%E5%F2", "Привет"), ("koi8-r", "%F0%D2%C9%D7%C5%D4", "Привет"),
        ("KOI8-U", "%F0%D2%C9%D7%A6%D4", "Привіт"),
        ("ibm866", "%8F%E0%A8%A2%A5%E2", "Привет"),
        ("iso-8859-5", "%BF%E0%D8%D2%D5%E2", "Привет"), ("iso-8859-2", "%AEluva", "Žluva"),
        ("windows-1250", "%8Elut%FD", "Žlutý"),
        ("iso-8859-7", "%C3%E5%E9%DC", "Γειά"), ("windows-1255", "%F9%EC%E5%ED", "שלום"),
        ("windows-1256", "%D3%E1%C7%E3", "سلام"),
        ("iso-8859-9", "%DE%FD", "Şı"), ("iso-8859-15", "5+%A4", "5 €"), ("windows-1257", "%D0e%F0", "Šeš"),
    ])
    func `The encoding that is declared is the one that is read`(label: String, value: String, text: String) {
        for form in [
            read("message=\(value)", declared: label), read("_charset_=\(label)&message=\(value)"),
            read("message=\(value)&_charset_=\(label)", declared: "x-klingon"),
            read("message=\(value)&_charset_=\(label)", declared: "utf-8"),
        ] {
            #expect(form.fields.first { $0.name == "message" }?.value == text && form.fault == nil, "\(form)")
        }
    }

    @Test func `A declared encoding harms no text in UTF-8, damaged or not`() {
        let form = read("name=%D0%96%D0%B0%D0%BD&message=%D0%9F%D1%80%D0%B8%D0", declared: "windows-1251")
        #expect(form.fields.map(\.value) == ["Жан", "При"] && form.fault == .notUTF8)
        #expect(read("name=%D0%96%D0%B0%D0%BD", declared: "windows-1251").fault == nil)
        // And what it has no character for is asked about.
        let odd = read("message=%E9%F2%D2", declared: "windows-1253")
        #expect(odd.fields.map(\.value) == ["ις\u{FFFD}"] && odd.fault == .notUTF8)
    }

    @Test func `What a declared encoding does not have comes as a number`() {
        let form = read("message=%CF%F0+%26%23252%3B+%26%231055%3B+%26%2310%3B", declared: "windows-1251")
        #expect(form.fields.first?.value == "Пр ü &#1055; &#10;" && form.fault == nil)
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

    @Test func `A part or the form may name its encoding`() {
        let octets = [UInt8](arrayLiteral: 0xCF, 0xF0, 0xE8, 0xE2, 0xE5, 0xF2) + Array("\r\n--XX--".utf8)
        let own = Array("--XX\r\n\(named)\r\nContent-Type: text/plain; charset=windows-1251\r\n\r\n".utf8)
        let form = MultipartForm.fields(in: own + octets, boundary: "XX").text(declared: "koi8-r")
        #expect(form == PostedForm([FormField(name: "message", value: "Привет")]))
        let common = part("Content-Disposition: form-data; name=_charset_", "windows-1251") + "--XX\r\n\(named)\r\n\r\n"
        let other = MultipartForm.fields(in: Array(common.utf8) + octets, boundary: "XX").text()
        #expect(other.fields.last?.value == "Привет" && other.fault == nil)
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
