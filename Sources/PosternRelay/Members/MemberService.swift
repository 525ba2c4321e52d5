package import Logging
package import PosternCore
internal import PosternLink
internal import PosternSealing
package import PosternStore

/// Serves the pages of members: mails the link, trades it for a session, shows and does what the member wants.
package struct MemberService: MemberServing {
    let store: any Database
    let vault: VaultLink
    let operations: Operations
    let logger: Logger
    private let links: Limit.Rate?
    private let networks = KnownNetworks<RecipientID>()

    /// - Parameters:
    ///   - operations: by whomever; each act is done by the member.
    ///   - links: how many links are mailed to one member, as many as the vault lets out; nil for any number. Half of them are kept for
    ///     asks from where the member has signed in lately: a stranger who asks for the other half locks nobody out.
    package init(
        store: any Database, vault: VaultLink, operations: Operations, links: Limit.Rate? = Configuration.Budgets.links,
        logger: Logger
    ) {
        self.store = store
        self.vault = vault
        self.operations = operations
        self.links = links
        self.logger = logger
    }

    // MARK: - In and out

    package func sendLink(to name: String, at site: String, from client: ClientAddress) async -> LinkMailAnswer {
        let now = operations.now()
        var randomness = operations.randomness
        let mail = ServiceMail(at: now, using: &randomness)
        do {
            try await store.write { transaction in
                // The same is looked up for everybody, and there is one commit either way: the time tells nobody who is known.
                let site = try? SiteID(site)
                let isSite = try site.map { try transaction.sites.find($0) != nil } ?? false
                let found = try site.flatMap { try transaction.recipients.find(named: name, at: $0) }
                let id = found?.id ?? RecipientID(high: 0, low: 0)
                let mails = try transaction.intake.serviceMails(.manage, to: id, since: now - (links?.per ?? .days(1)))
                guard mails < mostLinks(to: id, from: client, at: now), isSite, let found, found.record != nil,
                    found.state != .unconfirmed
                else {
                    try transaction.writeProbe.touch(at: now)
                    return
                }
                try transaction.intake.enqueueService(.manage, mail, to: found.id, at: now)
            }
            operations.wake()
            return .taken
        } catch {
            return .unavailable(retryAfter: failed("mail a member's link", error))
        }
    }

    private func mostLinks(to recipient: RecipientID, from client: ClientAddress, at now: Timestamp) -> Int {
        guard let links else { return .max }
        return networks.contains(client, of: recipient, at: now) ? links.count : (links.count + 1) / 2
    }

    package func signIn(by link: MailedToken, from client: ClientAddress) async -> SignInAnswer {
        do {
            // A link that no mail had costs the vault nothing.
            guard let recipient = try await store.read({ try $0.mailed(link.delivery) }) else { return .notValid }
            let answer = try await vault.signIn(SignInRequest(recipient: recipient, token: link))
            var randomness = operations.randomness
            let secret = SessionSecret(using: &randomness)
            let record = operations.by(.recipient(recipient.id)).trace(.signIn, recipient.subject)
            let content = MemberSessionContent(token: link, ledgerKeys: answer.ledgerKeys)
            let session = MemberSession(
                link: link.delivery, digest: secret.digest, recipient: recipient.id,
                content: try secret.seal(content, of: recipient.id), ends: record.at + SessionSecret.lifetime)
            let isBegun = try await store.write { transaction in
                guard try transaction.memberSessions.begin(session, at: record.at) else { return false }
                try transaction.operationTrace.add(record)
                return true
            }
            guard isBegun else { return .notValid }
            networks.note(client, of: recipient.id, at: record.at)
            return .session(secret)
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            return .notValid
        } catch {
            return .unavailable(retryAfter: failed("sign a member in", error))
        }
    }

    package func signOut(_ session: SessionSecret) async throws {
        let now = operations.now()
        let recipient = try await store.read { transaction in
            try transaction.memberSessions.find(session.digest, at: now).flatMap { try transaction.recipients.find($0.recipient) }
        }
        // One that is over already: only what it has sealed goes.
        guard let recipient else { return try await store.write { try $0.memberSessions.end(session.digest, at: now) } }
        let operations = operations.by(.recipient(recipient.id))
        try await operations.write(operations.trace(.signOut, recipient.subject)) {
            try $0.memberSessions.end(session.digest, at: now)
        }
    }

    package func formToken(of session: SessionSecret) -> String { session.formToken }

    // MARK: -

    /// - Returns: nil for a session that is over, or never was.
    func open(_ session: SessionSecret) async throws -> OpenedSession? {
        let now = operations.now()
        return try await store.read { transaction in
            guard let row = try transaction.memberSessions.find(session.digest, at: now),
                let content = session.open(row.content, of: row.recipient),
                let recipient = try transaction.recipients.find(row.recipient), recipient.record != nil,
                let site = try transaction.sites.find(recipient.site)
            else { return nil }
            return OpenedSession(row: row, content: content, recipient: recipient.asOf(now), site: site)
        }
    }

    /// - Returns: when to try again.
    func failed(_ what: String, _ error: any Error) -> Duration {
        logger.error("members: could not do it", metadata: ["what": "\(what)", "error": "\(error)"])
        return .seconds(30)
    }
}

/// What a cookie has opened.
struct OpenedSession: Sendable {
    let row: MemberSession
    let content: MemberSessionContent
    let recipient: Recipient
    let site: Site

    var proof: MemberProof { .member(content.token) }
}

extension Transaction {
    /// Whose page the link in a mail leads to.
    fileprivate func mailed(_ delivery: LetterID) throws -> Recipient? {
        guard let line = try queue.line(delivery), line.kind == .manage, try !memberSessions.isUsed(delivery),
            let recipient = try recipients.find(line.recipient), recipient.record != nil
        else { return nil }
        return recipient
    }
}
