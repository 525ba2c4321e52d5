import PosternCore
import PosternLink
import PosternSealing
import Synchronization

/// What the vault does for members: believes every token whose code is right, and counts versions.
final class FakeMembers: Sendable {
    static let code = [UInt8](repeating: 7, count: MailedToken.codeLength)
    static let digits = "123456"
    private static let confirmed: [UInt8] = [9, 9]

    private struct State {
        var version: Int32 = 1
        var changes: [MemberChange] = []
        var enrolments: [MemberRequest] = []
        var inUse: [Recipient] = []
        var signIns = 0
        var answer: MemberAnswer?
        var isAway = false
        var clock = Timestamp(milliseconds: 0)
        var randomness = SystemRandomNumberGenerator()
    }

    private let state = Mutex(State())

    var changes: [MemberChange] { state.withLock { $0.changes } }
    var enrolments: [MemberRequest] { state.withLock { $0.enrolments } }
    /// What it was told that the store has.
    var inUse: [Recipient] { state.withLock { $0.inUse } }
    var signIns: Int { state.withLock { $0.signIns } }

    /// What the next wishes are answered with; nil for what they ask.
    func answer(_ answer: MemberAnswer?) { state.withLock { $0.answer = answer } }
    func goAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }
    func setClock(_ now: Timestamp) { state.withLock { $0.clock = now } }

    static func token(_ delivery: LetterID, code: [UInt8] = code) -> MailedToken? { MailedToken(delivery, code: code) }
    static func undo(_ change: AddressChangeID) -> MailedToken? { MailedToken(change, code: code) }

    func handle(_ verb: VaultVerb, _ payload: [UInt8], _ announcement: Announcement) throws -> [UInt8] {
        guard !state.withLock({ $0.isAway }) else { throw LinkRefusal(.unavailable, "away") }
        switch verb {
        case .signIn:
            let request = try SignInRequest(payload: payload)
            state.withLock { $0.signIns += 1 }
            try check(request.token)
            let keys = announcement.ledgerKeys.compactMap {
                LedgerDay(epoch: $0.epoch, secret: $0.secret).key(of: request.recipient.id)
            }
            return SignIn(ledgerKeys: keys).payload
        case .change: return try change(try MemberChange(payload: payload)).payload
        case .enrol: return try enrol(try MemberRequest(payload: payload)).payload
        case .authorise:
            let request = try ConfirmationRequest(payload: payload)
            guard request.token == Self.digits, let record = request.recipient.record else { throw LinkRefusal(.denied, "wrong") }
            return SealedRecord(version: record.version, seal: record.seal, authorisation: Self.confirmed).payload
        case .inUse:
            let kept = try RecordInUse(payload: payload)
            state.withLock { $0.inUse.append(kept.recipient) }
            return []
        default: throw LinkRefusal(.denied, "not here")
        }
    }

    private func check(_ token: MailedToken) throws {
        guard token.code == Self.code else { throw LinkRefusal(.denied, "the link is not ours") }
    }

    private func enrol(_ request: MemberRequest) throws -> MemberAnswer {
        state.withLock { state in
            state.enrolments.append(request)
            if let answer = state.answer { return answer }
            state.version += 1
            let id = request.former?.id ?? RecipientID(high: 77, low: UInt64(state.version))
            return .record(
                Recipient(
                    id: id, site: request.site.id, handle: request.handle, name: request.name, language: request.language,
                    state: .unconfirmed, record: Self.record(state.version)))
        }
    }

    private func change(_ change: MemberChange) throws -> MemberAnswer {
        switch change.proof {
        case .member(let token), .undo(let token): try check(token)
        case .site: break
        }
        return state.withLock { state in
            state.changes.append(change)
            if let answer = state.answer { return answer }
            state.version += 1
            let record = Self.record(state.version)
            switch change.wish {
            case .words(let name, let language): return .record(change.recipient.with(record, name: name, language: language))
            case .rename(let name, let language, _):
                state.version += 1
                return .renamed(
                    change.recipient.with(record, name: name, language: language), next: Self.record(state.version))
            case .address:
                let id = AddressChangeID(at: state.clock, using: &state.randomness)
                return .change(id, change.recipient.with(record))
            // Confirmed, as `authorise` says it here.
            case .takeNew(let next, former: _) where next.authorisation != Self.confirmed:
                guard case .undo(let link) = change.proof else { return .done }
                return .change(link.change, change.recipient.with(record))
            case .keepFormer, .takeNew: return .record(change.recipient.with(record))
            case .erase, .keepPresent: return .done
            }
        }
    }

    private static func record(_ version: Int32) -> SealedRecord {
        SealedRecord(version: version, seal: [3, UInt8(version)], authorisation: [4, UInt8(version)])
    }
}

extension Recipient {
    fileprivate func with(_ record: SealedRecord, name: HeaderText? = nil, language: Language? = nil) -> Recipient {
        Recipient(
            id: id, site: site, handle: handle, name: name ?? self.name, language: language ?? self.language, state: state,
            record: record)
    }
}
