internal import PosternCore

/// What was posted from one of the pages on which staff sign in, or choose how to, or look at their sessions, or are shown something.
struct StaffForm: ReadableForm, Equatable {
    enum Field: String, CaseIterable, Sendable {
        case name, password, code, form, session
        /// Of a reveal.
        case kind, reason, challenge
        /// What a passkey gave, in Base64 for URLs.
        case credential, user, clientData, authenticatorData, signature, attestation
    }

    private var values: [Field: String] = [:]
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var repeated: String?
        for posted in posted.fields {
            guard let field = Field(rawValue: posted.name) else { continue }
            guard values[field] == nil else {
                repeated = repeated ?? posted.name
                continue
            }
            values[field] = posted.value
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    /// Nothing of a secret is kept to be shown again.
    init(salvaging _: [UInt8]) {}

    subscript(field: Field) -> String { values[field] ?? "" }

    /// - Returns: nil where it is missing, or is none.
    func bytes(_ field: Field) -> [UInt8]? {
        values[field].flatMap { $0.isEmpty ? nil : Base64URL.bytes(of: $0) }
    }
}
