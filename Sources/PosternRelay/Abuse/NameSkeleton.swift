internal import PosternCore

/// A name as it looks (UTS #39 §4): its words with case, accents and look-alikes folded, without what decorates them, and with digits
/// as the letters they stand for. Letters that are hard to tell apart are one: l and i, m and rn, w and vv.
struct NameSkeleton: Hashable {
    let words: [String]

    var joined: String { words.joined() }

    /// Greek capitals look like other Latin letters than the small ones do (Ν like N, ν like v), an @ is an a or stands between
    /// words, and a digit at the end is a letter or a number: each way to read a name counts.
    static func readings(of name: String) -> Set<NameSkeleton> {
        var names = [name]
        // Most names are in Latin letters and look as they read.
        if !name.isASCII {
            names.append(String(String.UnicodeScalarView(name.unicodeScalars.map { greekCapitals[$0] ?? $0 })))
        }
        if name.utf8.contains(UInt8(ascii: "@")) { names += names.map { $0.replacing("@", with: " ") } }
        let readings = Set(names.map { NameSkeleton($0) })
        guard name.utf8.contains(where: { $0.isASCIIDigit || "@$!|".utf8.contains($0) }) || !name.isASCII else { return readings }
        return readings.union(names.map { NameSkeleton($0, keepsNumbers: true) })
    }

    private static let greekCapitals: [Unicode.Scalar: Unicode.Scalar] = [
        "Η": "H", "Ι": "I", "Μ": "M", "Ν": "N", "Υ": "Y", "Ζ": "Z",
    ]

    /// - Parameter keepsNumbers: takes digits at the ends of a word for digits, and signs there for punctuation.
    init(_ name: String, keepsNumbers: Bool = false) {
        var words: [[Unicode.Scalar]] = [[]]
        for scalar in FoldedText(name).text.unicodeScalars {
            let isOfWord =
                scalar.isASCII
                ? ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || "@$!|".unicodeScalars.contains(scalar)
                : scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark
            if isOfWord {
                words[words.count - 1].append(scalar)
            } else if words[words.count - 1] != [] {
                words.append([])
            }
        }
        self.words = words.map { Self.looks($0, keepsNumbers: keepsNumbers) }.filter { !$0.isEmpty }
    }

    private static func looks(_ word: [Unicode.Scalar], keepsNumbers: Bool) -> String {
        var looks = ""
        let isLetter = { (scalar: Unicode.Scalar) in ("a"..."z").contains(scalar) || scalar.value > 0x7F }
        let first = word.firstIndex(where: isLetter) ?? word.endIndex
        let last = word.lastIndex(where: isLetter) ?? word.startIndex
        for (index, scalar) in word.enumerated() {
            // "2026" is a number in any reading.
            let isDecoration = first == word.endIndex || (keepsNumbers && !(first...last).contains(index))
            if !isDecoration {
                if let other = like(scalar) { looks += other } else { looks.unicodeScalars.append(scalar) }
            } else if ("0"..."9").contains(scalar) {
                looks.unicodeScalars.append(scalar)
            }
        }
        return looks
    }

    private static func like(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "l", "1", "|", "!": "i"
        case "m": "rn"
        case "w": "vv"
        case "0": "o"
        case "3": "e"
        case "4", "@": "a"
        case "5", "$": "s"
        case "7": "t"
        case "8": "b"
        default: nil
        }
    }

    /// Whether these words stand in it, in a row.
    func holds(_ row: [String]) -> Bool {
        guard words.count >= row.count else { return false }
        return (0...(words.count - row.count)).contains { words[$0..<($0 + row.count)].elementsEqual(row) }
    }
}
