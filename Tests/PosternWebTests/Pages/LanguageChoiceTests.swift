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

    // A mail is in its reader's language, which need be none of the site's, and names it in its links.
    @Test(arguments: [("de", false, "ar", false), ("de", true, "de", true), ("xx", true, "ar", false)])
    func `A mailed link may name a language that the site does not offer`(
        asked: String, isBehindLink: Bool, language: String, isAsked: Bool
    ) throws {
        let choice = LanguageChoice(
            asked: asked, accepted: nil, site: try [#require(Language("ar"))],
            available: try Templates(folder: templatesFolder).languages, isBehindLink: isBehindLink)
        #expect(choice == LanguageChoice(try #require(Language(language)), isAskedFor: isAsked))
    }
}
