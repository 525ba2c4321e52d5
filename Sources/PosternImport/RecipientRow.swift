package import PosternCore

/// A row of an import with every field parsed.
package struct RecipientRow: Sendable {
    package let handle: Handle
    package let name: HeaderText
    package let address: EmailAddress
    package let language: Language
    /// The other names, without the handle.
    package let aliases: [HandleAlias]

    /// More than anybody has, and what a thousand rows may carry between two processes.
    package static let mostAliases = 10

    /// Everything that is wrong with a row. Never repeats an address.
    package struct Reject: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String
        /// What a handle could be made from, where the handle is what is wrong; the best first.
        package let seeds: [String]?
        /// Whether anything besides the handle is wrong.
        package let isElsewhere: Bool
        /// The name, where that is right.
        package let name: HeaderText?

        /// A handle that it could be instead.
        package var proposal: String? { seeds?.lazy.compactMap(HandleProposals.slug).first }
    }

    /// The cells of a row by what they hold.
    package struct Cells: Sendable {
        package var handle, name, address, language: String
        /// Where the name has two columns.
        package var given = "", family = ""
        /// Several, with a semicolon, a bar or a line break between two.
        package var aliases = ""

        package init(handle: String, name: String, address: String, language: String) {
            (self.handle, self.name, self.address, self.language) = (handle, name, address, language)
        }

        init(_ fields: [String], _ columns: ColumnMap) {
            func cell(_ column: Int?) -> String { column.flatMap { fields.indices.contains($0) ? fields[$0] : nil } ?? "" }
            self.init(
                handle: cell(columns[.handle]), name: cell(columns[.name]), address: cell(columns[.email]),
                language: cell(columns[.locale]))
            (given, family) = (cell(columns.given), cell(columns.family))
            aliases = cell(columns[.alias])
        }
    }

    /// - Parameter languages: those there are texts in; nil to take any.
    /// - Throws: all faults at once.
    package init(_ cells: Cells, languages: KnownLanguages? = nil) throws(Reject) {
        var faults: [String] = []
        func parse<Value, Fault: Error>(_ sentence: (Fault) -> String, _ make: () throws(Fault) -> Value) -> Value? {
            do { return try make() } catch {
                faults.append(sentence(error))
                return nil
            }
        }
        let cell = parse({ $0.description }) { () throws(CellFault) in try CellText(cells.address).address() }
        let address = cell.flatMap { cell in
            parse({ FieldFault(field: .email, reason: .address($0)).sentence("e-mail address") }) {
                () throws(AddressFault) in try EmailAddress(cell.address)
            }
        }
        let title = parse({ $0.description }) { () throws(CellFault) in try cells.wholeName(orElse: cell?.name) }
        let name = title.flatMap { title in
            parse({ FieldFault(field: .name, reason: .text($0)).sentence("name") }) { () throws(TextFault) in
                try HeaderText(title, limit: Letter.Limit.name)
            }
        }
        let language = parse({ $0.description }) { () throws(CellFault) in try Language(cell: cells.language, languages) }
        let aliases = parse({ $0.description }) { () throws(CellFault) in try cells.otherNames() }
        let isElsewhere = !faults.isEmpty
        let typed = (try? CellText(cells.handle).shown("handle")) ?? ""
        var handle: Handle?
        var seeds: [String]?
        do throws(CellFault) { handle = try Handle(cell: typed) } catch {
            faults.insert(error.description, at: 0)
            // Two columns exchanged: a proposal would take the address's place.
            let isExchanged = typed.contains("@") && address == nil
            seeds = isExchanged ? nil : [typed.contains("@") ? "" : typed, name?.text ?? ""].filter { !$0.isEmpty }
        }
        guard faults.isEmpty, let handle, let name, let address, let language, let aliases else {
            throw Reject(description: faults.joined(separator: "; "), seeds: seeds, isElsewhere: isElsewhere, name: name)
        }
        (self.handle, self.name, self.address, self.language) = (handle, name, address, language)
        // Links find the handle anyway.
        self.aliases = aliases.filter { $0.key != handle.text }
    }
}

extension RecipientRow.Cells {
    /// Each name once, as they are looked up.
    fileprivate func otherNames() throws(CellFault) -> [HandleAlias] {
        let parts = try CellText(aliases).shown("alias").split { ";|".contains($0) || $0.isNewline }.map { String($0).trimmed }
        var (names, keys) = ([HandleAlias](), Set<String>())
        for part in parts where !part.isEmpty {
            do throws(SlugFault) {
                let name = try HandleAlias(part)
                if keys.insert(name.key).inserted { names.append(name) }
            } catch {
                // What looks like an address is not repeated.
                throw CellFault(description: part.contains("@") ? "\(error)" : "“\(part.oneLine)” cannot be an alias: \(error)")
            }
        }
        guard names.count <= RecipientRow.mostAliases else {
            throw CellFault(
                description:
                    "there are \(names.count) aliases; at most \(RecipientRow.mostAliases) are taken from a file, more with "
                    + "postern recipient alias add")
        }
        return names
    }

    /// Of a row whose cells may be others'; empty where it may be an address.
    var anyName: String {
        let name = (try? wholeName(orElse: nil)) ?? ""
        return name.contains("@") ? "" : name
    }

    /// In one line: a break inside a cell is a blank.
    fileprivate func wholeName(orElse beside: String?) throws(CellFault) -> String {
        func line(_ cell: String) throws(CellFault) -> String {
            try CellText(cell).shown("name").split(whereSeparator: \.isNewline).map { String($0).trimmed }.filter { !$0.isEmpty }
                .joined(separator: " ")
        }
        let whole = try line(name)
        guard whole.isEmpty else { return whole }
        let parts = try [line(given), line(family)].filter { !$0.isEmpty }.joined(separator: " ")
        return parts.isEmpty ? beside ?? "" : parts
    }
}

extension Handle {
    /// As it is in a cell: capital letters are small ones, and an @ before it is how people write it.
    fileprivate init(cell: String) throws(CellFault) {
        let text = (cell.hasPrefix("@") || cell.hasPrefix("'") ? String(cell.dropFirst()) : cell).lowercased()
        if text.isEmpty { throw CellFault(description: "there is no handle") }
        if text.contains("@") {
            throw CellFault(description: "the handle is an e-mail address, and everybody could read it")
        }
        do throws(SlugFault) { try self.init(text) } catch {
            // “1.00E+09” is what a spreadsheet makes of a long number.
            let isNumber = cell.contains("E+") && Double(cell.replacing(",", with: ".")) != nil
            throw CellFault(
                description: isNumber
                    ? "the spreadsheet has cut the handle to “\(cell.oneLine)”: format the column as text"
                    : "“\(cell.oneLine)” cannot be a handle: \(error)")
        }
    }
}

extension FieldFault {
    /// For an operator: names the field, and does not repeat its content.
    fileprivate func sentence(_ noun: String) -> String {
        switch reason {
        case .text(.empty), .address(.empty): "the \(noun) is empty"
        case .text(.tooLong(let limit, let count)): "the \(noun) has \(count) characters; at most \(limit) are allowed"
        case .text(.lineBreak): "the \(noun) contains a line break"
        case .address(.tooLong(let octets)): "the \(noun) has \(octets) octets; at most 254 are allowed"
        case .address(.noAtSign): "the \(noun) has no @"
        case .address(.localPart): "the part of the \(noun) before the @ is not valid"
        case .address(.domain): "the part of the \(noun) after the @ is not valid"
        }
    }
}
