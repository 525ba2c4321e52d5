import Foundation
import PosternTestSupport
import Testing

@Suite("A clock that jumps by a day loses no letter and keeps none waiting", .serialized, .timeLimit(.minutes(Scale.minutes)))
struct ClockJumpsLoseNothingTests {
    /// From which clock to which, as faketime reads them.
    struct Jump: Sendable, CustomTestStringConvertible {
        let from: String
        let to: String
        var testDescription: String { "\(from) to \(to)" }
    }

    static let jumps = [Jump(from: "+0d", to: "+1d"), Jump(from: "+0d", to: "-1d"), Jump(from: "+1d", to: "+0d")]

    // Over a restart only: under faketime the clock that sleeping goes by jumps as well, which no real one does, and a running
    // relay then sleeps for a day.
    @Test("Letters deferred, under way and waiting go out after it, over a restart", arguments: jumps)
    func jump(jump: Jump) async throws {
        let smarthost = SmarthostMood(.deferring)
        let server = try await ScriptedSMTPServer.start(smarthost.script)
        let postern = try await Installation(smtpPort: server.port)
        postern.setClock(try await FakeClock(jump.from))
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let ledger = Ledger()
        let account = try await keepingLedgers(of: postern, ledger, server) {
            try await prepare(postern, ledger, smarthost, server)
            let before = try keys(of: postern)
            try await postern.cutOff()
            postern.setClock(try await FakeClock(jump.to))
            try await postern.start()
            // The keys of the new day may have to be made first; the relay asks for them every 20 s.
            try await eventually("letters are accepted", within: .seconds(30)) {
                let answer = try await postern.post(["subject": "after"])
                if answer.status == 202, let id = answer.id { ledger.note("after", id: id) }
                return answer.status == 202
            }
            smarthost.set(.well)
            // By itself: nobody asks for another try. A first deferral is a minute and a fifth.
            try await eventually("all have gone out", within: .seconds(100)) {
                ledger.marks.isSubset(of: Arrivals(server.messages).marks)
            }
            try await eventually("and are settled", within: .seconds(20)) {
                let counts = try await postern.counts()
                return counts["ready", default: 0] + counts["leased", default: 0] == 0
            }
            #expect(try keys(of: postern).isSuperset(of: before), "a key was destroyed before its time")
            return try await LossAccount(
                "clock \(jump.testDescription), over a restart", times: 1,
                bound: 0, of: postern, ledger, server)
        }
        account.report()
        try await postern.stop()
        await server.stop()
    }

    /// Five letters deferred, as many under way as there are lanes, and some that wait for one.
    private func prepare(
        _ postern: Installation, _ ledger: Ledger, _ smarthost: SmarthostMood, _ server: ScriptedSMTPServer
    ) async throws {
        func accept(_ prefix: String, _ count: Int) async throws {
            for number in 0..<count {
                let answer = try await postern.post(["subject": "\(prefix)-\(number)"])
                try #require(answer.status == 202)
                ledger.note("\(prefix)-\(number)", id: try #require(answer.id))
            }
        }
        try await accept("deferred", 5)
        try await eventually("five are deferred") {
            let counts = try await postern.counts()
            return server.commands.count { $0.hasPrefix("RCPT") } >= 5 && counts["leased", default: 0] == 0
        }
        smarthost.set(.silent)
        try await accept("waiting", 12)
        try await eventually("eight are under way") { try await postern.counts()["leased"] == 8 }
    }

    private func keys(of postern: Installation) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: postern.home + "/vault/keys").filter { $0.hasSuffix(".key") })
    }
}
