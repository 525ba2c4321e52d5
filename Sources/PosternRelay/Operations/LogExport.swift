private import Foundation
internal import PosternCore

/// The log as a file: what `postern log list --json` prints, one entry a line, or a table. Tags stand for clients.
package enum LogExport: String, Sendable, CaseIterable {
    case csv, ndjson

    package var mediaType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8; header=present"
        case .ndjson: "application/x-ndjson"
        }
    }

    /// The first line of a table; nothing before entries in JSON.
    package var head: String {
        switch self {
        case .csv:
            Self.row([
                "id", "at", "site", "handle", "verdict", "rules", "client", "networks", "bytes", "repeats", "evidence",
            ])
        case .ndjson: ""
        }
    }

    package func line(_ entry: LogEntry) -> String {
        switch self {
        case .csv:
            return Self.row([
                entry.id.description, entry.at.rfc3339, entry.site, entry.handle, entry.verdict.rawValue,
                entry.rules.map(\.description).joined(separator: " "), entry.tags.first?.description ?? "",
                entry.tags.dropFirst().map(\.description).joined(separator: " "), String(entry.letterBytes),
                String(entry.repeats), entry.evidence ? "yes" : "no",
            ])
        case .ndjson:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // Texts and numbers: there is nothing in an entry that cannot be encoded.
            guard let line = try? encoder.encode(entry) else { return "" }
            return String(decoding: line, as: UTF8.self) + "\n"
        }
    }

    /// What a formula begins with, in its full-width forms as well.
    private static let formulas = "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars

    /// RFC 4180, with every cell in quotation marks.
    static func row(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

    /// Spreadsheets take a cell that begins like a formula for one, and run it. An apostrophe before it has it read as text.
    package static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { formulas.contains($0) } ?? false
        return "\"" + (isFormula ? "'" : "") + text.replacing("\"", with: "\"\"") + "\""
    }
}
