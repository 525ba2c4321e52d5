internal import Hummingbird
internal import PosternCore
internal import PosternRelay

/// What the address of a page of the desk says: which letters are looked for, and where the list begins. The same fields travel with
/// every form, so that nobody loses their place.
package struct DeskQuery: Sendable {
    package enum Field: String, CaseIterable, Sendable {
        case lane, site, recipient, rule, tag, verdict, since, until
        /// A letter: those with nearly its text.
        case like
        case after
        /// One row for each letter, not for each group.
        case each
        /// The list is loaded again each minute.
        case again
    }

    private(set) var values: [Field: String] = [:]

    package init(_ value: (Field) -> String?) {
        for field in Field.allCases {
            guard let text = value(field)?.split(whereSeparator: \.isWhitespace).joined(separator: " "), !text.isEmpty,
                text.utf8.count <= 200
            else { continue }
            values[field] = text
        }
    }

    init(_ request: Request) { self.init { request.queryField($0.rawValue) } }

    subscript(field: Field) -> String { values[field] ?? "" }

    func with(_ field: Field, _ value: String?) -> DeskQuery {
        var query = self
        query.values[field] = value
        return query
    }

    var lane: ReviewLane { ReviewLane(rawValue: self[.lane]) ?? .held }
    var after: LetterID? { LetterID(self[.after]) }

    /// - Returns: nil when a value is none: the page says which, and lists nothing.
    var search: DeskSearch? {
        guard faults.isEmpty else { return nil }
        var filter = ReviewFilter(lane)
        filter.site = try? SiteID(self[.site])
        filter.rule = values[.rule]
        filter.tag = Tag(self[.tag])
        filter.verdict = Verdict.Decision(rawValue: self[.verdict])
        filter.since = Epoch(self[.since])?.start
        filter.until = Epoch(self[.until])?.end
        filter.likeness = LetterID(self[.like])
        var search = DeskSearch(filter, isGrouped: values[.each] == nil)
        if let person = values[.recipient], let (site, handle) = Self.person(person, at: filter.site) {
            search.filter.site = site
            search.handle = handle
        }
        return search
    }

    /// The fields whose values cannot be what they stand for.
    var faults: [Field] {
        values.keys.filter { field in
            let text = self[field]
            switch field {
            case .lane: return ReviewLane(rawValue: text) == nil
            case .site: return (try? SiteID(text)) == nil
            case .recipient: return Self.person(text, at: try? SiteID(self[.site])) == nil
            case .rule: return !text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }
            case .tag: return Tag(text) == nil
            case .verdict: return Verdict.Decision(rawValue: text) == nil
            case .since, .until: return Epoch(text) == nil
            case .like: return LetterID(text) == nil
            case .after, .each, .again: return false
            }
        }.sorted { $0.rawValue < $1.rawValue }
    }

    /// `photos/pat`, or `pat` where the site is given.
    static func person(_ text: String, at site: SiteID?) -> (SiteID, Handle)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, let site = SiteID(spelled: parts[0]), let handle = Handle(spelled: parts[1]) {
            return (site, handle)
        }
        guard parts.count == 1, let site, let handle = Handle(spelled: text) else { return nil }
        return (site, handle)
    }

    /// `?lane=held&site=photos`, or nothing. Safe in a header field.
    var text: String {
        let fields = Field.allCases.compactMap { field in
            values[field].map { "\(field.rawValue)=\(PercentCoding.encoded($0))" }
        }
        return fields.isEmpty ? "" : "?" + fields.joined(separator: "&")
    }

    var deskPath: String { "/" + text }

    /// Everything that waits in a lane.
    static func path(of lane: ReviewLane) -> String { DeskQuery { $0 == .lane ? lane.rawValue : nil }.deskPath }

    func path(to letter: LetterID) -> String { "/letters/\(letter)\(text)" }

    /// Whether anything is asked for beside the lane.
    var isFiltered: Bool { values.keys.contains { ![.lane, .after, .each, .again].contains($0) } }
}
