package import PosternCore

/// Judges refusals by what becomes of other letters. One server's sentence says little: many say "no such user" or "rejected" when
/// they mean our account.
///
/// When several different addressees are refused alike, and nobody is accepted in between, that is a *run*: it is about us,
/// whatever the server says. Addresses that a stranger has typed and nobody has shown to work make none: they may be made up.
/// Then letters are held and none is `failed`, those before it in the run included, until the smarthost accepts one again. A refusal
/// that names no one is believed when somebody else's letter is accepted about that time. It is pure; its owner guards it.
package struct RefusalRuns: Equatable, Sendable {
    /// Refused with the same code and enhanced status, at the same stage. Words differ by address and by id.
    package struct Likeness: Hashable, Sendable {
        let stage: DeliveryStage
        let code: Int?
        let enhanced: String?

        init(_ outcome: Outcome) {
            (stage, code, enhanced) = (outcome.diagnosis.stage, outcome.diagnosis.code, outcome.diagnosis.enhanced)
        }
    }

    package struct Run: Equatable, Sendable {
        package let likeness: Likeness
        package let began: Timestamp
    }

    /// Whom a mail is for, as far as it tells how much a refusal says.
    private enum Addressee: Hashable, Sendable {
        case recipient(RecipientID)
        /// Visitors who have answered a recipient by a mailed link. One person may have many conversations: all of a recipient's are one.
        case visitors(of: RecipientID)
        /// Who is to confirm an address: from an operator's list, or typed by anybody into a form.
        case unconfirmed(RecipientID)
        /// Typed into a form.
        case stranger

        init(_ job: DeliveryJob) {
            switch (job.addressee, job.kind) {
            case (.recipient, .confirmation): self = .unconfirmed(job.recipient)
            case (.recipient, _): self = .recipient(job.recipient)
            case (.visitor, _): self = job.conversation?.proof == nil ? .stranger : .visitors(of: job.recipient)
            }
        }

        /// In tenths of a recipient.
        var weight: Int {
            switch self {
            case .recipient, .visitors: 10
            // Strangers may join a few times a day and network; an import asks thousands, and is not to fail for our fault.
            case .unconfirmed: 1
            case .stranger: 0
            }
        }
    }

    private struct Refusal: Equatable, Sendable {
        let letter: LetterID
        let addressee: Addressee
        let at: Timestamp
        /// Whether it ends as failed, unless it turns out to belong to a run.
        let isFailed: Bool
    }

    private struct Acceptance: Equatable, Sendable {
        let addressee: Addressee
        let at: Timestamp
    }

    /// Different recipients that make a run.
    package static let threshold = 3
    /// How far apart the first and the last of them may be, and how long an accepted letter speaks for us.
    package static let window = Duration.minutes(15)
    /// At this attempt since it was accepted or released, a refusal that names no one holds the letter, if nobody else's was
    /// accepted.
    package static let patience = 4

    /// The run that goes on; nil while there is none.
    package private(set) var run: Run?
    /// Letters that failed before their run was known, to be held instead.
    private var recalled: [LetterID] = []
    /// Since somebody was accepted last.
    private var refusals: [Likeness: [Refusal]] = [:]
    /// The last one, and the last one of another addressee.
    private var acceptances: [Acceptance] = []

    package init() {}

    /// A server that invents statuses, or one recipient whose every letter is refused, must not fill the memory.
    private static let (mostLikenesses, mostRefusals) = (64, 1_000)

    /// - Returns: the outcome that the letter is settled by.
    package mutating func judge(_ outcome: Outcome, of job: DeliveryJob, at now: Timestamp) -> Outcome {
        if outcome.kind == .delivered { accepted(Addressee(job), at: now) }
        // A letter whose key is lost failed before anybody was dialled.
        let isRefusal = outcome.kind == .failed && outcome.diagnosis.stage != .prepare
        let judged = isRefusal ? refused(outcome, of: job, at: now) : outcome
        // Only an accepted letter shows that the run is over.
        guard run != nil, judged.health == .reached else { return judged }
        return Outcome(judged.kind, health: .unknown, cause: judged.cause, diagnosis: judged.diagnosis)
    }

    /// Letters to hold that are failed, or are about to be, in this transaction.
    package mutating func takeRecalled() -> [LetterID] {
        defer { recalled = [] }
        return recalled
    }

    private mutating func accepted(_ addressee: Addressee, at now: Timestamp) {
        run = nil
        refusals = [:]
        acceptances = [Acceptance(addressee: addressee, at: now)] + acceptances.filter { $0.addressee != addressee }.prefix(1)
    }

    private mutating func refused(_ outcome: Outcome, of job: DeliveryJob, at now: Timestamp) -> Outcome {
        let isAboutRecipient = outcome.cause == .recipient || outcome.cause == nil
        // Held before, looked at by a person and let go: the server's second word about the recipient is believed, however many they
        // are, once it takes letters to others again. Before that, all may have been let go with nothing mended.
        if isAboutRecipient, job.released != nil, job.attempt > 1, run == nil, isOtherAccepted(than: Addressee(job), at: now) {
            return outcome
        }
        let likeness = Likeness(outcome)
        let addressee = Addressee(job)
        let isBelieved = isAboutRecipient || run == nil && isOtherAccepted(than: addressee, at: now)
        let earlier = noted(Refusal(letter: job.id, addressee: addressee, at: now, isFailed: isBelieved), as: likeness, at: now)
        let weight = Set(earlier.map(\.addressee)).reduce(0) { $0 + $1.weight }
        if run?.likeness == likeness || weight >= Self.threshold * Addressee.recipient(job.recipient).weight {
            if run?.likeness != likeness { run = Run(likeness: likeness, began: now) }
            recalled += earlier.filter { $0.isFailed && $0.letter != job.id }.map(\.letter)
            refusals[likeness] = nil
            return Outcome(.ourFault, health: .trouble, cause: .likeRefusals, diagnosis: outcome.diagnosis)
        }
        if isBelieved { return outcome }
        if run != nil { return Outcome(.ourFault, health: .trouble, cause: .likeRefusals, diagnosis: outcome.diagnosis) }
        let isHeld = job.tries >= Self.patience
        return Outcome(isHeld ? .ourFault : .deferred, health: .reached, cause: outcome.cause, diagnosis: outcome.diagnosis)
    }

    /// - Returns: the refusals of this likeness within the window, with this one.
    private mutating func noted(_ refusal: Refusal, as likeness: Likeness, at now: Timestamp) -> [Refusal] {
        if refusals[likeness] == nil, refusals.count >= Self.mostLikenesses { refusals = [:] }
        let recent = refusals[likeness, default: []].filter { Self.isRecent($0.at, at: now) && $0.letter != refusal.letter }
        let noted = Array(recent.suffix(Self.mostRefusals)) + [refusal]
        refusals[likeness] = noted
        return noted
    }

    private func isOtherAccepted(than addressee: Addressee, at now: Timestamp) -> Bool {
        acceptances.contains { $0.addressee != addressee && Self.isRecent($0.at, at: now) }
    }

    /// A clock that was set back makes nothing recent for longer than the window.
    private static func isRecent(_ moment: Timestamp, at now: Timestamp) -> Bool {
        now.since(moment) <= window && moment.since(now) <= window
    }
}
