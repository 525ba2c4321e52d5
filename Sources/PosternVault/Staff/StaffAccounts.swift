package import PosternCore
package import PosternLink
private import Synchronization

/// Between which times it is, as far as the vault believes its clock.
package struct ClockBounds: Sendable {
    package let earliest, latest: Timestamp

    package init(earliest: Timestamp, latest: Timestamp) {
        self.earliest = earliest
        self.latest = latest
    }

    /// A clock that is not believed is ahead of what has passed, and one that is before what was believed is behind.
    package init(_ clock: VaultCondition.Clock, at now: Timestamp) {
        self.init(earliest: clock.isTrusted ? now : min(now, clock.believed), latest: max(now, clock.believed))
    }
}

/// Checks the credentials of staff. The relay has none of their secrets, and nothing that it stores lets anybody sign in.
package final class StaffAccounts: Sendable {
    /// The shortest password, in characters: long enough, beside a code that changes, that it cannot be guessed.
    package static let leastPassword = 12
    private static let longestPassword = 1_024

    /// Attempts from networks where the name has signed in before are throttled apart from all others, so that a stranger who keeps
    /// guessing, from however many networks, does not keep its owner waiting.
    private struct Place: Hashable {
        let name: StaffName
        let isKnown: Bool

        init(_ attempt: StaffAttempt) { (name, isKnown) = (attempt.name, attempt.isFromKnownNetwork) }
    }

    private struct State {
        /// A compromised relay can ask as often as it likes, so that each attempt is counted here.
        var throttle = AttemptThrottle<Place>(freeAttempts: 10, longest: .seconds(30))
        /// Second factors without a password, for whatever they are asked. Of a million codes, three are valid at any moment. At this
        /// rate guessing one takes years, while a person who mistypes waits for minutes.
        var proving = AttemptThrottle<StaffName>(freeAttempts: 5, longest: .minutes(5))
        /// The codes and counters that are used and not on disk yet.
        var used: [AuthorisedName: Int32] = [:]
        var enrolling: Set<StaffName> = []
    }

    let links: StaffLinks
    private let challenges = StaffChallenges()
    private let hasher: PasswordHasher
    private let cost: ScryptCost
    let party: RelyingParty
    private let clock: @Sendable (Timestamp) -> ClockBounds
    private let state = Mutex(State())
    /// The salt for hashing a password when there is no account, so that the answer takes as long.
    private let decoySalt = SecretBytes.random(count: 16).withBytes { Array($0) }

    /// - Parameters:
    ///   - cost: the scrypt cost for new passwords.
    ///   - clock: between which times it is when the wall clock shows one.
    package init(
        links: StaffLinks, party: RelyingParty, hasher: PasswordHasher = PasswordHasher(), cost: ScryptCost = .standard,
        clock: @escaping @Sendable (Timestamp) -> ClockBounds = { ClockBounds(earliest: $0, latest: $0) }
    ) {
        self.links = links
        self.clock = clock
        self.party = party
        self.hasher = hasher
        self.cost = cost
    }

    package func challenge(at now: Timestamp) -> [UInt8] { challenges.new(at: now) }

    // MARK: - Choosing how to sign in

    /// - Throws: `LinkRefusal` (denied) if the link is not ours, was used, or has expired.
    package func begin(_ link: StaffLink, at now: Timestamp) throws -> StaffOffer {
        try links.check(link, at: now)
        return StaffOffer(secret: links.keys.secret(for: link), challenge: challenges.new(at: now))
    }

    /// Seals the chosen credential, and uses the link up.
    /// - Throws: `LinkRefusal`: denied as in `begin`; unavailable while there are too many requests.
    package func enrol(_ request: StaffEnrolment, at now: Timestamp) async throws -> StaffEnrolled {
        let link = request.link
        guard state.withLock({ $0.enrolling.insert(link.name).inserted }) else {
            throw LinkRefusal(.unavailable, "the link is being used")
        }
        defer { state.withLock { _ = $0.enrolling.remove(link.name) } }
        let maker = try links.check(link, at: now)
        let credential: StaffCredential
        var codes: [String] = []
        switch request.proof {
        case .password(let password, let code):
            guard (Self.leastPassword...Self.longestPassword).contains(password.count), password.utf8.count <= 4_096 else {
                return .wrong(.shortPassword)
            }
            let secret = links.keys.secret(for: link)
            guard let step = OneTimeCode(secret: secret).step(of: code, at: now), try await spend(step, of: link.name) else {
                return .wrong(.wrongCode)
            }
            codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.new() }
            let salt = SecretBytes.random(count: 16).withBytes { Array($0) }
            credential = StaffCredential(
                StaffCredential.Password(
                    salt: salt, hash: try await hashed(password, salt: salt, cost: cost), cost: cost, secret: secret,
                    digests: codes.compactMap(RecoveryCode.plain).map { links.keys.digest(ofRecoveryCode: $0, link.name) }))
        case .newPasskey(let clientData, let attestation):
            guard let passkey = try? created(PasskeyCreation(clientData: clientData, attestation: attestation), at: now) else {
                return .wrong(.wrongPasskey)
            }
            credential = StaffCredential(passkey)
        case .passkey: throw LinkRefusal(.malformed, "a passkey that signs in is no new one")
        }
        // This uses the link up, even if the answer is lost.
        let version = try await links.nextVersion(of: link.name)
        let sealed = SealedCredential(credential, madeOnPage: maker == .administrator ? link.token.id.moment : nil)
        let seal = try links.keys.seal(sealed, link.name, link.role, version: version)
        return .record(StaffRecord(version: version, seal: seal), recoveryCodes: codes)
    }

    private func created(_ creation: PasskeyCreation, at now: Timestamp) throws(PasskeyFault) -> Passkey {
        let challenge = try creation.challenge
        guard challenges.spend(challenge, at: now) else { throw .wrongChallenge }
        return try creation.verified(for: party, challenge: challenge)
    }

    // MARK: - Signing in

    /// - Throws: `LinkRefusal` (unavailable) while there are too many requests.
    package func check(_ attempt: StaffAttempt, at now: Timestamp) async throws -> StaffAnswer {
        let credential = attempt.record.flatMap { current($0, of: attempt.name, attempt.role) }
        switch attempt.proof {
        case .password(let password, let code):
            let wait = state.withLock { state -> Duration? in
                if let wait = state.throttle.wait(for: Place(attempt), at: now) { return wait }
                state.throttle.begin(Place(attempt), at: now)
                return nil
            }
            if let wait { return .limited(retryAfter: wait) }
            guard try await isRight(password, code, credential, attempt, at: now) else { return .refused }
        case .passkey(let id, let clientData, let authenticatorData, let signature):
            let assertion = PasskeyAssertion(
                credential: id, clientData: clientData, authenticatorData: authenticatorData, signature: signature)
            guard try await isRight(assertion, credential, attempt, at: now) else { return .refused }
        case .newPasskey: throw LinkRefusal(.malformed, "a new passkey signs nobody in")
        }
        state.withLock { $0.throttle.succeeded(Place(attempt)) }
        if let record = attempt.record {
            // If the memory was lost, it learns the version again from here.
            try await links.memory.learn(
                [LearntAuthorisation(.staff(attempt.name), version: record.version, recipient: nil)], isDurable: true)
        }
        return .admitted
    }

    /// The credential in a record; nil if this vault did not seal it, or if it is not the newest.
    func current(_ record: StaffRecord, of name: StaffName, _ role: StaffRole) -> StaffCredential? {
        sealed(record, of: name, role)?.credential
    }

    private func sealed(_ record: StaffRecord, of name: StaffName, _ role: StaffRole) -> SealedCredential? {
        guard record.version >= links.memory.newest(of: .staff(name))?.version ?? 0 else { return nil }
        return links.keys.open(record, name, role)
    }

    // MARK: - Made on a page

    /// Makes a link for an administrator's change. The account that it leads to reveals and changes nothing for a day, by the latest time
    /// that it may be now.
    func linkOnPage(_ request: StaffLinkRequest, at now: Timestamp) async throws -> StaffLink {
        try await links.link(request, by: .administrator, at: clock(now).latest)
    }

    /// Until when somebody neither reveals nor changes anything because their link was made on a page; nil if they may now.
    func waits(_ claim: StaffClaim, at now: Timestamp) -> Timestamp? {
        guard let made = sealed(claim.record, of: claim.name, claim.role)?.madeOnPage else { return nil }
        let until = made + ChangeRule.wait
        return clock(now).earliest < until ? until : nil
    }

    private func isRight(
        _ password: String, _ code: String, _ credential: StaffCredential?, _ attempt: StaffAttempt, at now: Timestamp
    ) async throws -> Bool {
        guard password.utf8.count <= 4_096, case .password(let kept) = credential else {
            _ = try await hashed("", salt: decoySalt, cost: cost)
            return false
        }
        let isHash = ConstantTime.isEqual(try await hashed(password, salt: kept.salt, cost: kept.cost), kept.hash)
        if let step = OneTimeCode(secret: kept.secret).step(of: code, at: now) {
            guard isHash else { return false }
            return try await spend(step, of: attempt.name)
        }
        guard let version = attempt.record?.version, let place = place(ofRecoveryCode: code, among: kept, of: attempt.name),
            isHash
        else { return false }
        return try await use(.staffCode(attempt.name, version: version, place: place), upTo: 1)
    }

    /// Which of a person's recovery codes was typed; nil for none. All of them are compared, so that the time does not tell which
    /// one matched.
    func place(ofRecoveryCode typed: String, among kept: StaffCredential.Password, of name: StaffName) -> Int? {
        guard let plain = RecoveryCode.plain(typed) else { return nil }
        let digests = links.keys.digests(ofRecoveryCode: plain, name)
        return kept.digests.indices.filter { place in
            digests.contains { ConstantTime.isEqual($0, kept.digests[place]) }
        }.first
    }

    private func isRight(
        _ assertion: PasskeyAssertion, _ credential: StaffCredential?, _ attempt: StaffAttempt, at now: Timestamp
    ) async throws -> Bool {
        guard case .passkey(let passkey) = credential, let record = attempt.record,
            let challenge = try? assertion.challenge, challenges.spend(challenge, at: now)
        else { return false }
        return try await isSigned(
            assertion, challenge, by: passkey, countedAs: .staffSignatures(attempt.name, version: record.version))
    }

    /// - Parameter challenge: a challenge we issued, already consumed.
    func isSigned(
        _ assertion: PasskeyAssertion, _ challenge: [UInt8], by passkey: Passkey, countedAs name: AuthorisedName
    ) async throws -> Bool {
        let known = links.memory.newest(of: name).map { UInt32(clamping: $0.version) } ?? 0
        let counted = max(known, passkey.signatures)
        guard let count = try? assertion.verify(passkey, for: party, challenge: challenge, counted: counted) else { return false }
        // An authenticator without a signature counter always sends zero.
        guard count > 0 else { return true }
        return try await use(name, upTo: Int32(clamping: count))
    }

    // MARK: -

    /// Counts an attempt to pass a second factor.
    /// - Returns: how long to wait before one counts again; nil if this one does.
    func beginProving(_ name: StaffName, at now: Timestamp) -> Duration? {
        state.withLock { state in
            if let wait = state.proving.wait(for: name, at: now) { return wait }
            state.proving.begin(name, at: now)
            return nil
        }
    }

    func provingSucceeded(_ name: StaffName) { state.withLock { $0.proving.succeeded(name) } }

    /// Uses up the code of a step. Neither it nor the code of an earlier step is accepted again.
    func spend(_ step: Int64, of name: StaffName) async throws -> Bool {
        try await use(.staffStep(name), upTo: Int32(clamping: step))
    }

    /// The number up to which codes or counters of a name are used, on disk or about to be; 0 for none.
    func used(of name: AuthorisedName) -> Int32 {
        state.withLock { max($0.used[name] ?? 0, links.memory.newest(of: name)?.version ?? 0) }
    }

    /// Raises the number up to which codes or counters of a name are used. It is on disk when this returns.
    /// - Returns: false if it was not lower before.
    func use(_ name: AuthorisedName, upTo number: Int32) async throws -> Bool {
        let isNew = state.withLock { state -> Bool in
            guard number > max(state.used[name] ?? 0, links.memory.newest(of: name)?.version ?? 0) else { return false }
            state.used[name] = number
            return true
        }
        guard isNew else { return false }
        try await links.memory.learn([LearntAuthorisation(name, version: number, recipient: nil)], isDurable: true)
        // The memory has it from now on.
        state.withLock { if $0.used[name] == number { $0.used[name] = nil } }
        return true
    }

    private func hashed(_ password: String, salt: [UInt8], cost: ScryptCost) async throws -> [UInt8] {
        do {
            return try await hasher.hash(password, salt: salt, cost: cost)
        } catch .busy {
            throw LinkRefusal(.unavailable, "too many passwords are being checked")
        } catch .badCost {
            throw LinkRefusal(.denied, "the record asks for more work than this vault does")
        }
    }
}
