package import PosternCore

/// What the last attempts say against the smarthost, or against us. Pure; the dispatcher keeps one.
package struct SmarthostRecord: Equatable, Sendable {
    package enum Trouble: Hashable, Sendable, CaseIterable {
        case login, sender, encryption, unreachable, refusesUs, quota, noAnswer
        /// Not the smarthost: the vault lets out no more for now.
        case budget
    }

    package struct Entry: Equatable, Sendable {
        /// The last reply, redacted, or a sentence of ours.
        package var reason: String
        package let since: Timestamp
        package var last: Timestamp
        /// How many attempts ended in this way, with no letter delivered in between.
        package var count: Int

        package init(reason: String, since: Timestamp, last: Timestamp, count: Int) {
            self.reason = reason
            self.since = since
            self.last = last
            self.count = count
        }
    }

    private var entries: [Trouble: Entry] = [:]
    /// When an attempt ended last, whatever became of it.
    package private(set) var lastAttempt: Timestamp?

    /// Longer than any letter waits between two tries: after this nothing is known any more.
    private static let memory = Duration.hours(6)
    /// A connection that fails now and then is nobody's concern.
    private static let isolated = 3
    private static let lasting = Duration.seconds(45)

    package init() {}

    package mutating func record(_ outcome: Outcome, at now: Timestamp) {
        lastAttempt = now
        if let trouble = Trouble(outcome) {
            let reason = outcome.diagnosis.reason
            var entry = entries[trouble] ?? Entry(reason: reason, since: now, last: now, count: 0)
            (entry.reason, entry.last) = (reason, max(now, entry.last))
            entry.count += 1
            entries[trouble] = entry
        } else if outcome.kind == .delivered {
            for trouble in Trouble.allCases where trouble != .budget { entries[trouble] = nil }
        } else if outcome.health == .reached {
            // It got as far as the recipient: what comes before that works.
            for trouble in [Trouble.login, .encryption, .unreachable, .refusesUs] { entries[trouble] = nil }
        }
    }

    /// What an operator should hear of, with how it stands.
    package func troubles(at now: Timestamp) -> [Trouble: Entry] {
        entries.filter { trouble, entry in
            switch trouble {
            case .budget: now.since(entry.last) < HealthCondition.budgetMemory
            // A person must do something: once is enough.
            case .login, .sender, .encryption: now.since(entry.last) < Self.memory
            case .unreachable, .refusesUs, .quota, .noAnswer:
                now.since(entry.last) < Self.memory
                    && (entry.count >= Self.isolated || entry.last.since(entry.since) >= Self.lasting)
            }
        }
    }
}

extension SmarthostRecord.Trouble {
    /// Nil for what is about one letter or one recipient.
    package init?(_ outcome: Outcome) {
        if outcome.isOfMute { return nil }
        switch (outcome.kind, outcome.diagnosis.stage) {
        case (.delivered, _), (.failed, _), (_, .prepare): return nil
        case (_, .budget): self = .budget
        default:
            let trouble = outcome.cause.map { Self.refused($0, outcome) } ?? Self.unexplained(outcome)
            guard let trouble else { return nil }
            self = trouble
        }
    }

    /// What a refusal says, by what it is about.
    private static func refused(_ cause: Outcome.Cause, _ outcome: Outcome) -> Self? {
        let isHeld = outcome.kind == .ourFault
        return switch cause {
        case .encryption: .encryption
        case .quota: .quota
        case .login: isHeld ? .login : .refusesUs
        // What only some letters need of it, as SMTPUTF8 is, says nothing of the others.
        case .content where outcome.health == .reached: nil
        case .sender, .account, .content, .dialogue, .likeRefusals: isHeld ? .sender : .refusesUs
        case .reputation: .refusesUs
        case .now: outcome.health == .trouble ? .refusesUs : nil
        case .recipient, .letter, .unclear: nil
        }
    }

    /// Where nothing was refused, or nobody can say what: how far it got.
    private static func unexplained(_ outcome: Outcome) -> Self? {
        let diagnosis = outcome.diagnosis
        switch (outcome.kind, diagnosis.stage) {
        case (_, .startTLS): return .encryption
        // Without a code, the sentence is ours (`TransferFailure`).
        case (_, .connect), (_, .greeting), (_, .ehlo):
            // Of one letter, or of ourselves.
            guard outcome.health == .trouble else { return nil }
            let isEncryption = diagnosis.code == nil && ["certificate", "TLS"].contains { diagnosis.text.contains($0) }
            return isEncryption ? .encryption : diagnosis.code == nil ? .unreachable : .refusesUs
        case (.ourFault, .login): return .login
        case (_, .login): return .refusesUs
        case (.uncertain, _): return .noAnswer
        case (.ourFault, _): return .sender
        default: return outcome.health == .trouble ? .refusesUs : nil
        }
    }
}

extension Outcome.Diagnosis {
    /// For a line of the log: the code, the enhanced status and the words.
    package var reason: String {
        let codes = [code.map(String.init), enhanced].compactMap { $0 }.filter { !text.contains($0) }
        return (codes + [text]).joined(separator: " ")
    }
}
