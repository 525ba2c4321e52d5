/// The two forms a mail's text takes, and how a value is made fit for each.
enum PageForm: Sendable {
    case plain
    case html

    /// A single line as it is.
    func text(_ value: String) -> String {
        switch self {
        case .plain: value
        case .html: HTML.escaped(value)
        }
    }

    /// Somebody's text of several lines, every space kept. The page's style keeps spaces and tabs; line breaks are written
    /// out, for clients that drop the style.
    func lines(_ value: String) -> String {
        switch self {
        case .plain: value
        case .html: HTML.escaped(value, breaksLines: true)
        }
    }

    /// A sentence of ours with names in it. A name must not turn the order of the words around it: in HTML it is isolated by an
    /// element, in plain text by isolates (UAX #9 §2.4), and there only where its letters run the other way, since
    /// an old client may draw them as boxes.
    func prose(_ word: MailWord, in words: MailWords, names: [MailSlot: String]) -> String {
        switch self {
        case .plain:
            let text = words[word].filled(
                text: { $0 }, slot: { TextDirection.isolated(names[$0] ?? "", within: words.direction) })
            return Prose.wrapped(text)
        case .html:
            return words[word].filled(
                text: { HTML.escaped($0) }, slot: { "<bdi>\(HTML.escaped(names[$0] ?? ""))</bdi>" })
        }
    }
}
