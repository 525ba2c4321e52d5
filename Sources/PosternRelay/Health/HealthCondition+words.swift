package import PosternCore

// What the doctor sees for itself, from outside or with more detail than the relay, and what the relay finds: in the same words.

extension HealthCondition {
    /// More is asked of the vault than it lets out.
    /// - Parameter reason: which budget, and how often.
    package static func budget(_ reason: String, count: Int?) -> HealthCondition {
        HealthCondition(
            .budget, .standsStill, "letters wait for a budget of the vault: \(reason)",
            meaning: "They are tried again within the hour. None is lost.",
            remedy: "An honest relay stays below its budgets. If letters were released in bulk or the site has grown, raise the "
                + "setting that is named and restart. If not, the relay may have been taken over: stop the service and look at its "
                + "machine.",
            commands: [.waiting], count: count)
    }

    /// How long the vault's refusal is the matter after it last let a letter wait.
    package static let budgetMemory = Duration.hours(1)

    /// The vault does not believe the clock.
    /// - Parameter believed: the last time that it does believe; nil where nobody said.
    package static func clock(_ now: Timestamp, believed: Timestamp? = nil) -> HealthCondition {
        let detail = believed.map {
            ": it is further from \($0.rfc3339), the last time it believes, than the time that has passed explains"
        }
        return HealthCondition(
            .clock, .standsStill,
            "the vault does not believe this machine's clock (\(now.rfc3339)), and destroys no key" + (detail ?? ""),
            meaning: "Letters go out. What is past its time is not deleted.",
            remedy:
                "If the clock is wrong, set it right. If it is right (the service was off for more than a week, say), say so; "
                + "what is past its time is destroyed then.",
            commands: [.trustClock])
    }

    /// The second place of the own secrets is not as the vault's own file.
    /// - Parameters:
    ///   - detail: which file it is, and why; nil where nobody said.
    ///   - remedy: what can be done about that.
    package static func secretsCopy(_ detail: String? = nil, remedy: String? = nil) -> HealthCondition {
        HealthCondition(
            .secretsCopy, .failingSoon,
            "the second place of the recipients' own secrets (POSTERN_SECRETS_COPY) is not as the vault's own file",
            meaning:
                "Letters go out, and people join. If this disk is lost, anyone who came since must give the address again; and of "
                + "anyone who was erased since, that file still has the secret.",
            remedy: remedy ?? "See why. The vault catches up by itself within a minute, once it can.", commands: [.keys]
        ).saying(detail)
    }

    /// Processes were ended for system calls.
    package static func refusedCalls(_ calls: HealthFacts.RefusedCallCount) -> HealthCondition? {
        guard calls.count > 0 else { return nil }
        let who = calls.who.isEmpty ? "a process" : "the \(calls.who.joined(separator: " and the "))"
        let times = calls.count == 1 ? "once" : "\(calls.count) times"
        let names = calls.names.isEmpty ? "" : " (\(calls.names.joined(separator: ", ")))"
        let last = calls.last.map { ", last at \($0.rfc3339)" } ?? ""
        return HealthCondition(
            .refusedCalls, .note, "\(who) was ended \(times) for a system call that it never makes\(names)\(last)",
            meaning: "It was started again. Either the fault is ours, or somebody had taken it over.",
            remedy: "Read the service's log around that time, and report it. When it is dealt with, remove the record, "
                + "HOME/run/refused-calls.", count: calls.count)
    }

    /// The kernel does not offer all of a cage.
    package static func cage(_ gaps: [String]) -> HealthCondition? {
        guard !gaps.isEmpty else { return nil }
        return HealthCondition(
            .cage, .note, gaps.joined(separator: "; "),
            meaning: "Letters go out. Somebody who takes a process over can do more than it needs.",
            remedy: "Run a kernel that has it; POSTERN_CAGE=required refuses to start without.")
    }

    /// The disk of the store is below what letters are taken with.
    /// - Parameter detail: how much is free; nil where nobody said.
    package static func disk(_ detail: String? = nil) -> HealthCondition {
        Readiness.Fault.disk.condition.saying(detail)
    }

    /// The same with a detail after what is the matter.
    private func saying(_ detail: String?) -> HealthCondition {
        guard let detail else { return self }
        let matter = matter.hasSuffix(".") ? String(matter.dropLast()) : matter
        return HealthCondition(
            id, severity, "\(matter): \(detail)", meaning: meaning, remedy: remedy, commands: commands.compactMap(Command.init),
            count: count)
    }
}
