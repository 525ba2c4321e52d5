private import Foundation
internal import PosternCore

/// Handles made from a name, or from what somebody wrote as a handle: `Müller` → `mueller`, `Иван Петров` → `ivan-petrov`. Each is
/// proposed once.
struct HandleProposals {
    private var taken: Set<String>

    /// - Parameter taken: handles that are somebody's already.
    init(avoiding taken: Set<String>) {
        self.taken = taken
    }

    /// - Parameter seeds: what to make it from, the best first. An address is never one: the part before its @ would be told to
    ///   everybody.
    mutating func next(from seeds: [String]) -> String {
        let base = seeds.lazy.compactMap(Self.slug).first ?? "member"
        var (proposal, number) = (base, 2)
        while !taken.insert(proposal).inserted {
            proposal = "\(base)-\(number)"
            number += 1
        }
        return proposal
    }

    /// Nil when nothing can be made of it.
    static func slug(_ text: String) -> String? {
        let known = text.prefix(200).lowercased().precomposedStringWithCanonicalMapping.map { letters[$0] ?? String($0) }.joined()
        let latin = known.applyingTransform(StringTransform("Any-Latin; Latin-ASCII"), reverse: false) ?? known
        var slug = ""
        for character in latin.lowercased() where !"'’`´ʹʺ\"".contains(character) {
            let isPlain = character.isASCII && (character.isLetter || character.isNumber)
            if isPlain || "._-".contains(character) {
                slug.append(character)
            } else if slug.last != "-" {
                slug.append("-")
            }
        }
        let ends: (Character) -> Bool = { "._-".contains($0) }
        // Room for a number.
        slug = String(slug.drop(while: ends).prefix(56))
        while let last = slug.last, ends(last) { slug.removeLast() }
        return (try? Handle(slug))?.text
    }

    /// As people write them who have no such key; a transformation would drop the dots.
    private static let letters: [Character: String] = ["ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"]
}
