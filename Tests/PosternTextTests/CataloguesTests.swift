import Foundation
import PosternCore
import PosternTestSupport
import PosternText
import Testing

@Suite("What is wrong with a catalogue is found when it is read, and named")
struct CataloguesTests {
    private enum Sample: String, TextKey {
        case greeting = "sample.greeting"
        case plain = "sample.plain"

        static let file = CatalogueFile.mail
        var slots: Set<TextSlot> { self == .greeting ? [.recipient, .site] : [] }
    }

    private enum StaffSample: String, TextKey {
        case word = "desk.word"

        static let file = CatalogueFile.staff
        var slots: Set<TextSlot> { [] }
    }

    private enum FurtherSample: String, TextKey {
        case place = "sample.place"

        static let file = CatalogueFile.mail
        var slots: Set<TextSlot> { [.site] }
    }

    private static let good =
        #"{"sample": {"greeting": "{recipient} of {site}", "plain": "Yes", "shown": "No"}, "#
        + #""left": {"one": "{n} left", "other": "{n} left"}}"#

    private static let contents = CatalogueContents(Sample.self, plurals: ["left"], shown: ["sample.shown"])

    private static func folder() throws -> TemplatesCopy {
        let copy = try TemplatesCopy()
        for tag in ["de", "fr", "ar"] { try copy.remove("strings/\(tag)") }
        try copy.write(good, to: "strings/en/mail.json")
        return copy
    }

    private static func faults(in copy: TemplatesCopy, _ contents: [CatalogueContents] = [contents]) -> [TemplateFault] {
        var folder = TemplateFolder(copy.path)
        _ = Catalogues(in: &folder, holding: contents)
        do throws(TemplateFaults) {
            try folder.check()
            return []
        } catch {
            return error.all
        }
    }

    // One slip of a translator each.
    @Test(arguments: [
        (#""plain": "Yes""#, #""plain": " ""#, TemplateFault.Reason.missingText("sample.plain")),
        (#""shown": "No""#, #""shown": "No {site}""#, .slots(key: "sample.shown", expected: [])),
        (#", "shown": "No""#, "", .missingText("sample.shown")),
        (#""plain": "Yes""#, #""plain": "Yes", "extra": "x""#, .unknownText("sample.extra")),
        ("{recipient} of {site}", "{recipient} of us", .slots(key: "sample.greeting", expected: ["recipient", "site"])),
        ("{site}", "{sight}", .brace("{sight}")), (#""Yes""#, #""Yes }""#, .brace("}")), ("}}", "}", .notACatalogue),
        (#""other": "{n} left""#, #""others": "{n} left""#, .missingText("left.other")),
        (#""one": "{n} left""#, #""one": "{site} left""#, .slots(key: "left.one", expected: ["n"])),
    ])
    func `A slip is named`(old: String, new: String, reason: TemplateFault.Reason) throws {
        let copy = try Self.folder()
        #expect(Self.faults(in: copy) == [])
        try copy.write(Self.good.replacingOccurrences(of: old, with: new), to: "strings/en/mail.json")
        let found = Self.faults(in: copy)
        #expect(found.first == TemplateFault(file: "strings/en/mail.json", reason: reason))
        // The one form too few is at the same time one too many.
        #expect(found.count == (reason == .missingText("left.other") ? 2 : 1))
    }

    @Test func `A file holds the texts of two types, and those of both are looked for`() throws {
        let copy = try Self.folder()
        let both = [Self.contents.with(FurtherSample.self)]
        let file = "strings/en/mail.json"
        #expect(Self.faults(in: copy, both) == [TemplateFault(file: file, reason: .missingText("sample.place"))])
        try copy.write(Self.good.replacingOccurrences(of: #""plain""#, with: #""place": "At {site}", "plain""#), to: file)
        #expect(Self.faults(in: copy, both) == [])
        #expect(Self.faults(in: copy) == [TemplateFault(file: file, reason: .unknownText("sample.place"))])
    }

    @Test func `A new language is a folder; it needs the forms of its own numbers`() throws {
        let copy = try Self.folder()
        for file in ["language", "mail"] {
            try copy.write(copy.text("strings/en/\(file).json"), to: "strings/de-at/\(file).json")
        }
        #expect(Self.faults(in: copy) == [])
        for file in ["language", "mail"] { try copy.write(copy.text("strings/en/\(file).json"), to: "strings/ar/\(file).json") }
        let arabic = Self.faults(in: copy).map(\.description)
        #expect(arabic.contains("strings/ar/mail.json: has no text for “left.few”"))
        #expect(arabic.contains("strings/ar/language.json: has no text for “after_days.two”"))
    }

    @Test(arguments: ["ja", "english-us-old", "EN", "pt-br"])
    func `A folder named after no language that we can count in is refused`(name: String) throws {
        let copy = try Self.folder()
        try copy.write("{}", to: "strings/\(name)/mail.json")
        #expect(
            Self.faults(in: copy) == [
                TemplateFault(file: "strings/\(name)", reason: .unknownLanguage(known: ["en", "de", "fr", "ar"]))
            ])
    }

    @Test func `Every file that is missing is named at once`() throws {
        let copy = try Self.folder()
        try copy.remove("strings/en")
        try copy.write("{}", to: "strings/fr/language.json")
        let missing = Self.faults(in: copy).filter { $0.reason == .missing }.map(\.file)
        #expect(missing == ["strings/en/language.json", "strings/en/mail.json", "strings/fr/mail.json"])
    }

    @Test func `Staff read English where their language has no file for them`() throws {
        let copy = try Self.folder()
        try copy.write(#"{"desk": {"word": "Held"}}"#, to: "strings/en/staff.json")
        try copy.write(copy.text("strings/en/language.json"), to: "strings/de/language.json")
        var folder = TemplateFolder(copy.path)
        let catalogues = Catalogues(in: &folder, holding: [CatalogueContents(StaffSample.self)])
        try folder.check()
        let german = catalogues.catalogue(for: try #require(Language("de")))
        #expect(german.language.description == "de" && german.text("desk.word") == "Held")
        #expect(german.texts["desk"] == ["word": "Held"])
        try copy.write(#"{"desk": {"word": "Angehalten"}}"#, to: "strings/de/staff.json")
        let again = Catalogues(in: &folder, holding: [CatalogueContents(StaffSample.self)])
        #expect(again.catalogue(for: german.language).text("desk.word") == "Angehalten")
    }

    @Test func `French keeps its wide punctuation on the line of the word before it`() throws {
        let folder = "\(TemplatesCopy.original)/strings/fr"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.contains("mail.json") && files.contains("web.json"))
        for file in files {
            let texts = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            // A colon of JSON follows its key's quotation mark at once.
            for place in texts.matches(of: /.{0,20}(?: [:;!?»]|« )/) { Issue.record("\(file): \(place.output)") }
        }
    }

    @Test(arguments: ["en", "de", "fr", "ar"])
    func `No section stands in two files`(tag: String) throws {
        let sections = try FileManager.default.contentsOfDirectory(atPath: "\(TemplatesCopy.original)/strings/\(tag)").flatMap {
            let data = try Data(contentsOf: URL(filePath: "\(TemplatesCopy.original)/strings/\(tag)/\($0)"))
            return try JSONDecoder().decode(Texts.self, from: data).keys
        }
        #expect(Set(sections).count == sections.count)
    }
}
