import Foundation
import PosternMail
import PosternTestSupport
import Testing

/// Two people who write to each other through an installation: what each has been sent and shown, byte for byte.
final class Correspondence {
    let postern: Installation
    let server: ScriptedSMTPServer
    let recipient: String
    let visitor: String
    /// Pages and answers as each has seen them, with their header fields.
    private(set) var seen: [String: [Data]] = [:]

    init(_ postern: Installation, _ server: ScriptedSMTPServer, recipient: String, visitor: String) {
        (self.postern, self.server, self.recipient, self.visitor) = (postern, server, recipient, visitor)
    }

    // MARK: - Mails

    /// The mails that somebody was sent, oldest first.
    func mails(to address: String) -> [ServerMessage] {
        server.messages.filter { $0.isAccepted == true && $0.recipients == ["<\(address)>"] }
    }

    /// Waits until somebody has been sent so many mails.
    @discardableResult
    func mails(to address: String, count: Int) async throws -> [ServerMessage] {
        try await eventually("\(count) mails to \(address)", within: .seconds(60)) { self.mails(to: address).count >= count }
        return mails(to: address)
    }

    /// The path of a link of ours in a mail, without host: `/reply/…`.
    func link(_ purpose: String, in message: ServerMessage) throws -> String {
        try #require(links(in: message).first { $0.hasPrefix("/\(purpose)/") }, "no \(purpose) link in the mail")
    }

    /// The paths of all our links in a mail's text, HTML and header, each once.
    func links(in message: ServerMessage) -> [String] {
        let view = MailView(source: message.octets)
        let text = ([view.plain, view.html] + view.fields.map(\.value)).compactMap { $0 }.joined(separator: "\n")
        let host = "http://127.0.0.1:\(postern.port)"
        var links: [String] = []
        for found in text.components(separatedBy: host).dropFirst() {
            let path = String(found.prefix { !"\"<> \r\n,'".contains($0) })
            if path.count > 1, !links.contains(path) { links.append(path) }
        }
        return links
    }

    // MARK: - Pages

    func show(_ path: String, to address: String) async throws -> Web.Answer {
        keep(try await postern.get(path), of: address)
    }

    /// Presses a button on the page behind a link.
    func press(_ path: String, _ fields: [String: String], as address: String) async throws -> Web.Answer {
        keep(try await postern.postForm(fields, to: path), of: address)
    }

    /// Opens the page behind a link, writes an answer and sends it.
    func answer(_ path: String, _ text: String, as address: String) async throws {
        let page = try await show(path, to: address)
        #expect(page.status == 200, "\(page.status) \(page.text.prefix(2_000))")
        let sent = try await press(path, ["action": "reply", "message": text, "form": page.formToken ?? ""], as: address)
        #expect(sent.status == 303, "\(sent.status) \(sent.text.prefix(2_000))")
        let next = try #require(sent.header("Location"))
        #expect(try await show(next, to: address).status == 200)
    }

    private func keep(_ answer: Web.Answer, of address: String) -> Web.Answer {
        let fields = answer.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        seen[address, default: []].append(Data(fields.utf8) + answer.body)
        return answer
    }

    // MARK: - Search

    /// What somebody got or saw, as it came and, of mails, decoded.
    func everything(of address: String) -> [Data] {
        let mails = mails(to: address).flatMap { message -> [Data] in
            let view = MailView(source: message.octets)
            let decoded = view.fields.map { "\($0.name): \($0.value)" } + [view.plain ?? "", view.html ?? "", message.sender]
            return [Data(message.octets), Data(decoded.joined(separator: "\n").utf8)]
        }
        return mails + seen[address, default: []]
    }
}

extension Installation {
    func postForm(_ fields: [String: String], to path: String) async throws -> Web.Answer {
        let body = fields.map { "\($0.key.formField)=\($0.value.formField)" }.joined(separator: "&")
        return try await Web.post(
            "http://127.0.0.1:\(port)\(path)", body: Data(body.utf8),
            headers: [("Content-Type", "application/x-www-form-urlencoded")])
    }
}

extension Web.Answer {
    /// The value of the page's field `form`.
    var formToken: String? {
        guard let start = text.range(of: "name=\"form\" value=\"")?.upperBound else { return nil }
        return String(text[start...].prefix { $0 != "\"" })
    }
}

extension Web.Answer {
    /// What the page's button has that sends a text as it is; nil where nothing is asked.
    var sure: String? {
        guard let start = text.range(of: "name=\"sure\" value=\"")?.upperBound else { return nil }
        return String(text[start...].prefix { $0 != "\"" })
    }
}

extension String {
    var formField: String { addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
}
