import Foundation
import PosternCore
import PosternWeb
import Testing

struct CatalogueTests {
    private let catalogue = Catalogue(language: .english, texts: ["contact": ["title": "To {recipient} of {site}, {other}"]])

    @Test func `Places are filled in one pass`() {
        let text = catalogue(.contactTitle, ["recipient": "{site}", "site": "A {recipient} B"])
        #expect(text == "To {site} of A {recipient} B, {other}")
    }

    @Test func `A text that is missing shows its key`() {
        #expect(catalogue(.sentTitle) == "sent.title")
    }

    @Test func `Every fault of every field has a text, with its numbers`() throws {
        let texts = try Templates(folder: templatesFolder).english
        let reasons: [FieldFault.Reason] = [
            .text(.empty), .text(.tooLong(limit: 100, count: 103)), .text(.lineBreak), .text(.controlCharacter), .address(.empty),
            .address(.tooLong(octets: 300)), .address(.noAtSign), .address(.localPart), .address(.domain),
        ]
        for reason in reasons {
            for field in LetterField.allCases {
                let text = texts.text(of: FieldFault(field: field, reason: reason))
                #expect(text.hasSuffix(".") && !text.contains("{"))
                if case .text(.tooLong) = reason { #expect(text.contains("103") && text.contains("100") && text.contains("3.")) }
            }
        }
    }

    private static let tags = ["en", "de", "fr", "ar"]

    private static func catalogue(_ tag: String) throws -> Catalogue {
        try Templates(folder: templatesFolder).catalogue(try #require(Language(tag)))
    }

    private static func keys(_ texts: Texts) -> Set<String> {
        Set(texts.flatMap { section in section.value.keys.map { "\(section.key).\($0)" } })
    }

    @Test(arguments: tags)
    func `No text is missing in any language, and none is unused`(tag: String) throws {
        let catalogue = try Self.catalogue(tag)
        #expect(catalogue.language.description == tag)
        let known = Self.keys(catalogue.texts)
        var used = Set(TextKey.allCases.map(\.rawValue))
        for key in PluralKey.allCases {
            used.formUnion(PluralRule(catalogue.language).categories.map { "\(key.rawValue).\($0.rawValue)" })
        }
        for name in TemplateName.allCases {
            for tag in try TemplateSource(name).tags where tag.name.hasPrefix("text.") {
                used.insert(String(tag.name.dropFirst("text.".count)))
            }
        }
        #expect(used.subtracting(known).sorted() == [])
        #expect(known.subtracting(used).sorted() == [])
    }

    // A translator must not lose a name or a number, nor leave a sentence in English.
    @Test(arguments: tags.dropFirst())
    func `Every text has the places that the English one has, and is another text`(tag: String) throws {
        let (english, other) = (try Self.catalogue("en").texts, try Self.catalogue(tag).texts)
        func places(_ text: String) -> Set<String> { Set(text.matches(of: #/\{[a-z]+\}/#).map { String($0.0) }) }
        let plural = Set(PluralKey.allCases.map(\.rawValue))
        for key in TextKey.allCases where !key.isForStaff && !plural.contains(key.path.section) {
            let (one, two) = (english[key.path.section]?[key.path.name] ?? "", other[key.path.section]?[key.path.name] ?? "")
            #expect(places(one) == places(two), "\(tag) \(key.rawValue)")
            if one.count > 25 { #expect(one != two, "\(tag) \(key.rawValue) is English") }
        }
    }

    @Test(arguments: tags)
    func `Templates take no text with places in it`(tag: String) throws {
        let texts = try Self.catalogue(tag).texts
        for name in TemplateName.allCases {
            for tag in try TemplateSource(name).tags where tag.name.hasPrefix("text.") {
                let path = tag.name.split(separator: ".").map(String.init)
                try #require(path.count == 3)
                let text = try #require(texts[path[1]]?[path[2]])
                #expect(!text.contains("{"), "\(name.rawValue) shows \(tag.name)")
            }
        }
    }
}
