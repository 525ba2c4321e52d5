internal import PosternCore

/// The fields of a posted form before anybody knows in which encoding they are, as far as they could be read.
package struct FormOctets: Sendable {
    package internal(set) var fields: [Field] = []
    /// Why not all of it could be read; nil when it could.
    package internal(set) var fault: FormFault?

    package struct Field: Sendable {
        let name: [UInt8]
        package internal(set) var value: [UInt8]
        /// The encoding that a part names for itself.
        var charset: String?
    }

    init() {}

    /// The fields as text.
    /// - Parameter declared: the encoding that the request names, if it names one.
    package func text(declared: String? = nil) -> PostedForm {
        let named = fields.first { $0.name == Array("_charset_".utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
        let isUTF8 = fields.contains { field in
            [field.name, field.value].contains { String(validating: $0, as: UTF8.self)?.utf8.contains { $0 >= 0x80 } == true }
        }
        var reader = FormText(declared: [declared, named], isUTF8: isUTF8)
        var form = PostedForm([], fault: fault)
        form.fields = fields.map { field in
            FormField(
                name: reader.text(field.name, charset: field.charset), value: reader.text(field.value, charset: field.charset))
        }
        // The visitor is asked whether the text is right.
        if fault == nil, reader.isGuess { form.fault = .notUTF8 }
        return form
    }
}

/// A posted form as text, as far as it could be read.
package struct PostedForm: Equatable, Sendable {
    package internal(set) var fields: [FormField]
    /// Why not all of it could be read; nil when it could.
    package internal(set) var fault: FormFault?

    package init(_ fields: [FormField], fault: FormFault? = nil) {
        self.fields = fields
        self.fault = fault
    }
}

/// One name and value of a posted form, decoded, but otherwise unchecked.
package struct FormField: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

extension FormField {
    /// The most fields of a form that are read. Ours has eight, and extensions of browsers add a few.
    package static let mostFields = 64
}

/// Why a posted form cannot be read as it came. Our own page sends no such form.
package enum FormFault: Error, Equatable, Sendable {
    /// Not all of it is UTF-8 or in the encoding that was declared: it was read in a way that nobody has said.
    case notUTF8
    case tooManyFields(limit: Int)
    /// A field of a letter occurs twice. Two readers might choose different ones.
    case repeated(field: String)
    /// Files are not accepted.
    case file
    /// The end is missing.
    case cutShort
    case malformed(FormFlaw)
}

/// What exactly is malformed, for the log and for tests.
package enum FormFlaw: Equatable, Sendable {
    case noBoundary
    case noOpeningBoundary
    case partHeader
    case noFieldName
    case encodedPart
}

extension [UInt8] {
    /// Without the beginning of a character at its end, as it is left where a text was cut.
    func withoutCutCharacter() -> [UInt8] {
        // At most three octets of a character can be there without its last.
        guard let lead = suffix(3).lastIndex(where: { $0 & 0b1100_0000 != 0b1000_0000 }) else { return self }
        let length =
            switch self[lead] {
            case 0xF0...0xF4: 4
            case 0xE0...0xEF: 3
            case 0xC2...0xDF: 2
            default: 1
            }
        return count - lead < length ? Array(self[..<lead]) : self
    }
}
