import Foundation
import PosternTestSupport
import Testing

/// A relay that has been taken over may do whatever its user may. Then root calls a command.
@Suite(
    "Root's commands do nothing that the relay's user could not do itself", .serialized, .enabled(if: geteuid() == 0),
    .timeLimit(.minutes(40)))
struct RootFollowsNobodyTests {
    private func installation(_ settings: [String: String] = [:]) async throws -> Installation {
        let postern = try await Installation(
            smtpPort: 2_525, settings: TwoUsersTests.users.merging(settings) { $1 }, isOpen: true)
        try await postern.addRecipient("pat", "pat@private.example")
        return postern
    }

    /// Every command of root's that has to do with the store, and the service.
    private func runEverything(_ postern: Installation, in folder: TemporaryFolder) async throws {
        let someID = "01arz3ndektsv4rrffq69g5fav"
        try "handle,name,email\nkim,Kim,kim@private.example\n".write(
            toFile: folder.path("people.csv"), atomically: true, encoding: .utf8)
        for words in [
            ["queue", "count"], ["site", "list"], ["log", "list"], ["log", "operations"], ["block", "list"], ["keys", "status"],
            ["recipient", "list", "--site", "photos"], ["backup", folder.path("copy-\(UUID())")], ["doctor"],
            ["restore", folder.path("good.sqlite")], ["init", "--site", "other"],
            ["queue", "list"], ["queue", "show", someID], ["queue", "retry", "--all"], ["queue", "hold", someID],
            ["queue", "release", "--all"], ["queue", "drop", someID], ["recipient", "show", "pat", "--site", "photos"],
            ["recipient", "pause", "pat", "--site", "photos"], ["recipient", "resume", "pat", "--site", "photos"],
            ["recipient", "import", folder.path("people.csv"), "--site", "photos"],
            ["site", "add", "club", "--name", "Club", "--origin", "https://club.example"],
            ["site", "set", "photos", "--name", "Photos"], ["block", "add", "--text", "x", "--reason", "y"],
            ["block", "remove", "1"], ["log", "show", someID], ["keys", "trust-clock"], ["selftest", "leak"],
            ["recipient", "erase", "pat", "--site", "photos", "--yes"],
        ] {
            _ = try await postern.run(words)
        }
        _ = try await postern.run(
            ["recipient", "add", "sam", "--site", "photos", "--name", "Sam", "--confirmed"], input: "sam@private.example\n")
        try await postern.startOnly()
        try await eventually("it serves, or gave up", within: .seconds(60)) {
            let isReady = await postern.isReady()
            return isReady || postern.log.contains("ended") || postern.log.contains("stopped") || postern.log.contains("cannot")
        }
        try await postern.cutOff()
    }

    @Test(arguments: ["wal", "store", "lock", "restore"])
    func `A link to a file of root's is not followed by any command (Z2)`(trap: String) async throws {
        let (treasure, folder) = (try Treasure(), try TemporaryFolder())
        let postern = try await installation()
        try await postern.succeed("backup", folder.path("good.sqlite"))
        try await Trap.set(trap, in: postern, to: treasure.secret)
        try await runEverything(postern, in: folder)
        try treasure.isUntouched(trap)
    }

    @Test(arguments: ["store", "wal", "lock", "backup"])
    func `A link to a name that is not there makes no file in a folder of root's (Z2)`(trap: String) async throws {
        let (treasure, folder) = (try Treasure(), try TemporaryFolder())
        let postern = try await installation()
        try await postern.succeed("backup", folder.path("good.sqlite"))
        try await Trap.set(trap, in: postern, to: treasure.folder.path("made"))
        try await runEverything(postern, in: folder)
        try treasure.isUntouched(trap)
    }

    @Test(arguments: ["wal-pipe", "store-pipe", "lock-pipe"])
    func `A pipe in the place of a file holds no command up (Z2)`(trap: String) async throws {
        let (treasure, folder) = (try Treasure(), try TemporaryFolder())
        let postern = try await installation()
        try await postern.succeed("backup", folder.path("good.sqlite"))
        try await Trap.set(trap, in: postern)
        try await runEverything(postern, in: folder)
        try treasure.isUntouched(trap)
    }

    @Test func `Another name of a file of root's, in the place of the store or its WAL, is neither written nor given away (Z2)`()
        async throws
    {
        for ending in ["", "-wal", ".lock"] {
            let (treasure, folder) = (try Treasure(), try TemporaryFolder())
            let postern = try await installation()
            try await postern.succeed("backup", folder.path("good.sqlite"))
            try? FileManager.default.removeItem(atPath: postern.store + ending)
            // The kernel may keep the relay's user from making it (fs.protected_hardlinks), so root does.
            try #require(link(treasure.secret, postern.store + ending) == 0)
            try await runEverything(postern, in: folder)
            try treasure.isUntouched(ending)
        }
    }

