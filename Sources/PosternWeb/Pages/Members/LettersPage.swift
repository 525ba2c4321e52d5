package import PosternCore
package import PosternRelay
package import PosternText

/// All letters of a member that are still known, and what became of each.
package struct LettersPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case home, hasLetters, letters, who, subject, about, moment, time, fate, older, words, title, meanings, meaning
    }

    package static let template = "members/letters"
    package static let required: [Property] = [.home, .fate, .meaning]
    /// As many as `MemberServing.ledger` gives at once: a full page may have another after it.
    package static let length = 50

    package let frame: PageFrame
    package let text: Texts
    package let home: String
    package let hasLetters: Bool
    package let letters: [LedgerLine]
    package let older: String?
    package let words: Words?

    package struct Words: Sendable {
        package let title: String
        package let meanings: [Meaning]

        package struct Meaning: Sendable {
            package let fate, meaning: String
        }
    }

    /// - Parameter before: the last letter of the page before; nil on the first.
    package init(_ letters: [LedgerEntry], before: LetterID? = nil, on sheet: MemberSheet) {
        let texts = sheet.texts
        frame = sheet.frame(texts(.memberPageTitle), path: MemberPath.letters, query: before.map { "before=\($0)" })
        text = texts.texts
        home = sheet.home
        self.letters = letters.map { LedgerLine($0, texts) }
        hasLetters = !letters.isEmpty
        older = letters.count < Self.length ? nil : letters.last.map { sheet.link(MemberPath.letters, "before=\($0.id)") }
        // Of those on the page, in the order in which they stand there.
        var meanings: [Words.Meaning] = []
        for standing in letters.map(\.standing) where !meanings.contains(where: { $0.fate == texts(standing.word) }) {
            meanings.append(Words.Meaning(fate: texts(standing.word), meaning: texts(standing.meaning)))
        }
        words = meanings.isEmpty ? nil : Words(title: texts(.ledgerWords), meanings: meanings)
    }
}
