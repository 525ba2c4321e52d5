internal import PosternCore

/// A name as it looks (UTS #39 §4): its words with case, accents and look-alikes folded, without what decorates them, and with digits
/// as the letters they stand for. Letters that are hard to tell apart are one: l and i, m and rn, w and vv.
struct NameSkeleton: Hashable {
    let words: [String]
    let joined: String

    /// Greek capitals look like other Latin letters than the small ones do (Ν like N, ν like v), an @ is an a or stands between
    /// words, and a digit at the end is a letter or a number: each way to read a name counts.
    /// - Returns: some of them may be alike.
    static func readings(of name: String) -> [NameSkeleton] {
        var names = [name]
        // Most names are in Latin letters and look as they read.
        if !name.isASCII {
            names.append(String(String.UnicodeScalarView(name.unicodeScalars.map { greekCapitals[$0] ?? $0 })))
        }
        if name.utf8.contains(UInt8(ascii: "@")) { names += names.map { $0.replacing("@", with: " ") } }
        let readings = names.map { NameSkeleton($0) }
        guard name.utf8.contains(where: { $0.isASCIIDigit || signs.contains($0) }) || !name.isASCII else { return readings }
        return readings + names.map { NameSkeleton($0, keepsNumbers: true) }
    }

    private static let greekCapitals: [Unicode.Scalar: Unicode.Scalar] = [
        "Η": "H", "Ι": "I", "Μ": "M", "Ν": "N", "Υ": "Y", "Ζ": "Z",
    ]

    /// Signs that are read as letters.
    private static let signs = Array("@$!|".utf8)

    /// - Parameter keepsNumbers: takes digits at the ends of a word for digits, and signs there for punctuation.
    init(_ name: String, keepsNumbers: Bool = false) {
        let folded = FoldedText(name)
        words =
            folded.bytes.allSatisfy { $0 < 0x80 }
            ? Self.words(ascii: folded.bytes, keepsNumbers: keepsNumbers) : Self.words(folded, keepsNumbers: keepsNumbers)
        joined = words.joined()
    }

    /// The same as below by bytes: each letter that is accepted comes through here.
    private static func words(ascii bytes: [UInt8], keepsNumbers: Bool) -> [String] {
        var words: [String] = []
        var start = 0
        while start < bytes.count {
            guard isOfWord(bytes[start]) else {
                start += 1
                continue
            }
            var end = start + 1
            while end < bytes.count, isOfWord(bytes[end]) { end += 1 }
            let word = bytes[start..<end]
            let looks = looks(word.map { Unicode.Scalar($0) }, keepsNumbers: keepsNumbers)
            if !looks.isEmpty { words.append(looks) }
            start = end
        }
        return words
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        byte.isASCIILowercase || byte.isASCIIDigit || signs.contains(byte)
    }

    private static func words(_ folded: FoldedText, keepsNumbers: Bool) -> [String] {
        var words: [[Unicode.Scalar]] = [[]]
        for scalar in folded.text.unicodeScalars {
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
        return words.map { looks($0, keepsNumbers: keepsNumbers) }.filter { !$0.isEmpty }
    }

    private static func looks(_ word: [Unicode.Scalar], keepsNumbers: Bool) -> String {
        let isLetter = { (scalar: Unicode.Scalar) in ("a"..."z").contains(scalar) || scalar.value > 0x7F }
        let first = word.firstIndex(where: isLetter) ?? word.endIndex
        let last = word.lastIndex(where: isLetter) ?? word.startIndex
        var looks = String.UnicodeScalarView()
        for (index, scalar) in word.enumerated() {
            // "2026" is a number in any reading.
            let isDecoration = first == word.endIndex || (keepsNumbers && !(first...last).contains(index))
            if !isDecoration {
                switch scalar {
                case "m": looks.append(contentsOf: ["r", "n"])
                case "w": looks.append(contentsOf: ["v", "v"])
                default: looks.append(like(scalar))
                }
            } else if ("0"..."9").contains(scalar) {
                looks.append(scalar)
            }
        }
        return String(looks)
    }

    private static func like(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar {
        case "l", "1", "|", "!": "i"
        case "0": "o"
        case "3": "e"
        case "4", "@": "a"
        case "5", "$": "s"
        case "7": "t"
        case "8": "b"
        default: scalar
        }
    }

    /// Whether these words stand in it, in a row.
    func holds(_ row: [String]) -> Bool {
        guard words.count >= row.count else { return false }
        return (0...(words.count - row.count)).contains { words[$0..<($0 + row.count)].elementsEqual(row) }
    }
}
