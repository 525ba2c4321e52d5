/// Why a file cannot be imported as a whole: what was understood, and what to type.
package struct ImportFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let problem: String
    package let remedy: String

    package var description: String { "\(problem)\n    \(remedy)" }
}

/// Which column of a file holds what.
package struct ColumnMap: Equatable, Sendable {
    package private(set) var columns: [ColumnRole: Int] = [:]
    /// The parts of a name, where they have columns of their own.
    package private(set) var given, family: Int?
    /// What a rejects file says of each row.
    package private(set) var problem: Int?
    /// With a name in the header, and not used.
    package private(set) var ignored: [Int] = []

    /// Those that are read.
    var used: [Int] { Array(columns.values) + [given, family].compactMap { $0 } }

    package subscript(_ role: ColumnRole) -> Int? { columns[role] }

    /// - Parameters:
    ///   - assigned: what the operator said, `ROLE=COLUMN` each; a column by its name or its number.
    ///   - rows: those after the header.
    /// - Throws: when two columns could hold the same, or a column that was named is not there.
    init(header: [String], assigned: [String], rows: CSVReader) throws(ImportFault) {
        let keys = header.map(\.columnKey)
        for text in assigned {
            let (role, column) = try Self.assignment(text, header, keys)
            columns[role] = column
        }
        let free = keys.indices.filter { !keys[$0].isEmpty && !columns.values.contains($0) }
        problem = free.first { keys[$0] == "problem" }
        given = free.first { NamePart.given.contains(keys[$0]) }
        family = free.first { NamePart.family.contains(keys[$0]) }
        if given != nil, family == nil { family = free.first { NamePart.either.contains(keys[$0]) } }
        for role in ColumnRole.allCases where columns[role] == nil {
            // The one column “Alias” is a handle where nothing else is, as in exports of Exchange.
            var named = free.filter { role.synonyms.contains(keys[$0]) && $0 != family && !columns.values.contains($0) }
            if role == .handle, named.count > 1 { named = Self.withoutNumbers(named, keys, rows) }
            guard named.count <= 1 else { throw Self.ambiguity(role, named, header) }
            columns[role] = named.first ?? role.lesser.lazy.compactMap { key in free.first { keys[$0] == key } }.first
        }
        // A name that the operator has assigned is not put together from parts.
        if assigned.contains(where: { $0.columnKey.hasPrefix("name") }) { (given, family) = (nil, nil) }
        let used = Set(columns.values).union([given, family, problem].compactMap { $0 })
        ignored = keys.indices.filter { !keys[$0].isEmpty && !used.contains($0) }
    }

    /// How much of a header is understood: what tells it, and the delimiter, from other lines.
    var score: Int { columns.count + [given, family].compactMap { $0 }.count }

    /// phpBB has `user_id,username`: a number is nobody's handle where a name is beside it.
    private static func withoutNumbers(_ columns: [Int], _ keys: [String], _ rows: CSVReader) -> [Int] {
        let some = rows.prefix(200).filter { $0.fault == nil && !$0.isBlank }.map(\.fields)
        let names = columns.filter { column in
            guard ColumnRole.numbers.contains(keys[column]) else { return true }
            return !some.allSatisfy { fields in
                !fields.indices.contains(column) || CellText(fields[column]).text.allSatisfy { $0.isASCII && $0.isNumber }
            }
        }
        return names.isEmpty ? columns : names
    }

    private static func assignment(
        _ text: String, _ header: [String], _ keys: [String]
    ) throws(ImportFault) -> (ColumnRole, Int) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let role = ColumnRole(rawValue: parts[0].columnKey) else {
            throw ImportFault(
                problem: "--column “\(text)” does not say which column holds what",
                remedy:
                    "Write handle=, name=, email=, locale= or alias= and the column's name or number, as in --column email=Contact."
            )
        }
        let found = keys.indices.filter { !keys[$0].isEmpty && keys[$0] == parts[1].columnKey }
        if found.count == 1, let only = found.first { return (role, only) }
        if let number = Int(parts[1]), header.indices.contains(number - 1) { return (role, number - 1) }
        throw ImportFault(
            problem: found.isEmpty
                ? "--column \(role.rawValue)= names no column of the file"
                : "--column \(role.rawValue)= names more than one column: \(list(found, header))",
            remedy: "Its columns are \(list(Array(header.indices), header)). Give the number of the one you mean.")
    }

    private static func ambiguity(_ role: ColumnRole, _ columns: [Int], _ header: [String]) -> ImportFault {
        let first = columns.first.map { $0 + 1 } ?? 1
        return ImportFault(
            problem: "more than one column could hold the \(role.rawValue): \(list(columns, header))",
            remedy: "Say which one: --column \(role.rawValue)=\(first), or rename the others in the file.")
    }

    /// `“E-Mail” (column 3) and “Mail” (column 4)`
    static func list(_ columns: [Int], _ header: [String]) -> String {
        let named = columns.map { "“\(header[$0].oneLine)” (column \($0 + 1))" }
        guard let last = named.last, named.count > 1 else { return named.first ?? "none" }
        return named.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension String {
    /// For a message: one short line.
    var oneLine: String {
        let line = split(whereSeparator: { $0.isNewline || $0.isWhitespace }).joined(separator: " ")
        return line.count > 60 ? line.prefix(59) + "…" : line
    }
}
