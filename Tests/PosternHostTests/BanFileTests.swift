import Foundation
import PosternCore
import PosternHost
import PosternTestSupport
import Testing

@Suite("Clients whose letters were refused are written down for the firewall, and nothing else is")
struct BanFileTests {
    private static let now = Timestamp(seconds: 1_795_514_709)

    private func refused(_ client: String, _ rule: Verdict.Rule = .limitClient) throws -> RefusedClient {
        let client = try #require(ClientAddress(text: client))
        return try #require(RefusedClient(client, rule))
    }

    @Test(arguments: Verdict.Rule.allCases)
    func `Only a refusal that says something about the client names it`(_ rule: Verdict.Rule) throws {
        let client = try #require(ClientAddress(text: "192.0.2.7"))
        #expect((RefusedClient(client, rule) != nil) == [.limitClient, .block].contains(rule))
    }

    @Test(arguments: ["192.0.2.7", "2001:db8::17"])
    func `A line is read as it was written`(_ client: String) throws {
        let own = try refused(client, .block)
        #expect(RefusedClient(line: own.line) == own && RefusedClient.isMeant(by: own.line))
    }

    // The rule: nothing that a relay says gets into the file but an address and a rule; and what begins like it is not printed.
    @Test(arguments: [
        "refused-client", "refused-client 192.0.2.7", "refused-client 192.0.2.7 trap-bait", "refused-client 192.0.2.7 block x",
        "refused-client 192.0.2 block", "refused-client 192.0.2.7  block", "refused-client localhost block",
        "refused-client 192.0.2.7\u{1B}[2J block", "refused-client 192.0.2.7 block\u{85}x",
    ])
    func `A line that is none is nobody's`(_ line: String) {
        #expect(RefusedClient(line: line) == nil && RefusedClient.isMeant(by: line))
    }

    @Test func `A line a refusal, in a file that only its owner can read, at most fifty a second, through a rotation`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("refused")
        let file = BanFile(path: path)
        try file.add(try refused("192.0.2.7"), at: Self.now)
        #expect(
            try String(contentsOfFile: path, encoding: .utf8)
                == "\(Self.now.rfc3339) postern: refused client=192.0.2.7 rule=limit-client\n")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        for _ in 0..<200 { try file.add(try refused("2001:db8::17"), at: Self.now) }
        #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 50)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try file.add(try refused("192.0.2.8", .block), at: Self.now + .seconds(1))
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("client=192.0.2.8 rule=block\n"))
    }

    @Test func `It writes through no link, into no pipe and into no file that others can read`() throws {
        let folder = try TemporaryFolder()
        let (link, pipe, open) = (folder.path("link"), folder.path("pipe"), folder.path("open"))
        try Data().write(to: URL(fileURLWithPath: folder.path("target")))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path("target"))
        #expect(mkfifo(pipe, 0o600) == 0)
        try Data().write(to: URL(fileURLWithPath: open))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: open)
        for path in [link, pipe, open, folder.path("missing/refused")] {
            #expect(throws: BanFile.Fault.self) { try BanFile(path: path).add(try refused("192.0.2.7"), at: Self.now) }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("target"))).isEmpty)
        #expect(try Data(contentsOf: URL(fileURLWithPath: open)).isEmpty)
    }

    @Test func `A folder that is not there is a fault, with the command that makes it`() throws {
        let outside = try TemporaryFolder()
        func faults(_ file: String) throws -> [SettingFault] {
            let settings = [
                "POSTERN_PUBLIC_URL": "https://contact.example.org", "POSTERN_MAIL_FROM": "contact@relay.example.org",
                "POSTERN_SMTP_URL": "smtps://mail.example.org:465", "POSTERN_BAN_FILE": file,
            ]
            return MachineFaults(try Configuration(settings, home: "/srv/postern")).all
                .filter { $0.key == "POSTERN_BAN_FILE" }
        }
        #expect(try faults(outside.path("refused")).isEmpty)
        let missing = try faults(outside.path("none/refused"))
        #expect(missing.map(\.problem) == ["there is no folder \(outside.path("none"))"])
        #expect(missing.first?.remedy.hasSuffix("install -d \(outside.path("none"))") == true, "\(missing)")
    }
}
