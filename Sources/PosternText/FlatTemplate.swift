private import Mustache
private import Synchronization

/// A template whose values are all texts, rendered thousands of times a second.
///
/// The output's sections depend only on which values are present. So swift-mustache renders one skeleton for each combination
/// that occurs, of which there are a handful, and the values are inserted into it. Rendering every mail with swift-mustache
/// took 12 % of the time of relay and vault, by perf.
///
/// Values come escaped, and the template renders as plain text: `{{name}}` and `{{{name}}}` are the same.
package final class FlatTemplate: Sendable {
    private let tags: [String]
    /// By the place of each tag: whether the template names it.
    private let isNamed: [Bool]
    private let template: MustacheTemplate
    private let skeletons = Mutex<[[Bool]: Skeleton]>([:])

    /// - Parameters:
    ///   - tags: of the page that the template shows.
    ///   - required: those that the template must print.
    /// - Returns: nil if the template is faulty; the faults are noted in the folder.
    package init?(_ file: String, in folder: inout TemplateFolder, tags: [String], required: [String]) {
        guard let text = folder.text(of: file) else { return nil }
        let source = TemplateSource(text)
        let faults = source.faults(known: tags, required: required)
        guard faults.isEmpty else {
            folder.note(file, faults)
            return nil
        }
        do throws(TemplateFault.Reason) {
            template = try source.compiled("{{% CONTENT_TYPE:TEXT}}\n")
        } catch {
            folder.note(file, error)
            return nil
        }
        self.tags = tags
        let names = Set(source.tags.map(\.name))
        isNamed = tags.map(names.contains)
    }

    /// - Parameter value: of the tag in that place, fit for the template's form; nil leaves its section out.
    package func render(_ value: (Int) -> String?) -> String {
        let values = isNamed.indices.map { isNamed[$0] ? value($0) : nil }
        let present = values.map { $0 != nil }
        let skeleton = skeletons.withLock { known in
            if let skeleton = known[present] { return skeleton }
            let skeleton = Skeleton(of: template, tags, present: present)
            known[present] = skeleton
            return skeleton
        }
        return skeleton.filled(values)
    }
}

/// A template rendered for one combination of present values: our text, and places for the values.
private struct Skeleton: Sendable {
    private enum Part: Sendable {
        case text(String)
        /// By the place of its tag.
        case value(Int)
    }

    private let parts: [Part]

    init(of template: MustacheTemplate, _ tags: [String], present: [Bool]) {
        let rendered = template.render(Marks(tags: tags, present: present))
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
    /// template has reason to hold.
    private struct Marks: MustacheParent {
        static var begin: Character { "\u{1}" }
        static var end: Character { "\u{2}" }
        let tags: [String]
        let present: [Bool]

        func child(named name: String) -> Any? {
            guard let place = tags.firstIndex(of: name), present[place] else { return nil }
            return "\(Self.begin)\(place)\(Self.end)"
        }
    }
}
