import Foundation
import PosternTestSupport
import Testing

@Suite("Who asks what is kept of their address is told, and is erased when they want it", .timeLimit(.minutes(40)))
struct PersonCommandTests {
    private static let member = "pat@private.example"
    private static let visitor = "vera@visitor.example"

    private struct Found: Decodable {
        struct Person: Decodable {
            let handle: String
        }

        struct Letter: Decodable {
            let id: String
            let handle: String
            let state: String
        }

        struct Block: Decodable {
            let id: Int64
        }

        let recipients: [Person]
        let blocks: [Block]
        let letters: [Letter]
        let unread: Int
    }

    private func find(_ address: String, _ postern: Installation) async throws -> Found {
        let done = try await postern.run(["person", "find", "--json"], input: "\(address)\n")
        try #require(done.status == 0, "\(done.errors)")
        #expect(!done.output.contains(address) && !done.errors.contains(address))
        return try JSONDecoder().decode(Found.self, from: Data(done.output.utf8))
    }

    @Test func `A recipient and a visitor are found by their address, whatever its capitals, exported without it, and erased`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", Self.member)
        try await postern.addRecipient("sam", "sam@private.example")
        try await postern.start()
        for (visitor, recipient) in [(Self.visitor, "pat"), (Self.visitor, "sam"), ("other@visitor.example", "sam")] {
            #expect(try await postern.post(["email": visitor, "message": "Hello \(recipient)."], to: recipient).status == 202)
        }
        try await postern.drained(within: .seconds(60))
        let member = try await find("PAT@Private.example", postern)
        #expect(member.recipients.map(\.handle) == ["pat"] && member.letters.isEmpty && member.unread == 0)
        let visitor = try await find(Self.visitor, postern)
        #expect(visitor.recipients.isEmpty && visitor.letters.map(\.handle) == ["pat", "sam"])
        #expect(visitor.letters.allSatisfy { $0.state == "delivered" })
        let nobody = try await find("nobody@visitor.example", postern)
        #expect(nobody.recipients.isEmpty && nobody.letters.isEmpty)
        try await postern.succeed("block", "add", "--sender", "-", "--reason", "a trial", input: "VERA@visitor.example\n")
        #expect(try await find(Self.visitor, postern).blocks.map(\.id) == [1])
        #expect(try await find("other@visitor.example", postern).blocks.isEmpty)
        let exported = try await postern.run(["person", "export"], input: "\(Self.member)\n")
        #expect(exported.status == 0 && exported.output.contains("\"delivered\"") && !exported.output.contains(Self.member))

        #expect(try await postern.run(["person", "erase"], input: "\(Self.visitor)\n").status == 64, "nobody can be asked")
        #expect(try await postern.run(["person", "erase", "--yes"], input: "\(Self.visitor)\n").status == 0)
        let erased = try await find(Self.visitor, postern)
        #expect(erased.letters.isEmpty && erased.blocks.count == 1)
        #expect(try await find("other@visitor.example", postern).letters.count == 1)
        #expect(try await postern.run(["person", "erase", "--yes"], input: "\(Self.member)\n").status == 0)
        #expect(try await find(Self.member, postern).recipients.isEmpty)
        #expect(try await postern.post(["message": "Are you there?"], to: "pat").status != 202)
        #expect(try await postern.isBalanced())

        let trace = try await postern.succeed("log", "operations").output
        #expect(trace.components(separatedBy: "person.erase-letters").count == 3)
        #expect(try await postern.succeed("log", "journal").output.contains("looked for what is kept of one address"))
        for wrong in ["", "no address\n"] {
            let refused = try await postern.run(["person", "find"], input: wrong)
            #expect([65, 66].contains(refused.status))
        }
        try await postern.stop()
        await server.stop()
    }
}
