/// As whom relay and vault run.
package struct UserFacts: Sendable {
    /// Names, or numbers without a name.
    package let relay, vault: String
    /// Whom the running processes belong to; nil where that is not known, as while none runs.
    package let runningRelay, runningVault: String?
    package let home: String

    package init(relay: String, vault: String, runningRelay: String?, runningVault: String?, home: String) {
        (self.relay, self.vault, self.home) = (relay, vault, home)
        (self.runningRelay, self.runningVault) = (runningRelay, runningVault)
    }

    package var findings: [Finding] {
        if let runningRelay, let runningVault, runningRelay == runningVault, relay != vault {
            return [
                .fail(
                    .users,
                    "relay and vault are to run as \(relay) and \(vault), but both run as \(runningRelay): the keys are "
                        + "apart by process only",
                    Remedy("Stop the service and start it as root.", commands: ["postern serve --home \(home.shellWord)"]))
            ]
        }
        guard relay != vault else {
            return [
                .warn(
                    .users,
                    "relay and vault run as one user (\(relay)), so the keys are apart by process only: whoever takes "
                        + "over the relay can read them",
                    Remedy(
                        "Make two users, and start as root.",
                        commands: ["useradd --system postern-relay && useradd --system postern-vault"]))
            ]
        }
        return [.ok(.users, "the relay runs as \(relay), the vault as \(vault): neither reads what the other holds")]
    }
}
