import Foundation
import PosternTestSupport
import Testing

/// An installation with letters for staff: held by a block of words, reported, or a wave.
final class DeskRunning {
    static let client = "192.0.2.77"
    static let visitor = "vera@visitor.example"
    static let reason = "Is it the advertisement of last week again?"
    /// In the text of each letter, and on no page but a reveal's.
    static let secret = "Xylophon"

    let server: ScriptedSMTPServer
    let postern: Installation
    private let addresses: [String: String]

    /// - Parameter addresses: of recipients, by handle.
    init(addresses: [String: String]) async throws {
        server = try await ScriptedSMTPServer.start()
        postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32", "POSTERN_REVEALS": "1000/1d", "POSTERN_LIMIT_WAVE": "5",
                "POSTERN_WITHDRAWAL": "off",
            ])
        self.addresses = addresses
        for (handle, address) in addresses.sorted(by: { $0.key < $1.key }) { try await postern.addRecipient(handle, address) }
        try await postern.start()
        try await postern.succeed("block", "add", "--text", "quagmire", "--reason", "for this test")
    }

    private func post(_ text: String, to handle: String) async throws -> String {
        let letter = ["email": Self.visitor, "subject": "For \(handle)", "message": text]
        let answer = try await postern.post(letter, to: handle, from: Self.client)
        try #require(answer.status == 202)
        return try #require(answer.id)
    }

    /// - Returns: the letter's id.
    func held(_ handle: String, round: Int) async throws -> String {
        try await post("\(Self.secret) quagmire, for \(handle), round \(round).", to: handle)
    }

    func reported(_ handle: String) async throws -> String {
        let address = try #require(addresses[handle])
        let both = Correspondence(postern, server, recipient: address, visitor: Self.visitor)
        let id = try await post("\(Self.secret), reported, for \(handle).", to: handle)
        let mail = try #require(try await both.mails(to: address, count: 1).first)
        let report = ["action": "report", "reason": "fraud", "remark": ""]
        #expect(try await both.press(try both.link("report", in: mail), report, as: address).status == 303)
        return id
    }

    /// Letters that are nearly the same, of which the last are held.
    func wave() async throws {
        for number in 0..<7 {
            try await postern.addRecipient("person\(number)", "person\(number)@private.example")
            _ = try await post(
                """
                Dear person \(number), your photo \(number) is wonderful. We sell prints to hotels and would pay you \(number)0 EUR \
                for each picture. Please register at our site and upload ten of your best works before Friday.
                """, to: "person\(number)")
        }
        try await eventually("five went out") { server.messages.count == 5 }
    }

    func release(_ letter: String, by staff: StaffSignIn) async throws {
        let page = try await page(of: letter, by: staff)
        let fields = [
            "form": try #require(page.field("form")), "version": try #require(page.field("version")), "act": "release",
            "lane": "held",
        ]
        #expect(try await postern.postStaff(fields, to: "/letters/\(letter)/decision", cookie: staff.cookie).status == 303)
    }

    func note(_ text: String, about letter: String, by staff: StaffSignIn) async throws {
        let page = try await page(of: letter, by: staff)
        let fields = ["form": try #require(page.field("form")), "text": text, "lane": "held"]
        #expect(try await postern.postStaff(fields, to: "/letters/\(letter)/note", cookie: staff.cookie).status == 303)
    }

    private func page(of letter: String, by staff: StaffSignIn) async throws -> Web.Answer {
        let page = try await Web.get(postern.staffURL("/letters/\(letter)"), headers: [("Cookie", staff.cookie)])
        try #require(page.status == 200, "\(page.status)")
        return page
    }

    func stop() async throws {
        try await postern.stop()
        await server.stop()
    }
}

extension Installation {
    /// Asks to be shown a letter's text or its client address, and proves who asks with a code.
    /// - Parameters:
    ///   - kind: `letter` or `client`.
    ///   - code: asked for only where the vault has made a challenge.
    /// - Returns: the last page.
    func reveal(
        _ id: String, _ kind: String, by staff: StaffSignIn, reason: String, code: () -> String
    ) async throws -> Web.Answer {
        let path = "/letters/\(id)/reveal"
        let page = try await Web.get(staffURL(path), headers: [("Cookie", staff.cookie)])
        guard let token = page.field("form") else { return page }
        let wish = ["form": token, "kind": kind, "reason": reason]
        let asked = try await postStaff(wish, to: path, cookie: staff.cookie)
        guard let challenge = asked.field("challenge") else { return asked }
        return try await postStaff(wish.merging(["challenge": challenge, "code": code()]) { $1 }, to: path, cookie: staff.cookie)
    }
}

extension Web.Answer {
    /// The value of a page's first hidden field of that name.
    func field(_ name: String) -> String? {
        text.components(separatedBy: "name=\"\(name)\" value=\"").dropFirst().first.map { String($0.prefix { $0 != "\"" }) }
    }
}
