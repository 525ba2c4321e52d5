/// A place in a text that a value fills, written `{visitor}`.
package enum TextSlot: String, CaseIterable, Sendable {
    case visitor, recipient, site
    /// The other one of two who write to each other, and how the reader is named to them.
    case person, name
    /// The number of a plural.
    case n
    case count, limit, excess
    case wait, age, letters, evidence, outcomes, repeats, marks, reports
    case date, day, month, year, time
    case suite, counted, incident
    /// The public name of a recipient; a contact page, by its address or as `site/handle`.
    case handle, page
    /// What a member of staff may do.
    case role
    /// Who did something on the desk, what it was, and what became of the letter.
    case staff, act, state
    /// What they are shown: a letter's text, or a client address.
    case kind
}

/// A text of a catalogue, parsed once.
package struct Phrase: Sendable {
    private enum Part: Sendable {
        case text(String, html: String)
        case slot(TextSlot)
    }

    private let parts: [Part]

    /// - Throws: `.brace` for a brace that belongs to no slot we know; no text of ours needs one.
    package init(_ raw: String) throws(TemplateFault.Reason) {
        var parts: [Part] = []
        var rest = raw[...]
        func literal(_ text: Substring) {
            guard !text.isEmpty else { return }
            parts.append(.text(String(text), html: HTML.escaped(String(text))))
        }
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            let tail = rest[open...]
            guard tail.first == "{", let close = tail.firstIndex(of: "}") else { throw .brace(String(tail.prefix(20))) }
            guard let slot = TextSlot(rawValue: String(tail[tail.index(after: open)..<close])) else {
                throw .brace(String(tail[...close].prefix(20)))
            }
            literal(rest[..<open])
            parts.append(.slot(slot))
            rest = rest[rest.index(after: close)...]
        }
        literal(rest)
        self.parts = parts
    }

    /// The key itself, shown where a catalogue lacks it. Loading rules that out.
    init(missing key: String) {
        parts = [.text(key, html: HTML.escaped(key))]
    }

    package var slots: Set<TextSlot> {
        Set(parts.compactMap { part in if case .slot(let slot) = part { slot } else { nil } })
    }

    /// The text with its slots filled in one pass, so that braces in a value are left alone.
    package func filled(_ values: [TextSlot: String]) -> String {
        parts.reduce(into: "") { result, part in
            switch part {
            case .text(let text, _): result += text
            case .slot(let slot): result += values[slot] ?? ""
            }
        }
    }

    /// The same as HTML.
    /// - Parameter values: HTML already.
    package func filledHTML(_ values: [TextSlot: String]) -> String {
        parts.reduce(into: "") { result, part in
            switch part {
            case .text(_, let html): result += html
            case .slot(let slot): result += values[slot] ?? ""
            }
        }
    }
}
