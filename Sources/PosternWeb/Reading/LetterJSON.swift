package import PosternCore

/// A letter as it was posted in JSON.
package struct LetterJSON: Equatable, Sendable {
    package private(set) var letter = RawLetter()
    /// Fields of the wrong type, in their order in the body.
    package private(set) var wrongTypes: [FieldProblem] = []

    /// Unknown fields are skipped. `null` is the same as no field.
    /// - Throws: when the body is not a JSON object, or a field of a letter occurs twice.
    package init(_ body: [UInt8]) throws(JSONFault) {
        var reader = try JSONReader(body, depthLimit: 16)
        guard reader.take(UInt8(ascii: "{")) else { throw JSONFault(.notAnObject, at: reader.position) }
        if !reader.take(UInt8(ascii: "}")) {
            var seen: Set<String> = []
            repeat {
                let start = reader.position
                let name = try reader.string()
                try reader.expect(UInt8(ascii: ":"))
                let isOurs = try readField(name, from: &reader)
                guard !isOurs || seen.insert(name).inserted else { throw JSONFault(.repeated(field: name), at: start) }
            } while reader.take(UInt8(ascii: ","))
            try reader.expect(UInt8(ascii: "}"))
        }
        try reader.end()
    }

    private mutating func readField(_ name: String, from reader: inout JSONReader) throws(JSONFault) -> Bool {
        switch name {
        case "name": letter.name = try text(name, from: &reader)
        case "email": letter.email = try text(name, from: &reader)
        case "subject": letter.subject = try text(name, from: &reader)
        case "message": letter.message = try text(name, from: &reader)
        case "about": letter.about = try text(name, from: &reader)
        case "show_address":
            if try reader.kind() == .boolean {
                letter.sharesAddress = try reader.boolean()
            } else {
                try refuse(name, wanted: "true or false", from: &reader)
            }
        default:
            try reader.skip()
            return false
        }
        return true
    }

    private mutating func text(_ name: String, from reader: inout JSONReader) throws(JSONFault) -> String {
        if try reader.kind() == .string { return try reader.string() }
        try refuse(name, wanted: "a string", from: &reader)
        return ""
    }

    private mutating func refuse(_ name: String, wanted: String, from reader: inout JSONReader) throws(JSONFault) {
        if try reader.kind() != .null {
            wrongTypes.append(FieldProblem(field: name, code: "wrong_type", message: "This must be \(wanted)."))
        }
        try reader.skip()
    }

    /// All faults of a letter that has a field of the wrong type. Such a field is not also reported as empty.
    package var allProblems: [FieldProblem] {
        do {
            _ = try letter.validated()
            return wrongTypes
        } catch {
            let known = Set(wrongTypes.map(\.field))
            return wrongTypes + error.all.map(FieldProblem.init).filter { !known.contains($0.field) }
        }
    }
}
