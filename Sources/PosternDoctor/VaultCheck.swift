package import PosternCore
package import PosternLink

/// What the running vault says of itself: whether more is asked of it than it lets out, whether it believes the clock, and what its
/// lanes have learnt of the smarthost.
package enum VaultCheck {
    /// - Parameters:
    ///   - condition: nil while no vault runs, or where it could not be asked.
    ///   - server: the smarthost's host and port.
    package static func findings(_ condition: VaultCondition?, smarthost server: String, now: Timestamp) -> [Finding] {
        guard let condition else { return [.ok(.budgets, "nothing goes out while no vault runs, or it could not be asked")] }
        return budgets(condition.budgets, now: now) + clock(condition.clock) + lanes(condition.lanes, server, now: now)
    }

    private static func budgets(_ budgets: [VaultCondition.BudgetUse], now: Timestamp) -> [Finding] {
        let over = budgets.filter { $0.last.map { now.since($0) < .days(1) } ?? false }
        guard !over.isEmpty else {
            let limits = budgets.map { "\($0.setting) \($0.limit)" }.joined(separator: ", ")
            return [.ok(.budgets, "no letter had to wait in the last day (\(limits))")]
        }
        return over.map { budget in
            let last = budget.last.map { ", last at \($0.rfc3339)" } ?? ""
            return .fail(
                .budgets,
                "the relay asked for more than \(budget.setting)=\(budget.limit) lets out: \(budget.deferred) times a letter had to "
                    + "wait since the vault's start\(last). None is lost; each is tried again",
                Remedy(
                    "An honest relay stays below this. If letters were released in bulk or the site has grown, raise "
                        + "\(budget.setting) and restart. If not, the relay may have been taken over: stop the service and look at "
                        + "its machine.",
                    commands: ["postern queue list"]))
        }
    }

    private static func clock(_ clock: VaultCondition.Clock) -> [Finding] {
        guard !clock.isTrusted else { return [] }
        return [
            .fail(
                .clock,
                "the vault destroys no key: its clock says \(clock.now.rfc3339), further from \(clock.believed.rfc3339), the last "
                    + "time it believes, than the time that has passed explains",
                Remedy(
                    "If the clock is wrong, set it right. If it is right (the service was off for more than a week, say), confirm "
                        + "it; what is past its time is destroyed then.", commands: ["postern keys trust-clock"]))
        ]
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
