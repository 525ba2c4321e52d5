private import Foundation

/// What each character becomes in a `FoldedText`. Made once, when the first text beyond ASCII is folded: Foundation's
/// normalisation of a whole text takes up to a hundred times as long, and how long depends on what a stranger writes.
enum FoldingTable {
    /// Nil for a character that stays as it is.
    static func folded(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        // Ideographs and syllables, which have no case, and the compatibility ideographs of nobody's keyboard.
        case 0x3400...0x9FFF, 0xAC00...0xD7A3, 0x20000...0x2F7FF: nil
        case 0xE0000...0xE0FFF: ""
        default: table[scalar.value]
        }
    }

    private static let table: [UInt32: String] = {
        var table: [UInt32: String] = [:]
        table.reserveCapacity(6_000)
        for block in blocks {
            for value in block {
                guard let scalar = Unicode.Scalar(value) else { continue }
                let (plain, folded) = (String(scalar), folding(scalar))
                if !folded.utf8.elementsEqual(plain.utf8) { table[value] = folded }
            }
        }
        return table
    }()

    /// Where letters have case, a compatible form or a look-alike, and where invisible characters are.
    private static let blocks: [ClosedRange<UInt32>] = [
        0x80...0x33FF, 0xA640...0xABFF, 0xF900...0xFFFD, 0x10400...0x119FF, 0x16E40...0x16EDF, 0x1BCA0...0x1BCA3,
        0x1D100...0x1D7FF,
        0x1DF00...0x1F265, 0x1FBF0...0x1FBF9, 0x2F800...0x2FA1D,
    ]

    private static func folding(_ scalar: Unicode.Scalar) -> String {
        if scalar.isBlank { return " " }
        var folded = ""
        // Capitals first: ß and ſ fold with SS and S, as CaseFolding.txt has it.
        let decomposed = String(scalar).decomposedStringWithCompatibilityMapping.uppercased().lowercased()
        for part in decomposed.decomposedStringWithCompatibilityMapping.unicodeScalars where !isDropped(part) {
            folded += LookAlikes.latin[part] ?? String(part)
        }
        // Korean syllables are compared whole, as they are typed.
        let hasHangul = folded.unicodeScalars.contains { (0x1100...0x11FF).contains($0.value) }
        return hasHangul ? folded.precomposedStringWithCanonicalMapping : folded
    }

    /// Invisible characters, Arabic's lengthening stroke, and accents: marks above and below (classes 200 and up), Hebrew points and
    /// Arabic vowels (10 to 36). Signs that make another letter or vowel stay: nuktas, viramas, kana's voicing, Thai vowels.
    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format { return true }
        if scalar == "\u{0640}" { return true }
        let mark = scalar.properties.canonicalCombiningClass.rawValue
        return mark == 1 || (10...36).contains(mark) || mark >= 200
    }
}
