import PosternCore
import PosternText
import Testing

struct LanguageRulesTests {
    private func rules(_ tag: String) throws -> LanguageRules {
        let language = try #require(Language(tag))
        return try #require(LanguageRules(language))
    }

    // CLDR's cardinal categories.
    @Test(arguments: [
        ("en", 0, PluralRule.Category.other), ("en", 1, .one), ("en", 2, .other), ("de", 1, .one), ("de", 0, .other),
        ("fr", 0, .one), ("fr", 1, .one), ("fr", 2, .other), ("fr", 1_000_000, .many), ("fr", 1_000_001, .other),
        ("ar", 0, .zero), ("ar", 1, .one), ("ar", 2, .two), ("ar", 3, .few), ("ar", 10, .few), ("ar", 11, .many),
        ("ar", 99, .many), ("ar", 100, .other), ("ar", 102, .other), ("ar", 103, .few), ("ar", 111, .many),
        ("de-at", 1, .one),
    ])
    func `A number takes its form`(tag: String, number: Int, category: PluralRule.Category) throws {
        let rule = try rules(tag).plural
        #expect(rule.category(of: number) == category)
        #expect(rule.categories.contains(category))
    }

    @Test(arguments: [
        ("en", 20_000, "20,000"), ("de", 20_000, "20.000"), ("fr", 20_000, "20\u{202F}000"), ("fr", 2_000, "2000"),
        ("ar", 999, "999"), ("en", 1_234_567, "1,234,567"), ("en", 1_000, "1,000"), ("en", 0, "0"),
    ])
    func `Thousands are parted as the language parts them`(tag: String, number: Int, text: String) throws {
        #expect(try rules(tag).number(number) == text)
    }

    @Test func `A language that is not known has no rules`() throws {
        let japanese = try #require(Language("ja"))
        #expect(LanguageRules(japanese) == nil)
    }

    @Test(arguments: [("en", "en"), ("pt-br", "pt-BR"), ("zh-hant", "zh-Hant"), ("es-419", "es-419")])
    func `A language is written as RFC 5646 recommends`(description: String, tag: String) throws {
        #expect(try #require(Language(description)).tag == tag)
    }
}
