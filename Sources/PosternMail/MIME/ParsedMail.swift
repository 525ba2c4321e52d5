/// How large a mail may be. A larger one is refused, never read in part.
package struct MailLimits: Sendable {
    package var octets = 1_048_576
    /// For the header of the mail and of each part.
    package var headerOctets = 65_536
    package var fields = 256
    /// All parts together, the mail itself included.
    package var parts = 64
    /// A multipart inside a multipart counts 2.
    package var depth = 8

    package init() {}
}

/// Why a mail is not read.
package enum MailFault: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLarge(limitKiB: Int)
    case headerTooLarge(limitKiB: Int)
    case tooManyFields(limit: Int)
    case tooManyParts(limit: Int)
    case nestedTooDeeply(limit: Int)

    package var description: String {
        switch self {
        case .tooLarge(let limit): "the mail is larger than \(limit) KiB"
        case .headerTooLarge(let limit): "a header of the mail is larger than \(limit) KiB"
        case .tooManyFields(let limit): "a header of the mail has more than \(limit) fields"
        case .tooManyParts(let limit): "the mail has more than \(limit) parts"
        case .nestedTooDeeply(let limit): "the parts of the mail are nested more than \(limit) deep"
        }
    }
}

/// Something in a mail that a standard forbids and that was read anyway. Mail programs differ in how they read these, so a
/// caller that must not be fooled can refuse some of them.
package enum MailDefect: Hashable, Sendable, CaseIterable {
    // MARK: Octets and lines

    case nul
    /// An LF without a CR before it. It ends a line like CRLF.
    case bareLineFeed
    /// A CR without an LF after it. It ends no line, and is a space in a header.
    case bareCarriageReturn
    /// More than 998 octets (RFC 5322 §2.1.1).
    case longLine

    // MARK: Header

    /// A line that is not a field, left out.
    case strayLine
    /// A folded line that continues no field, left out.
    case strayFold
    /// A folded line with nothing but blanks, which some readers take for the end of the header.
    case blankFold
    case blankBeforeColon
    /// A field that may occur only once is repeated; the first one counts.
    case repeatedField
    /// Octets that are not UTF-8, replaced by U+FFFD.
    case headerNotUTF8
    /// A control character, in clear or encoded, replaced by a space.
    case controlInHeader
    /// Longer than 75 characters (RFC 2047 §2).
    case longEncodedWord

    // MARK: Parts

    /// A malformed Content-Type; text/plain instead (RFC 2045 §5.2).
    case brokenContentType
    /// A multipart without a valid boundary. Its parts are not read.
    case unusableBoundary
    /// A multipart with the same boundary as an enclosing one: their parts cannot be told apart.
    case reusedBoundary
    /// A line that begins with the boundary but is longer. It is treated as text.
    case boundaryLookalike
    case multipartWithoutParts
    /// No closing boundary: the last part reaches to the end.
    case unterminatedMultipart
    /// A multipart in base64 or quoted-printable (RFC 2045 §6.4 forbids it), read as it is.
    case encodedMultipart

    // MARK: Text

    /// Read as it is.
    case unknownTransferEncoding
    case brokenQuotedPrintable
    case brokenBase64
    /// Read as UTF-8.
    case unknownCharset
    /// Octets that are undefined in the charset, replaced by U+FFFD.
    case undecodableText

    /// The defects that only a scan of every octet finds.
    static func inOctets(of source: some Collection<UInt8>) -> Set<MailDefect> {
        var defects: Set<MailDefect> = []
        var previous: UInt8 = 0
        var length = 0
        for octet in source {
            length += 1
            if octet == 0 { defects.insert(.nul) }
            if octet == 0x0A {
                if previous != 0x0D { defects.insert(.bareLineFeed) }
                if length > 1_000 { defects.insert(.longLine) }
                length = 0
            } else if previous == 0x0D {
                defects.insert(.bareCarriageReturn)
            }
            previous = octet
        }
        if previous == 0x0D { defects.insert(.bareCarriageReturn) }
        if length > 998 { defects.insert(.longLine) }
        return defects
    }
}

/// A parsed mail from an untrusted source (RFC 5322, RFC 2046).
///
/// No input traps: a mail is read, with its defects listed, or refused with a `MailFault`. That a mail could be read does not
/// make anything in it true.
package struct ParsedMail: Sendable {
    package let root: MailPart
    package let defects: Set<MailDefect>

    package init(_ source: [UInt8], limits: MailLimits = MailLimits()) throws(MailFault) {
        guard source.count <= limits.octets else { throw .tooLarge(limitKiB: limits.octets / 1_024) }
        var reader = MailReader(limits: limits, defects: MailDefect.inOctets(of: source))
        root = try reader.part(source[...], within: [])
        defects = reader.defects
    }
}

