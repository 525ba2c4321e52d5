import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("What was typed is shown again after every refusal, and the language stays (H1–H4)")
struct RefusedFormTests {
    private func post(
        _ body: [UInt8], _ type: String? = "application/x-www-form-urlencoded", query: String = "", encoding: String? = nil,
        to submissions: FakeSubmissions = .validating
    ) async throws -> TestResponse {
        var fields: HTTPFields = [:]
        fields[.contentType] = type
        fields[.contentEncoding] = encoding
        return try await withPublicListener(submissions) { [fields] client in
            try await client.execute(
                uri: contactPath + query, method: .post, headers: fields, body: ByteBuffer(bytes: body)
            ) { $0 }
        }
    }

    private func expect(_ page: TestResponse, _ status: Int, name: String? = "Vera", words: String = "my words") {
        #expect(page.status.code == status)
        #expect(page.text.contains(">\n\(words)</textarea>") && page.text.contains(#"role="alert""#), "\(page.text)")
        if let name { #expect(page.text.contains(#"value="\#(name)""#)) }
        #expect(page.text.contains(#"action="/c/photos/pat"#) && page.text.contains(#"name="form" value="ours-"#))
    }

    private static let multipart =
        "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nVera\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nmy words"

    @Test(arguments: [
        ("application/x-www-form-urlencoded", "name=Vera&message=my+words&name=Eve", 400),
        ("application/x-www-form-urlencoded", "name=Vera&message=my+words&form=1&form=2", 400),
        ("application/x-www-form-urlencoded", "name=Vera&message=my+words&x=1" + String(repeating: "&y=2", count: 90), 400),
        ("multipart/form-data; boundary=b", multipart, 400), ("multipart/form-data; boundary=b", multipart + "\r\n--c--", 400),
        ("multipart/form-data", multipart + "\r\n--b--", 400),
        (
            "multipart/form-data; boundary=b",
            multipart + "\r\n--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\nx\r\n--b--", 400
        ),
        ("text/plain", "name=Vera\r\nmessage=my words\r\n", 415),
        ("application/json", #"{"name":"Vera","message":"my words"}"#, 415),
        ("application/octet-stream", "name=Vera&message=my+words", 415), ("text/x-unknown; %", multipart + "\r\n--b--", 415),
    ])
    func `A form that cannot be taken comes back with what could be read of it`(type: String, body: String, status: Int)
        async throws
    {
        let submissions = FakeSubmissions.validating
        let words = body.hasSuffix("--c--") ? "my words\r\n--c--" : "my words"
        expect(try await post(Array(body.utf8), type, to: submissions), status, words: words)
        #expect(submissions.all.isEmpty)
    }

    @Test func `A text field that comes twice is named (H2)`() async throws {
        let page = try await post(Array("name=Vera&message=my+words&message=other".utf8))
        expect(page, 400)
        #expect(page.text.contains(#"id="message-fault""#) && page.text.contains(##"href="#message""##))
        #expect(page.text.contains("arrived twice") && !page.text.contains("other</textarea>"))
    }

    @Test func `A hidden field before the box it belongs to does no harm (H2)`() async throws {
        for (boxes, isShared) in [("show_address=no&show_address=yes", true), ("show_address=no", false)] {
            let submissions = FakeSubmissions.validating
            let body = "name=V&email=v%40x.example&message=m&" + boxes
            #expect(try await post(Array(body.utf8), to: submissions).status == .seeOther)
            #expect(submissions.all.map(\.letter.sharesAddress) == [isShared])
        }
    }

    @Test func `A form in the encoding of an old page comes back to be checked (H4)`() async throws {
        let submissions = FakeSubmissions.validating
        let page = try await post(
            Array("name=J%F6rg&email=j%40x.example&message=Gr%FC%DFe".utf8), query: "?lang=de", to: submissions)
        expect(page, 422, name: "Jörg", words: "Grüße")
        #expect(page.text.contains(#"<html lang="de""#) && page.text.contains("Zeichenkodierung") && submissions.all.isEmpty)
    }

    @Test(arguments: [
        "application/x-www-form-urlencoded; charset=iso-8859-1", "application/x-www-form-urlencoded;charset=\"Windows-1252\"",
    ])
    func `A form that says which old encoding it is in is accepted (H4)`(type: String) async throws {
        let submissions = FakeSubmissions.validating
        let body = Array("name=J%F6rg&email=j%40x.example&message=Gr%FC%DFe".utf8)
        #expect(try await post(body, type, to: submissions).status == .seeOther)
        #expect(try await post(Array("_charset_=windows-1252&".utf8) + body, to: submissions).status == .seeOther)
        #expect(
            submissions.all.map(\.letter.message) == ["Grüße", "Grüße"] && submissions.all.map(\.letter.name) == ["Jörg", "Jörg"])
    }

    @Test(arguments: [
        ("application/x-www-form-urlencoded; charset=windows-1251", ""),
        ("application/x-www-form-urlencoded", "_charset_=windows-1251&"),
    ])
    func `A form in Cyrillic that says its encoding is accepted (H4)`(type: String, before: String) async throws {
        let submissions = FakeSubmissions.validating
        let body = Array((before + "name=%C2%E5%F0%E0&email=v%40x.example&message=%CF%F0%E8%E2%E5%F2").utf8)
        #expect(try await post(body, type, to: submissions).status == .seeOther)
        #expect(submissions.all.map(\.letter.message) == ["Привет"] && submissions.all.map(\.letter.name) == ["Вера"])
    }

    @Test func `A text in UTF-8 with a cut character comes back as text, to be checked (H4)`() async throws {
        let submissions = FakeSubmissions.validating
        let body = "name=Vera&email=v%40x.example&message=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82%D0"
        expect(try await post(Array(body.utf8), to: submissions), 422, words: "Привет")
        #expect(submissions.all.isEmpty)
    }

    // One bad parameter is nothing to the others.
    @Test(arguments: [
        "?about=%FF%00&lang=de", "?lang=de&about=%", "?%FF=%FF&lang=de", "?lang=de&x&y=%zz", "?about=x&amp;lang=de", "?lang=de)",
    ])
    func `A bad parameter beside the language does not change it (H4)`(query: String) async throws {
        let shown = try await withPublicListener(.validating) {
            try await $0.execute(uri: contactPath + query, method: .get) { $0 }
        }
        #expect(shown.status == .ok && shown.text.contains(#"<html lang="de""#))
        let page = try await post(Array("name=Vera&message=my+words".utf8), query: query)
        expect(page, 422)
        #expect(page.text.contains(#"<html lang="de""#) && page.text.contains(#"action="/c/photos/pat?lang=de""#))
    }

    @Test(arguments: ["identity", "IDENTITY", "", "identity, identity", "utf-8", "none", "UTF8", "iso-8859-1", "binary"])
    func `A form that says it is not encoded is accepted (H3)`(encoding: String) async throws {
        #expect(try await post(Array("name=V&email=v%40x.example&message=m".utf8), encoding: encoding).status == .seeOther)
    }

    @Test func `A compressed form is refused with the way back, and with what would be read (H3)`() async throws {
        let page = try await post([0x1F, 0x8B, 8, 0], encoding: "gzip")
        expect(page, 415, name: nil, words: "")
        #expect(page.headers[.acceptEncoding] == "identity" && page.text.contains("go back"))
    }

    @Test func `A plain form that says it is compressed is refused, and comes back filled in (H3)`() async throws {
        let submissions = FakeSubmissions.validating
        let page = try await post(
            Array("name=Vera&email=v%40x.example&message=my+words".utf8), encoding: "gzip", to: submissions)
        expect(page, 415)
        #expect(submissions.all.isEmpty && page.headers[.acceptEncoding] == "identity")
    }

    @Test(arguments: [nil, "", "application/x-www-form-urlencoded;", "Application/X-WWW-Form-URLencoded; charset=\"utf-8\"; x"])
    func `A form without a type, or with odd parameters, is accepted`(type: String?) async throws {
        #expect(try await post(Array("name=V&email=v%40x.example&message=m".utf8), type).status == .seeOther)
    }

    @Test func `A letter to nobody can be copied`() async throws {
        let page = try await post(
            Array("name=V&subject=Hello&message=my+words".utf8), to: FakeSubmissions(.unknownRecipient, contact: .success(nil)))
        #expect(page.status == .notFound && page.text.contains("Hello\n\nmy words</textarea>"))
    }

    @Test func `A form that cannot be taken says no more of a recipient who takes no letters`() async throws {
        let contact = Result<Contact?, FakeSubmissions.Broken>.success(Example.contact(takesLetters: false))
        let page = try await post(Array("message=my+words&message=x".utf8), to: FakeSubmissions(contact: contact))
        #expect(page.status == .forbidden && page.text.contains("my words</textarea>") && !page.text.contains("<form"))
    }

    // H1: what the counter allows fits, however it is encoded. No code point takes more than twelve octets.
    @Test(arguments: ["👋", "Ж", "漢", "\n", "a", "\u{10FFFF}".first.map(String.init) ?? ""])
    func `20,000 code points are accepted, percent-encoded, as multipart and escaped in JSON`(unit: String) async throws {
        func longest(_ count: Int) -> String { String(repeating: unit, count: count - 1) + "." }
        let (message, line) = (longest(20_000), String(repeating: unit == "\n" ? "a" : unit, count: 150))
        let texts = [("message", message), ("subject", line), ("email", "v@x.example"), ("name", String(line.prefix(100)))]
        let octets = { (text: String) in text.utf8.map { "%" + HexDigits.pair($0) }.joined() }
        let form = texts.map { "\($0.0)=\(octets($0.1.replacing("\n", with: "\r\n")))" }.joined(separator: "&")
        #expect(form.utf8.count <= 256 * 1_024)
        let parts = texts.map { "--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }.joined() + "--b--"
        for (body, type) in [(form, "application/x-www-form-urlencoded"), (parts, "multipart/form-data; boundary=b")] {
            let submissions = FakeSubmissions(.accepted(Example.letterID))
            #expect(try await post(Array(body.utf8), type, to: submissions).status == .seeOther)
            #expect(submissions.all.first?.letter.message.unicodeScalars.filter { $0 != "\r" }.count == 20_000)
        }
        let escaped = { (text: String) in
            text.utf16.map { "\\u" + HexDigits.text([UInt8($0 >> 8), UInt8($0 & 0xFF)]) }.joined()
        }
        let json = "{" + texts.map { "\"\($0.0)\":\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
        let submissions = FakeSubmissions(.accepted(Example.letterID))
        let answer = try await withPublicListener(submissions) { client in
            try await client.execute(uri: lettersPath, method: .post, headers: .json, body: ByteBuffer(string: json)) { $0 }
        }
        #expect(answer.status == .accepted && submissions.all.first?.letter.message == message)
    }
}
