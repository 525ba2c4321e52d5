package import Logging
package import PosternCore
internal import PosternMail
internal import PosternSealing

/// Takes a letter to the smarthost: checks that site and recipient are what this vault authorised last, opens, composes, sends.
///
/// A failure before the smarthost is dialled is our fault, not the recipient's, and never silent: the letter is held, with a
/// reason that a person can act on.
package struct Postman: Sendable {
    private let mailFrom: EmailAddress
    private let publicURL: WebOrigin
    private let authorisation: AddressAuthorisation
    private let memory: any RecordMemory
    private let opener: SealOpener
    private let composer: Composer
    private let lanes: LanePool
    private let budgets: DeliveryBudgets
    private let deduplicator = DeliveryDeduplicator()
    private let logger: Logger

    package init(
        mailFrom: EmailAddress, publicURL: WebOrigin, authorisation: AddressAuthorisation, memory: any RecordMemory,
        opener: SealOpener, composer: Composer, lanes: LanePool, budgets: DeliveryBudgets, logger: Logger
    ) {
        self.mailFrom = mailFrom
        self.publicURL = publicURL
        self.authorisation = authorisation
        self.memory = memory
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
            await noteInUse(job)
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
                error.isFinal ? "a letter is lost, since nobody can open it" : "a letter could not be prepared and is held",
                metadata: [
                    "delivery": "\(job.id)", "recipient": "\(job.recipient)", "to": "\(job.site.id)/\(job.handle)",
                    "reason": "\(error)",
                ])
            return Outcome(
                error.isFinal ? .failed : .ourFault, health: .unknown,
                diagnosis: .init(stage: .prepare, text: error.description))
        }
    }

    private func message(for job: DeliveryJob) throws(PrepareFault) -> OutgoingMessage {
        try checkSite(job)
        let record = job.record
        let subject = AddressAuthorisation.Subject(job)
        guard authorisation.isValid(record.authorisation, as: job.kind == .letter ? .confirmed : .invited, on: subject) else {
            throw .notAuthorised
        }
        if let newest = memory.newest(of: subject.authorisedName) {
            guard !newest.isErased else { throw .erased }
            guard newest.version <= record.version, newest.recipient == job.recipient else {
                throw .outdated(version: record.version, newest: newest.version)
            }
        }
        let address: EmailAddress
        do {
            address = try opener.address(
                in: record.seal, context: .address(of: job.recipient, at: job.site.id, version: record.version))
        } catch {
            if let key = opener.missingKey(of: record.seal) {
                throw .addressKeyMissing(key.id.description, key.fault.map(\.description), handle: job.handle)
            }
            throw .cannotOpen("address", error)
        }
        let content: OpenedDelivery.Content
        switch job.kind {
        case .letter:
            do {
                content = .letter(
                    try opener.letter(
                        in: job.letter, context: .letter(job.id, to: job.recipient, job.handle, at: job.site.id)))
            } catch {
                if let key = opener.missingKey(of: job.letter) {
                    if let fault = key.fault, !fault.isLoss { throw .letterKeyUnusable(fault.description) }
                    throw .letterKeyLost(key.id.description, Epoch(containing: job.accepted))
                }
                throw .cannotOpen("letter", error)
            }
        case .reply, .copy, .pauseNotice:
            throw .cannotOpen("reply", SealFault.unknownSuite)
        case .confirmation:
            let token = authorisation.token(for: subject, mailed: job.accepted)
            content = .confirmation(
                link: "\(publicURL)/confirm/\(job.site.id)/\(job.handle)/\(token)?lang=\(job.language)")
        }
        do {
            return try composer.compose(OpenedDelivery(job, to: address, from: mailFrom, content: content))
        } catch {
            throw .cannotCompose(error)
        }
    }

    private func checkSite(_ job: DeliveryJob) throws(PrepareFault) {
        guard let given = job.site.authorisation, authorisation.isValid(job.site) else { throw .siteNotAuthorised(job.site.id) }
        guard (memory.newest(of: .site(job.site.id))?.version ?? 0) <= given.version else {
            throw .siteOutdated(job.site.id, version: given.version)
        }
    }

    /// A letter made from a newer record than the vault remembers shows that this record is in use.
    private func noteInUse(_ job: DeliveryJob) async {
        let used = [
            LearntAuthorisation(.recipient(job.handle, at: job.site.id), version: job.record.version, recipient: job.recipient),
            LearntAuthorisation(.site(job.site.id), version: job.site.authorisation?.version ?? 0, recipient: nil),
        ]
        let learnt = used.filter { $0.version > memory.newest(of: $0.name)?.version ?? 0 }
        guard !learnt.isEmpty else { return }
        do {
            try await memory.learn(learnt, isDurable: false)
        } catch {
            logger.error("a record's version could not be remembered", metadata: ["delivery": "\(job.id)", "error": "\(error)"])
        }
    }
}

/// Why a letter was not sent at all. `queue show` prints these sentences.
private enum PrepareFault: Error, CustomStringConvertible {
    case notAuthorised
    case outdated(version: Int32, newest: Int32)
    case erased
    case siteNotAuthorised(SiteID)
    case siteOutdated(SiteID, version: Int32)
    case addressKeyMissing(String, String?, handle: Handle)
    case letterKeyUnusable(String)
    case letterKeyLost(String, Epoch)
    case cannotOpen(String, any Error)
    case cannotCompose(ComposeFault)

    /// Whether no later try can end otherwise.
    var isFinal: Bool { if case .letterKeyLost = self { true } else { false } }

    var description: String {
        switch self {
        case .addressKeyMissing(let key, let why, let handle):
            "the recipient's address is sealed to address key \(key), which this vault does not have"
                + (why.map { " (\($0))" } ?? "; put the key back (postern keys import-recovery FOLDER)")
                + "; or give the address again with postern recipient add \(handle) --replace; then release this letter"
        case .letterKeyUnusable(let why): "the letter cannot be opened: \(why); then restart the service and release this letter"
        case .letterKeyLost(let key, let day):
            "the key of its day (\(day), letter key \(key)) is lost or destroyed: nobody can open this letter any more"
        case .notAuthorised:
            "the recipient's record is not authorised by this vault: it was forged, swapped or made by another installation; "
                + "give the address again with postern recipient add --replace"
        case .outdated(let version, let newest):
            "the recipient's record (version \(version)) is older than the newest (version \(newest)): an old row or backup was "
                + "put back; give the address again with postern recipient add --replace"
        case .erased:
            "the recipient was erased, and an old row or backup was put back; drop this letter and erase the recipient again"
        case .siteNotAuthorised(let site):
            "the name or the origins of site \(site) are not authorised by this vault: they were changed in the store; give them "
                + "again with postern site set \(site) --name … --origin …, then release this letter"
        case .siteOutdated(let site, let version):
            "the name and origins of site \(site) (version \(version)) are older than the newest: an old row or backup was put "
                + "back; give them again with postern site set \(site) --name … --origin …, then release this letter"
        case .cannotOpen(let what, let error):
            "the sealed \(what) does not open (\((error as? SealFault)?.rawValue ?? "unknown reason"))"
        case .cannotCompose(let fault):
            "the mail could not be composed: \(fault)"
        }
    }
}
