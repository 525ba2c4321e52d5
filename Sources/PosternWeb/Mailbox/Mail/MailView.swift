/// What a mail shows: its subject and people, its text and its HTML. Good enough for our own mails and their like.
package struct MailView: Sendable {
    package let subject: String?
    package let from: String
    package let to: String
    package let fields: [MailHeaderField]
    package private(set) var plain: String?
    package private(set) var html: String?

    /// Deeper nesting, and more parts, are not looked at.
    private static let depthLimit = 5
    private static let partLimit = 50

    package init(source: [UInt8]) {
        let mail = MailEntity(source[...])
        fields = mail.fields.map { MailHeaderField(name: $0.name, value: EncodedWord.decoded($0.value)) }
        let subject = mail["Subject"].map(EncodedWord.decoded) ?? ""
        self.subject = subject.contains { !$0.isWhitespace } ? subject : nil
        from = mail["From"].map(EncodedWord.decoded) ?? ""
        to = mail["To"].map(EncodedWord.decoded) ?? ""
        var partsLeft = Self.partLimit
        look(at: mail, depth: 0, &partsLeft)
    }

    private mutating func look(at part: MailEntity, depth: Int, _ partsLeft: inout Int) {
        guard depth < Self.depthLimit, partsLeft > 0 else { return }
        partsLeft -= 1
        let type = part["Content-Type"].flatMap { ParameterisedField($0) }
        let kind = type?.value ?? "text/plain"
        if kind.hasPrefix("multipart/"), let boundary = type?.parameters["boundary"], !boundary.isEmpty {
            for inner in Self.parts(of: part.body, boundary: boundary) {
                look(at: MailEntity(inner), depth: depth + 1, &partsLeft)
            }
        } else if kind == "text/plain", plain == nil {
            plain = Self.text(of: part, type)
        } else if kind == "text/html", html == nil {
            html = Self.text(of: part, type)
        }
    }

    private static func text(of part: MailEntity, _ type: ParameterisedField?) -> String {
        let encoding = part["Content-Transfer-Encoding"].map { $0.filter { !$0.isWhitespace } }
        let bytes = TransferCoding.decoded(part.body, encoding: encoding)
        return TransferCoding.text(bytes, charset: type?.parameters["charset"])
    }

    /// What stands between lines that begin with `--boundary` (RFC 2046 §5.1.1).
    private static func parts(of body: ArraySlice<UInt8>, boundary: String) -> [ArraySlice<UInt8>] {
        let mark = Array("--\(boundary)".utf8)
        var parts: [ArraySlice<UInt8>] = []
        var partStart: Int?
        var lineStart = body.startIndex
        while lineStart < body.endIndex {
            let lineEnd = body[lineStart...].firstIndex(of: 0x0A).map { $0 + 1 } ?? body.endIndex
            if body[lineStart..<lineEnd].starts(with: mark) {
                if let partStart { parts.append(trimmed(body[partStart..<lineStart])) }
                let isLast = body[lineStart..<lineEnd].dropFirst(mark.count).starts(with: [0x2D, 0x2D])
                partStart = isLast ? nil : lineEnd
                if isLast { break }
            }
            lineStart = lineEnd
        }
        // A mail cut short still shows what it has.
        if let partStart { parts.append(body[partStart...]) }
        return parts
    }

    /// The line end before a boundary belongs to the boundary.
    private static func trimmed(_ part: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var part = part
        if part.last == 0x0A { part = part.dropLast() }
        if part.last == 0x0D { part = part.dropLast() }
        return part
    }
}
