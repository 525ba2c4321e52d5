import Foundation
import PosternTestSupport
import Testing

@Suite("Hostile text in every field arrives inert, or not at all (W6)", .serialized, .timeLimit(.minutes(40)))
struct HostileTextArrivesInertTests {
    private static let corpus: [(name: String, text: String)] = [
        ("CR", "a\rBcc: x@evil.example"), ("LF", "a\nBcc: x@evil.example"), ("CRLF", "a\r\nBcc: x@evil.example\r\n\r\nbody"),
        ("NUL", "a\0b"), ("bell and escape", "a\u{07}\u{1B}[31mb"), ("bidi override", "\u{202E}gpj.exe\u{202C}"),
        ("bidi isolate left open", "\u{2066}abc"), ("zero width", "p\u{200B}a\u{200D}t\u{FEFF}"),
        ("tag characters", "a\u{E0041}\u{E007F}b"),
        ("four bytes", "👩‍👩‍👧‍👦 𝕬𝖇𝖈"), ("combining flood", "a" + String(repeating: "\u{0301}", count: 90)),
        ("line separators", "a\u{2028}b\u{2029}c\u{85}d"), ("markup", "<script>alert(1)</script><img src=x onerror=alert(1)>"),
        ("attribute", "\" onfocus=alert(1) autofocus x='"), ("attribute behind a mark", "\"\u{301} onfocus=alert(1) x=\""),
        ("template tags", "{{{frame.title}}} {{>x}} {{#each}}"), ("encoded word", "=?utf-8?q?=0D=0ABcc:_x=40evil.example?="),
        ("dot line", ".\r\n.\r\nQUIT"), ("header look-alike", "From: boss@evil.example"),
        ("boundary", "--=_postern\r\nContent-Type: text/html"),
        ("percent", "%0d%0aBcc:%20x@evil.example"), ("closing textarea", "</textarea></form><script>x</script>"),
        ("SQL", "'; DROP TABLE letter; --"), ("lone surrogate in JSON", "\u{FFFD}"),
    ]

    @Test func `Nothing reaches a header, a page or a part unescaped`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        var accepted = 0
        for (name, text) in Self.corpus {
            for field in ["name", "subject", "message", "about", "email"] {
                let answer = try await postern.post([field: text])
                #expect([202, 422].contains(answer.status), "\(name) in \(field): \(answer.status)")
                if answer.status == 202 { accepted += 1 }
                // When another field is wrong, the form shows what was typed.
                let typed = ["name": "V", "email": "no address", "message": "m"].merging([field: text]) { $1 }
                let page = try await postern.form(typed)
                #expect(page.status == 422)
                for live in ["<script>alert", "<img src=x", "onfocus=alert(1) autofocus x='", "</textarea></form><script>"] {
                    #expect(!page.text.contains(live), "\(name) in \(field) is live on the page")
                }
                #expect(!page.text.contains("\" onfocus="))
            }
        }
        #expect(accepted > 40)
        let messages = try await server.received(count: accepted, within: .seconds(30))
        for message in messages { try check(message) }
        #expect(messages.allSatisfy { $0.recipients == ["<pat@private.example>"] })
        try await postern.stop()
        await server.stop()
    }

    private func check(_ message: ServerMessage) throws {
        let source = String(decoding: message.octets, as: UTF8.self)
        let head = try #require(source.components(separatedBy: "\r\n\r\n").first)
        let known: Set<String> = [
            "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted",
            "x-auto-response-suppress", "content-language", "reply-to", "content-transfer-encoding",
            "references", "thread-topic", "thread-index", "list-unsubscribe", "list-unsubscribe-post",
        ]
        for line in head.components(separatedBy: "\r\n") where !line.hasPrefix(" ") && !line.hasPrefix("\t") {
            let name = line.prefix { $0 != ":" }.lowercased()
            #expect(known.contains(name), "a header field that is not ours: \(line)")
        }
        // Seven bits, only CRLF, no line too long: no server on the way can misread it.
        #expect(message.octets.allSatisfy { $0 < 0x80 && $0 != 0 && $0 != 0x1B && $0 != 0x07 })
        #expect(!source.replacingOccurrences(of: "\r\n", with: "").unicodeScalars.contains { $0 == "\r" || $0 == "\n" })
        let decoded = source.replacingOccurrences(of: "=\r\n", with: "").replacingOccurrences(of: "=3D", with: "=")
            .replacingOccurrences(of: "=3C", with: "<")
        let html = decoded.components(separatedBy: "text/html").dropFirst().joined()
        for live in ["<script", "<img src=x", "onfocus=alert(1) autofocus x='"] { #expect(!html.contains(live)) }
    }
}
