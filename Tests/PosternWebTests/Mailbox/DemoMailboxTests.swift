import NIOCore
import PosternCore
import PosternWeb
import Testing

@Suite(.timeLimit(.minutes(40)))
struct DemoMailboxTests {
    private func withMailbox(_ test: @Sendable (Int, MailboxLetters) async throws -> Void) async throws {
        let letters = MailboxLetters()
        try await withService({ announce in
            try DemoMailbox(letters: letters, now: { Example.now }, logger: silent, onListening: announce)
        }) { port in try await test(port, letters) }
    }

    private static let letter =
        "EHLO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\nSubject: hi\r\n\r\n..\r\n.\r\n"

    @Test func `Letters sent over SMTP are kept`() async throws {
        try await withMailbox { port, letters in
            let said = try await withRawConnection(to: port) { connection in
                try await connection.send(Self.letter + "QUIT\r\n")
                return try await connection.rest()
            }
            #expect(said.hasPrefix("220 ") && said.contains("250-SMTPUTF8\r\n") && said.hasSuffix("221 2.0.0 Bye\r\n"))
            let kept = try #require(letters.newestFirst.first)
            #expect(kept.number == 1 && kept.received == Example.now)
            #expect(String(decoding: kept.source, as: UTF8.self) == "Subject: hi\r\n\r\n.\r\n")
        }
    }

    @Test func `A hundred clients are served, one after the other if need be`() async throws {
        try await withMailbox { port, letters in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        _ = try await withRawConnection(to: port) { connection in
                            try await connection.send(Self.letter + "QUIT\r\n")
                            return try await connection.rest()
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(letters.newestFirst.map(\.number) == (1...100).reversed())
        }
    }

    @Test func `A client in the middle of a dialogue does not hold up the end`() async throws {
        try await withMailbox { port, _ in
            try await withRawConnection(to: port) { connection in
                try await connection.send("EHLO x\r\n")
                var inbound = connection.inbound.makeAsyncIterator()
                _ = try await inbound.next()
            }
        }
    }

    @Test func `Only the newest 500 are kept, and numbers are never used again`() {
        let letters = MailboxLetters()
        for _ in 0..<501 { letters.keep(MailboxDialogue.Envelope(), source: [], at: Example.now) }
        #expect(letters.newestFirst.count == 500)
        #expect(letters.letter(1) == nil && letters.letter(501) != nil)
    }

    // Whatever others could reach is refused, and so is a name.
    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "128.0.0.1", "localhost", "127.evil.example", "", "2001:db8::1", "::2"])
    func `It binds to loopback only`(host: String) {
        #expect(throws: DemoMailboxFault.notLoopback(host: host)) {
            try DemoMailbox(
                listen: ListenAddress(host: host, port: 0), letters: MailboxLetters(), now: { Example.now }, logger: silent)
        }
    }

    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    func `Loopback is taken`(host: String) throws {
        _ = try DemoMailbox(
            listen: ListenAddress(host: host, port: 0), letters: MailboxLetters(), now: { Example.now }, logger: silent)
    }
}
