private import PosternCore

/// What an import is to do with every row of a file. Nothing has been done yet.
package struct ImportPlan: Sendable {
    package struct Row: Sendable {
        package enum Content: Sendable {
            case recipient(RecipientRow)
            /// - Parameter handle: a proposed one; nil where the handle is not what is wrong.
            case wrong(String, handle: String?)
        }

        package let line: Int
        package let fields: [String]
        package internal(set) var content: Content
        /// The line as it stands in the file, where that is no record.
        fileprivate(set) var raw: String?
        /// Of a row that is wrong in something else; nil where it may be an address.
        package fileprivate(set) var name: String?
        fileprivate var seeds: [String]?
        /// Whether it is right but for its handle.
        fileprivate var isAlmostRight = false
    }

    package private(set) var rows: [Row] = []
    /// Rows of nothing but delimiters and blanks.
    package private(set) var blankRows = 0
    private let file: RecipientFile
    private let languages: KnownLanguages?

    package init(_ file: RecipientFile, languages: KnownLanguages?) {
        self.file = file
        self.languages = languages
        var lines: [Handle: Int] = [:]
        for record in file.records {
            guard !record.fields.allSatisfy({ $0.trimmed.isEmpty }) || record.fault != nil else {
                blankRows += 1
                continue
            }
            var row = Self.row(record, file, languages)
            if case .recipient(let recipient) = row.content {
                if let first = lines[recipient.handle] {
                    row.content = .wrong(
                        "the handle “\(recipient.handle)” is in the file twice; line \(first) counts", handle: nil)
                } else {
                    lines[recipient.handle] = record.line
                }
            }
            rows.append(row)
        }
        refuseSharedAliases()
        propose(avoiding: [])
    }

    /// A name leads to one person. Whose handle it is comes first, then who is first in the file.
    private mutating func refuseSharedAliases() {
        var owners: [String: Int] = [:]
        for row in rows { if case .recipient(let recipient) = row.content { owners[recipient.handle.text] = row.line } }
        for index in rows.indices {
            guard case .recipient(let recipient) = rows[index].content else { continue }
            let line = rows[index].line
            if let alias = recipient.aliases.first(where: { owners[$0.key].map { $0 != line } ?? false }) {
                let owner = owners[alias.key].map { " \($0)" } ?? ""
                rows[index].content = .wrong("the alias “\(alias)” is that of the person in line\(owner)", handle: nil)
                continue
            }
            for alias in recipient.aliases { owners[alias.key] = line }
        }
    }

    /// The other names of the file, as they are looked up.
    package var aliasKeys: Set<String> {
        rows.reduce(into: []) { keys, row in
            if case .recipient(let recipient) = row.content { keys.formUnion(recipient.aliases.map(\.key)) }
        }
    }

    /// Takes out the rows with a name that leads to somebody else.
    /// - Parameter owners: the handle that each name leads to at the site.
    package mutating func refuse(_ owners: [String: String]) {
        for index in rows.indices {
            guard case .recipient(let recipient) = rows[index].content else { continue }
            for alias in recipient.aliases {
                guard let owner = owners[alias.key], owner != recipient.handle.text else { continue }
                rows[index].content = .wrong("the alias “\(alias)” already leads to “\(owner)”", handle: nil)
                break
            }
        }
    }

    private static func row(_ record: CSVReader.Record, _ file: RecipientFile, _ languages: KnownLanguages?) -> Row {
        let width = file.header.count
        var fields = record.fields
        while fields.count > width, fields.last?.trimmed.isEmpty == true { fields.removeLast() }
        func wrong(_ problem: String) -> Row { Row(line: record.line, fields: fields, content: .wrong(problem, handle: nil)) }
        if let fault = record.fault {
            let broken = BrokenRow(raw: record.raw ?? "", delimiter: file.delimiter)
            var row = Row(line: record.line, fields: broken.cells(width), content: .wrong(fault.rawValue, handle: nil))
            row.raw = broken.raw
            if file.columns[.handle] == nil { row.seeds = [RecipientRow.Cells(row.fields, file.columns).anyName] }
            return row
        }
        guard fields.count <= width else {
            return wrong(
                "it has \(fields.count) fields, and the header has \(width): put quotes around a field that contains a \(file.delimiter)"
            )
        }
        fields += Array(repeating: "", count: width - fields.count)
        if let column = file.columns.used.first(where: { fields[$0].unicodeScalars.contains("\u{FFFD}") }) {
            return wrong("\(file.name(column)) has “\u{FFFD}” in the place of a character that could not be read")
        }
        do throws(RecipientRow.Reject) {
            return Row(
                line: record.line, fields: fields,
                content: .recipient(try RecipientRow(RecipientRow.Cells(fields, file.columns), languages: languages)))
        } catch {
            var row = wrong(error.description)
            (row.seeds, row.isAlmostRight) = (error.seeds, !error.isElsewhere)
            row.name = error.name.flatMap { $0.text.contains("@") ? nil : $0.text }
            return row
        }
    }

    /// Proposes a handle for each row that needs one: another one than those of the file, and than those given.
    package mutating func propose(avoiding taken: Set<String>) {
        var handles = taken
        for row in rows where row.seeds == nil {
            // Of a row with another fault too: its handle is right, and will be used once the row is corrected.
            if let column = file.columns[.handle], row.fields.indices.contains(column) {
                handles.insert(row.fields[column].trimmed.lowercased())
            }
            if case .recipient(let recipient) = row.content { handles.insert(recipient.handle.text) }
        }
        var proposals = HandleProposals(avoiding: handles)
        for index in rows.indices {
            guard let seeds = rows[index].seeds, case .wrong(let problem, _) = rows[index].content else { continue }
            rows[index].content = .wrong(problem, handle: proposals.next(from: seeds))
        }
    }

    package var proposals: [String] {
        rows.compactMap { if case .wrong(_, let handle) = $0.content { handle } else { nil } }
    }

    /// Takes the rows in that are right but for their handle, each with the proposed one.
    package mutating func acceptProposals() {
        for index in rows.indices {
            guard rows[index].isAlmostRight, case .wrong(_, let handle?) = rows[index].content else { continue }
            var cells = RecipientRow.Cells(rows[index].fields, file.columns)
            cells.handle = handle
            if let row = try? RecipientRow(cells, languages: languages) { rows[index].content = .recipient(row) }
        }
        refuseSharedAliases()
    }
}

