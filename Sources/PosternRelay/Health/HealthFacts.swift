package import PosternCore
package import PosternStore

/// What is known of an installation at one moment. `conditions` says what it amounts to: the one place that judges.
package struct HealthFacts: Sendable {
    package var now: Timestamp
    /// Whether the relay runs. A stopped one neither dispatches nor purges, and that is no fault.
    package var isRunning = true
    /// For how long it has run; nil where nobody knows.
    package var uptime: Duration?
    package var faults: [Readiness.Fault] = []
    package var troubles: [SmarthostRecord.Trouble: SmarthostRecord.Entry] = [:]
    /// When the breaker opened; nil while it is closed.
    package var breakerOpened: Timestamp?
    /// When an attempt ended last, or the relay started.
    package var lastProgress: Timestamp?
    /// Nil when the store could not be read.
    package var queue: QueueHealth?
    /// How long a letter is tried.
    package var lifetime = RetrySchedule.standard.lifetime
    /// After this long a held letter is dropped unread; nil where the configuration does not tell.
    package var heldLifetime: Duration?
    package var isClockTrusted = true
    /// The second place of the own secrets is not as the vault's own file.
    package var isSecretsCopyBehind = false
    /// How far addresses are sealed again; nil before the relay has looked.
    package var seals: SealStanding?
    package var forwarding: ForwardingWatch.Finding?
    package var cageGaps: [String] = []
    /// System calls that a process was ended for, lately.
    package var refusedCalls = RefusedCallCount.none

    package struct RefusedCallCount: Equatable, Sendable {
        package let count: Int
        package let last: Timestamp?
        /// The processes that were ended, and the calls, each once.
        package let who, names: [String]

        package static let none = RefusedCallCount(count: 0, last: nil)
        /// How long a refused call is the matter.
        private static let memory = Duration.days(30)

        package init(count: Int, last: Timestamp?, who: [String] = [], names: [String] = []) {
            (self.count, self.last, self.who, self.names) = (count, last, who, names)
        }

        /// - Parameter calls: all that are recorded.
        package init(_ calls: [(at: Timestamp, process: String, call: String)], at now: Timestamp) {
            let recent = calls.filter { now.since($0.at) < Self.memory }
            self.init(
                count: recent.count, last: recent.map(\.at).max(), who: Set(recent.map(\.process)).sorted(),
                names: Set(recent.map(\.call)).sorted())
        }
    }

    package init(now: Timestamp) {
        self.now = now
    }

    /// Worst first.
    package var conditions: [HealthCondition] {
        (faults.map(\.condition) + smarthost + [breaker, held, overdue, oldest, heldLong, failed].compactMap { $0 }
            + [
                notResealed, reports, resealing, proxy, clock, purge, isSecretsCopyBehind ? .secretsCopy() : nil,
                .refusedCalls(refusedCalls), .cage(cageGaps),
            ].compactMap { $0 }).worstFirst
    }
}

extension Readiness.Fault {
    var condition: HealthCondition {
        let id: HealthCondition.ID =
            switch self {
            case .check: .check
            case .store: .store
            case .disk: .disk
            case .vault: .vault
            case .keys: .dayKeys
            }
        return HealthCondition(
            id, .standsStill, reason,
            meaning: self == .vault
                ? "No letter is sent until it answers. What was accepted is kept."
                : "No letter is taken: visitors are told to come back. What was accepted is kept.", remedy: remedy)
    }
}

// MARK: - The smarthost

extension HealthFacts {
    private var smarthost: [HealthCondition] { troubles.map { condition($0.key, $0.value) } }

