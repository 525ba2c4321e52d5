package import Logging
package import PosternCore
private import PosternLink
package import PosternStore
private import Synchronization

/// What became of a recipient's answer to "is this address yours?".
package enum ConfirmationAnswer: Equatable, Sendable {
    /// Letters go to this address from now on. Following the link a second time gets the same answer.
    case confirmed
    /// The address is confirmed, but its recipient has paused letters.
    case paused
    /// The link is not one of ours, has expired, or belongs to an address that has been replaced since; the code is another one.
    case notValid
    /// So many wrong codes were typed that none counts until a new mail is asked for.
    case spent
    case unavailable(retryAfter: Duration)
}

/// What the web listener calls when a recipient confirms an address.
package protocol ConfirmationServing: Sendable {
    /// - Parameters:
    ///   - token: of the link, or the code that was typed.
    ///   - holder: a mailed link that shows who types the code; nil for anybody. Their wrong codes are counted apart.
    func confirm(site: String, handle: String, token: String, holder: MailedToken?) async -> ConfirmationAnswer

    /// Mails the code once more, with new tries. The same answer whether or not somebody of that name waits for one.
    func mailCode(site: String, handle: String) async -> CodeMailAnswer
}

extension ConfirmationServing {
    package func confirm(site: String, handle: String, token: String) async -> ConfirmationAnswer {
        await confirm(site: site, handle: handle, token: token, holder: nil)
    }
}

package enum CodeMailAnswer: Equatable, Sendable {
    /// If somebody of that name waits for a code, it is on its way.
    case taken
    case limited(retryAfter: Duration)
    case unavailable(retryAfter: Duration)
}

