private import PosternCore

/// How the octets of a form become text. What is UTF-8 stays, whatever is said of it; the rest is in the encoding that is named.
struct FormText {
    /// What is named and known here.
    private let declared: SingleByteCharset?
    /// Whether other fields have characters in UTF-8.
    private let isUTF8: Bool
    /// Whether a field has been read in a way that nobody has said.
    private(set) var isGuess = false

    /// - Parameters:
    ///   - names: of the encoding that is declared for all of the form; the first that is known counts.
    ///   - isUTF8: whether other fields have characters in UTF-8.
    init(declared names: [String?] = [], isUTF8: Bool = false) {
        declared = names.lazy.compactMap { $0.flatMap { SingleByteCharset(named: $0) } }.first
        self.isUTF8 = isUTF8
    }

    /// Of octets of which nothing is said.
    static func text(_ octets: [UInt8]) -> String {
        var reader = FormText()
        return reader.text(octets)
    }

    /// - Parameter charset: named for this field alone.
    mutating func text(_ octets: [UInt8], charset: String? = nil) -> String {
        if let text = String(validating: octets, as: UTF8.self) { return text }
        let whole = octets.withoutCutCharacter()
        let (characters, flaws) = Self.count(whole)
        // No other encoding looks like UTF-8 for long: a character was cut in two, or an octet went astray.
        if characters > flaws {
            isGuess = true
            return String(decoding: whole, as: UTF8.self)
        }
        if let named = charset.flatMap({ SingleByteCharset(named: $0) }) ?? declared {
            let text = named.formText(octets)
            if text.unicodeScalars.contains("\u{FFFD}") { isGuess = true }
            return text
        }
        isGuess = true
        if isUTF8, flaws == 0 { return String(decoding: whole, as: UTF8.self) }
        // A page in Latin-1 makes its visitors post in Windows-1252 (WHATWG Encoding standard, §4.2).
        return SingleByteCharset.windows1252.formText(octets)
    }

    /// Characters in UTF-8 that are not ASCII, and places that are no UTF-8.
    private static func count(_ octets: [UInt8]) -> (characters: Int, flaws: Int) {
        var (characters, flaws) = (0, 0)
        var (codec, rest) = (UTF8(), octets.makeIterator())
        while true {
            switch codec.decode(&rest) {
            case .scalarValue(let scalar): characters += scalar.isASCII ? 0 : 1
            case .error: flaws += 1
            case .emptyInput: return (characters, flaws)
            }
        }
    }
}

extension SingleByteCharset {
    /// A value that a browser has encoded for a form. It writes what the encoding does not have as `&#1078;` (WHATWG URL standard,
    /// §1.3).
    fileprivate func formText(_ octets: [UInt8]) -> String {
        let text = text(of: octets)
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        let own = Set(upperHalf)
        var (result, rest) = (String.UnicodeScalarView(), text.unicodeScalars[...])
        while let start = rest.firstIndex(of: "&") {
            result.append(contentsOf: rest[..<start])
            rest = rest[start...]
            guard let (scalar, end) = Self.reference(at: rest), !own.contains(scalar) else {
                result.append(rest.removeFirst())
                continue
            }
            result.append(scalar)
            rest = rest[end...]
        }
        result.append(contentsOf: rest)
        return String(result)
    }

    /// A numeric reference at the beginning. One to a character that the encoding has was typed by a person, as was one to a control
    /// character.
    private static func reference(
        at text: Substring.UnicodeScalarView
    ) -> (Unicode.Scalar, end: Substring.UnicodeScalarView.Index)? {
        let body = text.dropFirst()
        guard body.first == "#" else { return nil }
        let digits = body.dropFirst().prefix(7).prefix { ("0"..."9").contains($0) }
        guard digits.endIndex < text.endIndex, text[digits.endIndex] == ";", let value = UInt32(String(digits)), value >= 0xA0,
            let scalar = Unicode.Scalar(value)
        else { return nil }
        return (scalar, text.index(after: digits.endIndex))
    }
}
