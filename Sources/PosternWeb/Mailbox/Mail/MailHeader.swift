/// One header field of a mail, unfolded (RFC 5322 §2.2.3), encoded words as they stand.
package struct MailHeaderField: Equatable, Sendable {
    package let name: String
    package let value: String
}

/// A mail or one part of it: its header fields, and the octets behind the empty line.
package struct MailEntity: Sendable {
    package let fields: [MailHeaderField]
    package let body: ArraySlice<UInt8>

    /// Reads anything: a line that is no field is left out, and without an empty line everything is header.
    package init(_ source: ArraySlice<UInt8>) {
        var fields: [MailHeaderField] = []
        var rest = source
        while let (line, behind) = Self.takeLine(rest) {
            rest = behind
            guard !line.isEmpty else { break }
            let text = String(decoding: line, as: UTF8.self)
            if text.first == " " || text.first == "\t" {
                guard let last = fields.popLast() else { continue }
                fields.append(MailHeaderField(name: last.name, value: last.value + text))
            } else if let colon = text.firstIndex(of: ":") {
                let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
                fields.append(MailHeaderField(name: String(text[..<colon]), value: String(value)))
            }
        }
        (self.fields, body) = (fields, rest)
    }

    /// The value of the first field of that name.
    package subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    private static func takeLine(_ source: ArraySlice<UInt8>) -> (line: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        guard !source.isEmpty else { return nil }
        let end = source.firstIndex(of: 0x0A) ?? source.endIndex
        var line = source[..<end]
        if line.last == 0x0D { line = line.dropLast() }
        return (line, end == source.endIndex ? source[end...] : source[(end + 1)...])
    }
}
