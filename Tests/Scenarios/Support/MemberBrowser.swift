import Foundation
import PosternMail
import PosternTestSupport
import Testing

/// A member's browser: keeps the one cookie there is, and posts forms as they stand on a page.
final class MemberBrowser {
    let postern: Installation
    let server: ScriptedSMTPServer
    /// Where the member's mail goes now.
    var address: String
    /// Whose page it is, as it is typed.
    let page: String
    var cookie: String?

    init(_ postern: Installation, _ server: ScriptedSMTPServer, address: String, page: String = "photos/pat") {
        (self.postern, self.server, self.address, self.page) = (postern, server, address, page)
    }

    private var headers: [(String, String)] { cookie.map { [("Cookie", $0)] } ?? [] }

    func get(_ path: String) async throws -> Web.Answer {
        keep(try await Web.get("http://127.0.0.1:\(postern.port)\(path)", headers: headers))
    }

    func post(_ fields: [String: String], to path: String) async throws -> Web.Answer {
        let body = fields.map { "\($0.key.formField)=\($0.value.formField)" }.joined(separator: "&")
        return keep(
            try await Web.post(
                "http://127.0.0.1:\(postern.port)\(path)", body: Data(body.utf8),
                headers: headers + [("Content-Type", "application/x-www-form-urlencoded")]))
    }

    /// Posts with the token of the session's forms, as they stand on that page.
    func press(_ fields: [String: String], on path: String) async throws -> Web.Answer {
        let token = try await get(path).formToken ?? ""
        return try await post(fields.merging(["form": token]) { own, _ in own }, to: path)
    }

    private func keep(_ answer: Web.Answer) -> Web.Answer {
        if let set = answer.header("Set-Cookie"), let pair = set.split(separator: ";").first {
            cookie = set.contains("Max-Age=0") ? nil : String(pair)
        }
        return answer
    }

    // MARK: - Mails

    func mails(to address: String) -> [ServerMessage] {
        server.messages.filter { $0.isAccepted == true && $0.recipients == ["<\(address)>"] }
    }

    /// Waits for a mail to that address with a path of ours that begins so, and returns the newest such path.
    func mailed(_ path: String, to address: String? = nil, count: Int = 1) async throws -> String {
        let address = address ?? self.address
        func found() -> [String] {
            mails(to: address).compactMap { mail in
                let text = MailView(source: mail.octets).plain ?? ""
                return text.components(separatedBy: "http://127.0.0.1:\(postern.port)").dropFirst()
                    .map { String($0.prefix { !"\"<> \r\n".contains($0) }) }.first { $0.hasPrefix(path) }
            }
        }
        try await eventually("\(path) in a mail to \(address)", within: .seconds(60)) { found().count >= count }
        return try #require(found().last)
    }

    /// The six digits in the newest mail to that address.
    func code(to address: String) async throws -> String {
        func found() -> String? {
            mails(to: address).reversed().lazy.compactMap { mail in
                (MailView(source: mail.octets).plain ?? "").firstMatch(of: /\b([0-9]{3})[ \u{A0}\u{202F}]?([0-9]{3})\b/)
                    .map { "\($0.1)\($0.2)" }
            }.first
        }
        try await eventually("a code to \(address)", within: .seconds(60)) { found() != nil }
        return try #require(found())
    }

    // MARK: - Signing in

    /// Asks for a link and returns its path.
    func ask(count: Int = 1) async throws -> String {
        let asked = try await post(["action": "ask", "page": page], to: "/manage")
        #expect(asked.status == 303)
        return try await mailed("/manage/", count: count)
    }

    func signIn(count: Int = 1) async throws {
        let answer = try await post([:], to: try await ask(count: count))
        #expect(answer.status == 303 && answer.header("Location")?.hasPrefix("/manage") == true, "\(answer.status)")
        #expect(try await get("/manage").text.contains("sign-out"))
    }
}
