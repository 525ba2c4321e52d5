private import Foundation
private import PosternCore

/// Everything that the desk shows about one letter, as a file that can be passed on, with one line for each fact. Clients are
/// named by their tags; neither the letter's text nor any address is included.
package enum CaseExport {
    /// One line of the file. The names of the properties are those of the columns.
    package struct Line: Codable, Equatable, Sendable {
        /// The kind of fact: `letter`, `rule`, `report`, `decision`, `note` and so on.
        package let kind: String
        package let at: String
        /// The tag of a client, or the name of a member of staff.
        package let by: String
        package let what: String
        package let reason: String
        package let text: String

        fileprivate init(
            _ kind: String, at moment: Timestamp? = nil, by: String = "", what: String = "", reason: String = "",
            text: String = ""
        ) {
            (self.kind, at, self.by, self.what) = (kind, moment?.rfc3339 ?? "", by, what)
            (self.reason, self.text) = (reason, text)
        }

        fileprivate var cells: [String] { [kind, at, by, what, reason, text] }
    }

    package static func file(_ item: DeskItem, as format: LogExport) -> String {
        let lines = lines(of: item)
        switch format {
        case .csv:
            return LogExport.row(["kind", "at", "by", "what", "reason", "text"]) + lines.map { LogExport.row($0.cells) }.joined()
        case .ndjson:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return lines.compactMap { try? encoder.encode($0) }.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
        }
    }

    package static func lines(of item: DeskItem) -> [Line] {
        let own = item.item
        let person = "\(item.site)/\(item.handle?.text ?? "–")"
        var lines = [
            Line(
                "letter", at: item.letter.moment, by: (own?.tag ?? item.trails.first?.tag)?.description ?? "",
                what: own?.verdict.rawValue ?? "", text: "\(item.letter) to \(person)")
        ]
        lines += item.parts.map { Line("rule", what: $0.rule, reason: $0.effect, text: $0.meaning) }
        if let delivery = item.delivery {
            lines.append(
                Line("delivery", at: delivery.finished, what: delivery.state.rawValue, reason: delivery.reason ?? ""))
        }
        if let report = item.report {
            lines.append(
                Line("report", at: report.made, what: report.reason.rawValue, reason: report.decision?.rawValue ?? ""))
        }
        lines += item.decisions.flatMap { decided("decision", $0) }
        lines += item.notes.map { Line("note", at: $0.made, by: $0.author, text: $0.text) }
        lines += item.trails.map { trail in
            let counts = [Verdict.Decision.accept, .hold, .refuse].map { "\($0.rawValue) \(trail.counts[$0] ?? 0)" }
            return Line(
                "client-day", at: trail.first, by: trail.tag.description, what: trail.epoch.description,
                text: counts.joined(separator: ", ") + ", recipients \(trail.recipients)")
        }
        lines += (item.near?.letters ?? []).map {
            Line("near-same", at: $0.id.moment, what: $0.state.rawValue, text: "\($0.id) to \($0.site)/\($0.handle)")
        }
        return lines + item.earlier.flatMap { decided("earlier-decision", $0) }
    }

    private static func decided(_ kind: String, _ decision: StaffDecision) -> [Line] {
        let made = Line(
            kind, at: decision.made, by: decision.staff, what: decision.act.rawValue, reason: decision.reason.rawValue,
            text: decision.sentence ?? "")
        let undone = decision.undone.map { Line(kind, at: $0.at, by: $0.by, what: "undone") }
        return [made] + (undone.map { [$0] } ?? [])
    }
}
