import Foundation
import PosternCore
import PosternWeb
import Testing

struct CatalogueTests {
    private let catalogue = Catalogue(language: .english, texts: ["contact": ["title": "To {recipient} of {site}, {other}"]])

    @Test func `places are filled in one pass`() {
        let text = catalogue(.contactTitle, ["recipient": "{site}", "site": "A {recipient} B"])
        #expect(text == "To {site} of A {recipient} B, {other}")
    }

    @Test func `a text that is missing shows its key`() {
        #expect(catalogue(.sentTitle) == "sent.title")
    }

    @Test func `every fault of every field has a text, with its numbers`() throws {
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

    @Test func `no text is missing and none is unused`() throws {
        let texts = try Templates(folder: templatesFolder).english.texts
        let known = Set(texts.flatMap { section in section.value.keys.map { "\(section.key).\($0)" } })
        var used = Set(TextKey.allCases.map(\.rawValue))
        for name in TemplateName.allCases {
            for tag in try TemplateSource(name).tags where tag.name.hasPrefix("text.") {
                used.insert(String(tag.name.dropFirst("text.".count)))
            }
        }
        #expect(used.subtracting(known).sorted() == [])
        #expect(known.subtracting(used).sorted() == [])
    }

    @Test func `templates take no text with places in it`() throws {
        let texts = try Templates(folder: templatesFolder).english.texts
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
