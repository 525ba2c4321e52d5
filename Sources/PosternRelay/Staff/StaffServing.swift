package import PosternCore

/// A member of staff who is signed in.
package struct SignedInStaff: Sendable {
    package let account: StaffAccountID
    package let name: StaffName
    package let role: StaffRole
    /// Stands in each form of the session's pages.
    package let formToken: String
    /// What the store knows the session by, as the list of sessions names it.
    package let session: String

    package init(account: StaffAccountID, name: StaffName, role: StaffRole, formToken: String, session: String) {
        self.account = account
        self.name = name
        self.role = role
        self.formToken = formToken
        self.session = session
    }
}

/// What somebody typed, or their browser gave, to sign in.
package enum StaffSignIn: Equatable, Sendable, Unprintable {
    case password(String, code: String)
    case passkey(credential: [UInt8], clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8])
}

package enum StaffSignInAnswer: Sendable {
    case session(SessionSecret)
    case refused
    case limited(retryAfter: Duration)
    case unavailable(retryAfter: Duration)
}

/// How somebody wants to sign in from now on.
package enum StaffChoice: Equatable, Sendable, Unprintable {
    case password(String, code: String)
    case passkey(clientData: [UInt8], attestation: [UInt8])
}

package enum StaffChoiceAnswer: Sendable {
    /// They are signed in. The codes are shown once.
    case session(SessionSecret, recoveryCodes: [String])
    case shortPassword
    case wrongCode
    case wrongPasskey
    case notValid
    case unavailable(retryAfter: Duration)
}

/// What the page of a link shows.
package struct StaffOfferView: Sendable, Unprintable {
    package let name: StaffName
    package let role: StaffRole
    package let secret, challenge: [UInt8]

    package init(name: StaffName, role: StaffRole, secret: [UInt8], challenge: [UInt8]) {
        self.name = name
        self.role = role
        self.secret = secret
        self.challenge = challenge
    }
}

package enum StaffLinkAnswer: Sendable {
    case offer(StaffOfferView)
    case notValid
    case unavailable(retryAfter: Duration)
}

package struct StaffSessionLine: Sendable {
    /// Names it in a form.
    package let id: String
    package let name: StaffName
    package let network: Tag?
    package let made, seen: Timestamp

    package init(id: String, name: StaffName, network: Tag?, made: Timestamp, seen: Timestamp) {
        self.id = id
        self.name = name
        self.network = network
        self.made = made
        self.seen = seen
    }
}

/// What the staff's pages ask about those who use them.
package protocol StaffServing: Sendable {
    /// Whether anybody was ever added.
    func hasAccounts() async throws -> Bool
    /// For a passkey; nil while the vault does not answer.
    func challenge() async -> [UInt8]?
    func signIn(_ name: String, _ proof: StaffSignIn, from client: ClientAddress?) async -> StaffSignInAnswer
    func open(_ name: String, _ token: MailedToken) async -> StaffLinkAnswer
    func choose(
        _ name: String, _ token: MailedToken, _ choice: StaffChoice, from client: ClientAddress?
    ) async -> StaffChoiceAnswer
    /// - Parameter isUse: whether somebody does something, and no open page by itself.
    /// - Returns: nil for a session that is over, or never was.
    func signedIn(_ session: SessionSecret, isUse: Bool) async throws -> SignedInStaff?
    func signOut(_ session: SessionSecret) async throws
    /// An administrator sees everybody's, the others their own.
    func sessions(of staff: SignedInStaff) async throws -> [StaffSessionLine]
    /// - Returns: false where there is none, or it is not theirs to end.
    func end(_ session: String, by staff: SignedInStaff) async throws -> Bool
}

extension StaffServing {
    package func signedIn(_ session: SessionSecret) async throws -> SignedInStaff? { try await signedIn(session, isUse: true) }
}
