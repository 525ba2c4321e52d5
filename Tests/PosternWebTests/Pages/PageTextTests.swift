import PosternCore
import PosternText
import PosternWeb
import Testing

struct PageTextTests {
    private func catalogue(_ tag: String) throws -> Catalogue {
        try Templates(folder: templatesFolder).catalogue(try #require(Language(tag)))
    }

    @Test(arguments: ["en", "de", "fr", "ar"])
    func `Every fault of every field has a text, with its numbers`(tag: String) throws {
        let texts = try catalogue(tag)
        let reasons: [FieldFault.Reason] = [
            .text(.empty), .text(.tooLong(limit: 100, count: 103)), .text(.lineBreak), .address(.empty),
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

    // A translator must not leave a sentence in English. That no text, name or number is lost, loading sees to.
    @Test(arguments: ["de", "fr", "ar"])
    func `Every sentence is another than the English one`(tag: String) throws {
        let (english, other) = (try catalogue("en").texts, try catalogue(tag).texts)
        for key in PageText.allCases {
            let one = try #require(english[key: key.rawValue])
            if one.count > 25 { #expect(one != other[key: key.rawValue], "\(tag) \(key.rawValue) is English") }
        }
    }

    @Test func `A name that runs against the sentence is isolated in it`() throws {
        #expect(try catalogue("en")(.contactTitle, [.recipient: "أحمد"]) == "Write to \u{2068}أحمد\u{2069}")
        #expect(try catalogue("ar")(.contactTitle, [.recipient: "أحمد"]).contains("\u{2068}") == false)
        #expect(try catalogue("ar")(.contactTitle, [.recipient: "Pat"]).hasSuffix("\u{2068}Pat\u{2069}"))
    }
}
