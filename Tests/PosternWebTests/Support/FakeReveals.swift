import PosternCore
import PosternRelay
import Synchronization

/// Reveals as the relay would have them: one letter, one code, one passkey.
final class FakeReveals: RevealServing {
    struct Away: Error {}

    static let letter = LetterID(high: 1, low: 9)
    static let challenge: [UInt8] = [1, 2, 3, 4]
    static let credential: [UInt8] = [9, 9]

    private let kept = Mutex<(wishes: [RevealWish], proofs: [RevealProof])>(([], []))
    private let way: RevealWay
    private let refusal: RevealRefusal?
    private let outcome: RevealOutcome
    private let standing: RevealStanding
    private let isAway: Bool
    private let kinds: [RevealKind]

    /// - Parameters:
    ///   - refusal: of what is begun.
    ///   - outcome: after a right proof.
    init(
        way: RevealWay = .code, refusal: RevealRefusal? = nil,
        outcome: RevealOutcome = .shown(
            .letter(
                RevealedLetter(name: "Vera", subject: "Hello", about: nil, text: "Dear Pat", isReply: false, remark: nil))),
        left: Int = 27, needsTwo: Bool = false, halves: [RevealStanding.Half] = [], kinds: [RevealKind] = RevealKind.allCases,
        isAway: Bool = false
    ) {
        self.way = way
        self.refusal = refusal
        self.outcome = outcome
        self.kinds = kinds
        self.isAway = isAway
        standing = RevealStanding(
            left: left, most: 30, renewed: Epoch(containing: Example.now).end, needsTwo: needsTwo, halves: halves)
    }

    var wishes: [RevealWish] { kept.withLock { $0.wishes } }
    var proofs: [RevealProof] { kept.withLock { $0.proofs } }

    func view(of letter: LetterID, for staff: SignedInStaff) async throws -> RevealView? {
        guard !isAway else { throw Away() }
        guard letter == Self.letter else { return nil }
        return RevealView(
            letter: letter, site: try SiteID("photos"), handle: try Handle("pat"), at: Example.now, kinds: kinds,
            isReported: false, standing: standing)
    }

    func begin(_ wish: RevealWish, by staff: SignedInStaff) async throws -> RevealStart? {
        guard !isAway else { throw Away() }
        guard wish.letter == Self.letter else { return nil }
        kept.withLock { $0.wishes.append(wish) }
        if let refusal { return .refused(refusal) }
        return .offer(challenge: Self.challenge, way)
    }

    func reveal(
        _ wish: RevealWish, challenge: [UInt8], _ proof: RevealProof, by staff: SignedInStaff
    ) async throws -> RevealOutcome? {
        guard !isAway else { throw Away() }
        kept.withLock { $0.proofs.append(proof) }
        guard challenge == Self.challenge else { return .refused(.overdue) }
        switch proof {
        case .code("123456"), .passkey(Self.credential, [2], [3], [4]): return outcome
        case .code("999999"): return .refused(.usedBefore)
        default: return .refused(.wrongProof)
        }
    }
}
