import Foundation
import PosternTestSupport
import Testing

@Suite(
    "The address key is rotated while letters go out, and every address opens at every moment (K7)", .serialized,
    .timeLimit(.minutes(Scale.minutes)))
struct AddressKeyRotationTests {
    /// What `keys status --json` says.
    private struct Status: Decodable {
        struct Key: Decodable {
            let kind, id: String
            let former: Bool?
        }

        struct Need: Decodable {
            let id: String
            let recipients, changes: Int
        }

        struct Seals: Decodable {
            struct Standing: Decodable {
                let refused: Int
            }

            let needs: [Need]
            let standing: Standing?
        }

        let keys: [Key]
        let seals: Seals?

        var present: String? { keys.first { $0.kind == "address" && $0.former != true }?.id }
        var former: [String] { keys.filter { $0.kind == "address" && $0.former == true }.map(\.id) }

        /// Whether that many records, and so all of them, need the newest key alone.
        func isDone(_ records: Int) -> Bool {
            guard let present, let needs = seals?.needs else { return false }
            return needs.map(\.id) == [present] && needs.first?.recipients == records
        }
    }

    /// Nil while nobody answers.
    private func status(_ postern: Installation) async -> Status? {
        guard let said = try? await postern.command("keys", "status", "--json"), said.status == 0 else { return nil }
        return try? JSONDecoder().decode(Status.self, from: Data(said.output.utf8))
    }

    private func addPeople(_ postern: Installation) async throws {
        let folder = try TemporaryFolder()
        let rows = (0..<Scale.records).map { "p\($0),Person \($0),p\($0)@private.example\n" }.joined()
        try ("handle,name,email\n" + rows).write(toFile: folder.path("people.csv"), atomically: true, encoding: .utf8)
        try await postern.succeed("recipient", "import", folder.path("people.csv"), "--site", "photos", "--confirmed")
    }

    /// To one person after another, each letter with a mark that says to whom it goes.
    private func load(_ postern: Installation, _ ledger: Ledger, until isOver: @escaping @Sendable () -> Bool) async {
        await withTaskGroup { group in
            for client in 0..<3 {
                group.addTask {
                    var number = 0
                    while !isOver() {
                        number += 1
                        let person = (client + number * 7) % Scale.records
                        let mark = "rotate-\(client)-\(number)-p\(person)"
                        if let answer = try? await postern.post(["subject": mark], to: "p\(person)"), answer.status == 202,
                            let id = answer.id
                        {
                            ledger.note(mark, id: id)
                        } else {
                            try? await pause(.milliseconds(5))
                        }
                    }
                }
            }
        }
    }

    private static let rounds = 3
    private static let killsInARound = 4
    /// After each kill of a vault, at most as many letters arrive twice as there are lanes.
    private static let lanes = 8

