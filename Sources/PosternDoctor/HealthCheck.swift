package import PosternCore
package import PosternRelay

/// What `HealthFacts` finds the matter, as findings: asked of the running relay, or made from the store while no relay holds it.
package enum HealthCheck {
    /// - Parameters:
    ///   - isRunning: whether the relay answers.
    ///   - uptime: for how long it has run; nil where nobody knows.
    ///   - lastPurge: nil when never.
    ///   - other: conditions that another check looks at more closely.
    package static func findings(
        _ conditions: [HealthCondition], isRunning: Bool, uptime: Duration? = nil, lastPurge: Timestamp?, now: Timestamp,
        except other: Set<HealthCondition.ID> = []
    ) -> [Finding] {
        var findings = conditions.filter { !other.contains($0.id) }.compactMap { condition in
            check(of: condition.id).map { finding(condition, as: $0) }
        }
        func well(_ check: Check, _ text: String) {
            if !findings.contains(where: { $0.check == check }) { findings.append(.ok(check, text)) }
        }
        well(
            .letters,
            isRunning
                ? "letters go out; none is held because of how an attempt ended"
                : "none is held because of how an attempt ended; none goes out while the relay does not run")
        well(.oldestLetter, "no letter waits for longer than usual")
        well(.reports, "no reported letter waits for a decision")
        well(.proxy, isRunning ? "no proxy was seen that is not set up" : "seen only while the relay runs")
        if !findings.contains(where: { $0.check == .lastPurge }) { findings.append(purge(lastPurge, isRunning, uptime, now)) }
        return findings
    }

    /// A condition of the service's own check.
    static func service(_ condition: HealthCondition) -> Finding { finding(condition, as: .service) }

    /// A condition in the doctor's report, under its own name.
    /// - Parameter commands: besides those of the condition.
    static func finding(_ condition: HealthCondition, as check: Check, commands: [String] = []) -> Finding {
        let matter = condition.matter.hasSuffix(".") ? condition.matter : condition.matter + "."
        // Only those that Postern has: a relay that was taken over may have made the others up.
        let known = condition.commands.filter { HealthCondition.Command(rawValue: $0).map { $0 != .doctor } ?? false }
        let (text, remedy) = ("\(matter) \(condition.meaning)", Remedy(condition.remedy, commands: known + commands))
        let finding: Finding = condition.severity == .standsStill ? .fail(check, text, remedy) : .warn(check, text, remedy)
        return finding.named(condition.id)
    }

    /// Nil for what the doctor looks at itself.
    private static func check(of id: HealthCondition.ID) -> Check? {
        switch id {
        case .check, .store, .vault, .dayKeys, .disk, .secretsCopy, .refusedCalls, .cage: nil
        case .login, .sender, .encryption, .unreachable, .refusesUs, .quota, .noAnswer, .breaker, .held, .overdue: .letters
        case .failed: .letters
        case .oldestLetter, .heldLong: .oldestLetter
        case .budget: .budgets
        case .reports: .reports
        case .notResealed, .resealing: .keys
        case .proxy: .proxy
        case .clock: .clock
        case .purge: .lastPurge
        }
    }

    private static func purge(_ last: Timestamp?, _ isRunning: Bool, _ uptime: Duration?, _ now: Timestamp) -> Finding {
        if isRunning, let uptime, uptime < HealthFacts.firstPurge, last.map({ now.since($0) > uptime }) ?? true {
            return .ok(.lastPurge, "the relay was started \(uptime.inWords) ago, and its first purge is under way")
        }
        let start: Remedy = "Start the service: it purges at once, and then every hour."
        guard let last else {
            return isRunning
                ? .warn(
                    .lastPurge, "never, though the relay runs; it purges right after its start",
                    "Search the relay's log for “retention”, fix what it names, and restart the service.")
                : .warn(.lastPurge, "never: this installation has not been started yet", start)
        }
        let age = now.since(last)
        let found = "\(age.inWords) ago, at \(last.rfc3339)"
        guard isRunning || age <= .days(1) else {
            return .warn(.lastPurge, "\(found): nothing is purged while nothing runs", start)
        }
        return .ok(.lastPurge, found)
    }
}
