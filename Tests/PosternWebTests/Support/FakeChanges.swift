import PosternCore
import PosternRelay
import Synchronization

/// Changes as the relay would have them made: one code, one passkey.
final class FakeChanges: ChangeServing {
    struct Away: Error {}

    static let challenge: [UInt8] = [1, 2, 3, 4]
    static let credential: [UInt8] = [9, 9]
    static let link = "https://desk.example.org/enrol/carl/0123456789abcdefghjkmnpqrs"

    static let waits = Example.now + ChangeRule.wait

    private let kept = Mutex<(wishes: [ChangeWish], made: [ChangeWish], proofs: [RevealProof])>(([], [], []))
    private let way: RevealWay
    private let refusal: ChangeRefusal?
    private let outcome: ChangeOutcome
    private let fault: StaffOperations.Fault?
    private let isAway: Bool

    /// - Parameters:
    ///   - refusal: of what is begun.
    ///   - outcome: after a right proof.
    ///   - fault: of whatever is asked.
    init(
        way: RevealWay = .code, refusal: ChangeRefusal? = nil,
        outcome: ChangeOutcome = .link(FakeChanges.link, waits: FakeChanges.waits), fault: StaffOperations.Fault? = nil,
        isAway: Bool = false
    ) {
        self.way = way
        self.refusal = refusal
        self.outcome = outcome
        self.fault = fault
        self.isAway = isAway
    }

    /// What was begun.
    var wishes: [ChangeWish] { kept.withLock { $0.wishes } }
    /// What was made.
    var made: [ChangeWish] { kept.withLock { $0.made } }
    var proofs: [RevealProof] { kept.withLock { $0.proofs } }

    private func check() throws {
        if let fault { throw fault }
        if isAway { throw Away() }
    }

    func begin(_ wish: ChangeWish, by staff: SignedInStaff) async throws -> ChangeStart {
        try check()
        kept.withLock { $0.wishes.append(wish) }
        if let refusal { return .refused(refusal) }
        return .offer(challenge: Self.challenge, way)
    }

    func make(
        _ wish: ChangeWish, challenge: [UInt8], _ proof: RevealProof, by staff: SignedInStaff
    ) async throws -> ChangeOutcome {
        try check()
        kept.withLock { $0.proofs.append(proof) }
        guard challenge == Self.challenge else { return .refused(.overdue) }
        switch proof {
        case .code("123456"), .passkey(Self.credential, [2], [3], [4]):
            kept.withLock { $0.made.append(wish) }
            return outcome
        case .code("999999"): return .refused(.usedBefore)
        default: return .refused(.wrongProof)
        }
    }
}
