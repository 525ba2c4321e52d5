package import Logging
package import PosternCore
internal import PosternMail

/// Takes a letter to the smarthost: checks that site and recipient are what this vault authorised last, opens, composes, sends.
///
/// A failure before the smarthost is dialled is our fault, not the recipient's, and never silent: the letter is held, with a
/// reason that a person can act on.
package struct Postman: Sendable {
    private let memory: any RecordMemory
    private let opener: DeliveryOpener
    private let composer: Composer
    private let lanes: LanePool
    private let budgets: DeliveryBudgets
    private let members: MemberCodes
    private let tries: ConfirmationTries
    private let deduplicator = DeliveryDeduplicator()
    private let randomness: RandomSource
    private let pause: @Sendable (Duration) async -> Void
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    /// - Parameter pause: waits for so long, or less where the caller is cancelled.
    package init(
        mailFrom: EmailAddress, publicURL: WebOrigin, authorisation: AddressAuthorisation, memory: any RecordMemory,
        opener: SealOpener, visitors: VisitorCodes, members: MemberCodes, proven: ProvenMailboxes,
        composer: Composer, lanes: LanePool,
        budgets: DeliveryBudgets, tries: ConfirmationTries, randomness: RandomSource,
        pause: @escaping @Sendable (Duration) async -> Void, logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        self.now = now
        self.memory = memory
        self.opener = DeliveryOpener(
            mailFrom: mailFrom, publicURL: publicURL, authorisation: authorisation, memory: memory, opener: opener,
            visitors: visitors, members: members, proven: proven)
        self.composer = composer
        self.lanes = lanes
        self.budgets = budgets
        self.members = members
        self.tries = tries
        self.randomness = randomness
        self.pause = pause
        self.logger = logger
    }

    /// - Returns: the outcome. A letter that was delivered before, but whose outcome the relay never heard, is not sent again.
    package func deliver(_ job: DeliveryJob) async -> Outcome {
        await deduplicator.once(job.id) { await attempt(job) }
    }

    private func attempt(_ job: DeliveryJob) async -> Outcome {
        do throws(PrepareFault) {
            let opened = try opener.open(job, at: now())
            await noteInUse(job)
            if opened.isMuted || job.isOverMutedConnection { return await muted(job, isByAddress: opened.isMuted) }
            let message = try compose(opened.delivery)
            switch budgets.charge(job, to: message.recipient, isProven: opened.isProven, isKnown: opened.isKnown) {
            case .success(let charge):
                let outcome = await lanes.send(message)
                budgets.settle(charge, outcome)
                if job.kind == .confirmation, outcome.kind == .delivered || outcome.kind == .uncertain {
                    tries.renew(members.digest(of: .init(job), at: message.recipient))
                }
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

    /// Its author sees what others see: it ends after as long as a letter that is delivered, and waits while those of others do. No
    /// budget counts it, and no lane is taken: it does not leave.
    private func muted(_ job: DeliveryJob, isByAddress: Bool) async -> Outcome {
        let transfers = lanes.lastTransfers
        var randomness = randomness
        let what = "the recipient has muted \(isByAddress ? "this visitor" : "the connection that it came over")"
        guard !transfers.isAway(at: now(), tries: job.tries) else {
            return Outcome(
                .deferred, health: .unknown,
                diagnosis: .init(
                    stage: isByAddress ? .mute : .muteByConnection,
                    text: "\(what); it waits like others, so that nobody can tell, while the smarthost is away"))
        }
        await pause(transfers.duration(using: &randomness))
        return Outcome(
            .muted, health: .unknown, diagnosis: .init(stage: isByAddress ? .prepare : .muteByConnection, text: what))
    }

    private func compose(_ delivery: OpenedDelivery) throws(PrepareFault) -> OutgoingMessage {
        do {
            return try composer.compose(delivery)
        } catch {
            throw .cannotCompose(error)
        }
    }

    /// A letter made from a newer record than the vault remembers shows that this record is in use. A question whether an address is
    /// somebody's shows nothing: it may never be confirmed, and then the name is nobody's. Nor does what is told a former address.
    private func noteInUse(_ job: DeliveryJob) async {
        var used = [LearntAuthorisation(.site(job.site.id), version: job.site.authorisation?.version ?? 0, recipient: nil)]
        if job.kind != .confirmation, job.kind != .addressNotice {
            let name = AuthorisedName.recipient(job.handle, at: job.site.id)
            used.append(LearntAuthorisation(name, version: job.record.version, recipient: job.recipient))
        }
        let learnt = used.filter { $0.version > memory.newest(of: $0.name)?.version ?? 0 }
        guard !learnt.isEmpty else { return }
        do {
            try await memory.learn(learnt, isDurable: false)
        } catch {
            logger.error("a record's version could not be remembered", metadata: ["delivery": "\(job.id)", "error": "\(error)"])
        }
    }
}
