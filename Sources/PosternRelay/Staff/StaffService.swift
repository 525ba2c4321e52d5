package import Logging
private import Metrics
package import PosternCore
internal import PosternLink
internal import PosternSealing
package import PosternStore
private import Synchronization

/// Signs staff in and out. Whether a secret is right, the vault says; here are accounts, sessions, and who must wait.
package final class StaffService: StaffServing {
    /// Somebody at one internet connection who tries one name.
    private struct Pair: Hashable, Sendable {
        let name: String
        let network: [UInt8]
    }

    private struct Throttles {
        var pairs = AttemptThrottle<Pair>(freeAttempts: 5, longest: .minutes(15))
        /// Several people may sit behind one.
        var networks = AttemptThrottle<[UInt8]>(freeAttempts: 30, longest: .minutes(15))
        /// An IPv4 /24, or an IPv6 /56 or /48: it contains many of the narrowest.
        var wideNetworks = AttemptThrottle<[UInt8]>(freeAttempts: 60, longest: .minutes(15))
        var refusals = LogThrottle(interval: .minutes(1))
    }

    let store: any Database
    let vault: VaultLink
    let operations: Operations
    private let pseudonyms: Pseudonyms
    private let logger: Logger
    private let throttles = Mutex(Throttles())
    private let known = KnownNetworks<StaffName>()

    /// - Parameter operations: by whomever; each act is done by the member of staff.
    package init(store: any Database, vault: VaultLink, operations: Operations, pseudonyms: Pseudonyms, logger: Logger) {
        self.store = store
        self.vault = vault
        self.operations = operations
        self.pseudonyms = pseudonyms
        self.logger = logger
    }

    package func hasAccounts() async throws -> Bool { try await !store.read { try $0.staffAccounts.isEmpty() } }

    package func challenge() async -> [UInt8]? { try? await vault.staffChallenge() }

    // MARK: - Signing in

    package func signIn(_ typed: String, _ proof: StaffSignIn, from client: ClientAddress?) async -> StaffSignInAnswer {
        let name = StaffName(typed: typed)
        if let wait = wait(for: name?.text ?? "", client) { return .limited(retryAfter: wait) }
        do {
            let account = if let name { try await store.read { try $0.staffAccounts.find(name) } } else { StaffAccount?.none }
            // Where there is nobody of that name, the vault works as hard, on nothing.
            let asked = try name ?? StaffName("nobody")
            let isKnown = client.map { known.contains($0, of: asked, at: operations.now()) } ?? false
            let answer = try await vault.check(
                StaffAttempt(
                    name: asked, role: account?.role ?? .auditor, record: account?.record, proof: StaffProof(proof),
                    isFromKnownNetwork: isKnown))
            switch answer {
            case .admitted:
                guard let account else { return .refused }
                succeeded(account.name, client)
                return .session(try await begin(account, by: .staffSignIn, from: client))
            case .refused:
                noteRefusal(of: account?.name)
                return .refused
            case .limited(let wait): return .limited(retryAfter: wait)
            }
        } catch {
            return .unavailable(retryAfter: failed("sign staff in", error))
        }
    }

    /// Each attempt counts when it begins, so that many at once count as many.
    private func wait(for name: String, _ client: ClientAddress?) -> Duration? {
        let (now, network) = (operations.now(), Self.network(of: client))
        return throttles.withLock { throttles in
            let pair = Pair(name: name, network: network)
            let wide = Self.wideNetworks(of: client)
            if let wait = throttles.pairs.wait(for: pair, at: now) ?? throttles.networks.wait(for: network, at: now) {
                return wait
            }
            for network in wide {
                if let wait = throttles.wideNetworks.wait(for: network, at: now) { return wait }
            }
            throttles.pairs.begin(pair, at: now)
            throttles.networks.begin(network, at: now)
            for network in wide { throttles.wideNetworks.begin(network, at: now) }
            return nil
        }
    }

    private func succeeded(_ name: StaffName, _ client: ClientAddress?) {
        let network = Self.network(of: client)
        throttles.withLock { throttles in
            throttles.pairs.succeeded(Pair(name: name.text, network: network))
            throttles.networks.succeeded(network)
            for network in Self.wideNetworks(of: client) { throttles.wideNetworks.succeeded(network) }
        }
    }

    /// - Parameter name: nil where nobody is called so; what was typed may be a password.
    private func noteRefusal(of name: StaffName?) {
        Counter(label: Metric.staffSignInsRefused.rawValue).increment()
        let moment = Duration.milliseconds(operations.now().milliseconds)
        guard let unsaid = throttles.withLock({ $0.refusals.admit(at: moment) }) else { return }
        logger.notice(
            "staff: somebody could not sign in",
            metadata: ["account": "\(name?.text ?? "none of that name")", "since-last-line": "\(unsaid)"])
    }

    /// An IPv4 address, or the /64 that a household has.
    private static func network(of client: ClientAddress?) -> [UInt8] { client?.prefixes.first?.bytes ?? [] }

    private static func wideNetworks(of client: ClientAddress?) -> [[UInt8]] {
        client?.prefixes.dropFirst().map(\.bytes) ?? []
    }

    private func begin(
        _ account: StaffAccount, by verb: OperationRecord.Verb, from client: ClientAddress?, keeping record: StaffRecord? = nil
    ) async throws -> SessionSecret {
        var randomness = operations.randomness
        let secret = SessionSecret(using: &randomness)
        let trace = operations.by(.staff(account.name.text)).trace(verb, "\(account.name)")
        let tags = client.map { pseudonyms.day(Epoch(containing: trace.at), withTomorrow: false)?.tags(of: $0) ?? [] } ?? []
        let session = StaffSession(
            digest: secret.digest, account: account.id, network: tags.first, made: trace.at, seen: trace.at,
            ends: trace.at + StaffSessionTimes.absolute)
        try await store.write { transaction in
            if let record, try !transaction.staffAccounts.keep(record, of: account.id, at: trace.at) { throw Gone() }
            try transaction.staffSessions.begin(session)
            try transaction.operationTrace.add(trace)
        }
        if let client { known.note(client, of: account.name, at: trace.at) }
        return secret
    }

    /// The account was removed meanwhile.
    private struct Gone: Error {}

    // MARK: - Choosing how to sign in

    package func open(_ name: String, _ token: MailedToken) async -> StaffLinkAnswer {
        do {
            guard let (link, _) = try await link(name, token) else { return .notValid }
            let offer = try await vault.begin(link)
            return .offer(
                StaffOfferView(name: link.name, role: link.role, secret: offer.secret, challenge: offer.challenge))
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            return .notValid
        } catch {
            return .unavailable(retryAfter: failed("open a link of staff's", error))
        }
    }

    package func choose(
        _ name: String, _ token: MailedToken, _ choice: StaffChoice, from client: ClientAddress?
    ) async -> StaffChoiceAnswer {
        do {
            guard let (link, account) = try await link(name, token) else { return .notValid }
            switch try await vault.enrol(StaffEnrolment(link: link, proof: StaffProof(choice))) {
            case .record(let record, let codes):
                let secret = try await begin(account, by: .enrolStaff, from: client, keeping: record)
                return .session(secret, recoveryCodes: codes)
            case .wrong(.shortPassword): return .shortPassword
            case .wrong(.wrongCode): return .wrongCode
            case .wrong(.wrongPasskey): return .wrongPasskey
            }
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            return .notValid
        } catch {
            return .unavailable(retryAfter: failed("keep how staff sign in", error))
        }
    }

    private func link(_ name: String, _ token: MailedToken) async throws -> (StaffLink, StaffAccount)? {
        guard let name = try? StaffName(name), let account = try await store.read({ try $0.staffAccounts.find(name) }) else {
            return nil
        }
        return (StaffLink(name: name, role: account.role, token: token), account)
    }

    // MARK: - Sessions

    package func signedIn(_ session: SessionSecret, isUse: Bool) async throws -> SignedInStaff? {
        let now = operations.now()
        let digest = session.digest
        let found = try await store.read { transaction -> (StaffSession, StaffAccount)? in
            guard let session = try transaction.staffSessions.find(digest, at: now),
                let account = try transaction.staffAccounts.find(session.account), account.record != nil
            else { return nil }
            return (session, account)
        }
        guard let (row, account) = found else { return nil }
        if isUse, now.since(row.seen) >= .minutes(1) {
            try await store.write { try $0.staffSessions.noteUse(of: digest, at: now) }
        }
        return SignedInStaff(
            account: account.id, name: account.name, role: account.role, formToken: session.formToken,
            session: Self.id(of: digest))
    }

    package func signOut(_ session: SessionSecret) async throws {
        guard let staff = try await signedIn(session) else { return }
        let record = operations.by(.staff(staff.name.text)).trace(.staffSignOut, "\(staff.name)")
        try await operations.write(record) { _ = try $0.staffSessions.end(session.digest) }
    }

    package func sessions(of staff: SignedInStaff) async throws -> [StaffSessionLine] {
        let now = operations.now()
        let isForAll = staff.role == .administrator
        return try await store.read { transaction in
            let names = Dictionary(try transaction.staffAccounts.list().map { ($0.id, $0.name) }) { first, _ in first }
            return try transaction.staffSessions.list(of: isForAll ? nil : staff.account, at: now).compactMap { session in
                names[session.account].map { name in
                    StaffSessionLine(
                        id: Self.id(of: session.digest), name: name, network: session.network, made: session.made,
                        seen: session.seen)
                }
            }
        }
    }

    package func end(_ session: String, by staff: SignedInStaff) async throws -> Bool {
        let now = operations.now()
        let isForAll = staff.role == .administrator
        let operations = operations.by(.staff(staff.name.text))
        let found = try await store.read { transaction -> (digest: [UInt8], name: StaffName)? in
            guard
                let row = try transaction.staffSessions.list(of: isForAll ? nil : staff.account, at: now)
                    .first(where: { Self.id(of: $0.digest) == session }),
                let account = try transaction.staffAccounts.find(row.account)
            else { return nil }
            return (row.digest, account.name)
        }
        guard let found else { return false }
        try await operations.write(operations.trace(.endStaffSession, "\(found.name)")) {
            _ = try $0.staffSessions.end(found.digest)
        }
        return true
    }

    /// Half of the digest: enough to name a session to those who may see it.
    private static func id(of digest: [UInt8]) -> String { HexDigits.text(digest.prefix(8)) }

    // MARK: -

    /// - Returns: when to try again.
    private func failed(_ what: String, _ error: any Error) -> Duration {
        logger.error("staff: could not do it", metadata: ["what": "\(what)", "error": "\(error)"])
        return .seconds(30)
    }
}

extension StaffProof {
    fileprivate init(_ proof: StaffSignIn) {
        self =
            switch proof {
            case .password(let password, let code): .password(password, code: code)
            case .passkey(let credential, let clientData, let authenticatorData, let signature):
                .passkey(
                    credential: credential, clientData: clientData, authenticatorData: authenticatorData, signature: signature)
            }
    }

    fileprivate init(_ choice: StaffChoice) {
        self =
            switch choice {
            case .password(let password, let code): .password(password, code: code)
            case .passkey(let clientData, let attestation): .newPasskey(clientData: clientData, attestation: attestation)
            }
    }
}
