package import PosternCore

/// A row of an import, `handle,name,email[,locale]`, with every field parsed.
package struct RecipientRow: Sendable {
    package let handle: Handle
    package let name: HeaderText
    package let address: EmailAddress
    package let language: Language

    /// Everything that is wrong with a row.
    package struct Reject: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package init(_ record: CSVReader.Record) throws(Reject) {
        if let fault = record.fault { throw Reject(description: fault.rawValue) }
        guard (3...4).contains(record.fields.count) else {
            throw Reject(
                description: "it has \(record.fields.count) fields; a row has handle,name,email and, if you like, locale")
        }
        try self.init(
            handle: record.fields[0], name: record.fields[1], address: record.fields[2],
            language: record.fields.count == 4 ? record.fields[3] : "")
    }

    package init(handle: String, name: String, address: String, language: String) throws(Reject) {
        var faults: [String] = []
        func parse<Value, Fault: Error>(_ sentence: (Fault) -> String, _ make: () throws(Fault) -> Value) -> Value? {
            do { return try make() } catch {
                faults.append(sentence(error))
                return nil
            }
        }
        let handle = parse({ $0.description }) { () throws(SlugFault) in try Handle(handle.trimmed) }
        let name = parse({ FieldFault(field: .name, reason: .text($0)).sentence("name") }) { () throws(TextFault) in
            try HeaderText(name, limit: Letter.Limit.name)
        }
        let address = parse({ FieldFault(field: .email, reason: .address($0)).sentence("e-mail address") }) {
            () throws(AddressFault) in try EmailAddress(address.trimmed)
        }
        let locale = language.trimmed.isEmpty ? Language.english : Language(language.trimmed)
        // The text is not repeated: if two columns were swapped, it is an address.
        if locale == nil { faults.append("the locale is not a language; write one like de or pt-br") }
        guard faults.isEmpty, let handle, let name, let address, let locale else {
            throw Reject(description: faults.joined(separator: "; "))
        }
        (self.handle, self.name, self.address, self.language) = (handle, name, address, locale)
    }
}

extension FieldFault {
    /// For an operator: names the field, and does not repeat its content.
    fileprivate func sentence(_ noun: String) -> String {
        switch reason {
        case .text(.empty), .address(.empty): "the \(noun) is empty"
        case .text(.tooLong(let limit, let count)): "the \(noun) has \(count) characters; at most \(limit) are allowed"
        case .text(.lineBreak): "the \(noun) contains a line break"
        case .address(.tooLong(let octets)): "the \(noun) has \(octets) octets; at most 254 are allowed"
        case .address(.noAtSign): "the \(noun) has no @"
        case .address(.localPart): "the part of the \(noun) before the @ is not valid"
        case .address(.domain): "the part of the \(noun) after the @ is not valid"
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
