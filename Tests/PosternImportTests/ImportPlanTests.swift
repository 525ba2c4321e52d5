import PosternCore
import PosternImport
import Testing

@Suite("Rows of people are read as they were typed, and what is wrong is named")
struct ImportPlanTests {
    @Test func `O4: empty rows, rows of delimiters and trailing empty columns are skipped`() throws {
        let sample = try Sample(
            "handle,name,email,locale,,\n\n,,,,,\n  , ,\u{A0},,,\npat,Pat,pat@private.example,,,\n,,\nsam,Sam,sam@private.example\n"
        )
        #expect(sample.added.count == 2 && sample.wrong.isEmpty)
        #expect(sample.plan.blankRows == 3)
    }

    // The end of the last row, and what may follow it.
    @Test(arguments: ["\n\u{1A}", "\r\n\u{1A}\r\n", "\u{1A}", "\n\u{1A}\u{1A}\u{1A}", "\n\u{1A}\0\0", "\n\u{1A}\n,,\n", "\n"])
    func `O4: the mark at the end of a file of DOS is no row`(end: String) throws {
        for email in ["pat@private.example", "\"pat@private.example\""] {
            let sample = try Sample("handle,name,email\npat,Pat,\(email)\(end)")
            #expect(sample.added == ["pat|Pat|pat@private.example|en"] && sample.wrong.isEmpty, "\(sample.wrong)")
        }
    }

    @Test func `O4: a file that is one after another of DOS has their rows`() throws {
        let sample = try Sample("handle,name,email\npat,Pat,pat@private.example\n\u{1A}\nsam,Sam,sam@private.example\n\u{1A}")
        #expect(sample.added.count == 2 && sample.wrong.isEmpty && sample.plan.blankRows == 1)
    }

    @Test func `O5: capital letters in a handle become small ones`() throws {
        let sample = try Sample(
            "handle,name,email\nJohnDoe,J,j@private.example\n@Kim,K,k@private.example\n1001,N,n@private.example\n")
        #expect(sample.recipients.map(\.handle.text) == ["johndoe", "kim", "1001"])
    }

    /// What cannot be a handle → what is proposed
    @Test(arguments: [
        ("müller", "mueller"), ("Müller", "mueller"), ("mu\u{308}ller", "mueller"), ("Anna Maria", "anna-maria"),
        ("O'Brien", "obrien"), ("Jürgen Groß", "juergen-gross"), ("Łukasz", "lukasz"), ("Иван Петров", "ivan-petrov"),
        ("Γιώργος", "giorgos"), ("-pat-", "pat"), ("pat!", "pat"), ("pat/../sam", "pat-..-sam"), ("+49 171", "49-171"),
        (String(repeating: "x", count: 80), String(repeating: "x", count: 56)),
    ])
    func `O5: what cannot be a handle gets a proposed one`(typed: String, proposed: String) throws {
        let sample = try Sample("handle,name,email\n\(typed),Pat,pat@private.example\n")
        #expect(sample.added.isEmpty && sample.wrong.map(\.handle) == [proposed])
    }

    @Test func `O5: proposals are unique, and no member's handle`() throws {
        var sample = try Sample(
            """
            handle,name,email
            müller,A,a@private.example
            Müller,B,b@private.example
            mueller,C,c@private.example
            !!,D,d@private.example
            ,,e@private.example
            mueller-3,No Address,
            """)
        #expect(sample.wrong.map(\.handle) == ["mueller-2", "mueller-4", "d", "member", nil])
        sample.plan.propose(avoiding: ["mueller-2", "member", "d"])
        #expect(sample.wrong.map(\.handle) == ["mueller-4", "mueller-5", "d-2", "member-2", nil])
    }

    @Test func `O5: an address is no handle, and none is made of it`() throws {
        let sample = try Sample(
            "handle,name,email\ncanary@private.example,Pat P,canary@private.example\ncanary@private.example,canary,Pat\n")
        #expect(sample.wrong.map(\.handle) == ["pat-p", nil])
        #expect(!sample.wrong.contains { $0.problem.contains("canary") })
    }

