import Foundation
import PosternTestSupport
import Testing

@Suite("No accepted letter is lost in a power cut", .serialized, .timeLimit(.minutes(Scale.minutes)))
struct PowerCutsLoseNothingTests {
    /// A cut erases the vault's memory of what it delivered: as many letters may arrive twice as there are lanes.
    static let lanes = 8
    /// How many cuts one installation goes through before a new one begins.
    private static let cutsEach = 50

    @Test
    func `Cuts at any moment, at work and while starting: the store is sound, every 202 is in it and arrives (A3, A4)`()
        async throws
    {
        var total: LossAccount?
        var done = 0
        while done < Scale.cuts {
            let cuts = min(Self.cutsEach, Scale.cuts - done)
            let names = PowerCutDisk.Names.allCases[done / Self.cutsEach % PowerCutDisk.Names.allCases.count]
            let account = try await round(of: cuts, names: names, seed: UInt64(20_261_125 + done))
            total = total.map { $0 + account } ?? account
            done += cuts
        }
        try #require(total).report()
    }

    private func round(of cuts: Int, names: PowerCutDisk.Names, seed: UInt64) async throws -> LossAccount {
        let server = try await ScriptedSMTPServer.start()
        let layer = try await PowerCutLayer(names: names)
        let postern = try await Installation(smtpPort: server.port, settings: layer.environment, home: layer.home)
        try await postern.addRecipient("pat", "pat@private.example")
        var randomness = SeededRandomness(seed: seed)
        let ledger = Ledger()
        let account = try await keepingLedgers(of: postern, ledger, server) {
            // The very first cut leaves what `init` and `recipient add` said they had done, and no more.
            try layer.cut(.nothingGotOut, using: &randomness)
            for number in 0..<cuts {
                // Soon after the first start, when the keys of the day are new, only synced data may be relied upon.
                let fate =
                    number < 3 ? .nothingGotOut : PowerCutDisk.Fate.allCases.randomElement(using: &randomness) ?? .someGotOut
                if number % 5 == 4 {
                    try await postern.startOnly()
                    try await pause(.milliseconds(Int.random(in: 0...400, using: &randomness)))
                    try await postern.cutOff()
                } else {
                    try await postern.start(within: .seconds(60))
                    let more = number < 3 ? 1 : Int.random(in: 1...60, using: &randomness)
                    let last = Duration.microseconds(Int.random(in: 0...20_000, using: &randomness))
                    try await work(postern, ledger, "cut-\(number)", letters: more, then: last)
                }
                try layer.cut(fate, using: &randomness)
                let missing = try await DiskExamination(of: layer).missing(from: ledger)
                try #require(missing.isEmpty, "cut \(number) (\(fate)) took \(missing.count) of \(ledger.count) letters")
            }
            try await postern.start(within: .seconds(60))
            try await postern.drained(within: .seconds(60))
            return try await LossAccount(
                "power cuts", times: cuts, bound: cuts * Self.lanes, of: postern, ledger, server)
        }
        try await postern.stop()
        await server.stop()
        return account
    }

