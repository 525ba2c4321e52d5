internal import PosternText

/// The two forms a mail's text takes, and how a value is made fit for each.
enum MailForm: Sendable {
    case plain
    case html

    /// A single line as it is.
    func text(_ value: String) -> String {
        switch self {
        case .plain: value
        case .html: HTML.escaped(value)
        }
    }

    /// A visitor's text of several lines, which cannot pass for ours: in HTML the template puts a frame around it, in plain text
    /// each line is quoted. The page's style keeps spaces and tabs; line breaks are written out, for mail programs that drop
    /// the style.
    func quoted(_ value: String) -> String {
        switch self {
        case .plain: QuotedText.quoting(value)
        case .html: HTML.escaped(value, breaksLines: true)
        }
    }

    /// A visitor's single line after a label of ours. What does not fit beside it is indented, so that no line begins with it.
    func entry(_ value: String) -> String {
        switch self {
        case .plain: QuotedText.indenting(value)
        case .html: HTML.escaped(value)
        }
    }

    /// What a visitor is called in our sentences.
    /// - Parameter name: nil when nothing of it is legible.
    func visitor(_ name: String?, in catalogue: Catalogue) -> String {
        guard let name else { return text(catalogue.line(.unnamedVisitor)) }
        let phrase = catalogue.phrase(MailText.visitor.rawValue)
        switch self {
        // A long name stays on one line: no line of ours may begin in the midst of it.
        case .plain:
            let name = name.utf8.count > 40 ? name.replacing(" ", with: "\u{A0}") : name
            return phrase.filled([.visitor: self.name(name, in: catalogue)])
        case .html: return phrase.filledHTML([.visitor: self.name(name, in: catalogue)])
        }
    }

    /// A name as it stands in our sentences, kept from turning the words around it: by an element in HTML, in plain text by
    /// isolates.
    func name(_ value: String, in catalogue: Catalogue) -> String {
        switch self {
        case .plain: catalogue.direction.isolating(value)
        case .html: "<bdi>\(HTML.escaped(value))</bdi>"
        }
    }

    /// A sentence of ours.
    /// - Parameter names: as `name` makes them.
    func prose(_ key: MailText, in catalogue: Catalogue, names: [TextSlot: String]) -> String {
        let phrase = catalogue.phrase(key.rawValue)
        return switch self {
        case .plain: Self.wrapped(phrase.filled(names))
        case .html: phrase.filledHTML(names)
        }
    }

    private static let width = 72

    /// Broken at spaces into lines of at most 72 characters; a longer word stands alone. A no-break space is not a space.
    private static func wrapped(_ text: String) -> String {
        var text = text
        return text.withUTF8 { octets in
            var lines: [UInt8] = []
            lines.reserveCapacity(octets.count)
            var column = 0
            octets.forEachWord(between: { $0 == 0x20 }) { word in
                // Characters are expensive to count, and in most words there are as many octets.
                let length = word.allSatisfy { $0 < 0x80 } ? word.count : String(decoding: word, as: UTF8.self).count
                if column > 0 {
                    let breaks = column + 1 + length > width
                    lines.append(breaks ? 0x0A : 0x20)
                    column = breaks ? 0 : column + 1
                }
                lines.append(contentsOf: word)
                column += length
            }
            return String(decoding: lines, as: UTF8.self)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// What stands between separators and is not empty, in order: `split`, without an array of slices.
    func forEachWord(between isSeparator: (UInt8) -> Bool, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var start = startIndex
        while start < endIndex {
            var end = start
            while end < endIndex, !isSeparator(self[end]) { end += 1 }
            if end > start { body(UnsafeBufferPointer(rebasing: self[start..<end])) }
            start = end + 1
        }
    }
}
