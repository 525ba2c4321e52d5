private import PosternCore
private import PosternHost
package import PosternRelay

/// Whether the processes of an installation run, and what the relay says of itself.
package enum ServiceCheck {
    package enum State: Codable, Equatable, Sendable {
        /// It answers.
        case running
        /// It holds its lock and does not answer. The process, where it is known.
        case silent(process: String?)
        case stopped
        /// This user cannot ask it, or it refused. Why.
        case unknown(String)
    }

    /// - Parameters:
    ///   - conditions: what the relay says is the matter.
    ///   - stopped: numbers of processes that are stopped, as by SIGSTOP.
    ///   - uptime: how long ago the service was started; nil where nobody knows.
    package static func findings(
        relay: State, vault: State, conditions: [HealthCondition], stopped: Set<String> = [], uptime: Duration? = nil,
        home: String
    ) -> [Finding] {
        let start = "postern serve --home \(home.shellWord)"
        let starting = uptime.flatMap { $0 < startTime ? $0 : nil }
        var findings: [Finding] = []
        switch (relay, vault) {
        case (.running, .running): break
        case (.stopped, .stopped) where starting != nil:
            findings.append(.warn(.service, "neither relay nor vault runs yet\(ago(starting))", inAMoment))
        case (.stopped, .unknown(let reason)):
            findings.append(
                .skipped(.service, because: "the relay does not run, and the vault could not be asked (\(reason))", .asRoot))
        case (.unknown(let reason), .stopped):
            findings.append(
                .skipped(.service, because: "the vault does not run, and the relay could not be asked (\(reason))", .asRoot))
        case (.stopped, .stopped):
            findings.append(
                .warn(
                    .service, "neither relay nor vault runs: no letter is taken, none is sent",
                    Remedy("Start the service.", commands: [start])))
        default:
            findings += [("relay", relay, "no letter is taken"), ("vault", vault, "no letter is sent")].compactMap {
                finding($0, is: $1, so: $2, stopped: stopped, starting: starting, start: start)
            }
        }
        // A full disk has its finding already, and so has a vault that does not run or does not answer us either.
        for condition in conditions where [.check, .store, .vault, .dayKeys].contains(condition.id) {
            guard condition.id != .vault || vault == .running else { continue }
            findings.append(HealthCheck.service(condition))
        }
        guard findings.isEmpty else { return findings }
        return [.ok(.service, "relay and vault run; the relay commits, and the vault answers it")]
    }

    /// A start takes a second, and longer where a store was not closed.
    private static let startTime = Duration.seconds(30)
    private static let inAMoment: Remedy = "Try again in a moment; if nothing has changed, read the service's log."

    private static func ago(_ starting: Duration?) -> String {
        starting.map { "; the service was started \($0.inWords) ago" } ?? ""
    }

    private static func finding(
        _ name: String, is state: State, so follows: String, stopped: Set<String>, starting: Duration?, start: String
    ) -> Finding? {
        switch state {
        case .running: return nil
        case .stopped where starting != nil:
            return .warn(.service, "the \(name) does not run yet\(ago(starting))", inAMoment)
        case .stopped:
            return .fail(
                .service, "the \(name) does not run, though the other process does: \(follows)",
                Remedy("The service's log says why it ended. Then start it.", commands: [start]))
        case .silent(let process):
            let who = process.map { "the \(name) (process \($0))" } ?? "the \(name)"
            if let process, stopped.contains(process) {
                return .fail(
                    .service, "\(who) is stopped, as by SIGSTOP, and does not answer: \(follows)",
                    Remedy(
                        "Under postern serve it is ended and started again half a minute after it fell silent. To let it go on:",
                        commands: ["kill -CONT \(process)"]))
            }
            guard starting == nil else { return .warn(.service, "\(who) does not answer yet\(ago(starting))", inAMoment) }
            return .fail(.service, "\(who) runs and does not answer", "Read its log, and restart the service.")
        case .unknown(let reason):
            return .skipped(.service, because: "the \(name) could not be asked (\(reason))", .asRoot)
        }
    }

    /// - Parameter process: of the supervisor; nil where none runs, or none is known.
    package static func supervisor(_ process: String?, isStopped: Bool) -> [Finding] {
        guard let process, isStopped else { return [] }
        return [
            .fail(
                .service,
                "postern serve (process \(process)) is stopped, as by SIGSTOP: it starts no process again, and what relay and vault "
                    + "log goes nowhere, until they wait for it", Remedy("Let it go on:", commands: ["kill -CONT \(process)"]))
        ]
    }
}
