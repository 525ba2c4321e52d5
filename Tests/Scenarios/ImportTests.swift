import Foundation
import PosternTestSupport
import Testing

@Suite("An import takes what is right and names what is wrong", .serialized, .timeLimit(.minutes(40)))
struct ImportTests {
    @Test(arguments: [true, false])
    func `A wrong row goes to the rejects file with its line and reason while the others go in; with and without a relay`(
        isServed: Bool
    ) async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let folder = try TemporaryFolder()
        let file = folder.path("people.csv")
        try #"""
        handle,name,email,locale
        pat,Pat Photographer,pat@private.example,en
        Not A Handle,Sam,sam@private.example,de
        sam,,sam@private.example,de
        eve,"Eve, the ""Editor""",eve@private.example,fr
        bad,Bad,no-at-sign,en
        pat,Pat again,pat2@private.example,en
        zoe,Zoë,zoe@bücher.example
        x"y,Z,z@private.example
        lang,Lang,lang@private.example,klingonese
        last,Last,last@private.example,
        """#.write(toFile: file, atomically: true, encoding: .utf8)
        if isServed { try await postern.start() }
        let done = try await postern.succeed("recipient", "import", file, "--site", "photos", "--confirmed")
        #expect(done.output.contains("4 recipients added, 6 rows rejected"))
        for part in ["UTF-8, a comma between columns", "email   ← “email”", "rows      10"] {
            #expect(done.output.contains(part), "\(done.output)")
        }
        #expect(!done.output.contains("private.example"))
        let lines = try String(contentsOfFile: file + ".rejects.csv", encoding: .utf8).split(separator: "\n")
        #expect(lines.first == "handle,name,email,locale,problem" && lines.count == 7)
        for (line, reason) in [(3, "handle"), (4, "name is empty"), (6, "no @"), (7, "twice"), (9, "quote"), (10, "language")] {
            #expect(lines.contains { $0.contains("line \(line): ") && $0.contains(reason) }, "line \(line)")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: file + ".rejects.csv")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let listed = try await postern.succeed("recipient", "list", "--site", "photos").output
        for handle in ["photos/pat", "photos/eve", "photos/zoe", "photos/last"] { #expect(listed.contains(handle)) }
        #expect(!listed.contains("private.example"))

        // Again: all there already.
        let again = try await postern.command("recipient", "import", file, "--site", "photos", "--confirmed")
        #expect(again.status == 65 && again.output.contains("0 recipients added, 10 rows rejected"))

        // The one row whose only fault was its handle goes in as proposed.
        let mended = try await postern.succeed("recipient", "import", file + ".rejects.csv", "--site", "photos", "--dry-run")
        #expect(mended.output.contains("Nothing was done. 1 recipient would be added"), "\(mended.output)")
        for name in ["pat", "sam", "eve"] { #expect(!mended.output.contains("\(name)@")) }
        #expect(try await !postern.succeed("recipient", "list", "--site", "photos").output.contains("not-a-handle"))
        if isServed { try await postern.stop() }
    }

    @Test func `An import that was broken off goes on where it stopped, and counts every row once`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        let folder = try TemporaryFolder()
        let file = folder.path("many.csv")
        let count = 3_000
        let rows = (0..<count).map {
            $0.isMultiple(of: 100) ? "r\($0),Nobody,wrong" : "r\($0),Recipient \($0),r\($0)@private.example"
        }
        try (["handle,name,email"] + rows).joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        try await postern.start()
        let importing = Serving()
        try await importing.start(
            Program.postern, ["recipient", "import", file, "--site", "photos", "--confirmed", "--home", postern.home],
            environment: postern.settings, log: folder.path("import.log"))
        try await eventually("some chunks are in", within: .seconds(60)) {
            FileManager.default.fileExists(atPath: file + ".progress")
        }
        importing.signal(SIGKILL)
        try await eventually("the import has ended") { !importing.isRunning }

        let wrong = try await postern.command("recipient", "import", file + ".other", "--site", "photos", "--resume")
        #expect(wrong.status == 66)
        try await postern.succeed("site", "add", "other", "--name", "Other", "--origin", "https://other.example")
        // With another site, its first rows would never get there; with other columns or handles, they would be other people.
        for other in [
            ["--site", "other"], ["--site", "photos", "--encoding", "windows-1252"], ["--site", "photos", "--column", "name=1"],
            ["--site", "photos", "--accept-proposals"], ["--site", "photos", "--rejects", file + ".elsewhere"],
        ] {
            let refused = try await postern.run(["recipient", "import", file, "--confirmed", "--resume"] + other)
            #expect(refused.status == 65 && refused.errors.contains("other options"), "\(other): \(refused.errors)")
            #expect(refused.errors.contains("postern recipient import \(file) --site photos --confirmed --home "))
        }
        let resumed = try await postern.succeed("recipient", "import", file, "--site", "photos", "--confirmed", "--resume")
        #expect(resumed.output.contains("2970 recipients added, 30 rows rejected"), "\(resumed.output)")
        let rejects = try String(contentsOfFile: file + ".rejects.csv", encoding: .utf8).split(separator: "\n")
        #expect(rejects.count == 31)
        #expect(!FileManager.default.fileExists(atPath: file + ".progress"))
        #expect(try await postern.post(to: "r2999").status == 202)
        try await server.received(count: 1)
        try await postern.stop()
        await server.stop()
    }

    @Test func `A file that is none, or has another head, is refused as a whole`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let folder = try TemporaryFolder()
        let file = folder.path("wrong.csv")
        try "phone,name\n1,Pat\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await postern.command("recipient", "import", file, "--site", "photos").status == 65)
        #expect(try await postern.command("recipient", "import", folder.path("nothing.csv"), "--site", "photos").status == 66)
        try "handle,name,email\npat,Pat,pat@private.example\n".write(toFile: file, atomically: true, encoding: .utf8)
        let nowhere = try await postern.command("recipient", "import", file, "--site", "nowhere")
        #expect(nowhere.status == 65)
        #expect(nowhere.errors.contains("there is no site “nowhere”"))
    }
}

extension ImportTests {
    @Test func `The command that is printed for the rejects takes the column that was named, whatever the path`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let folder = try TemporaryFolder()
        let file = folder.path("my people's list.csv")
        try "Name;E-Mail;Mail\nKim;private@private.example;kim@private.example\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let none = try await postern.command(
            "recipient", "import", file, "--site", "photos", "--column", "email=3", "--confirmed")
        #expect(none.status == 65, "\(none.output)\(none.errors)")
        let printed = try #require(none.output.split(separator: "\n").last { $0.contains("postern recipient import ") })
        #expect(printed.contains("--column email=4"), "\(printed)")
        let typed = printed.trimmingCharacters(in: .whitespaces).replacing(
            "postern recipient", with: "\"$0\" recipient", maxReplacements: 1)
        let done = try await Program.run(
            "/bin/sh", ["-c", typed + " --dry-run", Program.postern], environment: postern.settings)
        #expect(done.status == 0 && done.output.contains("email   ← “Mail”"), "\(done.output)\(done.errors)")
    }

    @Test func `Other names in a column lead to the person's page, and the dry run says so`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let folder = try TemporaryFolder()
        let file = folder.path("people.csv")
        try "handle;name;email;Andere Namen\nkim;Kim;kim@private.example;\"Kim Müller;K. M.\"\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let said = try await postern.succeed("recipient", "import", file, "--site", "photos", "--dry-run").output
        #expect(said.contains("alias   ← “Andere Namen”") && said.contains("Kim Müller; K. M."), "\(said)")
        try await postern.succeed("recipient", "import", file, "--site", "photos", "--confirmed")
        let listed = try await postern.succeed("recipient", "alias", "list", "kim", "--site", "photos").output
        #expect(listed.contains("Kim Müller") && listed.contains("K. M."), "\(listed)")
        // A name that leads to her already goes to nobody else.
        try "handle,name,email,alias\nlee,Lee,lee@private.example,KIM MÜLLER\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let taken = try await postern.command("recipient", "import", file, "--site", "photos", "--confirmed")
        #expect(taken.status == 65 && taken.output.contains("already leads to “kim”"), "\(taken.output)")
    }

    @Test func `O7, M6: plurals are right, nothing that goes in ends with 65, and --json says it all`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let folder = try TemporaryFolder()
        let file = folder.path("people.csv")
        try "handle;name;email\nmüller;M;m@private.example\n".write(toFile: file, atomically: true, encoding: .utf8)
        let none = try await postern.command("recipient", "import", file, "--site", "photos", "--confirmed")
        #expect(none.status == 65 && none.output.contains("0 recipients added, 1 row rejected in 1 s."))
        #expect(none.output.contains("postern recipient import \(file).rejects.csv --site photos --confirmed"))
        let one = try await postern.succeed("recipient", "import", file + ".rejects.csv", "--site", "photos", "--confirmed")
        #expect(one.output.contains("1 recipient added, 0 rows rejected"))
        #expect(!FileManager.default.fileExists(atPath: file + ".rejects.csv.rejects.csv"))

        let again = try await postern.succeed(
            "recipient", "import", file, "--site", "photos", "--accept-proposals", "--dry-run", "--json")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
        #expect(report["delimiter"] as? String == ";" && report["added"] as? Int == 1 && report["dryRun"] as? Bool == true)
        // Somebody has the first proposal by now.
        #expect(((report["rows"] as? [[String: Any]])?.first?["handle"]) as? String == "mueller-2")
    }
}
