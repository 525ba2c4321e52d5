internal import PosternCore

/// What was posted from one of the pages on which staff sign in, or choose how to, or look at their sessions, or are shown something.
struct StaffForm: SessionForm, Equatable {
    enum Field: String, CaseIterable, Sendable {
        case name, password, code, form, session
        /// The page to be led to after signing in.
        case back
        /// Of a reveal.
        case kind, reason, challenge
        /// What a passkey gave, in Base64 for URLs.
        case credential, user, clientData, authenticatorData, signature, attestation
    }

    var fields = PostedFields<Field>()

    var sessionToken: String { self[.form] }

    /// - Returns: nil where it is missing, or is none.
    func bytes(_ field: Field) -> [UInt8]? {
        self[field].isEmpty ? nil : Base64URL.bytes(of: self[field])
    }
}
