package import PosternCore
package import PosternLink

/// What the running vault says of itself: whether more is asked of it than it lets out, and whether it believes the clock.
package enum VaultCheck {
    /// - Parameter condition: nil while no vault runs, or where it could not be asked.
    package static func findings(_ condition: VaultCondition?, now: Timestamp) -> [Finding] {
        guard let condition else { return [.ok(.budgets, "nothing goes out while no vault runs, or it could not be asked")] }
        return budgets(condition.budgets, now: now) + clock(condition.clock)
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
}
