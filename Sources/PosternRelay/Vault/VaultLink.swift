package import Logging
private import Metrics
package import PosternCore
package import PosternLink
package import PosternSealing
internal import ServiceLifecycle
private import Synchronization

/// The relay's end of the link: asks the vault, and keeps what it announced.
///
/// The vault is asked for its keys every 20 s, and as soon as one is missing. They are kept for as long as their epoch lasts: a
/// vault that restarts stops deliveries, but no letter is turned away meanwhile.
package final class VaultLink: Service, Sendable {
    private struct State {
        var announcement: Announcement?
        /// When that came.
        var heard: ContinuousClock.Instant?
        var answers = false
        /// When a key was last missing, so that the vault was asked for it.
        var missed: ContinuousClock.Instant?
    }

    private let client: FrameClient<VaultVerb>
    private let logger: Logger
    private let state = Mutex(State())
    private let renewal: Duration
    /// Given when the vault falls silent or a key is missing, so that asking again does not wait for the next renewal.
    private let wakeSignal = WakeSignal()

    /// - Parameter malformed: counts what comes from the vault and is not an answer.
    package init(
        socket: String, malformed: MalformedTally = MalformedTally(), logger: Logger, renewal: Duration = .seconds(20)
    ) {
        client = FrameClient(path: socket, malformed: malformed)
        self.logger = logger
        self.renewal = renewal
    }

    /// Whether the last request was answered.
    package var answers: Bool { state.withLock { $0.answers } }

    /// Whether the vault has ever answered.
    package var hasAnswered: Bool { state.withLock { $0.announcement != nil } }

    /// Connections that the vault cut off because of what they sent, as of its last announcement.
    package var malformedAtVault: Int { state.withLock { $0.announcement?.malformedFrames ?? 0 } }

    /// Letters that had to wait for a budget of the vault, as of its last announcement.
    package var overBudgetAtVault: Int { state.withLock { $0.announcement?.overBudget ?? 0 } }

    /// Whether the vault destroys keys by its clock, as of its last announcement.
    package var isVaultClockTrusted: Bool { state.withLock { $0.announcement?.isClockTrusted ?? true } }

    /// Whether the second place of the own secrets is not as the vault's own file, as of its last announcement.
    package var isSecretsCopyBehind: Bool { state.withLock { $0.announcement?.isSecretsCopyBehind ?? false } }

    /// Whether letters may be given up, and rows forgotten, by this time: the vault believes its clock, and ours has not moved
    /// against the time that passed since the vault said so. A clock that jumps ahead for eight seconds must end no letter.
    package func isClockTrusted(at moment: Timestamp) -> Bool {
        let (announcement, heard) = state.withLock { ($0.announcement, $0.heard) }
        guard let announcement, announcement.isClockTrusted, let heard else { return false }
        guard let clock = announcement.clock else { return true }
        return moment.since(clock) <= ContinuousClock.now - heard + Self.drift
    }

    /// As much as the vault allows (`ClockTrust`).
    private static let drift = Duration.hours(1)

    /// How many letters may be under way at once; 0 before the vault has said so.
    package var lanes: Int { state.withLock { $0.announcement?.lanes ?? 0 } }

    /// The key to seal to.
    /// - Returns: nil when the vault has not announced one for that day.
    package func key(_ purpose: SealPurpose, of epoch: Epoch?) -> SealingKey? {
        guard let announcement = state.withLock({ $0.announcement }) else { return nil }
        let announced = announcement.keys.first { $0.purpose == purpose.rawValue && $0.epoch == epoch }
        if announced == nil { noteMissed() }
        return announced.flatMap { key in
            Suite(rawValue: key.suite).map {
                SealingKey(purpose: purpose, suite: $0, epoch: key.epoch, publicHalf: key.publicHalf)
            }
        }
    }

    /// What addresses are sealed to; nil before the vault has said so, and while it has none.
    package var addressKey: SealingKey? {
        let announced = state.withLock { $0.announcement }?.keys.first { $0.purpose == SealPurpose.address.rawValue }
        return announced.flatMap { key in
            Suite(rawValue: key.suite).map {
                SealingKey(purpose: .address, suite: $0, epoch: nil, publicHalf: key.publicHalf)
            }
        }
    }

    /// The clock was set to a day that nobody had prepared for. The vault notices within a second.
    private func noteMissed() {
        let isWorthAsking = state.withLock { state in
            let now = ContinuousClock.now
            if let missed = state.missed, now - missed < .milliseconds(500) { return false }
            state.missed = now
            return true
        }
        if isWorthAsking { wakeSignal.signal() }
    }

    /// The key of a day's tags.
    /// - Returns: nil when the vault has not announced one: it does for today and tomorrow.
    package func tagKey(of epoch: Epoch) -> [UInt8]? {
        guard let announcement = state.withLock({ $0.announcement }) else { return nil }
        let announced = announcement.tagKeys.first { $0.epoch == epoch }
        if announced == nil { noteMissed() }
        return announced?.secret
    }

    package enum Reply: Sendable {
        case outcome(Outcome)
        /// Nobody was there to take it, or the vault would not: nothing was dialled, so it is no attempt.
        case notTaken
    }

    /// Sends one letter. If the job was sent and no answer comes, the outcome is "uncertain": the letter may be on its way.
    package func deliver(_ job: DeliveryJob) async -> Reply {
        do {
            return .outcome(try Outcome(payload: try await timed(.deliver, job.payload)))
        } catch let refusal as LinkRefusal where refusal.code != .unavailable {
            // The next attempt would end the same way: a person must look.
            logger.error("vault: refused a job", metadata: ["delivery": "\(job.id)", "reason": "\(refusal)"])
            return .outcome(Outcome(.ourFault, health: .unknown, diagnosis: .init(stage: .prepare, text: "\(refusal)")))
        } catch {
            state.withLock { $0.answers = false }
            wakeSignal.signal()
            if error is LinkRefusal || (error as? LinkFault)?.execution == .notSent { return .notTaken }
            return .outcome(
                Outcome(.uncertain, health: .unknown, diagnosis: .init(stage: .prepare, text: Self.words(for: error))))
        }
    }

    /// What `queue show` says of an attempt whose outcome nobody heard.
    private static func words(for error: any Error) -> String {
        switch error {
        case LinkFault.cancelled: "the relay ended before the vault answered"
        case LinkFault.overdue: "the vault did not answer in time"
        default: "the vault ended before it answered"
        }
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func confirm(_ request: ConfirmationRequest) async throws -> SealedRecord {
        try SealedRecord(payload: try await timed(.authorise, request.payload))
    }

    /// What senders' addresses are compared with blocks by.
    /// - Returns: nil before the vault has announced them.
    package var senderKeys: SenderKeys? {
        state.withLock { $0.announcement }.map { SenderKeys(secrets: $0.senderKeys.map(\.secret)) }
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`: denied when it does not open, unavailable when no more are named today.
    package func nameSender(_ request: SenderRequest) async throws -> SenderNames {
        try SenderNames(payload: try await timed(.nameSender, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func nameVisitor(_ request: MuteRequest) async throws -> MuteName {
        try MuteName(payload: try await timed(.nameVisitor, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func mention(_ request: MentionRequest) async throws -> Mention {
        try Mention(payload: try await timed(.mention, request.payload))
    }

    /// From which the keys of a day's letters follow with which their recipients see what came for them.
    /// - Returns: nil when the vault has not announced one: it does for today and tomorrow.
    package func ledger(of epoch: Epoch) -> LedgerDay? {
        guard let announcement = state.withLock({ $0.announcement }) else { return nil }
        return announcement.ledgerKeys.first { $0.epoch == epoch }.map { LedgerDay(epoch: epoch, secret: $0.secret) }
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func enrol(_ request: MemberRequest) async throws -> MemberAnswer {
        try MemberAnswer(payload: try await timed(.enrol, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func signIn(_ request: SignInRequest) async throws -> SignIn {
        try SignIn(payload: try await timed(.signIn, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func change(_ request: MemberChange) async throws -> MemberAnswer {
        try MemberAnswer(payload: try await timed(.change, request.payload))
    }

    /// Tells the vault which record the store has kept, so that an older one counts no more from this moment. The next mail would tell it
    /// too: what goes wrong here is logged, and no more.
    package func note(inUse recipient: Recipient) async {
        do {
            _ = try await timed(.inUse, RecordInUse(recipient).payload)
        } catch {
            logger.error(
                "vault: could not be told which record is in use; the next mail tells it",
                metadata: ["recipient": "\(recipient.id)", "error": "\(error)"])
        }
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func reseal(_ request: ResealRequest) async throws -> ReportSeal {
        try ReportSeal(payload: try await timed(.reseal, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal` (unavailable) while it has no key to seal to.
    package func reseal(_ records: RecordsToReseal) async throws -> ResealedRecords {
        try ResealedRecords(payload: try await timed(.resealRecords, records.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal` (denied) for a wrong code.
    package func prove(_ request: ProofRequest) async throws -> CodeAnswer {
        try CodeAnswer(payload: try await timed(.prove, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal` (denied) when the evidence can no longer be opened.
    package func relate(_ request: RelateRequest) async throws -> RelatedTags {
        try RelatedTags(payload: try await timed(.relate, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func staffChallenge() async throws -> [UInt8] { try await timed(.staffChallenge) }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal` (denied) for a link that is not ours, was used, or is over.
    package func begin(_ link: StaffLink) async throws -> StaffOffer {
        try StaffOffer(payload: try await timed(.staffBegin, link.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal` (denied) as `begin` does.
    package func enrol(_ request: StaffEnrolment) async throws -> StaffEnrolled {
        try StaffEnrolled(payload: try await timed(.staffEnrol, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func check(_ attempt: StaffAttempt) async throws -> StaffAnswer {
        try StaffAnswer(payload: try await timed(.staffCheck, attempt.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func standing(_ inquiry: RevealInquiry) async throws -> RevealStanding {
        try RevealStanding(payload: try await timed(.revealStanding, inquiry.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func begin(_ request: RevealRequest) async throws -> RevealBeginning {
        try RevealBeginning(payload: try await timed(.beginReveal, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func reveal(_ attempt: RevealAttempt) async throws -> RevealAnswer {
        try RevealAnswer(payload: try await timed(.reveal, attempt.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func begin(_ request: ChangeRequest) async throws -> ChangeBeginning {
        try ChangeBeginning(payload: try await timed(.beginStaffChange, request.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func make(_ attempt: ChangeAttempt) async throws -> ChangeAnswer {
        try ChangeAnswer(payload: try await timed(.staffChange, attempt.payload))
    }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func excerpt(_ request: JournalExcerptRequest) async throws -> JournalExcerpt {
        try JournalExcerpt(payload: try await timed(.journal, request.payload))
    }

    /// Has the vault's journal say what somebody has done here. It was done whether or not the vault answers: the trace of operations
    /// has it in any case.
    /// - Returns: whether it has heard it.
    package func record(_ deed: RelayDeed) async -> Bool {
        do {
            _ = try await timed(.record, deed.payload)
            return true
        } catch {
            logger.error("vault: its journal lacks what was done here", metadata: ["deed": "\(deed)", "error": "\(error)"])
            return false
        }
    }

    /// Whether the vault still takes over what an earlier version of the program stored; nil before it has said so.
    package var isAdopting: Bool? { state.withLock { $0.announcement?.isAdopting } }

    /// - Throws: `LinkFault`, or the vault's `LinkRefusal`.
    package func adopt(_ request: AdoptionRequest) async throws -> Adoption {
        try Adoption(payload: try await timed(.adopt, request.payload))
    }

    /// Asks for the keys now.
    /// - Returns: whether the vault answered, after three seconds at the latest.
    @discardableResult
    package func renew() async -> Bool {
        do {
            let announcement = try Announcement(payload: try await timed(.announce))
            let wasSilent = state.withLock { state in
                defer { (state.announcement, state.heard, state.answers) = (announcement, .now, true) }
                return !state.answers
            }
            if wasSilent { logger.info("vault: answers", metadata: ["lanes": "\(announcement.lanes)"]) }
            return true
        } catch {
            let answered = state.withLock { state in
                defer { state.answers = false }
                return state.answers
            }
            if answered { logger.warning("vault: does not answer", metadata: ["error": "\(error)"]) }
            return false
        }
    }

    /// Shorter for a while after a key was missing, in case the vault had not noticed the new day either.
    private var pause: Duration {
        guard let missed = state.withLock({ $0.missed }), ContinuousClock.now - missed < .seconds(5) else { return renewal }
        return min(renewal, .seconds(1))
    }

    private func timed(_ verb: VaultVerb, _ payload: [UInt8] = []) async throws -> [UInt8] {
        let began = ContinuousClock.now
        let answer = try await client.request(verb, payload)
        Metrics.Timer(label: Metric.vaultRequest.rawValue, dimensions: [("verb", "\(verb)")])
            .record(duration: ContinuousClock.now - began)
        return answer
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isUp = await self.renew()
                await self.wakeSignal.wait(for: isUp ? self.pause : .milliseconds(100))
            }
        }
        // The connection stays: outcomes of letters under way come back over it while the dispatcher finishes.
    }

    package func close() async {
        await client.close()
    }
}
