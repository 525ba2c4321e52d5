import PosternCore
import PosternImport
import Testing

@Suite("A column of other names is read, and no name leads to two people")
struct AliasColumnTests {
    private static func aliases(_ sample: Sample) -> [[String]] { sample.recipients.map { $0.aliases.map(\.text) } }

    @Test(arguments: [
        "alias", "Aliases", "Other names", "other name", "Also known as", "Andere Namen", "Weitere Namen", "Frühere Namen",
        "Autres noms", "Anciens noms", "Otros nombres", "Altri nomi", "ALIASNAMEN",
    ])
    func `The column is found by its name, and said`(header: String) throws {
        let sample = try Sample("handle,name,email,\(header)\npat,Pat,pat@private.example,Pat Müller\n")
        #expect(Self.aliases(sample) == [["Pat Müller"]])
        #expect(sample.file.summary.contains("alias   ← “\(header)”"), "\(sample.file.summary)")
        #expect(sample.file.columns.ignored.isEmpty)
    }

    @Test func `A file without it is read as before, and nothing is said of it`() throws {
        let sample = try Sample("handle,name,email\npat,Pat,pat@private.example\n")
        #expect(Self.aliases(sample) == [[]] && !sample.file.summary.contains("alias"))
    }

    // Mail servers call a mailbox's own name its alias.
    @Test func `A column called alias is the handle where no other column is`() throws {
        let only = try Sample("Alias,Name,Mail\npat,Pat,pat@private.example\n")
        #expect(only.added == ["pat|Pat|pat@private.example|en"] && Self.aliases(only) == [[]])
        let both = try Sample("Nickname,Alias,Mail,Name\npat,Pat M,pat@private.example,Pat\n")
        #expect(both.added == ["pat|Pat|pat@private.example|en"] && Self.aliases(both) == [["Pat M"]])
        let assigned = try Sample("Login,Who,Mail,Name\npat,Pat M,pat@private.example,Pat\n", columns: ["alias=Who"])
        #expect(Self.aliases(assigned) == [["Pat M"]])
    }

    /// cell → aliases
    @Test(
        arguments: [
            ("Pat Müller;P. Müller", ["Pat Müller", "P. Müller"]), ("Pat | Patty|", ["Pat", "Patty"]), ("", []), (" ; | ", []),
            ("Müller, Pat", ["Müller, Pat"]), ("one\ntwo\r\nthree", ["one", "two", "three"]), ("Zoë; ZOË;zoë", ["Zoë"]),
            ("\u{200B}Ana\u{A0};007", ["Ana", "007"]), ("=\"Ana\"", ["Ana"]), ("葛城", ["葛城"]),
        ] as [(String, [String])])
    func `Several names stand in one cell`(cell: String, aliases: [String]) throws {
        let sample = try Sample("handle,name,email,alias\nsam,Sam,sam@private.example,\(cell.csvField())\n")
        #expect(Self.aliases(sample) == [aliases])
    }

    @Test func `In a file of semicolons the cell is quoted, and the handle is no other name`() throws {
        let sample = try Sample("handle;name;email;aliases\npat;Pat;pat@private.example;\"PAT;Pat M;Patty\"\n")
        #expect(Self.aliases(sample) == [["Pat M", "Patty"]])
    }

    @Test func `What cannot be an alias is named; an address is not repeated`() throws {
        let sample = try Sample(
            """
            handle,name,email,alias
            pat,Pat,pat@private.example,Pat;!!
            sam,Sam,sam@private.example,canary@private.example
            kim,Kim,kim@private.example,a;b;c;d;e;f;g;h;i;j;k
            """)
        let problems = sample.wrong.map(\.problem)
        #expect(sample.added.isEmpty && problems.count == 3)
        #expect(problems[0].contains("“!!” cannot be an alias"))
        #expect(problems[1].contains("e-mail address") && !problems[1].contains("canary"))
        #expect(problems[2].contains("at most 10"))
    }

    @Test func `A name belongs to one person of the file: whose handle it is, else who is first`() throws {
        let sample = try Sample(
            """
            handle,name,email,alias
            pat,Pat,pat@private.example,SAM
            sam,Sam,sam@private.example,Sammy
            kim,Kim,kim@private.example,ＳＡＭＭＹ
            """)
        #expect(sample.recipients.map(\.handle.text) == ["sam"])
        #expect(sample.wrong.map(\.line) == [2, 4] && sample.wrong.allSatisfy { $0.problem.contains("line 3") })
    }

    @Test func `A name that leads to somebody at the site already is not taken away`() throws {
        var sample = try Sample(
            "handle,name,email,alias\npat,Pat,pat@private.example,Patty\nsam,Sam,sam@private.example,Sammy\n")
        #expect(sample.plan.aliasKeys == ["patty", "sammy"])
        sample.plan.refuse(["patty": "pat", "sammy": "other"])
        #expect(sample.recipients.map(\.handle.text) == ["pat"])
        #expect(sample.wrong.map(\.problem) == ["the alias “Sammy” already leads to “other”"])
        #expect(try Sample(sample.rejects).file.columns[.alias] != nil)
    }
}
