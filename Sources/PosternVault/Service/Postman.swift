package import Logging
package import PosternCore
internal import PosternMail
internal import PosternSealing

/// Takes a letter to the smarthost: checks the authorisation of the address, opens, composes, sends.
///
/// A failure before the smarthost is dialled is our fault, not the recipient's, and never silent: the letter is held, with a
/// reason that a person can act on.
package struct Postman: Sendable {
    package struct Settings: Sendable {
        package let mailFrom: EmailAddress
        package let publicURL: WebOrigin

        package init(mailFrom: EmailAddress, publicURL: WebOrigin) {
            self.mailFrom = mailFrom
            self.publicURL = publicURL
        }
    }

    private let settings: Settings
    private let authorisation: AddressAuthorisation
    private let opener: SealOpener
    private let composer: Composer
    private let lanes: LanePool
    private let budgets: DeliveryBudgets
    private let deduplicator = DeliveryDeduplicator()
    private let logger: Logger

    package init(
        settings: Settings, authorisation: AddressAuthorisation, opener: SealOpener, composer: Composer, lanes: LanePool,
        budgets: DeliveryBudgets, logger: Logger
    ) {
        self.settings = settings
        self.authorisation = authorisation
        self.opener = opener
        self.composer = composer
        self.lanes = lanes
        self.budgets = budgets
        self.logger = logger
    }

    /// - Returns: the outcome. A letter that was delivered before, but whose outcome the relay never heard, is not sent again.
    package func deliver(_ job: DeliveryJob) async -> Outcome {
        await deduplicator.once(job.id) { await attempt(job) }
    }

    private func attempt(_ job: DeliveryJob) async -> Outcome {
        do throws(PrepareFault) {
            let message = try message(for: job)
            switch budgets.charge(job, to: message.recipient) {
            case .success(let charge):
                let outcome = await lanes.send(message)
                budgets.settle(charge, outcome)
                return outcome
            case .failure(let overdrawn):
                return overdrawn.outcome
            }
        } catch {
            logger.error(
                "a letter could not be prepared and is held",
                metadata: ["delivery": "\(job.id)", "recipient": "\(job.recipient)", "reason": "\(error)"])
            return Outcome(.ourFault, health: .unknown, diagnosis: .init(stage: .prepare, text: error.description))
        }
    }

    private func message(for job: DeliveryJob) throws(PrepareFault) -> OutgoingMessage {
        let record = job.record
        let subject = AddressAuthorisation.Subject(
            site: job.site.id, handle: job.handle, recipient: job.recipient, version: record.version, seal: record.seal)
        guard authorisation.isValid(record.authorisation, as: job.kind == .letter ? .confirmed : .invited, on: subject) else {
            throw .notAuthorised
        }
        let address: EmailAddress
        do {
            address = try opener.address(
                in: record.seal, context: .address(of: job.recipient, at: job.site.id, version: record.version))
        } catch {
            throw .cannotOpen("address", error)
        }
        let content: OpenedDelivery.Content
        switch job.kind {
        case .letter:
            do {
                content = .letter(
                    try opener.letter(in: job.letter, context: .letter(job.id, to: job.recipient, at: job.site.id)))
            } catch {
                throw .cannotOpen("letter", error)
            }
        case .confirmation:
            let token = authorisation.token(for: subject, mailed: job.accepted)
            content = .confirmation(
                link: "\(settings.publicURL)/confirm/\(job.site.id)/\(job.handle)/\(token)?lang=\(job.language)")
        }
        do {
            return try composer.compose(OpenedDelivery(job, to: address, from: settings.mailFrom, content: content))
        } catch {
            throw .cannotCompose(error)
        }
    }
}

/// Why a letter was not sent at all. `queue show` prints these sentences.
private enum PrepareFault: Error, CustomStringConvertible {
    case notAuthorised
    case cannotOpen(String, any Error)
    case cannotCompose(ComposeFault)

    var description: String {
        switch self {
        case .notAuthorised:
            "the recipient's record is not authorised by this vault: it was forged, swapped or made by another installation"
        case .cannotOpen(let what, let error):
            "the sealed \(what) does not open (\((error as? SealFault)?.rawValue ?? "unknown reason"))"
        case .cannotCompose(let fault):
            "the mail could not be composed: \(fault)"
        }
    }
}
