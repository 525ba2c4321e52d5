import Foundation
import PosternTestSupport
import Testing

@Suite("A clock that jumps by a day loses no letter and keeps none waiting", .serialized, .timeLimit(.minutes(Scale.minutes)))
struct ClockJumpsLoseNothingTests {
    /// From which day to which, counted from the real one.
    struct Jump: Sendable, CustomTestStringConvertible {
        let from: Int
        let to: Int
        var testDescription: String { to > from ? "forward by a day" : from > 0 ? "back by a day to now" : "back by a day" }
    }

    static let jumps = [Jump(from: 0, to: 1), Jump(from: 0, to: -1), Jump(from: 1, to: 0)]

    @Test(arguments: jumps)
    func `Over a restart, letters deferred, under way and waiting go out after it`(jump: Jump) async throws {
        try await prove(jump, "over a restart") { postern, ledger, smarthost, server, clock in
            try await deferFive(postern, ledger, server)
            smarthost.set(.silent)
            try await accept(postern, ledger, "waiting", 12)
            try await eventually("eight are under way") { try await postern.counts()["leased"] == 8 }
            try await postern.cutOff()
            smarthost.set(.well)
            try clock.jump(toDays: jump.to)
            try await postern.start()
        }
    }

    @Test(arguments: jumps)
    func `While it runs, letters deferred go out after it`(jump: Jump) async throws {
        try await prove(jump, "while it runs") { postern, ledger, smarthost, server, clock in
            try await deferFive(postern, ledger, server)
            // What the clock makes due may go at once; deferred a second time it would wait for five minutes.
            smarthost.set(.well)
            try clock.jump(toDays: jump.to)
        }
    }

    private typealias Preparation = (Installation, Ledger, SmarthostMood, ScriptedSMTPServer, FakeClock) async throws -> Void

    private func prove(_ jump: Jump, _ how: String, _ prepare: Preparation) async throws {
        let smarthost = SmarthostMood(.deferring)
        let server = try await ScriptedSMTPServer.start(smarthost.script)
        let postern = try await Installation(smtpPort: server.port)
        let clock = try await FakeClock(days: jump.from)
        postern.setClock(clock)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let ledger = Ledger()
        let account = try await keepingLedgers(of: postern, ledger, server) {
            let before = try keys(of: postern)
            try await prepare(postern, ledger, smarthost, server, clock)
            // The keys of the new day may have to be made first: the vault looks at the clock every second, and the relay asks
            // for a key that it misses; unasked it would have it after twenty.
            try await eventually("letters are accepted", within: .seconds(60)) {
                let answer = try await postern.post(["subject": "after"])
                if answer.status == 202, let id = answer.id { ledger.note("after", id: id) }
                return answer.status == 202
            }
            // By itself: nobody asks for another try. A first deferral is a minute and a fifth.
            try await eventually("all have gone out", within: .seconds(100)) {
                ledger.marks.isSubset(of: Arrivals(server.messages).marks)
            }
            try await eventually("and are settled", within: .seconds(60)) {
                let counts = try await postern.counts()
                return counts["ready", default: 0] + counts["leased", default: 0] == 0
            }
            #expect(try keys(of: postern).isSuperset(of: before), "a key was destroyed before its time")
            return try await LossAccount(
                "clock \(jump.testDescription), \(how)", times: 1, bound: 0, of: postern, ledger, server)
        }
        account.report()
        try await postern.stop()
        await server.stop()
    }

    private func deferFive(_ postern: Installation, _ ledger: Ledger, _ server: ScriptedSMTPServer) async throws {
        try await accept(postern, ledger, "deferred", 5)
        try await eventually("five are deferred") {
            let counts = try await postern.counts()
            return server.commands.count { $0.hasPrefix("RCPT") } >= 5 && counts["leased", default: 0] == 0
        }
    }

    private func accept(_ postern: Installation, _ ledger: Ledger, _ prefix: String, _ count: Int) async throws {
        for number in 0..<count {
            let answer = try await postern.post(["subject": "\(prefix)-\(number)"])
            try #require(answer.status == 202)
            ledger.note("\(prefix)-\(number)", id: try #require(answer.id))
        }
    }

    private func keys(of postern: Installation) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: postern.home + "/vault/keys").filter { $0.hasSuffix(".key") })
    }
}
