private import PosternMail

/// Reads `multipart/form-data` (RFC 7578) that is whole in memory.
///
/// Existing parsers are separate packages, made for streams of files. A letter's form has eight short parts and no files, so
/// this is enough.
package enum MultipartForm {
    private static let lineEnd: [UInt8] = [0x0D, 0x0A]
    private static let headEnd: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    private static let dashes: [UInt8] = [0x2D, 0x2D]

    /// - Parameter boundary: of the `Content-Type`; nil if it has none that can be used.
    package static func fields(in body: [UInt8], boundary: String?) throws(FormFault) -> [FormField] {
        guard let boundary else { throw .malformed(.noBoundary) }
        let opening = dashes + Array(boundary.utf8)
        let delimiter = lineEnd + opening

        var rest = body[...]
        if rest.starts(with: opening) {
            rest = rest.dropFirst(opening.count)
        } else if let preamble = rest.firstRange(of: delimiter) {
            rest = rest[preamble.upperBound...]
        } else {
            throw .malformed(.noOpeningBoundary)
        }

        var fields: [FormField] = []
        while !rest.starts(with: dashes) {
            guard fields.count < FormField.mostFields else { throw .tooManyFields(limit: FormField.mostFields) }
            // RFC 2046 §5.1.1 allows spaces after a boundary and wants them ignored.
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard rest.starts(with: lineEnd) else { throw .malformed(.partHeader) }
            guard let end = rest.firstRange(of: delimiter) else { throw .malformed(.noClosingBoundary) }
            fields.append(try field(in: rest[..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return fields
    }

    /// One part, from the line end after its boundary to the line end before the next.
    private static func field(in part: ArraySlice<UInt8>) throws(FormFault) -> FormField {
        guard let headEnd = part.firstRange(of: headEnd), headEnd.lowerBound - part.startIndex <= 4_096,
            let head = String(validating: part[..<headEnd.lowerBound], as: UTF8.self)
        else { throw .malformed(.partHeader) }

        var name: String?
        for line in head.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { throw .malformed(.partHeader) }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            switch line[..<colon].lowercased() {
            case "content-disposition":
                guard name == nil, let disposition = ParameterisedField(value), disposition.value == "form-data" else {
                    throw .malformed(.partHeader)
                }
                let given = disposition.parameters
                guard given["filename"] == nil, given["filename*"] == nil else { throw .file }
                name = given["name"]
            case "content-transfer-encoding" where !["7bit", "8bit", "binary"].contains(value.lowercased()):
                // RFC 7578 §4.7 deprecates it, and no browser sends it.
                throw .malformed(.encodedPart)
            default:
                break
            }
        }
        guard let name else { throw .malformed(.noFieldName) }
        guard let value = String(validating: part[headEnd.upperBound...], as: UTF8.self) else { throw .notUTF8 }
        return FormField(name: name, value: value)
    }
}

extension ArraySlice<UInt8> {
    /// Where `needle` first occurs. The standard library's search of that name uses the machinery of regular expressions and
    /// is far slower on bytes.
    fileprivate func firstRange(of needle: [UInt8]) -> Range<Int>? {
        guard let first = needle.first, count >= needle.count else { return nil }
        var start = startIndex
        while let candidate = self[start...].firstIndex(of: first), endIndex - candidate >= needle.count {
            if self[candidate...].starts(with: needle) { return candidate..<(candidate + needle.count) }
            start = candidate + 1
        }
        return nil
    }
}