    @Test func `O5: the rejects file is ready to be imported, in the same delimiter`() throws {
        let sample = try Sample("Name;E-Mail;Handle\nMüller;m@private.example;müller\nSam;no-at;sam\n")
        let rejects = sample.rejects.split(separator: "\n")
        #expect(rejects.first == "Name;E-Mail;Handle;problem")
        #expect(
            rejects.dropFirst().first?.hasPrefix("Müller;m@private.example;mueller;line 2: “müller” cannot be a handle") == true)
        #expect(rejects.last == "Sam;no-at;sam;line 3: the e-mail address has no @")
        let again = try Sample(sample.rejects)
        #expect(again.added == ["mueller|Müller|m@private.example|en"])
        #expect(again.file.columns.ignored.isEmpty)
        let third = again.rejects
        #expect(third == "Name;E-Mail;Handle;problem\nSam;no-at;sam;line 3: the e-mail address has no @\n")
    }

    @Test func `O5: rejects of a file without a handle column have one`() throws {
        let sample = try Sample("\u{FEFF}Vorname;Nachname;E-Mail\r\nAnna;Müller;anna@private.example\r\n")
        #expect(sample.rejects.hasPrefix("\u{FEFF}handle;Vorname;Nachname;E-Mail;problem\nanna-mueller;Anna;Müller;"))
        #expect(try Sample(sample.rejects).added == ["anna-mueller|Anna Müller|anna@private.example|en"])
    }

    // Header, what was assigned → the same for the rejects file.
    @Test(
        arguments: [
            ("Name;E-Mail;Mail", ["email=3"], ["email=4"]), ("Name;E-Mail;Mail", ["email=Mail"], ["email=4"]),
            ("Name;E-Mail;Mail;Nick", ["email=3"], ["email=3"]),
            ("Who;E-Mail;Mail", ["email=2", "name=1"], ["name=2", "email=3"]),
            ("4;E-Mail;Mail", ["name=4", "email=3"], ["name=2", "email=Mail"]), ("handle;E-Mail", ["handle=1"], ["handle=1"]),
        ])
    func `What was assigned to columns is said of the columns of the rejects file`(
        header: String, assigned: [String], expected: [String]
    ) throws {
        let text = header + "\n" + header.split(separator: ";").map { _ in "one@private.example" }.joined(separator: ";") + "\n"
        let sample = try Sample(text, columns: assigned)
        let again = RejectsText(sample.file).assignments(assigned)
        #expect(again == expected)
        // It finds the same columns.
        let second = try Sample(sample.rejects, columns: again)
        for role in [ColumnRole.email, .name] {
            let (one, two) = (sample.file.columns[role], second.file.columns[role])
            #expect(one.map { sample.file.header[$0] } == two.map { second.file.header[$0] })
        }
    }

    /// cell → address
    @Test(arguments: [
        "Disp <disp@private.example>", "\"Disp\" <disp@private.example>", "<disp@private.example>", "mailto:disp@private.example",
        "disp@private.example (Disp)", " disp@private.example ", "\u{200B}disp@private.example\u{A0}", "'disp@private.example'",
        "disp@private.example;", "MAILTO:disp@private.example?subject=x", "Disp <mailto:disp@private.example>",
        "=HYPERLINK(\"mailto:disp@private.example\",\"Disp\")", "=\"disp@private.example\"",
    ])
    func `O6: the address is the one inside the brackets, the link or the formula`(cell: String) throws {
        let sample = try Sample("handle,name,email\ndisp,D,\(cell.csvField())\n")
        #expect(sample.added == ["disp|D|disp@private.example|en"])
    }

    // What a link writes with a per cent sign is decoded, and what only looks like it in an address is not.
    @Test(arguments: [
        ("mailto:pat%2Bclub@private.example", "pat+club@private.example"),
        ("mailto:pat%40private.example", "pat@private.example"),
        ("Pat <mailto:pat%2Bclub@private.example>", "pat+club@private.example"),
        ("=HYPERLINK(\"mailto:pat%2Bclub%40private.example?subject=x\",\"Pat\")", "pat+club@private.example"),
        ("mailto:pat+club@private.example", "pat+club@private.example"), ("mailto:%20pat@private.example", "pat@private.example"),
        ("pat%2Bclub@private.example", "pat%2Bclub@private.example"), ("mailto:pat%@private.example", "pat%@private.example"),
    ])
    func `O6: an address in a link is decoded as browsers do`(cell: String, address: String) throws {
        #expect(try Sample("handle,name,email\npat,Pat,\(cell.csvField())\n").added == ["pat|Pat|\(address)|en"])
    }

    @Test(arguments: ["mailto:a@x.example,b@x.example", "mailto:a%40x.example%2Cb%40x.example", "mailto:pat%0A@x.example"])
    func `O6: a link to two people, or with a line break in it, is refused`(cell: String) throws {
        #expect(try Sample("handle,name,email\npat,Pat,\(cell.csvField())\n").wrong.count == 1)
    }

    @Test func `O6: the name beside an address is taken where there is no other`() throws {
        let sample = try Sample(
            "handle,email\npat,\"\"\"Pat, Jr\"\" <pat@private.example>\"\nsam,sam@private.example (Sam)\nkim,kim@private.example\n"
        )
        #expect(sample.added == ["pat|Pat, Jr|pat@private.example|en", "sam|Sam|sam@private.example|en"])
        #expect(sample.wrong.map(\.problem) == ["the name is empty"])
        #expect(try Sample("handle,name,email\npat,,Pat <pat@private.example>\n").added == ["pat|Pat|pat@private.example|en"])
    }

    @Test func `O6: a line break in a name is a blank`() throws {
        for end in ["\n", "\r\n", "\r"] {
            let sample = try Sample("handle,name,email\(end)pat,\"Pat\(end)Photographer\",pat@private.example\(end)")
            #expect(sample.added == ["pat|Pat Photographer|pat@private.example|en"])
        }
    }

    /// name cell → name; nil where it is refused
    @Test(arguments: [
        ("'t Hooft", "'t Hooft"), ("'=Pat", nil), ("=\"Pat\"", "Pat"), ("=A2&B2", nil), ("#NAME?", nil), ("'+49", "+49"),
        ("=HYPERLINK(\"https://x.example\",\"Pat\")", "Pat"),
    ])
    func `A formula's text is read, and its value is asked for where it has none`(cell: String, name: String?) throws {
        let sample = try Sample("handle,name,email\npat,\(cell.csvField()),pat@private.example\n")
        #expect(sample.recipients.map(\.name.text) == [name].compactMap { $0 })
    }

    @Test func `What a database or a word processor puts around nothing and around texts is none of it`() throws {
        let sample = try Sample(
            """
            handle,name,email,locale,alias
            pat,Pat,pat@private.example,NULL,\\N
            “sam”,“Sam Sample”,“sam@private.example”,„de“,«Sammy»
            kim,NULL,kim@private.example,,
            null,“Null” “Two”,null@private.example,,(null)
            """)
        #expect(
            sample.added == [
                "pat|Pat|pat@private.example|en", "sam|Sam Sample|sam@private.example|de",
                "null|“Null” “Two”|null@private.example|en",
            ])
        #expect(sample.recipients.map { $0.aliases.map(\.text) } == [[], ["Sammy"], []])
        #expect(sample.wrong.map(\.problem) == ["the name is empty"])
    }

    @Test(arguments: [
        ("de", "de"), ("DE", "de"), ("de_AT.UTF-8", "de-at"), ("Deutsch", "de"), ("English (United States)", "en"), ("", "en"),
        ("français", "fr"), ("fr-FR,fr;q=0.9", "fr-fr"), ("العربية", "ar"),
    ])
    func `A language is read by its tag or its name`(cell: String, language: String) throws {
        let sample = try Sample("handle,name,email,locale\npat,Pat,pat@private.example,\(cell.csvField())\n")
        #expect(sample.recipients.map(\.language.description) == [language])
    }

    @Test(arguments: ["xx", "klingonese", "pt-br"])
    func `An unknown language is refused with those there are`(cell: String) throws {
        let sample = try Sample("handle,name,email,locale\npat,Pat,pat@private.example,\(cell)\n")
        #expect(sample.wrong.first?.problem.contains("ar, de, en and fr") == true)
    }

    @Test func `A wrong row says everything that is wrong with it and nothing of the address`() throws {
        let problem = try #require(try Sample("handle,name,email,locale\nPat!,,canary-no-at,!!\n").wrong.first).problem
        for part in ["handle", "name is empty", "no @", "language"] { #expect(problem.contains(part)) }
        #expect(!problem.contains("canary"))
        #expect(
            !(try Sample("handle,name,email,locale\npat,Pat,de,canary@members.example\n").wrong.map(\.problem)).joined()
                .contains("canary"))
    }

    @Test func `A handle that is in the file twice goes in once, and two addresses in a cell are not chosen from`() throws {
        let sample = try Sample(
            "handle,name,email\npat,Pat,pat@private.example\nPAT,Pat,p@private.example\nsam,Sam,s@x.example ::: t@x.example\n")
        #expect(sample.added == ["pat|Pat|pat@private.example|en"])
        #expect(sample.wrong.map(\.problem).first?.contains("twice; line 2 counts") == true)
        #expect(sample.wrong.map(\.problem).last?.contains("more than one e-mail address") == true)
    }

    @Test func `Every charset has a character or nothing for each of its bytes`() {
        for charset in SingleByteCharset.allCases {
            #expect(charset.upperHalf.count == 128, "\(charset)")
            // No two bytes stand for one character.
            let known = charset.upperHalf.filter { $0 != "?" }
            #expect(Set(known).count == known.count, "\(charset)")
            #expect(FileEncoding(named: charset.rawValue.uppercased()) == .singleByte(charset))
        }
    }
}
