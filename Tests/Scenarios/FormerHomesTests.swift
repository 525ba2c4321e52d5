import Foundation
import PosternTestSupport
import Testing

/// In earlier versions the store lay in the home itself, where the relay's user could write.
@Suite(
    "The store of an earlier version moves into its folder, and nothing else does", .serialized, .enabled(if: geteuid() == 0),
    .timeLimit(.minutes(40)))
struct FormerHomesTests {
    private static let files = ["postern.sqlite", "postern.sqlite-wal", "postern.sqlite-shm", "postern.sqlite.lock"]

    /// A letter that waits, and is in the WAL alone.
    private func installation() async throws -> Installation {
        let postern = try await Installation(smtpPort: try FreePort.find(), settings: TwoUsersTests.users, isOpen: true)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await postern.cutOff()
        return postern
    }

    /// Waits, or was under way when the service was killed.
    private func waiting(_ postern: Installation) async throws -> Int {
        let counts = try await postern.counts()
        return counts["ready", default: 0] + counts["leased", default: 0]
    }

    /// As an earlier version had it.
    /// - Parameter moved: what is in the new place already.
    private func makeFormer(_ postern: Installation, moved: Set<String> = []) async throws {
        let home = postern.home
        for name in Self.files where !moved.contains(name) && FileManager.default.fileExists(atPath: "\(home)/store/\(name)") {
            try #require(rename("\(home)/store/\(name)", "\(home)/\(name)") == 0)
        }
        if moved.isEmpty { try #require(rmdir(home + "/store") == 0) }
        try FileManager.default.removeItem(atPath: home + "/run/operator")
        for (words, path) in [
            (["chown", "root:games"], home), (["chmod", "1771"], home), (["chgrp", "news"], home + "/run/vault"),
            (["chmod", "711"], home + "/run/vault"),
        ] {
            let done = try await Program.run(words[0], [words[1], path])
            try #require(done.status == 0, "\(done.errors)")
        }
    }

    @Test(
        arguments: [[], ["postern.sqlite-wal"], ["postern.sqlite-wal", "postern.sqlite-shm", "postern.sqlite"]] as [Set<String>])
    func `Nothing is lost on the way, wherever the move was cut short before`(moved: Set<String>) async throws {
        let postern = try await installation()
        try await makeFormer(postern, moved: moved)
        #expect(try await waiting(postern) == 1)
        #expect(try await postern.succeed("recipient", "list", "--site", "photos").output.contains("pat"))
        let status = try await Program.run("stat", ["-c", "%a %U %G", postern.home, postern.home + "/store", postern.store])
        #expect(status.output == "755 root root\n700 games games\n600 games games\n", "\(status.output)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: postern.home).sorted() == [
                "postern.conf", "run", "store", "vault",
            ])
        try await postern.start()
        #expect(try await postern.post().status == 202)
        // 69: nothing answers where its smarthost should be.
        #expect(try await postern.doctor(status: 69).troubles.allSatisfy { !["modes", "store"].contains($0.check) })
        try await postern.stop()
    }

    @Test func `A store that was named in the home itself is the one in its folder`() async throws {
        let postern = try await installation()
        try await makeFormer(postern)
        let path = postern.home + "/postern.conf"
        let settings = try String(contentsOfFile: path, encoding: .utf8)
        try (settings + "POSTERN_DATABASE=sqlite:\(postern.home)/postern.sqlite\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        #expect(try await waiting(postern) == 1)
    }

    @Test func `While an earlier version's relay holds the store, nothing is moved`() async throws {
        let postern = try await installation()
        try await makeFormer(postern)
        let holding = Serving()
        let ready = postern.home + "/../holds"
        try await holding.start(
            "/usr/bin/flock", [postern.home + "/postern.sqlite.lock", "sh", "-c", "touch \(ready); exec sleep 600"],
            environment: [:], log: postern.home + "/../holder.log")
        try await eventually("it is held") { FileManager.default.fileExists(atPath: ready) }
        let refused = try await postern.command("queue", "count")
        #expect(refused.status == 75 && refused.errors.contains("Restart the service"), "\(refused.errors)")
        #expect(FileManager.default.fileExists(atPath: postern.home + "/postern.sqlite"))
        _ = holding.killTree()
        #expect(try await waiting(postern) == 1)
    }

    @Test(arguments: ["wal", "shm", "store", "lock", "store-pipe", "folder", "name"])
    func `What the relay's user put in a file's place is neither followed, given away nor moved (Z2)`(trap: String) async throws {
        let treasure = try Treasure()
        let postern = try await installation()
        try await makeFormer(postern)
        let home = postern.home
        switch trap {
        // The folder to come is a folder of root's.
        case "folder":
            try await Trap.set("link", in: postern, folder: home, to: treasure.folder.path)
            try #require(rename(home + "/link", home + "/store") == 0)
        case "name":
            try FileManager.default.removeItem(atPath: home + "/postern.sqlite-wal")
            try #require(link(treasure.secret, home + "/postern.sqlite-wal") == 0)
        default: try await Trap.set(trap, in: postern, folder: home, to: treasure.secret)
        }
        for words in [["queue", "count"], ["serve"], ["init"], ["backup", home + "/../copy"]] {
            let refused = try await postern.run(words)
            #expect(refused.status == 78, "\(words): \(refused.output)\(refused.errors)")
            #expect(refused.errors.contains("move") || refused.errors.contains("is not a folder"), "\(refused.errors)")
        }
        try treasure.isUntouched(trap)
    }

    @Test func `While names are swapped for links, a move takes files of the relay's own or nothing (Z2)`() async throws {
        let treasure = try Treasure()
        for _ in 0..<3 {
            let scratch = try TemporaryFolder()
            let postern = try await installation()
            try await makeFormer(postern)
            let swapping = try await Trap.swap(in: postern.home, to: treasure.secret, scratch: scratch)
            for _ in 0..<4 { _ = try await postern.command("queue", "count") }
            _ = swapping.killTree()
            try treasure.isUntouched("swapped")
            for name in (try? FileManager.default.contentsOfDirectory(atPath: postern.home + "/store")) ?? [] {
                var status = stat()
                #expect(lstat("\(postern.home)/store/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG, "\(name)")
            }
        }
    }
}
