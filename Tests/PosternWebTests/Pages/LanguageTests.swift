import PosternCore
import PosternWeb
import Testing

@Suite("Numbers, spans, dates and the choice of a language are each language's own")
struct LanguageTests {
    private func catalogue(_ tag: String) throws -> Catalogue {
        try Templates(folder: templatesFolder).catalogue(try #require(Language(tag)))
    }

    // CLDR's cardinal categories.
    @Test(arguments: [
        ("en", 0, PluralRule.Category.other), ("en", 1, .one), ("en", 2, .other), ("de", 1, .one), ("de", 0, .other),
        ("fr", 0, .one), ("fr", 1, .one), ("fr", 2, .other), ("fr", 1_000_000, .many), ("fr", 1_000_001, .other),
        ("ar", 0, .zero), ("ar", 1, .one), ("ar", 2, .two), ("ar", 3, .few), ("ar", 10, .few), ("ar", 11, .many),
        ("ar", 99, .many),
        ("ar", 100, .other), ("ar", 102, .other), ("ar", 103, .few), ("ar", 111, .many),
    ])
    func `A number takes its form`(tag: String, number: Int, category: PluralRule.Category) throws {
        let rule = PluralRule(try #require(Language(tag)))
        #expect(rule.category(of: number) == category)
        #expect(rule.categories.contains(category))
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

    @Test(arguments: [
        ("en", 20_000, "20,000"), ("de", 20_000, "20.000"), ("fr", 20_000, "20\u{202F}000"), ("fr", 2_000, "2000"),
        ("ar", 999, "999"),
        ("en", 1_234_567, "1,234,567"),
    ])
    func `Thousands are parted as the language parts them`(tag: String, number: Int, text: String) throws {
        #expect(try catalogue(tag).number(number) == text)
    }

    // asked, accepted, the site's languages → language, asked for by name
    @Test(
        arguments: [
            ("de", "fr", [], "de", true), (nil, "fr, de", [], "fr", false), (nil, "nl, de-CH;q=0.3", [], "de", false),
            (nil, "de;q=0, fr;q=0.1", [], "fr", false), (nil, nil, ["ar", "en"], "ar", false), ("en", "", ["ar"], "ar", false),
            (nil, "en", ["de", "fr"], "de", false), (nil, String(repeating: "x,", count: 9_000) + "de", [], "en", false),
            ("<script>", ";;q=,,", [], "en", false), (nil, "ar-EG", [], "ar", false),
        ] as [(String?, String?, [String], String, Bool)])
    func `The language is chosen`(asked: String?, accepted: String?, site: [String], language: String, isAsked: Bool) throws {
        let available = try Templates(folder: templatesFolder).languages
        let choice = LanguageChoice(
            asked: asked, accepted: accepted, site: site.compactMap { Language($0) }, available: available)
        #expect(choice == LanguageChoice(try #require(Language(language)), isAskedFor: isAsked))
    }
}