    private func condition(_ trouble: SmarthostRecord.Trouble, _ entry: SmarthostRecord.Entry) -> HealthCondition {
        let wait = "Letters wait and are tried again; after \(lifetime.inWords) they are given up."
        let hold = "Each letter that is tried is held. None is lost: release them when it works again."
        let release: [HealthCondition.Command] = [.doctor, .held]
        func condition(
            _ id: HealthCondition.ID, _ matter: String, _ meaning: String, _ remedy: String,
            _ commands: [HealthCondition.Command] = [.doctor]
        ) -> HealthCondition {
            HealthCondition(
                id, .standsStill, "\(matter): \(entry.reason)", meaning: meaning, remedy: remedy, commands: commands,
                count: entry.count)
        }
        return switch trouble {
        case .login:
            condition(
                .login, "the smarthost refuses our login", hold,
                "Compare POSTERN_SMTP_USER and the content of POSTERN_SMTP_PASSWORD_FILE with what its operator gave you, and "
                    + "restart the service. Then release what is held.", release)
        case .sender:
            condition(
                .sender, "the smarthost refuses our sender or our account", hold,
                "Let the account send from every address at the domain of POSTERN_MAIL_FROM (each letter has an envelope sender "
                    + "of its own there), or use an account that may. Then release what is held.", release)
        case .encryption:
            condition(
                .encryption, "there is no TLS with the smarthost that can be trusted",
                "Nothing is sent. Letters wait, or are held where the settings are to blame.",
                "Check POSTERN_SMTP_URL, POSTERN_SMTP_CA_FILE and this machine's clock, or have the server's operator renew the "
                    + "certificate.")
        case .unreachable:
            condition(
                .unreachable, "the smarthost cannot be reached", wait,
                "Check that the server runs, that POSTERN_SMTP_URL names it, and that no firewall is in between. Afterwards try "
                    + "the letters again at once.", [.doctor, .retryAll])
        case .refusesUs:
            condition(
                .refusesUs, "the smarthost answers and takes nothing from us", wait,
                "Ask its operator what the reply means: the address that our mail leaves from may be blocked, or have no reverse "
                    + "name. If it takes fewer connections than there are lanes, nothing is to be done: Postern finds that out.")
        case .quota:
            condition(
                .quota, "the smarthost says that we have sent enough for now", wait,
                "Wait, or have the account's limit raised. Afterwards try the letters again at once.",
                [.retryAll])
        case .noAnswer:
            condition(
                .noAnswer, "the smarthost takes a letter and hangs up before it says so",
                "Nobody knows whether these letters arrived. Each is sent again, and held after \(RetrySchedule.mostUncertainEnds) such "
                    + "ends: a recipient may get it that often.",
                "Ask the operator of the smarthost: its log says whether the letters were taken.", [.waiting])
        case .budget: .budget(entry.reason, count: entry.count)
        }
    }

    private var breaker: HealthCondition? {
        breakerOpened.map { opened in
            HealthCondition(
                .breaker, .standsStill,
                "nothing is dialled since \(opened.rfc3339), except one letter at a time to see whether the smarthost has recovered",
                meaning: "Letters wait. They go out by themselves when one of them is taken.",
                remedy: "See what the smarthost says. When that is fixed, nothing else is to be done.",
                commands: [.doctor])
        }
    }
}

// MARK: - Letters

extension HealthFacts {
    /// The first six tries are over by then: a letter that waits longer has met more than a short disturbance.
    private static let usualWait = Duration.hours(2)
    /// A due letter is claimed within a second, while a lane is free.
    private static let usualLateness = Duration.minutes(15)
    private static let usualHold = Duration.days(2)

    private var held: HealthCondition? {
        guard let queue, let worst = queue.held.first else { return nil }
        let total = queue.held.reduce(0) { $0 + $1.count }
        let since = queue.held.map(\.since).min() ?? worst.since
        let most = total >= Queue.mostHeldLookedAt ? "or more " : ""
        let isOne = total == 1
        let said = [worst.stage.map { "at \($0.rawValue)" }, worst.code.map(String.init), worst.text].compactMap { $0 }
        let others = queue.held.count > 1 ? ", the most of them" : ""
        return HealthCondition(
            .held, .standsStill,
            "\(total) \(most)letter\(isOne ? " is" : "s are") held because of how \(isOne ? "its" : "their") last attempt ended, "
                + "since \(since.rfc3339)\(others): " + said.joined(separator: " "),
            meaning: "\(isOne ? "It is" : "They are") not tried again until a person says so"
                + (heldLifetime.map { ", and dropped after \($0.inWords)" } ?? "") + ".",
            remedy: "Fix what the reason names. Then release the letters that have it: TEXT is a part of the reason.",
            commands: [.held, .releaseAlike], count: total)
    }

