import Foundation
import PosternTestSupport
import Testing

@Suite("A power cut undoes nothing that a command said it had done", .serialized, .timeLimit(.minutes(Scale.minutes)))
struct HomeSurvivesPowerCutsTests {
    @Test(arguments: PowerCutDisk.Names.allCases)
    func `What init, recipient add and backup made is there, complete, though nothing else reached the disk`(
        names: PowerCutDisk.Names
    )
        async throws
    {
        let layer = try await PowerCutLayer(names: names)
        let postern = try await Installation(smtpPort: 2_525, settings: layer.environment, home: layer.home)
        let settings = try String(contentsOfFile: layer.home + "/postern.conf", encoding: .utf8)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.succeed("backup", layer.root + "/copy.sqlite")
        var randomness = SeededRandomness(seed: 11)
        try layer.cut(.nothingGotOut, using: &randomness)

        #expect(try String(contentsOfFile: layer.home + "/postern.conf", encoding: .utf8) == settings)
        #expect(try await DiskExamination(of: layer).missing(from: Ledger()).isEmpty)
        #expect(try await postern.succeed("recipient", "list", "--site", "photos").output.contains("pat"))
        let keys = try await postern.succeed("keys", "status").output
        #expect(["address", "authorisation", "journal"].allSatisfy(keys.contains))
        // The copy replaces the store.
        for ending in ["", "-wal"] { unlink(layer.home + "/store/postern.sqlite" + ending) }
        try FileManager.default.copyItem(atPath: layer.root + "/copy.sqlite", toPath: layer.home + "/store/postern.sqlite")
        #expect(try await postern.succeed("recipient", "list", "--site", "photos").output.contains("pat"))
    }

    @Test func `Wherever init was cut short, it can be run again, and then everything is there`() async throws {
        let layer = try await PowerCutLayer()
        let empty = layer.disk
        let arguments = ["init", "--home", layer.home, "--site", "photos", "--smtp-url", "smtp://127.0.0.1:2525"]
        let made = try await Program.run(Program.postern, arguments, environment: layer.environment)
        try #require(made.status == 0, "\(made.errors)")
        let records = try layer.records()
        var randomness = SeededRandomness(seed: 12)
        var cuts = 0
        for end in ends(of: records) {
            let fate = [PowerCutDisk.Fate.nothingGotOut, .someGotOut][cuts % 2]
            let folder = try TemporaryFolder()
            var disk = empty
            try disk.apply(records.prefix(end))
            disk.cut(fate, using: &randomness)
            try disk.write(to: folder.path)
            let home = folder.path("home")
            let again = try await Program.run(
                Program.postern, ["init", "--home", home] + arguments.dropFirst(3))
            // 65: the site exists already, which is checked below.
            #expect([0, 65].contains(again.status), "after \(end) of \(records.count), \(fate): \(again.errors)")
            let sites = try await Program.run(Program.postern, ["site", "list", "--home", home])
            #expect(sites.output.contains("photos"), "after \(end), \(fate): \(sites.errors)")
            let keys = try await Program.run(Program.postern, ["keys", "status", "--home", home])
            #expect(
                ["address", "authorisation", "journal"].allSatisfy(keys.output.contains),
                "after \(end), \(fate): \(keys.errors)")
            cuts += 1
        }
        print("init cut short \(cuts) times, and run again")
    }

    @Test
    func `Wherever the making and destroying of daily keys is cut short, no key is incomplete, and old ones go`()
        async throws
    {
        let layer = try await PowerCutLayer()
        let postern = try await Installation(smtpPort: 2_525, settings: layer.environment, home: layer.home)
        postern.setClock(try await FakeClock(days: -100))
        try await postern.start()
        try await postern.stop()
        var randomness = SeededRandomness(seed: 13)
        try layer.cut(.allGotOut, using: &randomness)
        let before = layer.disk
        let then = try days(in: layer.home)
        #expect(then.count >= 6)
        postern.setClock(nil)
        try await postern.start()
        try await postern.succeed("keys", "trust-clock")
        try await postern.cutOff()
        let records = try layer.records()
        var cuts = 0
        for end in ends(of: records) {
            let folder = try TemporaryFolder()
            var disk = before
            try disk.apply(records.prefix(end))
            disk.cut([.nothingGotOut, .someGotOut][cuts % 2], using: &randomness)
            try disk.write(to: folder.path)
            let keys = try await Program.run(Program.postern, ["keys", "status", "--home", folder.path("home")])
            #expect(keys.status == 0, "after \(end) of \(records.count): \(keys.errors)")
            cuts += 1
        }
        var disk = before
        try disk.apply(records)
        disk.cut(.nothingGotOut, using: &randomness)
        let folder = try TemporaryFolder()
        try disk.write(to: folder.path)
        #expect(try Set(days(in: folder.path("home"))).isDisjoint(with: then), "a destroyed key is back")
        print("keys made and destroyed, cut short \(cuts) times")
    }

    /// Where to cut: after everything except all but the last of many writes in a row.
    private func ends(of records: [DiskRecord]) -> [Int] {
        let some = records.indices.filter { index in
            if case .wrote = records[index] { index % 16 == 0 } else { true }
        }
        return some + [records.count]
    }

    /// The key files of epochs.
    private func days(in home: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: home + "/vault/keys")
            .filter { $0.hasPrefix("letter-") || $0.hasPrefix("evidence-") || $0.hasPrefix("tag-") }
    }
}
