internal import PosternCore

/// The fields of a posted form before anybody knows in which encoding they are, as far as they could be read.
package struct FormOctets: Sendable {
    package internal(set) var fields: [(name: [UInt8], value: [UInt8])] = []
    /// Why not all of it could be read; nil when it could.
    package internal(set) var fault: FormFault?

    init() {}

    /// The fields as text.
    /// - Parameter declared: the encoding that the request names, if it names one.
    package func text(declared: String? = nil) -> PostedForm {
        var form = PostedForm([], fault: fault)
        var isUTF8 = true
        for (name, value) in fields {
            guard let name = String(validating: name, as: UTF8.self), let value = String(validating: value, as: UTF8.self) else {
                isUTF8 = false
                break
            }
            form.fields.append(FormField(name: name, value: value))
        }
        guard !isUTF8 else { return form }
        // A page in Latin-1 makes its visitors post in Windows-1252 (WHATWG Encoding standard, §4.2). If neither the request nor the
        // form says so, the visitor is asked whether the text is right.
        form.fields = fields.map { FormField(name: Windows1252.text($0.name), value: Windows1252.formText($0.value)) }
        let named = declared ?? form.fields.first { $0.name == "_charset_" }?.value
        if fault == nil, !Windows1252.isMeant(by: named ?? "") { form.fault = .notUTF8 }
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
    /// Read as Windows-1252, which nobody has said it was.
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
