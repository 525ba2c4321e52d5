private import PosternCore
internal import PosternHost
internal import PosternImport

/// What an import tells the person who started it. Never an address.
enum ImportText {
    /// A row that was not added.
    static func example(_ row: ImportPlan.Row, _ problem: String, _ handle: String?) -> String {
        "line \(row.line): \(problem)" + (handle.map { "; proposed: \($0)" } ?? "")
    }

    /// The first rows, as they would be added.
    static func table(_ rows: [ImportPlan.Row]) -> String {
        TextTable(
            rows, ("LINE", { String($0.line) }), ("HANDLE", { cells($0).handle }), ("NAME", { cells($0).name }),
            ("E-MAIL", { cells($0).email }), ("LANGUAGE", { cells($0).language }), ("ALIASES", { cells($0).aliases }),
            ("PROBLEM", { cells($0).problem })
        ).text
    }

    private struct Cells {
        var handle, name: String
        var email = "–", language = "–", aliases = "", problem = ""
    }

    private static func cells(_ row: ImportPlan.Row) -> Cells {
        switch row.content {
        case .recipient(let recipient):
            Cells(
                handle: recipient.handle.text, name: recipient.name.text, email: hidden(recipient.address),
                language: recipient.language.description, aliases: recipient.aliases.map(\.text).joined(separator: "; "))
        case .wrong(let problem, let handle): Cells(handle: handle ?? "–", name: row.name ?? "–", problem: problem)
        }
    }

    /// Enough to see that the right column was read.
    private static func hidden(_ address: EmailAddress) -> String { "…@\(address.domain)" }

    /// `3 recipients`
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    static func time(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return seconds < 60 ? "\(max(1, seconds)) s" : "\(seconds / 60) min \(seconds % 60) s"
    }
}

/// An import as `--json` prints it.
struct ImportReport: Encodable {
    struct Row: Encodable {
        let line: Int
        let handle: String?
        let name: String?
        let emailDomain: String?
        let locale: String?
        let aliases: [String]?
        let problem: String?

        init(_ row: ImportPlan.Row) {
            line = row.line
            switch row.content {
            case .recipient(let recipient):
                (handle, name) = (recipient.handle.text, recipient.name.text)
                (emailDomain, locale, problem) = (recipient.address.domain, recipient.language.description, nil)
                aliases = recipient.aliases.map(\.text)
            case .wrong(let problem, let handle):
                (self.handle, name, emailDomain, locale, self.problem) = (handle, row.name, nil, nil, problem)
                aliases = nil
            }
        }
    }

    let encoding: String
    /// Why it may be another; nil when nothing hints at that.
    let doubt: String?
    let delimiter: String
    let headerLine: Int
    /// What each column of the header is taken for; nil for one that is ignored.
    let columns: [String: String?]
    let ignored: [String]
    let blankRows: Int
    let dryRun: Bool
    var added = 0
    var rejected = 0
    var seconds = 0.0
    /// Where the rejected rows are; nil when there are none.
    var rejects: String?
    /// The first rows, of a dry run.
    var rows: [Row] = []

    init(_ file: RecipientFile, _ plan: ImportPlan, dryRun: Bool) {
        (encoding, doubt) = (file.encoding.description, file.doubt)
        delimiter = file.delimiter.text
        headerLine = file.headerLine
        var taken: [String: String?] = [:]
        for role in ColumnRole.allCases { taken[role.rawValue] = file.columns[role].map { file.header[$0] } }
        columns = taken
        ignored = file.columns.ignored.map { file.header[$0] }
        blankRows = plan.blankRows
        self.dryRun = dryRun
    }
}