    private var overdue: HealthCondition? {
        guard isRunning, breakerOpened == nil, !faults.contains(.vault), let due = queue?.soonestDue else { return nil }
        // After a long stop much is due; what counts is whether it moves.
        let late = min(now.since(due), lastProgress.map(now.since) ?? .zero)
        guard late > Self.usualLateness else { return nil }
        return HealthCondition(
            .overdue, .standsStill, "a letter has been due for \(late.inWords), and nobody tries it",
            meaning: "Letters wait although nothing keeps them.",
            remedy: "Read the relay's log for “dispatch”. If every lane is busy, raise POSTERN_SMTP_LANES; otherwise restart the "
                + "service, and report it.", commands: [.waiting])
    }

    private var oldest: HealthCondition? {
        guard let accepted = queue?.oldestMoving else { return nil }
        let age = now.since(accepted)
        guard age > Self.usualWait else { return nil }
        let commands: [HealthCondition.Command] = [.waiting, .retryAll]
        let remedy = "See what the smarthost says of it. When that is fixed, try the letters again at once."
        // It may have been released, or the service started, a moment ago.
        let isMoving = lastProgress.map { now.since($0) <= Self.usualLateness } ?? false
        guard age > lifetime, !isMoving else {
            return HealthCondition(
                .oldestLetter, .failingSoon, "the oldest waiting letter was accepted \(age.inWords) ago",
                meaning: age > lifetime
                    ? "It is given up \(lifetime.inWords) after it was released last."
                    : "After \(lifetime.inWords) it is given up.", remedy: remedy, commands: commands)
        }
        return HealthCondition(
            .oldestLetter, .standsStill, "a letter accepted \(age.inWords) ago still waits",
            meaning: "Letters are given up after \(lifetime.inWords): nothing is being dispatched.", remedy: remedy,
            commands: commands)
    }

    /// One dead address is its owner's matter. Several on one day may be a judgement of ours, or of the smarthost's, that is wrong.
    private static let severalRecipients = 3

    private var failed: HealthCondition? {
        guard let failed = queue?.failed, failed.recipients >= Self.severalRecipients else { return nil }
        return HealthCondition(
            .failed, .failingSoon,
            "within a day \(failed.count) letters to \(failed.recipients) recipients could not be delivered",
            meaning: "They are not tried again. While its day's key is kept, a letter can be.",
            remedy: "Read what the smarthost said of them. Where that is not about the recipient, have it mended and try them "
                + "again; where an address is dead, ask its owner for another.",
            commands: [.failed, .retry], count: failed.count)
    }

    private var heldLong: HealthCondition? {
        guard let accepted = queue?.oldestHeld else { return nil }
        let age = now.since(accepted)
        guard age > Self.usualHold else { return nil }
        return HealthCondition(
            .heldLong, .failingSoon, "a letter has been held for \(age.inWords)",
            meaning: heldLifetime.map { "After \($0.inWords) it is dropped." } ?? "Its recipient does not know of it.",
            remedy: "See what is held and why, and release or drop it.",
            commands: [.held, .release])
    }
}

// MARK: - Upkeep

extension HealthFacts {
    private var notResealed: HealthCondition? {
        guard let seals, seals.refused > 0 else { return nil }
        let isOne = seals.refused == 1
        let names = seals.some.prefix(3).map(\.recipient).joined(separator: ", ") + (seals.refused > 3 ? " and others" : "")
        return HealthCondition(
            .notResealed, .failingSoon,
            "the \(isOne ? "address" : "addresses") of \(names) could not be sealed again under address key \(seals.key)",
            meaning: "Letters to \(isOne ? "this recipient" : "them") may be held, and the key of the former seal must be kept.",
            remedy:
                "See why. Mostly the address must be given again (postern recipient add HANDLE --replace), or the recipient erased.",
            commands: [.keys], count: seals.refused)
    }

    private var resealing: HealthCondition? {
        guard let seals, seals.isUnderWay, seals.resealed > 0 else { return nil }
        return HealthCondition(
            .resealing, .note,
            "addresses are being sealed again under address key \(seals.key), \(seals.resealed) of them so far",
            meaning: "Letters go out meanwhile.", remedy: "Nothing is to be done. How far it is, keys status says.",
            commands: [.keys], count: seals.resealed)
    }

    private var reports: HealthCondition? {
        guard let queue, queue.openReports > 0 else { return nil }
        let isOne = queue.openReports == 1
        let age = queue.oldestReport.map { max(now.since($0), .zero).inWords }
        return HealthCondition(
            .reports, .note,
            (isOne ? "a recipient has reported a letter" : "recipients have reported \(queue.openReports) letters")
                + (age.map { isOne ? ", \($0) ago" : ", the first of them \($0) ago" } ?? ""),
            meaning: "Who was written to wants somebody to look at \(isOne ? "it" : "them"). The text is sealed.",
            remedy:
                "See when, by whom and why. The log entry of a letter has the tags of its client, by which it can be blocked.",
            commands: [.reports, .logEntry], count: queue.openReports)
    }