    @Test
    func
        `Relay and vault are killed while records are sealed again: each letter comes to its own address, and at the end nothing needs a former key`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_LEASE": "2s"])
        try await addPeople(postern)
        try await postern.start()
        let (ledger, stop) = (Ledger(), Gate())
        var randomness = SeededRandomness(seed: 20_261_130)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await load(postern, ledger, until: { stop.isOpen }) }
            defer { stop.open() }
            for round in 0..<Self.rounds {
                let before = ledger.count
                try await eventually("letters are accepted before rotation \(round)") { ledger.count >= before + 20 }
                try await eventually("rotation \(round) begins", within: .seconds(120)) {
                    try await postern.command("keys", "rotate").status == 0
                }
                let began = ContinuousClock.now
                // It hears of the new key at its start.
                postern.kill(.relay)
                for number in 0..<Self.killsInARound {
                    try await pause(.milliseconds(.random(in: 0...900, using: &randomness)))
                    postern.kill([.vault, .relay][number % 2])
                }
                try await eventually("rotation \(round) comes to its end", within: .seconds(600)) {
                    // Each look reads every record.
                    if Scale.records > 1_000 { try await pause(.seconds(2)) }
                    return await status(postern)?.isDone(Scale.records) == true
                }
                print("rotation of \(Scale.records) records under load, with kills: \(ContinuousClock.now - began)")
            }
            stop.open()
            try await group.waitForAll()
        }
        try await eventually("ready after the last kill") { await postern.isReady() }
        try await postern.drained(within: .seconds(120))

        let arrived = server.messages.filter { $0.isAccepted == true }
        #expect(ledger.marks.subtracting(Arrivals(server.messages).marks).isEmpty)
        let vaultKills = Self.rounds * (Self.killsInARound / 2)
        #expect(Arrivals(server.messages).duplicates <= vaultKills * Self.lanes)
        for message in arrived {
            let person = try #require(message.header("Subject")?.split(separator: "-").last)
            #expect(message.recipients.count == 1)
            #expect(message.recipients.first?.hasPrefix("<\(person)@private.example>") == true, "\(message.recipients)")
        }
        let counts = try await postern.counts()
        #expect(["held", "failed", "expired", "dropped"].allSatisfy { counts[$0, default: 0] == 0 }, "\(counts)")
        #expect(try await postern.isBalanced())
        let end = try #require(await status(postern))
        #expect(end.seals?.standing?.refused ?? 0 == 0)
        // Where the answer of a command was lost, it was given once more.
        #expect(end.former.count >= Self.rounds)
        try await retire(postern)
        #expect(try #require(await status(postern)).former.isEmpty)
        try await postern.stop()

        try await postern.start()
        for person in [0, Scale.records / 2, Scale.records - 1] {
            #expect(try await postern.post(["subject": "after-p\(person)"], to: "p\(person)").status == 202)
        }
        try await eventually("they arrive") {
            Arrivals(server.messages).marks.count { $0.hasPrefix("after-") }
                == Set([0, Scale.records / 2, Scale.records - 1]).count
        }
        try await postern.stop()
        await server.stop()
    }

    /// Refused for a while after the last record was sealed again, since a mail may be under way.
    private func retire(_ postern: Installation) async throws {
        try await eventually("former keys are destroyed", within: .seconds(120)) {
            let done = try await postern.command("keys", "retire")
            try #require([0, 69, 75].contains(done.status), "\(done.output)\(done.errors)")
            return done.status == 0
        }
    }

    @Test
    func
        `While nothing runs a key is made, and no second one; the service then finishes it, and an older backup needs saved keys`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        for handle in ["pat", "sam"] { try await postern.addRecipient(handle, "\(handle)@private.example") }
        let outside = try TemporaryFolder()
        let (backup, saved) = (outside.path("before.sqlite"), outside.path("saved"))
        try await postern.succeed("backup", backup)
        try await postern.succeed("keys", "export-recovery", saved)
        let none = try await postern.command("keys", "retire")
        #expect(none.status == 65 && none.errors.contains("no former address key"), "\(none.errors)")

        let made = try await postern.succeed("keys", "rotate").output
        for part in ["Made address key", "2 recipients", "keys export-recovery", "keys status", "keys retire", "Backups"] {
            #expect(made.contains(part), "\(part): \(made)")
        }
        let again = try await postern.command("keys", "rotate")
        #expect(again.status == 65 && again.errors.contains("a rotation is under way: the addresses of 2 recipients"))
        let early = try await postern.command("keys", "retire")
        #expect(early.status == 65 && early.errors.contains("2 records still need address key"), "\(early.errors)")
        let shown = try await postern.succeed("keys", "status").output
        #expect(shown.contains("2 records still need the former address key"), "\(shown)")

        try await postern.start()
        try await eventually("nothing needs the former key") {
            try await postern.succeed("keys", "status").output.contains("0 records need the former address key")
        }
        try await retire(postern)
        #expect(try await postern.post(["subject": "after"]).status == 202)
        try await server.received(count: 1)
        #expect(try await postern.stop() == 0)

        // What was sealed to the destroyed key opens with saved keys, and with nothing else.
        let refused = try await postern.command("restore", backup)
        #expect(refused.status != 0 && refused.errors.contains("--keys FOLDER"), "\(refused.errors)")
        try await postern.succeed("restore", backup, "--keys", saved)
        try await postern.start()
        #expect(try await postern.post(["subject": "restored"], to: "sam").status == 202)
        try await server.received(count: 2)
        #expect(server.messages.last?.recipients.first?.hasPrefix("<sam@private.example>") == true)
        try await postern.stop()
        await server.stop()
    }
}
