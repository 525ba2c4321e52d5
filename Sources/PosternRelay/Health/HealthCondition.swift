/// Something that is the matter: what, what it means for letters, what to do. The same list of these is in the log, in `postern
/// doctor`, on the staff page, in `/ready` and in `/metrics`.
///
/// It holds no secret and no address. Replies of the smarthost are redacted before they get here.
package struct HealthCondition: Codable, Equatable, Sendable {
    package enum Severity: String, Codable, Sendable, CaseIterable {
        /// Letters, or something that was promised, stand still.
        case standsStill = "stands-still"
        /// They will, unless somebody acts.
        case failingSoon = "failing-soon"
        case note
    }

    /// What can be the matter, from the worst to the least. The raw value is the name in the log and in `/metrics`.
    package enum ID: String, Codable, Sendable, CaseIterable {
        /// The check itself has not come back.
        case check
        case store
        case vault
        /// There is no key of today to seal letters with.
        case dayKeys = "day-keys"
        case disk
        case login = "smarthost-login"
        case sender = "smarthost-sender"
        case encryption = "smarthost-tls"
        case unreachable = "smarthost-unreachable"
        case refusesUs = "smarthost-refuses"
        case quota = "smarthost-quota"
        /// It takes letters and hangs up before it says so.
        case noAnswer = "smarthost-no-answer"
        case breaker
        /// Letters are held because of how their last attempt ended.
        case held
        /// Letters are due, and nobody tries them.
        case overdue
        case budget
        case oldestLetter = "oldest-letter"
        /// A letter has waited for a person for a long time.
        case heldLong = "held-long"
        /// Letters to several recipients could not be delivered.
        case failed
        /// Addresses that stay under a former key.
        case notResealed = "not-resealed"
        /// Recipients have reported letters.
        case reports
        /// Addresses are being sealed again.
        case resealing
        /// All visitors count as one client.
        case proxy
        case clock
        case purge
        /// The own secrets of recipients are not all in their second place, or erased ones still are.
        case secretsCopy = "secrets-copy"
        case refusedCalls = "refused-calls"
        case cage

        /// All that `/ready` says to strangers.
        package var topic: String {
            switch self {
            case .check, .store, .vault, .disk: rawValue
            case .dayKeys: "keys"
            case .login, .sender, .encryption, .unreachable, .refusesUs, .quota, .noAnswer, .breaker, .held, .overdue, .budget,
                .oldestLetter, .heldLong, .failed:
                "delivery"
            case .notResealed, .reports, .resealing, .proxy, .clock, .purge, .secretsCopy, .refusedCalls, .cage: "upkeep"
            }
        }

        /// Whether a single letter can cause it. Strangers are not told: one of them could test what became of a letter.
        package var isOfOneLetter: Bool {
            switch self {
            case .noAnswer, .held, .budget, .oldestLetter, .heldLong, .failed, .reports: true
            case .check, .store, .vault, .dayKeys, .disk, .login, .sender, .encryption, .unreachable, .refusesUs, .quota,
                .breaker, .overdue, .notResealed, .resealing, .proxy, .clock, .purge, .secretsCopy, .refusedCalls, .cage:
                false
            }
        }
    }

    /// A command that a remedy may name. Nobody is to copy one that a relay has made up.
    package enum Command: String, Sendable {
        case doctor = "postern doctor"
        case waiting = "postern queue list"
        case held = "postern queue list --held"
        case failed = "postern queue list --state failed"
        case retryAll = "postern queue retry --all"
        case retry = "postern queue retry ID"
        case release = "postern queue release ID"
        case releaseAlike = "postern queue release --reason TEXT"
        case trustClock = "postern keys trust-clock"
        case reports = "postern report list"
        case keys = "postern keys status"
        case logEntry = "postern log show LETTER"
    }

    package let id: ID
    package let severity: Severity
    /// What is the matter.
    package let matter: String
    /// What that means for letters.
    package let meaning: String
    package let remedy: String
    /// To copy. Each is one of `Command`, unless the relay that says so was taken over.
    package let commands: [String]
    /// How many letters or attempts it is about; nil where there is nothing to count.
    package let count: Int?

    package init(
        _ id: ID, _ severity: Severity, _ matter: String, meaning: String, remedy: String, commands: [Command] = [],
        count: Int? = nil
    ) {
        self.id = id
        self.severity = severity
        self.matter = matter
        self.meaning = meaning
        self.remedy = remedy
        self.commands = commands.map(\.rawValue)
        self.count = count
    }
}

extension [HealthCondition] {
    /// The worst first; those of one severity as their ids are listed.
    package var worstFirst: [HealthCondition] {
        let severities = HealthCondition.Severity.allCases
        let ids = HealthCondition.ID.allCases
        func place(_ condition: HealthCondition) -> (Int, Int) {
            (severities.firstIndex(of: condition.severity) ?? 0, ids.firstIndex(of: condition.id) ?? 0)
        }
        return sorted { place($0) < place($1) }
    }
}

package protocol HealthSource: Sendable {
    /// Worst first; empty when all is well. Costs nothing: it is what the last look found.
    var conditions: [HealthCondition] { get }
}
