/// What stands between two columns.
package struct Delimiter: Hashable, Sendable, CustomStringConvertible {
    let byte: UInt8

    package static let comma = Delimiter(byte: UInt8(ascii: ","))
    /// In the order in which they are tried. Spreadsheets write a semicolon where the comma is in numbers.
    static let usual = [comma, Delimiter(byte: UInt8(ascii: ";")), Delimiter(byte: 0x09), Delimiter(byte: UInt8(ascii: "|"))]

    package var text: String { String(Unicode.Scalar(byte)) }

    package var description: String {
        switch byte {
        case UInt8(ascii: ","): "comma"
        case UInt8(ascii: ";"): "semicolon"
        case 0x09: "tab"
        case UInt8(ascii: "|"): "vertical bar"
        default: "“\(text)”"
        }
    }
}

/// Reads delimited values (RFC 4180), one record after the other. Quoted fields may hold delimiters, line breaks, and quotes
/// written twice; blanks around a quoted field do not count. Lines end in LF, CRLF or CR. A record has a limited length. Nothing is
/// guessed: a stray quote is a fault of its record.
package struct CSVReader: Sequence, IteratorProtocol, Sendable {
    package struct Record: Equatable, Sendable {
        /// The number of its first line, counted from 1.
        package let line: Int
        /// Of a record with a fault: its first line, cut at every delimiter.
        package let fields: [String]
        package let fault: Fault?
        /// Of a record with a fault: its first line as it stands, for a person to correct.
        package let raw: String?

        /// Nothing but delimiters and what cannot be seen.
        package var isBlank: Bool { fault == nil && fields.allSatisfy(\.trimmed.isEmpty) }
    }

    package enum Fault: String, Error, Sendable {
        case strayQuote = "there is a quote in the middle of a field"
        case openQuote = "a quoted field has no closing quote"
        case tooLong = "the row is longer than 64 KiB"
        case notText = "the row has bytes that are no text in the file's encoding"
    }

    /// In bytes. Address books have long remarks.
    package static let longest = 65_536

    private let bytes: [UInt8]
    private let delimiter: UInt8
    private var position: Int
    private var line: Int

    /// - Parameter bytes: UTF-8. Where one is not, its record is at fault.
    package init(_ bytes: [UInt8], delimiter: Delimiter = .comma) {
        // Spreadsheets write a byte order mark before UTF-8.
        self.init(bytes, delimiter, from: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0, line: 1)
    }

    init(_ bytes: [UInt8], _ delimiter: Delimiter, from position: Int, line: Int) {
        self.bytes = bytes
        self.delimiter = delimiter.byte
        self.position = position
        self.line = line
    }

    /// How far it has read, from 0 to 1.
    package var progress: Double { bytes.isEmpty ? 1 : Double(position) / Double(bytes.count) }

    /// The next record that is not an empty line; nil at the end.
    package mutating func next() -> Record? {
        while position < bytes.count, isLineEnd { skipLineEnd() }
        guard position < bytes.count else { return nil }
        let (start, first) = (position, line)
        var fields: [String] = []
        do throws(Fault) {
            while true {
                fields.append(try field(from: start))
                guard position < bytes.count, bytes[position] == delimiter else { break }
                position += 1
                // A record of empty fields must not be endless either.
                guard position - start <= Self.longest else { throw .tooLong }
            }
            if position < bytes.count { skipLineEnd() }
            return Record(line: first, fields: fields, fault: nil, raw: nil)
        } catch {
            // Continue with the next line, wherever the fault was found: an opening quote without a closing one must not take
            // with it all rows up to the next quote.
            (position, line) = (start, first)
            skipToLineEnd()
            return Record(line: first, fields: pieces(from: start), fault: error, raw: rawLine(from: start))
        }
    }

    private mutating func field(from start: Int) throws(Fault) -> String {
        var open = position
        while open < bytes.count, isBlank(open) { open += 1 }
        guard open < bytes.count, bytes[open] == UInt8(ascii: "\"") else { return try plainField(from: start) }
        position = open + 1
        var content: [UInt8] = []
        while position < bytes.count {
            guard position - start <= Self.longest else { throw .tooLong }
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "\"") {
                content.append(byte)
                let isCRLF = byte == UInt8(ascii: "\r") && position < bytes.count && bytes[position] == UInt8(ascii: "\n")
                if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && !isCRLF) { line += 1 }
            } else if position < bytes.count, bytes[position] == byte {
                content.append(byte)
                position += 1
            } else {
                while position < bytes.count, isBlank(position) { position += 1 }
                guard position == bytes.count || isLineEnd || bytes[position] == delimiter else { throw .strayQuote }
                return try text(content)
            }
        }
        throw .openQuote
    }

    private func isBlank(_ index: Int) -> Bool {
        bytes[index] != delimiter && (bytes[index] == UInt8(ascii: " ") || bytes[index] == 0x09)
    }

    private mutating func plainField(from start: Int) throws(Fault) -> String {
        let begin = position
        while position < bytes.count, !isLineEnd, bytes[position] != delimiter {
            guard bytes[position] != UInt8(ascii: "\"") else { throw .strayQuote }
            guard position - start <= Self.longest else { throw .tooLong }
            position += 1
        }
        return try text(bytes[begin..<position])
    }

    private func text(_ content: some Collection<UInt8>) throws(Fault) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw .notText }
        return text
    }

    /// The line before this position, cut at every delimiter. What belongs to no row of people is not kept whole.
    private func pieces(from start: Int) -> [String] {
        var end = start
        while end < bytes.count, end - start < Self.longest, ![0x0A, 0x0D].contains(bytes[end]) { end += 1 }
        return bytes[start..<end].split(separator: delimiter, omittingEmptySubsequences: false).prefix(200)
            .map { String(String(decoding: $0, as: UTF8.self).prefix(1_000)) }
    }

    /// The line before this position. Of one that is far too long, what is too long still.
    private func rawLine(from start: Int) -> String {
        let most = bytes[start...].prefix(4 * Self.longest)
        return String(decoding: most.prefix { ![0x0A, 0x0D].contains($0) }, as: UTF8.self)
    }

    private var isLineEnd: Bool { bytes[position] == UInt8(ascii: "\n") || bytes[position] == UInt8(ascii: "\r") }

    private mutating func skipLineEnd() {
        if bytes[position] == UInt8(ascii: "\r"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n") {
            position += 1
        }
        position += 1
        line += 1
    }

    private mutating func skipToLineEnd() {
        while position < bytes.count, !isLineEnd { position += 1 }
        if position < bytes.count { skipLineEnd() }
    }
}

extension String {
    /// As a field of a record, in quotes if it needs them.
    package func csvField(_ delimiter: Delimiter = .comma) -> String {
        // Without quotes, blanks before a quote and at a field's ends would get another meaning.
        let isEnclosed = first == " " || first == "\t" || last == " " || last == "\t"
        guard isEnclosed || utf8.contains(where: { [0x22, 0x0A, 0x0D, delimiter.byte].contains($0) }) else { return self }
        return "\"" + replacing("\"", with: "\"\"") + "\""
    }
}
