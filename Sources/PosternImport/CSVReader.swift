/// Reads comma-separated values (RFC 4180), one record after the other. Quoted fields may hold commas, line breaks, and quotes
/// written twice. Lines end in LF, CRLF or CR. A record has a limited length. Nothing is guessed: a stray quote is a fault of
/// its record.
package struct CSVReader: Sequence, IteratorProtocol {
    package struct Record: Equatable, Sendable {
        /// The number of its first line, counted from 1.
        package let line: Int
        package let fields: [String]
        package let fault: Fault?
    }

    package enum Fault: String, Error, Sendable {
        case strayQuote = "there is a quote in the middle of a field"
        case openQuote = "a quoted field has no closing quote"
        case tooLong = "the record is longer than 8 KiB"
        case notUTF8 = "the record is not UTF-8"
    }

    /// In bytes. A record is three or four short fields.
    package static let longest = 8_192

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // Spreadsheets write a byte order mark before UTF-8.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
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
                guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { break }
                position += 1
                // A record of empty fields must not be endless either.
                guard position - start <= Self.longest else { throw .tooLong }
            }
            if position < bytes.count { skipLineEnd() }
            return Record(line: first, fields: fields, fault: nil)
        } catch {
            // Continue with the next line, wherever the fault was found: an opening quote without a closing one must not take
            // with it all rows up to the next quote.
            (position, line) = (start, first)
            skipToLineEnd()
            return Record(line: first, fields: fields, fault: error)
        }
    }

    private mutating func field(from start: Int) throws(Fault) -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return try plainField(from: start) }
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            guard position - start <= Self.longest else { throw .tooLong }
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "\"") {
                content.append(byte)
                if byte == UInt8(ascii: "\n") { line += 1 }
            } else if position < bytes.count, bytes[position] == byte {
                content.append(byte)
                position += 1
            } else {
                guard position == bytes.count || isLineEnd || bytes[position] == UInt8(ascii: ",") else { throw .strayQuote }
                return try text(content)
            }
        }
        throw .openQuote
    }

    private mutating func plainField(from start: Int) throws(Fault) -> String {
        let begin = position
        while position < bytes.count, !isLineEnd, bytes[position] != UInt8(ascii: ",") {
            guard bytes[position] != UInt8(ascii: "\"") else { throw .strayQuote }
            guard position - start <= Self.longest else { throw .tooLong }
            position += 1
        }
        return try text(bytes[begin..<position])
    }

    private func text(_ content: some Collection<UInt8>) throws(Fault) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw .notUTF8 }
        return text
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
    package var csvField: String {
        guard utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return self }
        return "\"" + replacing("\"", with: "\"\"") + "\""
    }
}
