private import PosternCore

/// One header field, unfolded (RFC 5322 §2.2.3): one line without control characters.
package struct HeaderField: Equatable, Sendable {
    /// Printable ASCII without a colon, as it was written.
    package let name: String
    /// Without the blanks around it. Encoded-words are not decoded.
    package let value: String
}

/// The header of a mail or of one of its parts.
package struct MailHeader: Equatable, Sendable {
    package let fields: [HeaderField]

    /// The value of the first field of that name, in any case.
    package subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }

    /// Every field with its encoded-words decoded. Still one line each: an encoded-word can hide a line break.
    package func decoded(defects: inout Set<MailDefect>) -> [HeaderField] {
        fields.map { field in
            HeaderField(
                name: field.name,
                value: Self.line(EncodedWord.decoded(field.value, defects: &defects), defects: &defects))
        }
    }

    /// Fields that a mail may have only once (RFC 5322 §3.6, RFC 2045 §3). Programs differ in which of two they use, and a
    /// sender can exploit that.
    private static let unique: Set<String> = [
        "date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject",
        "mime-version", "content-type", "content-transfer-encoding",
    ]

    /// Reads the header at the beginning of the source.
    /// - Returns: the header, and the octets after the empty line that ends it. Without that line everything is header, which is
    ///   legal: a mail needs no body (RFC 5322 §3.5).
    static func read(
        _ source: ArraySlice<UInt8>, within limits: MailLimits, defects: inout Set<MailDefect>
    ) throws(MailFault) -> (MailHeader, body: ArraySlice<UInt8>) {
        var fields: [(name: String, value: [UInt8])] = []
        var rest = source
        // Whether a folded line has a field to continue. After a stray line it has none.
        var continuesField = false
        var isComplete = false
        while !isComplete, let line = takeLine(&rest) {
            guard rest.startIndex - source.startIndex <= limits.headerOctets else {
                throw .headerTooLarge(limitKiB: limits.headerOctets / 1_024)
            }
            if line.isEmpty {
                isComplete = true
            } else if isBlank(line.first) {
                if line.allSatisfy({ isBlank($0) }) { defects.insert(.blankFold) }
                if continuesField { fields[fields.count - 1].value += line } else { defects.insert(.strayFold) }
            } else if let (name, value) = field(line, &defects) {
                guard fields.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
                fields.append((name, Array(value)))
                continuesField = true
            } else {
                defects.insert(.strayLine)
                continuesField = false
            }
        }
        let names = fields.map { $0.name.lowercased() }.filter(unique.contains)
        if Set(names).count < names.count { defects.insert(.repeatedField) }
        let read = fields.map { HeaderField(name: $0.name, value: text(of: $0.value, &defects)) }
        return (MailHeader(fields: read), rest)
    }

    /// The next line without its end. A bare LF also ends a line; that is `MailDefect.bareLineFeed`.
    static func takeLine(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
        let line = rest[..<end]
        rest = rest[min(end + 1, rest.endIndex)...]
        return line.last == 0x0D ? line.dropLast() : line
    }

    /// `name: value` (RFC 5322 §2.2). Nil for a line that is not a field.
    private static func field(
        _ line: ArraySlice<UInt8>, _ defects: inout Set<MailDefect>
    ) -> (name: String, value: ArraySlice<UInt8>)? {
        guard let colon = line.firstIndex(of: 0x3A) else { return nil }
        var name = line[..<colon]
        // Obsolete syntax (§4.5): some readers see a different field here, some see none.
        if isBlank(name.last) { defects.insert(.blankBeforeColon) }
        while isBlank(name.last) { name.removeLast() }
        guard !name.isEmpty, name.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return (String(decoding: name, as: UTF8.self), line[(colon + 1)...])
    }

    private static func text(of value: [UInt8], _ defects: inout Set<MailDefect>) -> String {
        // UTF-8 in a header is legal (RFC 6532); anything else is not.
        let text = String(decoding: value, as: UTF8.self)
        if !text.utf8.elementsEqual(value) { defects.insert(.headerNotUTF8) }
        return line(text, defects: &defects)
    }

    /// The text with a space for every control character, and no blanks around it.
    private static func line(_ text: String, defects: inout Set<MailDefect>) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = InvisibleCharacters.isControl(scalar) || InvisibleCharacters.isLineBreak(scalar)
            // A tab is normal in a folded line.
            if isControl, scalar != "\t" { defects.insert(.controlInHeader) }
            scalars.append(isControl ? " " : scalar)
        }
        let line = scalars.drop { $0 == " " }
        return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
    }

    private static func isBlank(_ octet: UInt8?) -> Bool { octet == 0x20 || octet == 0x09 }
}