/// The lines of a rejects file: each row as it was, with a column that says what is wrong with it, and with a proposed handle where
/// there is one. Corrected, it can be imported.
package struct RejectsText: Sendable {
    private let file: RecipientFile
    private let problem: Int
    /// Where the file has no column for it.
    private let addsHandle: Bool

    package init(_ file: RecipientFile) {
        self.file = file
        addsHandle = file.columns[.handle] == nil
        problem = file.columns.problem ?? file.header.count
    }

    /// What was assigned to columns of the imported file, for this one: where a column comes first, all others move by one.
    /// - Parameter assigned: `ROLE=COLUMN` each, as the import took them.
    package func assignments(_ assigned: [String]) -> [String] {
        let names = Set(file.header.map(\.columnKey))
        let roles = Set(assigned.compactMap { ColumnRole(rawValue: String($0.prefix { $0 != "=" }).columnKey) })
        return ColumnRole.allCases.filter(roles.contains).compactMap { role in
            guard let column = file.columns[role] else { return nil }
            let number = String(column + (addsHandle ? 2 : 1))
            // A name is looked for before a number.
            return "\(role.rawValue)=\(names.contains(number) ? file.header[column] : number)"
        }
    }

    package var header: String {
        // A spreadsheet that wrote a mark needs one to know UTF-8.
        (file.isMarked || file.encoding != .utf8 ? "\u{FEFF}" : "") + line(file.header, problem: "problem", handle: "handle")
    }

    package func line(of row: ImportPlan.Row, problem: String, handle: String?) -> String {
        let problem = "line \(row.line): \(problem)"
        if let raw = row.raw { return line(ofBroken: raw, problem, handle ?? "") }
        var fields = row.fields
        if fields.count > file.header.count { return line(ofWide: fields, problem, handle ?? "") }
        if let handle, let column = file.columns[.handle], fields.indices.contains(column) { fields[column] = handle }
        return line(fields, problem: problem, handle: handle ?? "")
    }

    /// How many columns there are before the problem's, where that is the last.
    private var width: Int { problem == file.header.count - 1 ? problem : file.header.count }

    /// As it stands, so that it is right once its quotes are, and refused again until then.
    private func line(ofBroken raw: String, _ problem: String, _ handle: String) -> String {
        let row = BrokenRow(raw: raw, delimiter: file.delimiter)
        let line = (width < file.header.count ? row.withoutProblem : row).line(problem, after: width)
        return (addsHandle ? handle + file.delimiter.text : "") + line + "\n"
    }

    /// A field too many is one that was cut: the problem is in its column again once that has its quotes.
    private func line(ofWide fields: [String], _ problem: String, _ handle: String) -> String {
        var fields = fields
        let isSaid = width < file.header.count && fields.last?.hasPrefix("line ") == true
        if isSaid { fields.removeLast() }
        fields = (addsHandle ? [handle] : []) + fields + [problem]
        return fields.map { $0.csvField(file.delimiter) }.joined(separator: file.delimiter.text) + "\n"
    }

    private func line(_ fields: [String], problem text: String, handle: String) -> String {
        var fields = fields
        while fields.count < problem { fields.append("") }
        if file.columns.problem == nil || problem == fields.count {
            fields.insert(text, at: problem)
        } else {
            fields[problem] = text
        }
        if addsHandle { fields.insert(handle, at: 0) }
        return fields.map { $0.csvField(file.delimiter) }.joined(separator: file.delimiter.text) + "\n"
    }
}
