import Mustache
import Synchronization

/// What a template comes to for one set of values that are there: text of ours, and places for the values.
///
/// Which values a letter has decides which sections stand; what they are decides nothing. So swift-mustache is asked once
/// for each such set, of which there are a handful, and letters are put together from its answer: rendering each one took
/// 12 % of the time of relay and vault, by perf.
struct TemplateOutline<Tag: RawRepresentable<String> & CaseIterable & Sendable>: Sendable {
    private enum Part: Sendable {
        case text(String)
        /// By the place of its tag in `allCases`.
        case value(Int)
    }

    private let parts: [Part]

    init(of template: MustacheTemplate, present: [Bool]) {
        let rendered = template.render(Marks(present: present))
        parts = rendered.split(separator: Marks.end, omittingEmptySubsequences: false).flatMap { piece -> [Part] in
            let halves = piece.split(separator: Marks.begin, maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, let place = Int(halves[1]), present.indices.contains(place) else {
                return [.text(String(piece))]
            }
            return [.text(String(halves[0])), .value(place)]
        }
    }

    func filled(_ values: [String?]) -> String {
        var text = ""
        text.reserveCapacity(parts.count * 64 + values.reduce(0) { $0 + ($1?.utf8.count ?? 0) })
        for part in parts {
            switch part {
            case .text(let ours): text += ours
            case .value(let place): text += values[place] ?? ""
            }
        }
        return text
    }

    /// Stands in for a page: each value that is there is a mark of its place, between control characters, which no
    /// template of text has reason to hold.
    private struct Marks: MustacheParent {
        static var begin: Character { "\u{1}" }
        static var end: Character { "\u{2}" }
        let present: [Bool]

        func child(named name: String) -> Any? {
            let place = Tag.allCases.enumerated().first { $0.element.rawValue == name }?.offset
            guard let place, present[place] else { return nil }
            return "\(Self.begin)\(place)\(Self.end)"
        }
    }
}

/// The outlines of one template that were asked for.
final class TemplateOutlines<Tag: RawRepresentable<String> & CaseIterable & Sendable>: Sendable {
    private let template: MustacheTemplate
    private let known = Mutex<[[Bool]: TemplateOutline<Tag>]>([:])

    init(of template: MustacheTemplate) {
        self.template = template
    }

    func outline(present: [Bool]) -> TemplateOutline<Tag> {
        known.withLock { known in
            if let outline = known[present] { return outline }
            let outline = TemplateOutline<Tag>(of: template, present: present)
            known[present] = outline
            return outline
        }
    }
}
