internal import PosternCore

/// What was posted from one of the pages on which staff sign in, or choose how to, or look at their sessions, or are shown something.
struct StaffForm: SessionForm, Equatable {
    enum Field: String, CaseIterable, Sendable {
        case name, password, code, form, session
        /// The page to be led to after signing in.
        case back
        /// Of a reveal.
        case kind, reason, challenge
        /// Of an administrator's change.
        case what, siteName = "site-name", origins
        /// What a passkey gave, in Base64 for URLs.
        case credential, user, clientData, authenticatorData, signature, attestation
    }

    var fields = PostedFields<Field>()

    var sessionToken: String { self[.form] }

    /// The second factor for a reveal or a change.
    var proof: RevealProof {
        guard let credential = bytes(.credential), let clientData = bytes(.clientData),
            let authenticatorData = bytes(.authenticatorData), let signature = bytes(.signature)
        else { return .code(self[.code]) }
        return .passkey(
            credential: credential, clientData: clientData, authenticatorData: authenticatorData, signature: signature)
    }

    /// - Returns: nil where it is missing, or is none.
    func bytes(_ field: Field) -> [UInt8]? {
        self[field].isEmpty ? nil : Base64URL.bytes(of: self[field])
    }
}
