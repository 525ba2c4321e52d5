internal import Hummingbird
internal import PosternCore
internal import PosternRelay

/// What the address of a page of the log says: which entries are looked for, and where the page begins.
package struct LogQuery: Sendable {
    package enum Field: String, CaseIterable, Sendable {
        case site, recipient, rule, tag, verdict, since, until, before
    }

    private var values: [Field: String] = [:]

    package init(_ value: (Field) -> String? = { _ in nil }) {
        for field in Field.allCases {
            guard let text = value(field)?.split(whereSeparator: \.isWhitespace).joined(separator: " "), !text.isEmpty,
                text.utf8.count <= 200
            else { continue }
            values[field] = text
        }
    }

    init(_ request: Request) { self.init { request.queryField($0.rawValue) } }

    subscript(field: Field) -> String { values[field] ?? "" }

    func with(_ field: Field, _ value: String?) -> LogQuery {
        var query = self
        query.values[field] = value
        return query
    }

    var before: LetterID? { LetterID(self[.before]) }
    var isFiltered: Bool { values.keys.contains { $0 != .before } }

    /// The fields whose values cannot be what they stand for.
    var faults: [Field] {
        Field.allCases.filter { field in
            guard let text = values[field] else { return false }
            return switch field {
            case .site: (try? SiteID(text)) == nil
            case .recipient: DeskQuery.person(text, at: try? SiteID(self[.site])) == nil
            case .rule: Verdict.Rule(rawValue: text) == nil
            case .tag: Tag(text) == nil
            case .verdict: Verdict.Decision(rawValue: text) == nil
            case .since, .until: Epoch(text) == nil
            case .before: LetterID(text) == nil
            }
        }
    }

    /// - Returns: nil when a value is none: the page says which, and lists nothing.
    var search: LogSearch? {
        guard faults.isEmpty else { return nil }
        var search = LogSearch(
            since: Epoch(self[.since])?.start, until: Epoch(self[.until])?.end,
            decision: Verdict.Decision(rawValue: self[.verdict]), rule: Verdict.Rule(rawValue: self[.rule]), tag: Tag(self[.tag]),
            site: try? SiteID(self[.site]))
        if let person = values[.recipient], let (site, handle) = DeskQuery.person(person, at: search.site) {
            (search.site, search.handle) = (site, handle)
        }
        return search
    }

    /// `?site=photos&verdict=hold`, or nothing. Safe in a header field.
    var text: String {
        let fields = Field.allCases.compactMap { field in
            values[field].map { "\(field.rawValue)=\(PercentCoding.encoded($0))" }
        }
        return fields.isEmpty ? "" : "?" + fields.joined(separator: "&")
    }

    var path: String { StaffSection.log.path + text }

    func exportPath(_ format: LogExport) -> String {
        let query = with(.before, nil).text
        return "\(LogPages.export)\(query)\(query.isEmpty ? "?" : "&")as=\(format.rawValue)"
    }
}