/// A mail or one part of it.
package struct MailPart: Sendable {
    package let header: MailHeader
    package let type: ParameterisedField
    /// As it arrived, still in its transfer encoding.
    package let body: ArraySlice<UInt8>
    /// The parts of a multipart with a usable boundary; otherwise empty.
    package let parts: [MailPart]

    /// The body as text in the charset it names.
    package func text(defects: inout Set<MailDefect>) -> String {
        let name = header["Content-Transfer-Encoding"]?.lowercased() ?? TransferEncoding.sevenBit.rawValue
        let encoding = TransferEncoding(rawValue: name)
        if encoding == nil { defects.insert(.unknownTransferEncoding) }
        let bytes = (encoding ?? .binary).decoded(body, defects: &defects)
        return Charset.text(of: bytes, named: type.parameters["charset"], defects: &defects)
    }
}

/// The state while a mail is read.
private struct MailReader {
    let limits: MailLimits
    var defects: Set<MailDefect>
    private var parts = 0

    init(limits: MailLimits, defects: Set<MailDefect>) {
        self.limits = limits
        self.defects = defects
    }

    /// - Parameter boundaries: those of the enclosing multiparts, outermost first.
    mutating func part(_ source: ArraySlice<UInt8>, within boundaries: [String]) throws(MailFault) -> MailPart {
        parts += 1
        guard parts <= limits.parts else { throw .tooManyParts(limit: limits.parts) }
        let (header, body) = try MailHeader.read(source, within: limits, defects: &defects)
        var type = ParameterisedField.plainText
        if let written = header["Content-Type"] {
            if let read = ParameterisedField(written) { type = read } else { defects.insert(.brokenContentType) }
        }
        guard type.value.hasPrefix("multipart/") else { return MailPart(header: header, type: type, body: body, parts: []) }
        let inner = try innerParts(of: body, type, header, within: boundaries)
        return MailPart(header: header, type: type, body: body, parts: inner)
    }

    private mutating func innerParts(
        of body: ArraySlice<UInt8>, _ type: ParameterisedField, _ header: MailHeader, within boundaries: [String]
    ) throws(MailFault) -> [MailPart] {
        guard let boundary = type.boundary else {
            defects.insert(.unusableBoundary)
            return []
        }
        guard boundaries.count < limits.depth else { throw .nestedTooDeeply(limit: limits.depth) }
        if boundaries.contains(boundary) { defects.insert(.reusedBoundary) }
        let encoding = header["Content-Transfer-Encoding"]?.lowercased()
        if encoding == "base64" || encoding == "quoted-printable" { defects.insert(.encodedMultipart) }
        var inner: [MailPart] = []
        for source in try sources(in: body, boundary: boundary) {
            inner.append(try part(source, within: boundaries + [boundary]))
        }
        return inner
    }

    /// The text between the boundary lines (RFC 2046 §5.1.1), without the line end before each, which belongs to the boundary.
    private mutating func sources(in body: ArraySlice<UInt8>, boundary: String) throws(MailFault) -> [ArraySlice<UInt8>] {
        let delimiter = Array("--\(boundary)".utf8)
        var sources: [ArraySlice<UInt8>] = []
        var start: Int?
        var rest = body
        var isClosed = false
        while !isClosed, !rest.isEmpty {
            let lineStart = rest.startIndex
            guard let line = MailHeader.takeLine(&rest), line.starts(with: delimiter) else { continue }
            let tail = line.dropFirst(delimiter.count)
            let closes = tail.starts(with: [0x2D, 0x2D])
            // Blanks may have been added in transit.
            guard tail.dropFirst(closes ? 2 : 0).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else {
                defects.insert(.boundaryLookalike)
                continue
            }
            if let start { sources.append(Self.withoutLineEnd(body[start..<max(start, lineStart)])) }
            guard parts + sources.count <= limits.parts else { throw .tooManyParts(limit: limits.parts) }
            start = closes ? nil : rest.startIndex
            isClosed = closes
        }
        if !isClosed { defects.insert(.unterminatedMultipart) }
        // The last part of a truncated mail is still read.
        if let start { sources.append(body[start...]) }
        if sources.isEmpty { defects.insert(.multipartWithoutParts) }
        return sources
    }

    private static func withoutLineEnd(_ part: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard part.last == 0x0A else { return part }
        let part = part.dropLast()
        return part.last == 0x0D ? part.dropLast() : part
    }
}
