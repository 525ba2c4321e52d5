import PosternCore
import PosternTestSupport
import PosternText
import Testing

struct CatalogueTests {
    private func catalogue(_ tag: String) throws -> Catalogue {
        var folder = TemplateFolder(TemplatesCopy.original)
        let catalogues = Catalogues(in: &folder, holding: [])
        try folder.check()
        return catalogues.catalogue(for: try #require(Language(tag)))
    }

    @Test(arguments: [
        ("en", 0, "1 second"), ("en", 45, "45 seconds"), ("en", 700, "12 minutes"), ("en", 3_600, "60 minutes"),
        ("en", 7_200, "2 hours"), ("en", 2_419_200, "28 days"), ("de", 700, "12 Minuten"), ("fr", 89, "89 secondes"),
        ("ar", 120, "دقيقتان"), ("ar", 300, "5 دقائق"), ("ar", 720, "12 دقيقة"),
    ])
    func `A span is in the unit a person would use, rounded up`(tag: String, seconds: Int, words: String) throws {
        #expect(try catalogue(tag).span(.seconds(seconds)) == words)
    }

    @Test(arguments: [("en", "28 days"), ("de", "28 Tagen"), ("fr", "28 jours"), ("ar", "28 يومًا")])
    func `After a span some languages inflect`(tag: String, words: String) throws {
        #expect(try catalogue(tag).span(.days(28), .after) == words)
    }

    @Test(arguments: [
        ("en", "24 November 2026, 10:05 UTC"), ("de", "24. November 2026, 10:05 UTC"), ("fr", "24 novembre 2026 à 10:05 UTC"),
        ("ar", "24 نوفمبر 2026، 10:05 UTC"),
    ])
    func `A date is written as people write it`(tag: String, words: String) throws {
        #expect(try catalogue(tag).date(Timestamp(seconds: 1_795_514_709)) == words)
    }

    @Test(arguments: [("en", "English"), ("ar", "العربية"), ("de-at", "Deutsch"), ("ja", "English")])
    func `A language is served by its own texts, its primary subtag's, or English`(tag: String, name: String) throws {
        #expect(try catalogue(tag).name == name)
    }

    @Test func `Slots are filled in one pass`() throws {
        let phrase = try Phrase("To {recipient} of {site}, & more")
        let values: [TextSlot: String] = [.recipient: "{site}", .site: "A {recipient} B"]
        #expect(phrase.filled(values) == "To {site} of A {recipient} B, & more")
        #expect(phrase.filledHTML(values) == "To {site} of A {recipient} B, &amp; more")
        #expect(phrase.slots == [.recipient, .site])
    }

    @Test func `A text that is missing shows its key`() throws {
        #expect(try catalogue("en").text("no.such") == "no.such")
    }
}
