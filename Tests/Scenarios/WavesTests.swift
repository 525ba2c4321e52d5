import PosternTestSupport
import Testing

@Suite("A text to many is held before the sixth, and one command withdraws what is queued (L3)", .timeLimit(.minutes(40)))
struct WavesTests {
    @Test func `The operator withdraws a wave, reads whom it has reached, and can let a wave pass`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_LIMIT_WAVE": "5"])
        for number in 0..<12 { try await postern.addRecipient("person\(number)", "person\(number)@private.example") }
        try await postern.start()
        func post(_ number: Int) async throws {
            let text = """
                Dear person \(number), your photo \(number) is wonderful. We sell prints to hotels and would pay you \(number)0 EUR for each \
                picture. Please register at our site and upload ten of your best works before Friday.
                """
            #expect(try await postern.post(["message": text], to: "person\(number)").status == 202)
        }
        for number in 0..<10 { try await post(number) }
        try await server.received(count: 5)
        try await eventually("five are delivered and five held") {
            let counts = try await postern.counts()
            return counts["delivered"] == 5 && counts["held"] == 5
        }
        let listed = try await postern.succeed("wave", "list").output
        let wave = try #require(listed.split(separator: "\n").last?.split(separator: " ").first.map(String.init))
        #expect(try await postern.succeed("wave", "show", wave).output.contains("photos/person9"))
        let done = try await postern.succeed("wave", "withdraw", wave, "--tell").output
        #expect(done.contains("Withdrew 5 letters") && done.contains("5 letters had been delivered"), "\(done)")
        for number in 0..<10 { #expect(done.contains("photos/person\(number)") == (number < 5), "\(done)") }
        #expect(done.contains("Told by mail: 5."))
        #expect(try await postern.counts()["dropped"] == 5)
        let notices = try await server.received(count: 10).suffix(5)
        #expect(notices.allSatisfy { $0.header("Subject") == "About a letter that reached you through Example Photos" })
        #expect(try await postern.succeed("wave", "list").output.contains("No waves."))

        // Another one opens it again; this time it may go.
        try await post(10)
        try await eventually("it is held") { try await postern.counts()["held"] == 1 }
        #expect(try await postern.succeed("wave", "release", wave).output.contains("Released 1 letter."))
        try await server.received(count: 11)
        try await post(11)
        try await server.received(count: 12)
        let wrong = try await postern.command("wave", "show", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
        #expect(wrong.status != 0 && wrong.errors.contains("postern wave list"), "\(wrong.errors)")
        try await postern.stop()
        await server.stop()
    }
}
