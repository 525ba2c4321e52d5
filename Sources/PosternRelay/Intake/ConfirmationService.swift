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
    /// The link is not one of ours, has expired, or belongs to an address that has been replaced since.
    case notValid
    case unavailable(retryAfter: Duration)
}

/// What the web listener calls when a recipient confirms an address.
package protocol ConfirmationTaker: Sendable {
    func confirm(site: String, handle: String, token: String) async -> ConfirmationAnswer
}

/// Asks the vault to check a token, and stores the record that the vault gives back: only the vault says which address is real.
package final class ConfirmationService: ConfirmationTaker {
    private let store: any Database
    private let vault: VaultLink
    private let randomness: RandomSource
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    /// A line for each link that is not valid would let anyone fill the log.
    private let throttle = Mutex(LogThrottle(interval: .minutes(1)))

    package init(
        store: any Database, vault: VaultLink, randomness: RandomSource, logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.vault = vault
        self.randomness = randomness
        self.logger = logger
        self.now = now
    }

    package func confirm(site: String, handle: String, token: String) async -> ConfirmationAnswer {
        let answer = await answer(site, handle, token)
        let moment = Duration.milliseconds(now().milliseconds)
        if answer == .notValid, let unsaid = throttle.withLock({ $0.admit(at: moment) }) {
            logger.notice(
                "a link to confirm an address was not valid: mistyped, expired or guessed",
                metadata: ["since-last-line": "\(unsaid)"])
        }
        return answer
    }

    private func answer(_ site: String, _ handle: String, _ token: String) async -> ConfirmationAnswer {
        guard let site = try? SiteID(site), let handle = try? Handle(handle), token.utf8.count <= 128 else { return .notValid }
        do {
            guard let recipient = try await store.read({ try $0.recipients.find(handle, at: site) }),
                recipient.record != nil
            else { return .notValid }
            let confirmed = try await vault.confirm(
                ConfirmationRequest(recipient: recipient, token: token))
            let moment = now()
            var randomness = randomness
            // Anyone who has the link acts as the recipient. The trace says when.
            let trace = OperationRecord(
                id: OperationID(at: moment, using: &randomness), at: moment, actor: .recipient(recipient.id),
                verb: .confirmRecipient, subject: "\(site)/\(handle)")
            let change = try await store.write { transaction in
                let change = try transaction.recipients.confirm(recipient.id, with: confirmed, at: moment)
                if case .changed = change { try transaction.operationTrace.add(trace) }
                return change
            }
            switch change {
            case .changed, .refused(in: .active): return .confirmed
            case .refused(in: .paused): return .paused
            case .refused, .outdated, .unknown: return .notValid
            }
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            return .notValid
        } catch {
            logger.error("a confirmation could not be stored", metadata: ["error": "\(error)"])
            return .unavailable(retryAfter: .seconds(30))
        }
    }
}
