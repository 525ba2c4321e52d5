import Foundation
import PosternCore

/// All mail texts of one language. Whole by construction: a catalogue with a key too few or too many is refused.
struct MailWords: Sendable {
    enum Direction: String, Sendable {
        case leftToRight = "ltr"
        case rightToLeft = "rtl"
    }

    let language: Language
    let direction: Direction
    private let phrases: [MailWord: Phrase]

    /// Reads one catalogue, a JSON object of texts.
    /// - Throws: every fault it has.
    init(language: Language, json: Data) throws(TemplateFault.Reasons) {
        guard let texts = try? JSONDecoder().decode([String: String].self, from: json) else {
            throw TemplateFault.Reasons(all: [.notACatalogue])
        }
        var faults: [TemplateFault.Reason] = []
        var phrases: [MailWord: Phrase] = [:]
        for word in MailWord.allCases {
            guard let text = texts[word.rawValue], text.contains(where: { !$0.isWhitespace }) else {
                faults.append(.missingWord(word.rawValue))
                continue
            }
            do {
                let phrase = try Phrase(text)
                if phrase.slots != word.slots {
                    faults.append(.slots(word: word.rawValue, expected: word.slots.map(\.rawValue).sorted()))
                }
                phrases[word] = phrase
            } catch {
                faults.append(error)
            }
        }
        faults += Set(texts.keys).subtracting(MailWord.allCases.map(\.rawValue)).sorted().map(TemplateFault.Reason.unknownWord)
        let direction = texts[MailWord.direction.rawValue].flatMap(Direction.init)
        if direction == nil && phrases[.direction] != nil { faults.append(.direction) }
        guard faults.isEmpty, let direction else { throw TemplateFault.Reasons(all: faults) }
        (self.language, self.direction, self.phrases) = (language, direction, phrases)
    }

    /// - Precondition: none to keep; the initialiser leaves no word without a phrase.
    subscript(word: MailWord) -> Phrase {
        guard let phrase = phrases[word] else { preconditionFailure("a catalogue that was read holds every word") }
        return phrase
    }

    /// The text for a header or an attribute: slots filled as they are.
    func line(_ word: MailWord, _ names: [MailSlot: String] = [:]) -> String {
        self[word].filled(text: { $0 }, slot: { names[$0] ?? "" })
    }
}
