import PosternCore
import PosternRelay
import Synchronization

/// Staff as the relay would know them: one session for each role, one link, one password.
final class FakeStaff: StaffServing {
    let isEmpty: Bool
    let isLimited: Bool
    private let kept = Mutex<(ended: [String], clients: [ClientAddress?])>(([], []))

    static let password = "correct horse battery staple"
    static let link = "0123456789abcdefghjkmnpqrs0123456789abcdefghjkmnpqrs"

    init(isEmpty: Bool = false, isLimited: Bool = false) {
        (self.isEmpty, self.isLimited) = (isEmpty, isLimited)
    }

    var ended: [String] { kept.withLock { $0.ended } }
    var clients: [ClientAddress?] { kept.withLock { $0.clients } }

    /// The secret of the session of somebody with that role.
    static func secret(_ role: StaffRole) -> SessionSecret? {
        SessionSecret(text: String(repeating: "0", count: 25) + String(StaffRole.allCases.firstIndex(of: role) ?? 0))
    }

    static func cookie(_ role: StaffRole) -> String { "__Host-postern-staff=\(secret(role)?.text ?? "")" }

    private static func signedIn(_ role: StaffRole) throws -> SignedInStaff {
        SignedInStaff(
            account: StaffAccountID(high: 1, low: 1), name: try StaffName("anna"), role: role, formToken: "token",
            session: "own")
    }

    func hasAccounts() async throws -> Bool { !isEmpty }
    func challenge() async -> [UInt8]? { [1, 2, 3] }

    func signIn(_ name: String, _ proof: StaffSignIn, from client: ClientAddress?) async -> StaffSignInAnswer {
        kept.withLock { $0.clients.append(client) }
        if isLimited { return .limited(retryAfter: .seconds(90)) }
        switch proof {
        case .password(Self.password, code: "123456") where name == "anna":
            return Self.secret(.reviewer).map { .session($0) } ?? .refused
        case .passkey(credential: [1], clientData: [2], authenticatorData: [3], signature: [4]) where name == "anna":
            return Self.secret(.reviewer).map { .session($0) } ?? .refused
        default: return .refused
        }
    }

    func open(_ name: String, _ token: MailedToken) async -> StaffLinkAnswer {
        guard name == "anna", token.text == Self.link, let name = try? StaffName(name) else { return .notValid }
        return .offer(
            StaffOfferView(name: name, role: .reviewer, secret: Array(repeating: 0, count: 20), challenge: [1, 2, 3]))
    }

    func choose(
        _ name: String, _ token: MailedToken, _ choice: StaffChoice, from client: ClientAddress?
    ) async -> StaffChoiceAnswer {
        guard name == "anna", token.text == Self.link, let secret = Self.secret(.reviewer) else { return .notValid }
        switch choice {
        case .password(let password, _) where password.count < 12: return .shortPassword
        case .password(_, code: "123456"): return .session(secret, recoveryCodes: ["aaaa-bbbb-cccc-dddd"])
        case .password: return .wrongCode
        case .passkey(clientData: [2], attestation: [5]): return .session(secret, recoveryCodes: [])
        case .passkey: return .wrongPasskey
        }
    }

    func signedIn(_ session: SessionSecret, isUse: Bool) async throws -> SignedInStaff? {
        try StaffRole.allCases.first { Self.secret($0) == session }.map(Self.signedIn)
    }

    func signOut(_ session: SessionSecret) async throws { kept.withLock { $0.ended.append("own") } }

    func sessions(of staff: SignedInStaff) async throws -> [StaffSessionLine] {
        let moment = Timestamp(seconds: 1_795_514_709)
        return [
            StaffSessionLine(id: "own", name: staff.name, network: nil, made: moment, seen: moment),
            StaffSessionLine(id: "other", name: try StaffName("berta"), network: Tag(value: 1), made: moment, seen: moment),
        ]
    }

    func end(_ session: String, by staff: SignedInStaff) async throws -> Bool {
        kept.withLock { $0.ended.append(session) }
        return true
    }
}
