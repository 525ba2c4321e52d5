import PosternCore
import PosternMail
import PosternWeb
import Testing

/// Every reader of foreign text reads it once. Each input has four times what a request may have: a reader that looked back, or
/// copied what it had, would not be through for hours.
@Suite("Reading takes time in proportion to the text", .timeLimit(.minutes(40)))
struct HostileSizeTests {
    private static let size = 4 * 256 * 1_024

    private static func bytes(_ unit: String, begin: String = "", end: String = "") -> [UInt8] {
        let unit = Array(unit.utf8)
        var bytes = Array(begin.utf8)
        bytes.reserveCapacity(size)
        while bytes.count < size { bytes += unit }
        return bytes + Array(end.utf8)
    }

    @Test(arguments: ["%", "%4", "%41", "+", "&", "a=&", "=", "a=%F0%9F%91%8B&", "name=x&", "\u{301}"])
    func `A posted form is read once`(unit: String) {
        let body = Self.bytes(unit, begin: "message=")
        _ = URLEncodedForm.fields(in: body).text()
        _ = URLEncodedForm.fields(in: body + [0xFF], isCut: true).text()
        _ = LetterForm(salvaging: body)
    }

    @Test(arguments: [
        "\r", "\r\n", "\r\n-", "\r\n--", "\r\n--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "--", "-", " ", "\r\n\r\n",
        "X: y\r\n", ":", ";", "\"", "\\", "\u{301}",
    ])
    func `A multipart form is read once`(unit: String) {
        let boundary = String(repeating: "b", count: 70)
        for begin in [
            "", "--\(boundary)", "--\(boundary)\r\nContent-Disposition: form-data; name=\"", "--\(boundary)\r\nA: b\r\n\r\n",
        ] {
            _ = MultipartForm.fields(in: Self.bytes(unit, begin: begin), boundary: boundary).text()
        }
    }

    @Test(arguments: [
        (#"{"message":""#, "\\", ""), (#"{"message":""#, "\\u0041", "\"}"), (#"{"message":""#, "\u{301}", "\"}"), ("", "[", ""),
        ("", "{\"a\":", ""), (#"{"a":["#, "1,", "1]}"), (#"{"a":"#, "9", "}"), (#"{"a":"#, " ", "1}"),
        ("{", #""a":1,"#, #""b":1}"#),
        ("", "\"", ""),
    ])
    func `A letter in JSON is read once`(begin: String, unit: String, end: String) {
        _ = try? LetterJSON(Self.bytes(unit, begin: begin, end: end))
    }

    @Test(arguments: [",", ";", "q=", "de;q=0.1,", "\u{301}", " ", "-", "a-"])
    func `Accept-Language is read once`(unit: String) {
        let field = String(decoding: Self.bytes(unit), as: UTF8.self)
        _ = LanguageChoice(asked: field, accepted: field, site: [], available: [.english])
    }

    @Test(arguments: [",", "for=", "\"", ";", "for=\"", "\\", "[", ":", "1", "for=192.0.2.1,", " ", "\u{301}"])
    func `What a proxy's field says is read once`(unit: String) throws {
        let field = String(decoding: Self.bytes(unit), as: UTF8.self)
        let peer = try #require(ClientAddress(text: "127.0.0.1"))
        let proxies = TrustedProxies([try AddressRange("0.0.0.0/0"), try AddressRange("::/0")])
        _ = proxies.client(peer: peer, forwardedFor: [field], forwarded: [field])
    }

    @Test(arguments: ["/", "%", "%2F", "{", ".", "\u{301}", "%F0", ";", "&", "\u{FDFA}"])
    func `A path is read once`(unit: String) {
        let path = "/" + String(decoding: Self.bytes(unit), as: UTF8.self)
        _ = PathPattern.segments(of: path)
        _ = PathPattern.tidiedSegments(of: path)
        _ = HandleAlias.key(of: path)
        #expect(Handle(spelled: path) == nil || path.utf8.count < 400)
    }

    @Test(arguments: [";", "a=b;", "\"", "a=\"", "\\", " ", "=", "\u{301}"])
    func `A field with parameters is read once`(unit: String) {
        _ = ParameterisedField(String(decoding: Self.bytes(unit, begin: "multipart/form-data; boundary="), as: UTF8.self))
    }
}
