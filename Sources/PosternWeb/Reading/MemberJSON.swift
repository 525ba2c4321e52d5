package import PosternRelay

/// What a site's program posts of a member. Unknown fields are skipped; `null` is the same as no field.
package struct MemberJSON: Equatable, Sendable {
    package private(set) var name, handle, email, locale: String?
    package private(set) var isPaused: Bool?
    /// Fields of the wrong type, in their order in the body.
    package private(set) var wrongTypes: [FieldProblem] = []

    /// - Throws: when the body is not a JSON object, or a field of a member occurs twice.
    package init(_ body: [UInt8]) throws(JSONFault) {
        var object = try ObjectReader(body)
        while let name = try object.next(of: ["name", "handle", "email", "locale", "paused"]) {
            switch name {
            case "name": self.name = try object.text(name)
            case "handle": handle = try object.text(name)
            case "email": email = try object.text(name)
            case "locale": locale = try object.text(name)
            default: isPaused = try object.flag(name)
            }
        }
        wrongTypes = object.wrongTypes
    }

    /// A member to add.
    package var member: RawMember {
        var member = RawMember()
        (member.name, member.handle) = (name ?? "", handle ?? "")
        (member.email, member.locale) = (email ?? "", locale ?? "")
        return member
    }
}

/// What a site's program wants invitations for.
package struct InvitationJSON: Equatable, Sendable {
    package private(set) var handle: String?
    package private(set) var count: Int?
    /// A span, as in `14d`.
    package private(set) var expires: String?
    package private(set) var wrongTypes: [FieldProblem] = []

    /// - Throws: when the body is not a JSON object, or a field occurs twice.
    package init(_ body: [UInt8]) throws(JSONFault) {
        var object = try ObjectReader(body)
        while let name = try object.next(of: ["handle", "count", "expires"]) {
            switch name {
            case "handle": handle = try object.text(name)
            case "expires": expires = try object.text(name)
            default: count = try object.number(name)
            }
        }
        wrongTypes = object.wrongTypes
    }
}

/// Reads one JSON object field by field, strictly.
private struct ObjectReader {
    private var reader: JSONReader
    private var seen: Set<String> = []
    private var isFirst = true
    private(set) var wrongTypes: [FieldProblem] = []

    init(_ body: [UInt8]) throws(JSONFault) {
        reader = try JSONReader(body, depthLimit: 16)
        guard reader.take(UInt8(ascii: "{")) else { throw JSONFault(.notAnObject, at: reader.position) }
    }

    /// The next of these fields, whose value must be read before the next one is asked for. Nil at the end of the body.
    mutating func next(of known: Set<String>) throws(JSONFault) -> String? {
        while true {
            if isFirst ? reader.take(UInt8(ascii: "}")) : !reader.take(UInt8(ascii: ",")) {
                if !isFirst { try reader.expect(UInt8(ascii: "}")) }
                try reader.end()
                return nil
            }
            isFirst = false
            let start = reader.position
            let name = try reader.string()
            try reader.expect(UInt8(ascii: ":"))
            guard known.contains(name) else {
                try reader.skip()
                continue
            }
            guard seen.insert(name).inserted else { throw JSONFault(.repeated(field: name), at: start) }
            return name
        }
    }

    mutating func text(_ name: String) throws(JSONFault) -> String? {
        if try reader.kind() == .string { return try reader.string() }
        return try refuse(name, wanted: "a string")
    }

    mutating func flag(_ name: String) throws(JSONFault) -> Bool? {
        if try reader.kind() == .boolean { return try reader.boolean() }
        return try refuse(name, wanted: "true or false")
    }

    mutating func number(_ name: String) throws(JSONFault) -> Int? {
        guard try reader.kind() == .number else { return try refuse(name, wanted: "a whole number") }
        guard let number = try reader.integer() else {
            wrongTypes.append(FieldProblem(field: name, code: "wrong_type", message: "This must be a whole number."))
            return nil
        }
        return number
    }

    private mutating func refuse<Value>(_ name: String, wanted: String) throws(JSONFault) -> Value? {
        if try reader.kind() != .null {
            wrongTypes.append(FieldProblem(field: name, code: "wrong_type", message: "This must be \(wanted)."))
        }
        try reader.skip()
        return nil
    }
}
