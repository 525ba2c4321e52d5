package import PosternCore
package import PosternLink
private import PosternRelay

/// What the running vault says of itself: whether more is asked of it than it lets out, whether it believes the clock, and what its
/// lanes have learnt of the smarthost.
package enum VaultCheck {
    /// - Parameters:
    ///   - condition: nil while no vault runs, or where it could not be asked.
    ///   - server: the smarthost's host and port.
    package static func findings(_ condition: VaultCondition?, smarthost server: String, now: Timestamp) -> [Finding] {
        guard let condition else { return [.ok(.budgets, "nothing goes out while no vault runs, or it could not be asked")] }
        return budgets(condition.budgets, now: now) + mentions(condition.mentions) + follows(condition.follows, now: now)
            + clock(condition.clock)
            + lanes(condition.lanes, server, now: now)
    }

    private static func budgets(_ budgets: [VaultCondition.BudgetUse], now: Timestamp) -> [Finding] {
        let over = budgets.filter { $0.last.map { now.since($0) < .days(1) } ?? false }
        guard !over.isEmpty else {
            let limits = budgets.map { "\($0.setting) \($0.limit)" }.joined(separator: ", ")
            return [.ok(.budgets, "no letter had to wait in the last day (\(limits))")]
        }
        return over.map { budget in
            let times = budget.deferred == 1 ? "once" : "\(budget.deferred) times"
            let last = budget.last.map { ", last at \($0.rfc3339)" } ?? ""
            let reason =
                "\(budget.setting)=\(budget.limit), over which a letter had to wait \(times) since the vault's start\(last)"
            // As long as the relay says so too.
            guard budget.last.map({ now.since($0) < HealthCondition.budgetMemory }) ?? false else {
                return .warn(
                    .budgets, "no letter waits for a budget of the vault now; in the last day one did: \(reason)",
                    Remedy(HealthCondition.budget(reason, count: nil).remedy))
            }
            return HealthCheck.finding(.budget(reason, count: budget.deferred), as: .budgets)
        }
    }

    private static func mentions(_ mentions: VaultCondition.CountedQuestions) -> [Finding] {
        guard mentions.refused > 0 else { return [] }
        let times = mentions.refused == 1 ? "once" : "\(mentions.refused) times"
        let last = mentions.last.map { ", last at \($0.rfc3339)" } ?? ""
        return [
            .warn(
                .budgets,
                "the relay asked more often than \(mentions.limit) times a day whether a recipient's answer holds the recipient's own "
                    + "address, and was told nothing: \(times) today\(last). Only the relay's own rules looked through those answers",
                Remedy(
                    "A recipient who sends more than \(mentions.limit) answers a day explains it. If nobody does, the relay may have "
                        + "been taken over and guesses at addresses: stop the service and look at its machine.",
                    commands: ["postern log list"]))
        ]
    }

    private static func follows(_ follows: VaultCondition.CountedQuestions, now: Timestamp) -> [Finding] {
        guard let last = follows.last, now.since(last) < .days(1) else { return [] }
        return [
            .warn(
                .budgets,
                "the relay asked to follow more clients to later days, or to name more senders of letters, than \(follows.limit) a "
                    + "day, and was told nothing: "
                    + "\(follows.refused == 1 ? "once" : "\(follows.refused) times"), last at \(last.rfc3339)",
                Remedy(
                    "Staff who block many clients or senders by their letters explain it; the journal names the letters. If nobody "
                        + "does, the relay may have been taken over and looks for addresses: stop the service and look at its machine.",
                    commands: ["postern log journal"]))
        ]
    }

    private static func clock(_ clock: VaultCondition.Clock) -> [Finding] {
        clock.isTrusted ? [] : [HealthCheck.finding(.clock(clock.now, believed: clock.believed), as: .clock)]
    }

    private static func lanes(_ lanes: VaultCondition.Lanes, _ server: String, now: Timestamp) -> [Finding] {
        var findings = lanes.missing.map { missing($0, server, now: now) }
        if let last = lanes.uncertain.last, now.since(last) < .days(1) {
            findings.append(uncertain(lanes.uncertain, last: last, server))
        }
        if lanes.allowed < lanes.configured { findings.append(limit(lanes, server)) }
        return findings
    }

    private static func missing(_ missing: VaultCondition.Lanes.Missing, _ server: String, now: Timestamp) -> Finding {
        let age = now.since(missing.since).inWords
        let what =
            missing.what == VaultCondition.Lanes.Missing.login
            ? "has refused our login" : "has not offered \(missing.what)"
        return .fail(
            .smarthost, "\(server) \(what) on any connection for \(age). Letters are held; nothing was sent in the clear",
            Remedy(
                "Ask its operator what has changed, or look at the line marked smarthost for what is missing. Once that is fixed, "
                    + "release what is held.", commands: ["postern queue list --held", "postern queue release --reason TEXT"]))
    }

    private static func uncertain(_ tally: VaultCondition.Lanes.Tally, last: Timestamp, _ server: String) -> Finding {
        let times = tally.times == 1 ? "once" : "\(tally.times) times"
        let text =
            "\(server) got the text of a letter and never said whether it took it: \(times) since the vault's start, last at "
            + "\(last.rfc3339) (“\(tally.answer)”). Each such letter may have arrived. It is tried again after long pauses; after the "
            + "third time it is held"
        let remedy = Remedy(
            "Ask its operator why it hangs up, or is silent, after the final dot (a slow content filter, often), and which letters "
                + "it took. Drop the held letters that arrived, and release the others.",
            commands: ["postern queue list --held", "postern queue show ID"])
        // One may be a server that was restarted.
        return tally.times < RetrySchedule.mostUncertainEnds
            ? .warn(.smarthost, text, remedy) : .fail(.smarthost, text, remedy)
    }

    private static func limit(_ lanes: VaultCondition.Lanes, _ server: String) -> Finding {
        let last = lanes.turnedAway.last.map { ", last at \($0.rfc3339) (“\(lanes.turnedAway.answer)”)" } ?? ""
        let count = lanes.allowed == 1 ? "1 connection" : "\(lanes.allowed) connections"
        return .warn(
            .smarthost,
            "\(server) takes \(count) at once and has turned others away\(last); there are \(lanes.configured) lanes. Letters go out "
                + "over the \(count) it takes, and one more is tried now and then",
            Remedy(
                "If that is fast enough, set POSTERN_SMTP_LANES to \(lanes.allowed) and restart. If not, ask its operator for more "
                    + "connections."))
    }
}
