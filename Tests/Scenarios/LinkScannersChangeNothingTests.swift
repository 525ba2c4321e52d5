import Foundation
import PosternTestSupport
import Testing

/// Programs follow the links in mails before people do; some press the buttons, too.
@Suite("A program that follows links changes nothing, and one that presses buttons nothing for good", .timeLimit(.minutes(40)))
struct LinkScannersChangeNothingTests {
    private static let mails = 1_000
    private static let recipient = "pat@private.example"
    private static let visitor = "vera@visitor.example"

    @Test func `GET and HEAD of every link of 1,000 mails change nothing (V2)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", Self.recipient)
        try await postern.start()
        for number in 1...Self.mails {
            #expect(try await postern.post(["subject": "Letter \(number)", "email": "v\(number)@visitor.example"]).status == 202)
        }
        try await postern.drained(within: .seconds(120))
        let both = Correspondence(postern, server, recipient: Self.recipient, visitor: Self.visitor)
        let mails = both.mails(to: Self.recipient)
        #expect(mails.count == Self.mails)
        let before = try await standing(of: postern)
        var followed = 0
        for mail in mails {
            let links = both.links(in: mail)
            #expect(Set(links.map { $0.split(separator: "/").first ?? "" }).isSuperset(of: ["reply", "mute", "report", "pause"]))
            for link in links {
                let head = try await Web.head("http://127.0.0.1:\(postern.port)\(link)")
                let page = try await postern.get(link)
                #expect(head.status == 200 && page.status == 200, "\(head.status) \(page.status)")
                #expect(page.header("Set-Cookie") == nil && !page.text.contains("<script"))
                #expect(page.header("Content-Security-Policy")?.contains("script-src 'none'") == true)
                #expect(page.header("Referrer-Policy") == "no-referrer" && page.header("Cache-Control") == "no-store")
                #expect(page.header("X-Robots-Tag")?.contains("noindex") == true)
                followed += 1
            }
        }
        #expect(followed >= Self.mails * 4)
        #expect(try await standing(of: postern) == before)
        #expect(server.messages.count == Self.mails, "no mail was sent by looking")
        try await postern.stop()
        await server.stop()
    }

    @Test func `Pressing every button sends no text, erases nothing, and is undone by pressing again (V2)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_WITHDRAWAL": "off"])
        try await postern.addRecipient("pat", Self.recipient)
        try await postern.start()
        let both = Correspondence(postern, server, recipient: Self.recipient, visitor: Self.visitor)
        #expect(try await postern.post(["email": Self.visitor]).status == 202)
        let first = try #require(try await both.mails(to: Self.recipient, count: 1).first)
        try await both.answer(try both.link("reply", in: first), "Thank you.", as: Self.recipient)
        let answer = try #require(try await both.mails(to: Self.visitor, count: 1).first)
        try await both.mails(to: Self.recipient, count: 2)
        // A mail is at the server a moment before the pages say “delivered”.
        try await postern.drained(within: .seconds(60))
        let links = both.links(in: first) + both.links(in: answer)
        let before = try await pages(links, postern)

        for link in links {
            for form in try await postern.get(link).forms { _ = try await postern.postForm(form.fields, to: form.action) }
        }
        let replies = try await postern.succeed("queue", "list", "--json").output
        #expect(replies.components(separatedBy: "\"reply\"").count == 2, "no empty answer was sent")
        #expect(try await postern.succeed("recipient", "show", "pat", "--site", "photos", "--json").output.contains("paused"))

        // A person presses the buttons that lead back.
        for link in links {
            for form in try await postern.get(link).forms
            where ["resume", "unmute", "unmute-connection", "reopen"].contains(form.fields["action"]) {
                #expect(try await postern.postForm(form.fields, to: form.action).status < 400)
            }
        }
        #expect(try await pages(links, postern) == before)
        #expect(try await postern.post(["email": Self.visitor, "subject": "And now?"]).status == 202)
        try await eventually("a letter after that arrives") {
            both.mails(to: Self.recipient).contains { $0.header("Subject") == "And now?" }
        }
        try await postern.stop()
        await server.stop()
    }

    /// What the store says of recipients and letters.
    private func standing(of postern: Installation) async throws -> [String] {
        [
            try await postern.succeed("recipient", "show", "pat", "--site", "photos", "--json").output,
            try await postern.succeed("queue", "count", "--json").output,
        ]
    }

    /// What the pages show, without what each showing has of its own.
    private func pages(_ links: [String], _ postern: Installation) async throws -> [String] {
        var pages: [String] = []
        for link in links {
            let page = try await postern.get(link)
            pages.append(page.text.replacing(page.formToken ?? "…", with: "TOKEN"))
        }
        return pages
    }
}

extension Web.Answer {
    /// What each button of each form on the page would post if nothing were typed.
    var forms: [(action: String, fields: [String: String])] {
        var forms: [(action: String, fields: [String: String])] = []
        for form in text.components(separatedBy: "<form").dropFirst() {
            let form = form.components(separatedBy: "</form>").first ?? ""
            let tag = form.prefix { $0 != ">" }
            guard let action = Self.attribute("action", of: String(tag)) else { continue }
            var hidden: [String: String] = [:]
            for input in form.components(separatedBy: "<input").dropFirst().map({ String($0.prefix { $0 != ">" }) }) {
                guard let name = Self.attribute("name", of: input), Self.attribute("type", of: input) == "hidden" else {
                    continue
                }
                hidden[name] = Self.attribute("value", of: input) ?? ""
            }
            for button in form.components(separatedBy: "<button").dropFirst().map({ String($0.prefix { $0 != ">" }) }) {
                var fields = hidden
                if let name = Self.attribute("name", of: button) { fields[name] = Self.attribute("value", of: button) ?? "" }
                forms.append((action, fields))
            }
        }
        return forms
    }

    private static func attribute(_ name: String, of tag: String) -> String? {
        guard let start = tag.range(of: " \(name)=\"")?.upperBound else { return nil }
        return String(tag[start...].prefix { $0 != "\"" })
    }
}
