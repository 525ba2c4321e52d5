/// One name and value of a posted form, decoded and valid UTF-8, otherwise as it came.
package struct FormField: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        (self.name, self.value) = (name, value)
    }
}

/// Why a posted form cannot be read. No browser sends one of these; its visitor could mend nothing.
package enum FormFault: Error, Equatable, Sendable {
    case notUTF8
    case tooManyFields(limit: Int)
    /// A field of a letter occurs twice: two readers would believe different ones.
    case repeated(field: String)
    /// We take no files.
    case file
    case malformed(FormFlaw)
}

/// What exactly is malformed, for the log and for tests.
package enum FormFlaw: Equatable, Sendable {
    case noBoundary
    case noOpeningBoundary
    case noClosingBoundary
    case partHeader
    case noFieldName
    case encodedPart
}

extension FormField {
    /// The most fields a form may have. Ours has seven; extensions of browsers add a few.
    package static let mostFields = 64
}
