private import PosternCore

/// A file of recipients as it is understood before anything is done with it: its encoding, what stands between its columns, where
/// its header is, and which column holds what.
package struct RecipientFile: Sendable {
    package let encoding: FileEncoding
    /// Whether it begins with a byte order mark.
    package let isMarked: Bool
    /// Why the encoding that was named may be another, and what to type then.
    package let doubt: String?
    package let delimiter: Delimiter
    package let header: [String]
    package let headerLine: Int
    package let columns: ColumnMap
    /// The records after the header.
    package let records: CSVReader

    /// A title or two may stand before the header.
    private static let headerRows = 10

    /// - Parameters:
    ///   - encoding: as the operator named it; nil to go by the byte order mark, else UTF-8.
    ///   - assigned: `ROLE=COLUMN` each, where names alone do not tell.
    /// - Throws: when it is no such file, or cannot be understood without being told more.
    package init(_ bytes: [UInt8], encoding named: String? = nil, assigned: [String] = []) throws(ImportFault) {
        try Self.checkKind(bytes)
        let marked = FileEncoding.marked(bytes)
        isMarked = marked != nil
        encoding = try Self.encoding(of: bytes, marked: marked?.encoding, named: named)
        doubt = Self.doubt(bytes, encoding)
        let text = Self.withoutEndMark(try encoding.utf8(bytes[(marked?.length ?? 0)...]))
        let said = Self.saidDelimiter(text)
        var best: (delimiter: Delimiter, record: CSVReader.Record, map: ColumnMap, rest: CSVReader)?
        var first: (record: CSVReader.Record, delimiter: Delimiter)?
        var doubt: (fault: ImportFault, width: Int)?
        for delimiter in said.map({ [$0.delimiter] }) ?? Delimiter.usual {
            var reader = CSVReader(text, delimiter, from: said?.length ?? 0, line: said == nil ? 1 : 2)
            var seen = 0
            while seen < Self.headerRows, let record = reader.next() {
                guard !record.isBlank else { continue }
                seen += 1
                if seen == 1, record.fields.count > first?.record.fields.count ?? 0 { first = (record, delimiter) }
                guard record.fault == nil else { continue }
                do throws(ImportFault) {
                    let map = try ColumnMap(header: record.fields, assigned: assigned, rows: reader)
                    if map.score > best?.map.score ?? 0 { best = (delimiter, record, map, reader) }
                } catch {
                    // Only a header has columns to confuse. What the operator assigned may be right for a later row.
                    if record.fields.count > doubt?.width ?? 0 { doubt = (error, record.fields.count) }
                }
            }
        }
        guard let best, best.map[.email] != nil else {
            throw doubt?.fault ?? Self.noHeader(first?.record, best.map { ($0.record, $0.delimiter) } ?? first)
        }
        if let doubt, best.map.score < 2 { throw doubt.fault }
        (delimiter, header, headerLine) = (best.delimiter, best.record.fields, best.record.line)
        (columns, records) = (best.map, best.rest)
    }

    /// Files that people take for a list and that are none.
    private static func checkKind(_ bytes: [UInt8]) throws(ImportFault) {
        let begin = String(decoding: bytes.prefix(16), as: UTF8.self).lowercased()
        let text = String(decoding: bytes.prefix(64), as: UTF8.self).trimmed.lowercased()
        let kind: String? =
            if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
                "a spreadsheet's own file (as .xlsx, .ods or .xls)"
            } else if begin.hasPrefix("begin:vcard") {
                "a vCard file"
            } else if begin.hasPrefix("dn: ") || begin.hasPrefix("version: 1") {
                "an LDIF file"
            } else if begin.hasPrefix("%pdf") {
                "a PDF file"
            } else if ["<!doc", "<html", "<table", "<?xml", "<meta", "<workbook"].contains(where: text.hasPrefix) {
                "a web page or XML, as some sites write under the name of .xls"
            } else if text.hasPrefix("{\\rtf") {
                "a word processor's file (RTF)"
            } else if text.hasPrefix("{") || text.hasPrefix("[") && text.contains("{") {
                "a JSON file"
            } else if bytes.starts(with: [0x1F, 0x8B]) {
                "a compressed file (gzip)"
            } else {
                nil
            }
        if let kind {
            throw ImportFault(
                problem: "it is \(kind)",
                remedy: "Save or export it as CSV (“CSV UTF-8” where there is a choice), and import that.")
        }
        guard bytes.contains(where: { ![0x20, 0x09, 0x0A, 0x0D, 0, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF].contains($0) }) else {
            throw ImportFault(
                problem: "it is empty", remedy: "Write a header line, handle,name,email, and a row for each person.")
        }
    }

    private static func encoding(
        of bytes: [UInt8], marked: FileEncoding?, named: String?
    ) throws(ImportFault) -> FileEncoding {
        if let named {
            guard let encoding = FileEncoding(named: named) else {
                throw ImportFault(
                    problem: "there is no encoding “\(named.oneLine)” here",
                    remedy: "--encoding takes \(FileEncoding.names.joined(separator: ", ")).")
            }
            guard let marked else { return encoding }
            guard encoding.isSameFamily(as: marked) else {
                throw ImportFault(
                    problem: "its byte order mark says that it is \(marked), and --encoding says \(encoding)",
                    remedy: "Leave --encoding out.")
            }
            return marked
        }
        if let marked { return marked }
        let zeros = withoutEndMark(bytes).prefix(4_096).enumerated().filter { $0.element == 0 }
        if !zeros.isEmpty {
            let isBig = zeros.filter { $0.offset % 2 == 0 }.count * 2 > zeros.count
            throw ImportFault(
                problem: "it has no byte order mark and is no UTF-8 text: it looks like UTF-16",
                remedy: "Try --encoding \(isBig ? "utf-16be" : "utf-16") with --dry-run, or save it as “CSV UTF-8”.")
        }
        guard let line = firstLineNotUTF8(bytes) else { return .utf8 }
        throw ImportFault(
            problem: "it is not UTF-8 (line \(line)), and has no byte order mark that names another encoding",
            remedy:
                "Say which it is, and look at the names with --dry-run: --encoding windows-1252 for what Excel writes in Western "
                + "Europe, windows-1250 in Central Europe, windows-1251 for Cyrillic, windows-1256 for Arabic, shift_jis in Japan, "
                + "gb18030 in China, big5 in Taiwan, euc-kr in Korea, macintosh for old Macs; cp850 for “CSV (MS-DOS)” and old DOS "
                + "programs in Western Europe, cp852 in Central Europe, cp866 for Cyrillic. Or save it as “CSV UTF-8”.")
    }

    private static func doubt(_ bytes: [UInt8], _ encoding: FileEncoding) -> String? {
        guard case .singleByte(let charset) = encoding, let (line, likely) = charset.doubt(bytes[...]) else { return nil }
        return
            "line \(line) has a sign inside a word, as files of DOS programs have when they are read as \(encoding). If names look "
            + "wrong, say --encoding \(likely.rawValue)"
    }

    /// DOS programs end a text with 0x1A, and some fill the last block with it, or with zeros.
    private static func withoutEndMark(_ text: [UInt8]) -> [UInt8] {
        let rest = text.reversed().drop { [0x1A, 0].contains($0) || [0x0A, 0x0D].contains($0) }
        guard text.dropFirst(rest.count).contains(0x1A) else { return text }
        return Array(text.prefix(rest.count))
    }

    private static func firstLineNotUTF8(_ bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        let lines = bytes.split(omittingEmptySubsequences: false) { $0 == 0x0A }
        return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
    }

    /// `sep=;` in the first line, by which Excel is told.
    private static func saidDelimiter(_ text: [UInt8]) -> (delimiter: Delimiter, length: Int)? {
        let end = text.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? text.count
        var line = Array(text[..<end])
        if line.count >= 2, line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\"") {
            line = Array(line.dropFirst().dropLast())
        }
        guard line.count == 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep=", line[4] < 0x80,
            line[4] != UInt8(ascii: "\"")
        else { return nil }
        let isCRLF = end + 1 < text.count && text[end] == 0x0D && text[end + 1] == 0x0A
        return (Delimiter(byte: line[4]), min(text.count, end + (isCRLF ? 2 : 1)))
    }

    private static func noHeader(
        _ first: CSVReader.Record?, _ read: (record: CSVReader.Record, delimiter: Delimiter)?
    ) -> ImportFault {
        let remedy =
            "The first line must name the columns: handle,name,email and, if you like, locale, in any order. Or say which column "
            + "it is, by name or number: --column email=3."
        // A row of data is not printed: it is somebody's.
        guard let read, !read.record.fields.contains(where: { $0.contains("@") }) else {
            return ImportFault(problem: "it has no header: its first line is a row already", remedy: remedy)
        }
        let named = read.record.fields.indices.filter { !read.record.fields[$0].columnKey.isEmpty }
        return ImportFault(
            problem: "no column holds e-mail addresses. Its columns, cut at each \(read.delimiter), are "
                + ColumnMap.list(Array(named.prefix(20)), read.record.fields),
            remedy: remedy)
    }

    /// What was understood, for a person to check.
    package var summary: String {
        var lines = ["\(encoding), a \(delimiter) between columns, header in line \(headerLine)"]
        for role in ColumnRole.allCases where role != .alias || columns[role] != nil {
            lines.append("  \(role.rawValue.padding(to: 7)) ← \(source(of: role))")
        }
        if !columns.ignored.isEmpty {
            lines.append("  ignored   " + columns.ignored.map(name).joined(separator: ", "))
        }
        if let doubt { lines.append("  doubt     " + doubt) }
        return lines.joined(separator: "\n")
    }

    private func source(of role: ColumnRole) -> String {
        let own = columns[role].map(name)
        switch role {
        case .handle: return own ?? "no column; one is proposed for each row"
        case .name:
            let parts = [columns.given, columns.family].compactMap { $0 }.map(name).joined(separator: " and ")
            let sources = [own, parts.isEmpty ? nil : parts].compactMap { $0 }
            return sources.isEmpty ? "no column; taken from “Name <address>”" : sources.joined(separator: ", else ")
        case .email: return own ?? ""
        case .locale: return own ?? "no column; English"
        case .alias: return own ?? ""
        }
    }

    /// A column as the header names it.
    package func name(_ column: Int) -> String { "“\(header[column].oneLine)”" }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
