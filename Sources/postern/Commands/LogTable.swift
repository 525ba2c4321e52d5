private import Foundation
internal import PosternRelay

/// Entries of the log for a person to read.
struct LogTable {
    private static let head = ["TIME", "VERDICT", "RECIPIENT", "CLIENT", "BYTES", "RULES", "ID"]

    func text(_ entries: [ControlAnswer.EntryView]) -> String {
        entries.isEmpty ? "No entries." : TextTable(head: Self.head, rows: entries.map(Self.row)).text
    }

    /// Prints what has come, in columns of their own width, since nobody knows what comes next.
    func follow(_ entries: [ControlAnswer.EntryView], json: Bool, withHead: Bool) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            for entry in entries { Terminal.say(String(decoding: try encoder.encode(entry), as: UTF8.self)) }
            return
        }
        let widths = [24, 7, 20, 13, 6, 24, 26]
        for row in (withHead ? [Self.head] : []) + entries.map(Self.row) {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
            Terminal.say(cells.joined(separator: "  "))
        }
    }

    /// Rules without their effects: the verdict says what came of them, and `log show` the rest.
    private static func row(_ entry: ControlAnswer.EntryView) -> [String] {
        let rules = entry.rules.map { $0.prefix { $0 != ":" } }.joined(separator: " ")
        return [
            entry.at, entry.verdict, recipient(entry), entry.tags.first ?? "many", String(entry.letterBytes),
            (rules.isEmpty ? "–" : rules) + (entry.repeats > 0 ? " (+\(entry.repeats))" : ""), entry.id,
        ]
    }

    static func recipient(_ entry: ControlAnswer.EntryView) -> String {
        "\(entry.site.isEmpty ? "–" : entry.site)/\(entry.handle.isEmpty ? "–" : entry.handle)"
    }
}
