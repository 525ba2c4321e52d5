private import PosternCore

/// A cell as spreadsheets and address books write it, without what they put around the text.
struct CellText {
    let text: String

    init(_ raw: String) {
        let text = raw.trimmed
        // An apostrophe tells a spreadsheet that what looks like a number or a formula is text. In “'t Hooft” it is a letter.
        let isMark = text.first == "'" && text.dropFirst().first.map { "=+-@0123456789".contains($0) } == true
        self.text = isMark ? String(text.dropFirst()) : Self.nothing.contains(text) ? "" : text.withoutTypedQuotes
    }

    /// What databases write into a cell that has no value.
    private static let nothing: Set<String> = ["NULL", "\\N", "(null)", "<null>", "[NULL]"]

    /// A formula's texts: `="0012"`, `=HYPERLINK("mailto:pat@…","Pat")`. Nil for a cell that is none.
    private var quoted: [String]? {
        guard text.first == "=" else { return nil }
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
    }

    /// What the cell shows.
    /// - Throws: a sentence for a formula whose value is not in it, and for a spreadsheet's error.
    func shown(_ noun: String) throws(CellFault) -> String {
        guard !Self.errors.contains(text.uppercased()) else {
            throw CellFault(description: "the \(noun) is a spreadsheet's error, “\(text)”")
        }
        guard let quoted else { return text }
        guard let last = quoted.last else {
            throw CellFault(description: "the \(noun) is a formula; in the spreadsheet, paste its value in its place")
        }
        return last.trimmed
    }

    private static let errors: Set<String> = [
        "#NAME?", "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#WERT!", "#BEZUG!", "#NV", "#NOM?", "#VALEUR!",
    ]

    /// The one address in the cell, and the name beside it: `Pat <pat@…>`, `pat@… (Pat)`, `mailto:pat@…`, a link's formula.
    func address() throws(CellFault) -> (address: String, name: String?) {
        var text: String
        if let linked = quoted?.first(where: { $0.contains("@") || $0.linked != nil }) {
            text = linked
        } else {
            text = try shown("e-mail address")
        }
        if text.first == "'" { text = String(text.dropFirst(1).prefix { $0 != "'" }) }
        text = (text.linked ?? text).trimmed
        while let last = text.last, ";,".contains(last) || last.isWhitespace { text.removeLast() }
        let parts = text.split { ";,".contains($0) || $0.isWhitespace }.filter { $0.contains("@") }
        guard parts.count <= 1 else {
            throw CellFault(description: "the cell holds more than one e-mail address; leave the one that counts")
        }
        if text.last == ">", let open = text.lastIndex(of: "<") {
            let inner = String(text[text.index(after: open)...].dropLast()).trimmed
            return ((inner.linked ?? inner).trimmed, String(text[..<open]).unquoted)
        }
        if text.last == ")", let open = text.lastIndex(of: "("), text[..<open].contains("@") {
            return (String(text[..<open]).trimmed, String(text[text.index(after: open)...].dropLast()).unquoted)
        }
        return (text, nil)
    }
}

/// Why a cell cannot be read. Does not repeat an address.
struct CellFault: Error, Equatable {
    let description: String
}

extension String {
    /// Without blanks of any kind, controls and invisible characters at both ends: a cell that was pasted has them.
    var trimmed: String {
        var scalars = unicodeScalars[...]
        while let first = scalars.first, first.isNothing { scalars.removeFirst() }
        while let last = scalars.last, last.isNothing { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars))
    }

    /// What a `mailto:` link leads to (RFC 6068 §2), without the subject and other fields that it may name. Nil for another text.
    fileprivate var linked: String? {
        guard prefix(7).lowercased() == "mailto:" else { return nil }
        return String(
            decoding: PercentCoding.decoded(dropFirst(7).utf8.prefix { $0 != UInt8(ascii: "?") }, plusIsSpace: false),
            as: UTF8.self)
    }

    /// A list that went through a word processor has “these” around its texts in the place of quotation marks.
    fileprivate var withoutTypedQuotes: String {
        guard count > 2, let first, let last, "“„«".contains(first), "”“»".contains(last) else { return self }
        let inside = String(dropFirst().dropLast())
        return inside.contains { "“”„«»".contains($0) } ? self : inside.trimmed
    }

    /// Nil when nothing is left.
    fileprivate var unquoted: String? {
        var text = trimmed
        for quote in ["\"", "'"] where text.count > 1 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            text = String(text.dropFirst().dropLast()).trimmed
        }
        return text.isEmpty ? nil : text
    }
}

extension Unicode.Scalar {
    fileprivate var isNothing: Bool {
        if properties.isWhitespace || properties.generalCategory == .control { return true }
        switch value {
        case 0x00AD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF: return true
        default: return false
        }
    }
}
