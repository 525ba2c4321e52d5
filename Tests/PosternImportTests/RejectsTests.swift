import PosternImport
import Testing

@Suite("What is rejected goes in once the one wrong thing is mended, and not before")
struct RejectsTests {
    private static let pat = ["pat|Pat|pat@private.example|en"]

    /// A row whose quotes do not fit, what is wrong there, what it should be, and who goes in then.
    @Test(
        arguments: [
            (#""pat","Pat "Patty" Doe","pat@private.example""#, #"Pat "Patty" Doe"#, "Pat Doe", "Pat Doe"),
            (#""pat","Pat "Patty" Doe","pat@private.example""#, #" "Patty" "#, #" ""Patty"" "#, #"Pat "Patty" Doe"#),
            (#""pat","Doe, Pat "Patty"","pat@private.example""#, #" "Patty"""#, #"""#, "Doe, Pat"),
            (#"pat,"Pat,pat@private.example"#, #""Pat,"#, "Pat,", "Pat"),
            (#"pat,"Pat,pat@private.example"#, "Pat,", #"Pat","#, "Pat"),
            (#"pat,Pat,"pat@private.example"#, #""pat@"#, "pat@", "Pat"),
            (#""pat,Pat,pat@private.example"#, #""pat,"#, "pat,", "Pat"),
            (#"pat,Pat",pat@private.example"#, #"Pat","#, "Pat,", "Pat"),
            (#"pat,P"at,pat@private.example,"#, #"P"at"#, "Pat", "Pat"),
            (#"pat, "Pat" x,pat@private.example"#, #" "Pat" x"#, "Pat", "Pat"),
        ])
    func `A row that is no record is kept as it stands`(row: String, wrong: String, right: String, name: String) throws {
        for header in ["handle,name,email", "handle,name,email,locale,phone"] {
            let text = "\(header)\n\(row)\nsam,,sam@private.example\n\"kim\",\"\",\", kim\"\n"
            let sample = try Sample(text)
            #expect(sample.added.isEmpty && sample.wrong.map(\.line) == [2, 3, 4])
            // However often it is imported as it is.
            let again = try Sample(sample.rejects)
            #expect(again.added.isEmpty && again.wrong.map(\.line) == [2, 3, 4], "\(again.added)\n\(sample.rejects)")
            #expect(again.rejects == sample.rejects)
            let line = try #require(sample.rejects.split(separator: "\n").dropFirst().first)
            #expect(line.hasPrefix(row.last == "," ? String(row.dropLast()) : row) && line.hasSuffix("\""))
            let mended = try Sample(again.rejects.replacing(wrong, with: right, maxReplacements: 1))
            #expect(mended.added == ["pat|\(name)|pat@private.example|en"], "\(mended.wrong)\n\(sample.rejects)")
            #expect(mended.wrong.map(\.line) == [3, 4])
        }
    }

    @Test func `A file without a column for handles has a proposed one with a row that is no record`() throws {
        let sample = try Sample("name;email\n\"Pat Doe;pat@private.example\ncanary@private.example\"x;Pat\n")
        #expect(sample.wrong.map(\.handle) == ["pat-doe", "member"])
        #expect(try Sample(sample.rejects).added.isEmpty)
        let mended = try Sample(sample.rejects.replacing("\"Pat Doe", with: "Pat Doe"))
        #expect(mended.added == ["pat-doe|Pat Doe|pat@private.example|en"])
    }

    @Test func `A field too many is mended with quotes where it was cut`() throws {
        let sample = try Sample("handle,name,email\npat,Doe, Pat,pat@private.example\n")
        #expect(sample.wrong.map(\.problem).first?.contains("put quotes around") == true)
        let again = try Sample(sample.rejects)
        #expect(again.added.isEmpty && again.wrong.count == 1)
        let mended = try Sample(again.rejects.replacing("Doe,\" Pat\"", with: "\"Doe, Pat\""))
        #expect(mended.added == ["pat|Doe, Pat|pat@private.example|en"], "\(again.rejects)")
    }

    @Test func `A character that could not be read is refused until somebody writes it`() throws {
        let bytes = Array("\u{FEFF}handle,name,email,note\npat,P".utf8) + [0xFF] + Array("t,pat@private.example,x\n".utf8)
        let sample = try Sample(bytes)
        #expect(sample.wrong.map(\.line) == [2])
        let again = try Sample(sample.rejects)
        #expect(again.added.isEmpty && again.wrong.map(\.problem).first?.contains("could not be read") == true)
        #expect(try Sample(sample.rejects.replacing("\u{FFFD}", with: "a")).added == Self.pat)
    }

    @Test func `A row that is too long is too long again`() throws {
        for count in [70_000, 400_000] {
            let sample = try Sample(
                "handle,name,email,note\npat,Pat,pat@private.example,\(String(repeating: "x", count: count))\n")
            #expect(sample.wrong.map(\.line) == [2])
            let again = try Sample(sample.rejects)
            #expect(again.added.isEmpty && again.wrong.count == 1)
        }
        let note = String(repeating: "x", count: 70_000)
        let sample = try Sample("handle,name,email,note\npat,Pat,pat@private.example,\(note)\n")
        #expect(try Sample(sample.rejects.replacing(note, with: "x")).added == Self.pat)
    }
}
