/// Whether the processes of an installation run, and what the relay says of itself.
package struct ServiceCheck {
    package enum State: Equatable, Sendable {
        /// It answers.
        case running
        /// It holds its lock and does not answer. The process, where it is known.
        case silent(process: String?)
        case stopped
        /// This user cannot ask it, or it refused. Why.
        case unknown(String)
    }

    private let relay, vault: State
    private let unready: [String]
    private let home: String

    /// - Parameter unready: parts that do not work, by their names in `/ready`.
    package init(relay: State, vault: State, unready: [String], home: String) {
        self.relay = relay
        self.vault = vault
        self.unready = unready
        self.home = home
    }

    package var findings: [Finding] {
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
        if unready.contains("store") {
            findings.append(
                .fail(
                    .service, "the relay cannot commit to its store: letters are answered with 503",
                    "Its log says why (most often a full or failing disk). Mend that, and restart the service."))
        }
        // A vault that is known not to run has its finding already.
        if unready.contains("vault"), vault != .stopped {
            findings.append(
                .fail(
                    .service, "the relay reaches no vault: letters wait",
                    "Make sure that both are of one version and that the vault's socket is this relay's; then restart the service."
                ))
        }
        guard findings.isEmpty else { return findings }
        return [.ok(.service, "relay and vault run; the relay commits, and the vault answers it")]
    }

    private func finding(_ name: String, is state: State, so follows: String, start: String) -> Finding? {
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