    private var proxy: HealthCondition? {
        guard let forwarding else { return nil }
        let (matter, remedy): (String, String) =
            switch forwarding.kind {
            case .thisMachine:
                (
                    "a proxy on this machine names its visitors, and POSTERN_TRUSTED_PROXIES does not name the proxy",
                    "Set POSTERN_TRUSTED_PROXIES=127.0.0.1/32,::1/128 and restart the service."
                )
            case .privateNetwork:
                (
                    "a proxy in a private network names its visitors, and POSTERN_TRUSTED_PROXIES does not name the proxy",
                    "Set POSTERN_TRUSTED_PROXIES to the address of the proxy, and restart the service."
                )
            case .elsewhere:
                (
                    "most requests come from one address and name other clients, as a proxy does that POSTERN_TRUSTED_PROXIES "
                        + "does not name",
                    "If that is a proxy of yours, set POSTERN_TRUSTED_PROXIES to its address and restart the service. If not, "
                        + "somebody tries to pose as others, and is not believed."
                )
            case .markedThisMachine, .bareThisMachine:
                (
                    "a proxy on this machine passes requests on and does not say for whom, and POSTERN_TRUSTED_PROXIES does not "
                        + "name the proxy",
                    Self.namingRemedy + " Then set POSTERN_TRUSTED_PROXIES=127.0.0.1/32,::1/128 and restart the service."
                )
            case .markedPrivate:
                (
                    "a proxy in a private network passes requests on and does not say for whom, and POSTERN_TRUSTED_PROXIES does "
                        + "not name the proxy",
                    Self.namingRemedy + " Then set POSTERN_TRUSTED_PROXIES to its address and restart the service."
                )
            case .barePrivate:
                (
                    "visitors come from one address of a private network, as from a proxy that does not say for whom it asks",
                    "If that is a proxy of yours: " + Self.namingRemedy
                        + " Then set POSTERN_TRUSTED_PROXIES to its address and restart the service. If it is a gateway that hides its "
                        + "network's addresses (NAT), raise POSTERN_LIMIT_CLIENT."
                )
            case .silentProxy:
                ("a proxy in POSTERN_TRUSTED_PROXIES passes requests on and does not say for whom", Self.namingRemedy)
            case .contradiction:
                (
                    "what comes through a proxy in POSTERN_TRUSTED_PROXIES names one client in Forwarded and another in "
                        + "X-Forwarded-For, so neither is believed",
                    "Have the proxy write one of the two and remove the other; for nginx: proxy_set_header Forwarded \"\";"
                )
            }
        return HealthCondition(
            .proxy, [.elsewhere, .barePrivate].contains(forwarding.kind) ? .note : .failingSoon, matter,
            meaning: "All its visitors count as one client and share one limit, so that most are refused with 429.",
            remedy: remedy,
            count: forwarding.count)
    }

    private static let namingRemedy =
        "Have the proxy send the client's address in X-Forwarded-For or Forwarded (X-Real-IP alone is not read, nor is “unknown”); for "
        + "nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"

    private var clock: HealthCondition? {
        guard !isClockTrusted else { return nil }
        return .clock(now)
    }

    /// The first purge begins as soon as the vault has answered, and is over by then: before, an old one says only that the service
    /// was off.
    package static let firstPurge = Duration.minutes(2)

    private var purge: HealthCondition? {
        guard isRunning, let last = queue?.lastPurge, uptime.map({ $0 >= Self.firstPurge }) ?? true else { return nil }
        let age = now.since(last)
        guard age > .hours(2) else { return nil }
        return HealthCondition(
            .purge, age > .days(1) ? .standsStill : .failingSoon,
            "what is past its time was last deleted \(age.inWords) ago, at \(last.rfc3339), though it is due every hour",
            meaning: age > .days(1)
                ? "Data is kept longer than the privacy statement says." : "Letters go out; data is deleted late.",
            remedy: "Search the relay's log for “retention”, fix what it names, and restart the service.")
    }
}
