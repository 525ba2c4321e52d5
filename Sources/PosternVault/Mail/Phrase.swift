/// A text of the catalogue, taken apart once.
struct Phrase: Equatable, Sendable {
    enum Part: Equatable, Sendable {
        case text(String)
        case slot(MailSlot)
    }

    let parts: [Part]

    /// - Throws: `.brace` for a brace that belongs to no slot we know; no text of ours needs a literal one.
    init(_ raw: String) throws(TemplateFault.Reason) {
        var parts: [Part] = []
        var rest = raw[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            let tail = rest[open...]
            guard tail.first == "{", let close = tail.firstIndex(of: "}") else { throw .brace(String(tail.prefix(20))) }
            guard let slot = MailSlot(rawValue: String(tail[tail.index(after: open)..<close])) else {
                throw .brace(String(tail[...close].prefix(20)))
            }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            parts.append(.slot(slot))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    var slots: Set<MailSlot> {
        Set(parts.compactMap { part in if case .slot(let slot) = part { slot } else { nil } })
    }

    /// The text with every slot filled.
    func filled(text: (String) -> String, slot: (MailSlot) -> String) -> String {
        parts.reduce(into: "") { result, part in
            switch part {
            case .text(let literal): result += text(literal)
            case .slot(let name): result += slot(name)
            }
        }
    }
}
