import PosternCore
import PosternWeb
import Testing

struct LanguageChoiceTests {
    // asked, accepted, the site's languages → language, asked for by name
    @Test(
        arguments: [
            ("de", "fr", [], "de", true), (nil, "fr, de", [], "fr", false), (nil, "nl, de-CH;q=0.3", [], "de", false),
            (nil, "de;q=0, fr;q=0.1", [], "fr", false), (nil, nil, ["ar", "en"], "ar", false), ("en", "", ["ar"], "ar", false),
            (nil, "en", ["de", "fr"], "de", false), (nil, String(repeating: "x,", count: 9_000) + "de", [], "en", false),
            ("<script>", ";;q=,,", [], "en", false), ("de-CH-1996", "fr", [], "de", true), ("DE_at", "fr", [], "de", true),
            ("de).", "fr", [], "de", true), (nil, "zh-Hant-TW, fr-Latn-FR;q=0.5", [], "fr", false),
            (nil, "ar-EG", [], "ar", false),
        ] as [(String?, String?, [String], String, Bool)])
    func `The language is chosen`(asked: String?, accepted: String?, site: [String], language: String, isAsked: Bool) throws {
        let available = try Templates(folder: templatesFolder).languages
        let choice = LanguageChoice(
            asked: asked, accepted: accepted, site: site.compactMap { Language($0) }, available: available)
        #expect(choice == LanguageChoice(try #require(Language(language)), isAskedFor: isAsked))
    }
}
