/// A form of which each field is a text.
protocol FieldForm: ReadableForm {
    associatedtype Field: RawRepresentable & Hashable & Sendable where Field.RawValue == String

    var fields: PostedFields<Field> { get set }
}

extension FieldForm {
    init(_ posted: PostedForm) {
        self.init()
        fields = PostedFields(posted)
    }

    /// Of what comes in another format nothing is read: it is short and soon typed again, or a secret.
    init(salvaging _: [UInt8]) { self.init() }

    var fault: FormFault? { fields.fault }

    /// Empty where there is none.
    subscript(field: Field) -> String { fields[field] }
}

/// The fields of a posted form that we know.
struct PostedFields<Field: RawRepresentable & Hashable & Sendable>: Equatable, Sendable where Field.RawValue == String {
    private var values: [Field: String] = [:]
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var repeated: String?
        for posted in posted.fields {
            guard let field = Field(rawValue: posted.name) else { continue }
            if values[field] == nil { values[field] = posted.value } else { repeated = repeated ?? posted.name }
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    subscript(field: Field) -> String { values[field] ?? "" }
}