/// Asks the vault to check a token, and stores the record that the vault gives back: only the vault says which address is real.
package final class ConfirmationService: ConfirmationServing {
    private let store: any Database
    private let vault: VaultLink
    private let randomness: RandomSource
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    /// Tells the dispatcher that something may be due.
    private let wake: @Sendable () -> Void
    /// A line for each link that is not valid would let anyone fill the log.
    private let throttle = Mutex(LogThrottle(interval: .minutes(1)))
    private let counts = CodeCounts()
    /// So many mails with a code one person is sent in a day, at most: as many as the vault lets out to one address.
    private static let mostMails = 10

    package init(
        store: any Database, vault: VaultLink, randomness: RandomSource, logger: Logger, now: @escaping @Sendable () -> Timestamp,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.store = store
        self.vault = vault
        self.randomness = randomness
        self.logger = logger
        self.now = now
        self.wake = wake
    }

    package func confirm(site: String, handle: String, token: String, holder: MailedToken?) async -> ConfirmationAnswer {
        var answer = await answer(site, handle, token, holder)
        // The vault counts for those who wait for a code. Here it is counted for every name, so that the page tells nobody who does.
        if answer == .notValid, holder == nil, MailedCode(text: token) != nil, counts.noteWrong(for: "\(site)/\(handle)") {
            answer = .spent
        }
        let moment = Duration.milliseconds(now().milliseconds)
        if answer == .notValid || answer == .spent, let unsaid = throttle.withLock({ $0.admit(at: moment) }) {
            logger.notice(
                "a link to confirm an address was not valid: mistyped, expired or guessed",
                metadata: ["since-last-line": "\(unsaid)"])
        }
        return answer
    }

    package func mailCode(site: String, handle: String) async -> CodeMailAnswer {
        guard let site = try? SiteID(site), let handle = try? Handle(handle) else { return .taken }
        let moment = now()
        if let wait = counts.mail(to: "\(site)/\(handle)", at: moment) { return .limited(retryAfter: wait) }
        var randomness = randomness
        let mail = ServiceMail(at: moment, using: &randomness)
        do {
            try await store.write { transaction in
                // One commit either way: the time tells nobody who is known.
                guard let asked = try transaction.asked(handle, at: site, now: moment),
                    asked.change != nil || asked.recipient.state == .unconfirmed,
                    try transaction.intake.serviceMails(.confirmation, to: asked.recipient.id, since: moment - .days(1))
                        < Self.mostMails
                else {
                    try transaction.writeProbe.touch(at: moment)
                    return
                }
                try transaction.intake.enqueueService(
                    .confirmation, mail, to: asked.recipient.id, about: asked.change?.id, at: moment)
            }
            wake()
            return .taken
        } catch {
            logger.error("a code could not be mailed again", metadata: ["error": "\(error)"])
            return .unavailable(retryAfter: .seconds(30))
        }
    }

    private func answer(
        _ siteText: String, _ handleText: String, _ token: String, _ holder: MailedToken?, isAgain: Bool = false
    ) async -> ConfirmationAnswer {
        guard let site = try? SiteID(siteText), let handle = try? Handle(handleText), token.utf8.count <= 128 else {
            return .notValid
        }
        do {
            let moment = now()
            guard let asked = try await store.read({ try $0.asked(handle, at: site, now: moment) }) else { return .notValid }
            let (recipient, pending) = (asked.recipient, asked.change)
            let confirmed = try await vault.confirm(
                ConfirmationRequest(recipient: recipient, token: token, holder: holder))
            var randomness = randomness
            // Anyone who has the link acts as the recipient. The trace says when.
            let trace = OperationRecord(
                id: OperationID(at: moment, using: &randomness), at: moment, actor: .recipient(recipient.id),
                verb: pending == nil ? .confirmRecipient : .confirmAddressChange, subject: recipient.subject)
            let welcome = ServiceMail(at: moment, using: &randomness)
            let change = try await store.write { transaction in
                let change =
                    try pending.map {
                        try transaction.addressChanges.confirm(
                            $0, of: recipient, with: confirmed, former: asked.present, at: moment)
                    }
                    ?? transaction.recipients.confirm(recipient.id, with: confirmed, at: moment)
                guard change == .changed else { return change }
                if pending == nil { try transaction.unconfirmedJoins.forget(of: recipient.id) }
                try transaction.operationTrace.add(trace)
                try transaction.intake.enqueueService(.welcome, welcome, to: recipient.id, at: moment)
                return change
            }
            if change == .changed {
                // Of a first address the vault knows.
                if pending != nil { await vault.note(inUse: recipient.with(confirmed)) }
                wake()
            }
            if pending != nil { return change == .changed ? asked.isPaused ? .paused : .confirmed : .notValid }
            switch change {
            case .changed, .refused(in: .active): return .confirmed
            case .refused(in: .paused): return .paused
            case .outdated(let version) where version == recipient.record?.version && !isAgain:
                // The same record, sealed again meanwhile (`SealUpkeep`).
                return await self.answer(siteText, handleText, token, holder, isAgain: true)
            case .refused, .outdated, .unknown: return .notValid
            }
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            return .notValid
        } catch let refusal as LinkRefusal where refusal.code == .spent {
            return .spent
        } catch {
            logger.error("a confirmation could not be stored", metadata: ["error": "\(error)"])
            return .unavailable(retryAfter: .seconds(30))
        }
    }
}

extension Transaction {
    /// Whose address is asked for: that of a recipient who has none that counts, or the one that is to take another's place; with the
    /// version of the record that is there now.
    fileprivate func asked(
        _ handle: Handle, at site: SiteID, now: Timestamp
    ) throws -> (recipient: Recipient, change: AddressChange?, present: Int32, isPaused: Bool)? {
        guard let found = try recipients.find(handle, at: site)?.asOf(now), let present = found.record?.version else {
            return nil
        }
        let isPaused = found.state == .paused
        guard found.state != .unconfirmed, let change = try addressChanges.find(of: found.id, at: now), change.isPending else {
            return (found, nil, present, isPaused)
        }
        return (found.with(change.next), change, present, isPaused)
    }
}

extension Recipient {
    /// With the record of an address that does not count yet.
    fileprivate func with(_ record: SealedRecord) -> Recipient {
        Recipient(
            id: id, site: site, handle: handle, name: name, language: language, state: state, record: record, settings: settings)
    }
}