    @Test func `Another program's database and a block device are not opened as a store (Z2)`() async throws {
        let (treasure, folder) = (try Treasure(), try TemporaryFolder())
        let postern = try await installation()
        try await postern.succeed("backup", folder.path("good.sqlite"))
        let other = treasure.folder.path("other.sqlite")
        try FileManager.default.copyItem(atPath: folder.path("good.sqlite"), toPath: other)
        let disk = folder.path("disk")
        try FileManager.default.copyItem(atPath: other, toPath: disk)
        var targets = [other]
        // Not every machine lets a container have a loop device.
        let device = try await Program.run("losetup", ["-f", "--show", disk])
        if device.status == 0 { targets.append(device.output.trimmingCharacters(in: .whitespacesAndNewlines)) }
        let (database, image) = (FileManager.default.contents(atPath: other), FileManager.default.contents(atPath: disk))
        for target in targets {
            try await Trap.set("store", in: postern, to: target)
            try await runEverything(postern, in: folder)
        }
        for name in targets.dropFirst() { _ = try await Program.run("losetup", ["-d", name]) }
        #expect(FileManager.default.contents(atPath: other) == database && FileManager.default.contents(atPath: disk) == image)
        #expect(try FileManager.default.contentsOfDirectory(atPath: treasure.folder.path).sorted() == ["other.sqlite", "secret"])
    }

    @Test func `While every name is swapped for a link again and again, no restore and no backup touches a file of root's (Z2)`()
        async throws
    {
        let (treasure, folder) = (try Treasure(), try TemporaryFolder())
        let postern = try await installation()
        try await postern.succeed("backup", folder.path("good.sqlite"))
        let swapping = try await Trap.swap(in: postern.home + "/store", to: treasure.secret, scratch: folder)
        for number in 0..<8 {
            _ = try await postern.command("restore", folder.path("good.sqlite"))
            _ = try await postern.command("backup", folder.path("copy-\(number)"))
            _ = try await postern.command("queue", "count")
        }
        _ = swapping.killTree()
        try treasure.isUntouched("swapped")
    }

    @Test func `A backup goes into no folder that the relay can lead elsewhere, and a restore takes nothing from one (Z2)`()
        async throws
    {
        let (treasure, folder) = (try Treasure(), try TemporaryFolder())
        let postern = try await installation()
        let good = folder.path("good.sqlite")
        try await postern.succeed("backup", good)
        try FileManager.default.copyItem(atPath: good, toPath: treasure.folder.path("backup.sqlite"))
        try await Trap.set("link", in: postern, to: treasure.folder.path)
        let led = postern.home + "/store/link"
        let made = try await postern.command("backup", led + "/made.sqlite")
        #expect(made.status == 73 && made.errors.contains("is a link that others can put there"), "\(made.errors)")
        let read = try await postern.command("restore", led + "/backup.sqlite")
        #expect(read.status == 66, "\(read.output)\(read.errors)")
        #expect(!FileManager.default.fileExists(atPath: treasure.folder.path("made.sqlite")))
        let beside = try await postern.command("backup", postern.home + "/store/mine.sqlite")
        #expect(beside.status == 73 && beside.errors.contains("Choose another folder"), "\(beside.errors)")
        let logo = try await postern.command("site", "set", "photos", "--logo", led + "/secret")
        #expect(logo.status == 66, "\(logo.errors)")
        // A name in a folder for all, as /tmp, that leads away.
        let shared = try TemporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: shared.path)
        symlink(treasure.folder.path("made.sqlite"), shared.path("copy.part"))
        let shortcut = try await postern.command("backup", shared.path("copy"))
        #expect(!FileManager.default.fileExists(atPath: treasure.folder.path("made.sqlite")), "\(shortcut.errors)")
        // Nobody else can have put these where they are: they are used.
        symlink(good, folder.path("latest.sqlite"))
        try await postern.succeed("restore", folder.path("latest.sqlite"))
    }

    @Test func `Root's commands speak to no other socket that the relay's user put in the place of its own (Z2)`() async throws {
        let treasure = try Treasure()
        let postern = try await installation()
        let path = treasure.folder.path("root.sock")
        let heard = treasure.folder.path("heard")
        let listening = Serving()
        try await listening.start(
            "/usr/bin/python3",
            [
                "-c",
                "import socket,sys,os; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.chmod(sys.argv[1],0o600); s.listen(); "
                    + "c,_=s.accept(); open(sys.argv[2],'w').write('heard')", path, heard,
            ], environment: [:], log: treasure.folder.path("log"))
        try await eventually("it listens") { FileManager.default.fileExists(atPath: path) }
        try await Trap.set("control", in: postern, to: path)
        for words in [["queue", "count"], ["site", "list"], ["doctor"]] { _ = try await postern.run(words) }
        #expect(!FileManager.default.fileExists(atPath: heard))
        listening.killAll()
    }

    @Test func `What a taken-over relay has put into the store reaches root's terminal without control characters (Z2)`()
        async throws
    {
        let postern = try await installation()
        let edit =
            "import sqlite3,sys; s=sqlite3.connect(sys.argv[1]); s.execute('UPDATE operation SET reason=?, subject=?', "
            + "('\\x1b]0;owned\\x07\\x1b[2J', '\\x9b31mphotos\\r')); s.commit()"
        let edited = try await Program.run("runuser", ["-u", "games", "--", "python3", "-c", edit, postern.store])
        try #require(edited.status == 0, "\(edited.errors)")
        let told = try await postern.succeed("log", "operations")
        #expect(told.output.contains("?]0;owned??[2J"), "\(told.output)")
        #expect(!told.output.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value) })
    }
}