    /// Posts letters, and kills everything in the middle of it.
    private func work(
        _ postern: Installation, _ ledger: Ledger, _ prefix: String, letters: Int, then last: Duration
    ) async throws {
        let stop = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await postern.load(ledger, clients: 4, prefix: prefix, until: { stop.isOpen }) }
            let before = ledger.count
            do {
                try await eventually("letters are accepted", within: .seconds(60)) { ledger.count >= before + letters }
                try await pause(last)
                try await postern.cutOff()
            } catch {
                stop.open()
                throw error
            }
            stop.open()
            try await group.waitForAll()
        }
    }

    @Test(arguments: [true, false])
    func `The check can fail: a disk that says “synced” and does nothing loses letters; a good one loses none`(
        isHonest: Bool
    ) async throws {
        let port = try FreePort.find()
        let layer = try await PowerCutLayer()
        let postern = try await Installation(smtpPort: port, settings: layer.environment, home: layer.home)
        try await postern.addRecipient("pat", "pat@private.example")
        if !isHonest { try layer.lie() }
        // Nothing listens at the smarthost's port: the letters are in the store alone.
        try await postern.start()
        let ledger = Ledger()
        for number in 0..<20 {
            let answer = try await postern.post(["subject": "n\(number)"])
            #expect(answer.status == 202)
            ledger.note("n\(number)", id: try #require(answer.id))
        }
        try await postern.cutOff()
        var randomness = SeededRandomness(seed: 3)
        try layer.cut(.nothingGotOut, using: &randomness)
        #expect(try await DiskExamination(of: layer).missing(from: ledger).count == (isHonest ? 0 : 20))

        let server = try await ScriptedSMTPServer.start(port: port)
        try await postern.start()
        try await postern.drained(within: .seconds(60))
        let lost = ledger.marks.subtracting(Arrivals(server.messages).marks)
        #expect(lost.count == (isHonest ? 0 : 20))
        try await postern.stop()
        await server.stop()
    }

    @Test(arguments: ["postern.sqlite-wal", "postern.sqlite"])
    func `A sync that fails: 503, red, no second try; after a restart letters are taken, and a power cut then loses none of them`(
        file: String
    ) async throws {
        let port = try FreePort.find()
        let layer = try await PowerCutLayer()
        let postern = try await Installation(smtpPort: port, settings: layer.environment, home: layer.home)
        try await postern.addRecipient("pat", "pat@private.example")
        let ledger = Ledger()
        func accept(_ prefix: String, _ count: Int) async throws {
            for number in 0..<count {
                let answer = try await postern.post(["subject": "\(prefix)-\(number)"])
                try #require(answer.status == 202, "\(answer.text)")
                ledger.note("\(prefix)-\(number)", id: try #require(answer.id))
            }
        }
        try await postern.start()
        try await accept("before", 10)
        try layer.failSyncs(of: file)
        if file.hasSuffix("-wal") {
            let answer = try await postern.post(["subject": "failing"])
            #expect(answer.status == 503)
            #expect(answer.header("Retry-After") != nil)
            try layer.failSyncs(of: nil)
            // It would work again, and is not tried: after a failed sync a later success proves nothing.
            #expect(try await postern.post(["subject": "failing"]).status == 503)
            try await eventually("not ready", within: .seconds(60)) { try await postern.get("/ready").status == 503 }
            try await postern.stop()
        } else {
            // Closing the store writes pages into its main file.
            try await postern.stop()
            try layer.failSyncs(of: nil)
        }
        try await postern.start()
        try await accept("after", 10)
        try await postern.cutOff()
        var randomness = SeededRandomness(seed: 5)
        try layer.cut(.nothingGotOut, using: &randomness)
        #expect(try await DiskExamination(of: layer).missing(from: ledger).isEmpty)

        let server = try await ScriptedSMTPServer.start(port: port)
        try await postern.start()
        let account = try await keepingLedgers(of: postern, ledger, server) {
            try await postern.drained(within: .seconds(60))
            return try await LossAccount(
                "failed sync of \(file), then a power cut", times: 1, bound: Self.lanes, of: postern, ledger, server)
        }
        account.report()
        try await postern.stop()
        await server.stop()
    }

    @Test func `A key whose sync fails is not announced, and is made once the disk works again`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let layer = try await PowerCutLayer()
        let postern = try await Installation(smtpPort: server.port, settings: layer.environment, home: layer.home)
        try await postern.addRecipient("pat", "pat@private.example")
        try layer.failSyncs(of: ".key.new")
        try await postern.startOnly()
        try await eventually("the vault says what is wrong") { postern.log.contains("Input/output error") }
        #expect(await !postern.isReady())
        try layer.failSyncs(of: nil)
        try await eventually("the supervisor has started it again", within: .seconds(40)) { await postern.isReady() }
        let ledger = Ledger()
        let answer = try await postern.post(["subject": "first"])
        #expect(answer.status == 202)
        ledger.note("first", id: try #require(answer.id))
        try await postern.cutOff()
        var randomness = SeededRandomness(seed: 7)
        try layer.cut(.nothingGotOut, using: &randomness)
        #expect(try await DiskExamination(of: layer).missing(from: ledger).isEmpty)
        try await postern.start()
        try await postern.drained(within: .seconds(60))
        #expect(Arrivals(server.messages).marks == ["first"])
        try await postern.stop()
        await server.stop()
    }
}
