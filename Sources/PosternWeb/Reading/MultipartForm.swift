private import PosternMail

/// Reads `multipart/form-data` (RFC 7578) that is whole in memory.
///
/// Existing parsers are separate packages, made for streams of files. A letter's form has eight short parts and no files, so
/// this is enough.
package enum MultipartForm {
    private static let lineEnd: [UInt8] = [0x0D, 0x0A]
    private static let headEnd: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    private static let dashes: [UInt8] = [0x2D, 0x2D]

    /// - Parameters:
    ///   - boundary: of the `Content-Type`; nil if it has none that can be used. Then what the body begins with is taken for one, so
    ///     that as much as possible is read.
    ///   - isCut: whether the end of the body is missing.
    package static func fields(in body: [UInt8], boundary: String?, isCut: Bool = false) -> FormOctets {
        var form = FormOctets()
        // Programs that put a form together by hand end lines with LF alone (RFC 2046 §4.1.1 wants CRLF); browsers do not.
        let isByHand = !body.contains(0x0D)
        let body = isByHand ? body.flatMap { $0 == 0x0A ? lineEnd : [$0] } : body
        guard let opening = boundary.map({ dashes + Array($0.utf8) }) ?? firstLine(of: body) else {
            form.fault = .malformed(.noBoundary)
            return form
        }
        do throws(FormFault) {
            try read(body[...], delimitedBy: opening, into: &form)
        } catch {
            form.fault = error
        }
        if boundary == nil { form.fault = .malformed(.noBoundary) }
        if isCut { form.fault = .cutShort }
        return form
    }

    private static func firstLine(of body: [UInt8]) -> [UInt8]? {
        let line = body.prefix(72).prefix { $0 != 0x0D }
        return line.starts(with: dashes) && line.count > 2 && body.dropFirst(line.count).starts(with: lineEnd) ? Array(line) : nil
    }

    private static func read(
        _ body: ArraySlice<UInt8>, delimitedBy opening: [UInt8], into form: inout FormOctets
    ) throws(FormFault) {
        let delimiter = lineEnd + opening
        var rest = body
        if rest.starts(with: opening) {
            rest = rest.dropFirst(opening.count)
        } else if let preamble = rest.firstRange(of: delimiter) {
            rest = rest[preamble.upperBound...]
        } else {
            throw .malformed(.noOpeningBoundary)
        }
        var flaw: FormFault?
        while !rest.starts(with: dashes) {
            guard form.fields.count < FormField.mostFields else { throw .tooManyFields(limit: FormField.mostFields) }
            // RFC 2046 §5.1.1 allows spaces after a boundary and wants them ignored.
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard rest.starts(with: lineEnd) else { throw rest.isEmpty ? .cutShort : .malformed(.partHeader) }
            let end = rest.firstRange(of: delimiter)
            let part = rest[..<(end?.lowerBound ?? rest.endIndex)]
            do throws(FormFault) {
                if var field = try field(in: part) {
                    if end == nil { field.value = field.value.withoutCutCharacter() }
                    form.fields.append(field)
                }
            } catch {
                // The other parts are read all the same, so that the visitor gets them back.
                flaw = flaw ?? error
            }
            guard let end else { throw .cutShort }
            rest = rest[end.upperBound...]
        }
        if let flaw { throw flaw }
    }

    /// One part, from the line end after its boundary to the line end before the next.
    /// - Returns: nil for a file input in which no file was chosen.
    private static func field(in part: ArraySlice<UInt8>) throws(FormFault) -> FormOctets.Field? {
        guard let headEnd = part.firstRange(of: headEnd), headEnd.lowerBound - part.startIndex <= 4_096 else {
            throw .malformed(.partHeader)
        }
        let octets = part[..<headEnd.lowerBound]
        let head = FormText.text(Array(octets))
        let value = Array(part[headEnd.upperBound...])

        var (name, fileName, charset): (String?, String?, String?)
        for line in head.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { throw .malformed(.partHeader) }
            let content = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            switch line[..<colon].lowercased() {
            case "content-disposition":
                guard name == nil, let disposition = ParameterisedField(content), disposition.value == "form-data" else {
                    throw .malformed(.partHeader)
                }
                let given = disposition.parameters
                fileName = given["filename"] ?? given["filename*"]
                name = given["name"]
            case "content-type":
                charset = ParameterisedField(content)?.parameters["charset"]
            case "content-transfer-encoding" where !["7bit", "8bit", "binary"].contains(content.lowercased()):
                // RFC 7578 §4.7 deprecates it, and no browser sends it.
                throw .malformed(.encodedPart)
            default:
                break
            }
        }
        guard let name else { throw .malformed(.noFieldName) }
        if let fileName {
            guard fileName.isEmpty, value.isEmpty else { throw .file }
            return nil
        }
        return FormOctets.Field(name: Array(name.utf8), value: value, charset: charset)
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
