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

    /// - Parameter faults: why the relay is not ready.
    package static func findings(relay: State, vault: State, faults: [Readiness.Fault], home: String) -> [Finding] {
        let start = "postern serve --home \(home.shellWord)"
        var findings: [Finding] = []
        switch (relay, vault) {
        case (.running, .running): break
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
                finding($0, is: $1, so: $2, start: start)
            }
        }
        // A full disk has its finding already, and so has a vault that is known not to run.
        for fault in faults where fault != .disk && !(fault == .vault && vault == .stopped) {
            findings.append(.fail(.service, "the relay is not ready. \(fault.reason)", Remedy(fault.remedy)))
        }
        guard findings.isEmpty else { return findings }
        return [.ok(.service, "relay and vault run; the relay commits, and the vault answers it")]
    }

    private static func finding(_ name: String, is state: State, so follows: String, start: String) -> Finding? {
        switch state {
        case .running: return nil
        case .stopped:
            return .fail(
                .service, "the \(name) does not run, though the other process does: \(follows)",
                Remedy("The service's log says why it ended. Then start it.", commands: [start]))
        case .silent(let process):
            let who = process.map { "the \(name) (process \($0))" } ?? "the \(name)"
            return .fail(
                .service, "\(who) runs and does not answer",
                "If it has just been started, try again in a moment; otherwise read its log and restart the service.")
        case .unknown(let reason):
            return .skipped(.service, because: "the \(name) could not be asked (\(reason))", .asRoot)
        }
    }
}
