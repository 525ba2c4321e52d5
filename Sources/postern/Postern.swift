internal import ArgumentParser

struct Postern: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "Lets visitors of a web site write to its members without being shown their addresses.",
        discussion: """
            Every command takes --home (default: POSTERN_HOME, else /var/lib/postern). While a relay runs, commands go \
            through it; otherwise they open the store themselves.

            Exit codes: 0 done · 64 wrong usage · 65 bad data · 66 the input cannot be read · 69 unavailable · 70 a fault of ours · \
            73 a file cannot be made · 75 try again later · 77 for another user to do · 78 wrong configuration
            """,
        version: Version.text,
        subcommands: [
            Init.self, Serve.self, Relay.self, Vault.self, SiteCommand.self, RecipientCommand.self, PersonCommand.self,
            TokenCommand.self,
            StaffCommand.self, QueueCommand.self, LogCommand.self, BlockCommand.self, WaveCommand.self, ReportCommand.self,
            ConfigCommand.self,
            KeysCommand.self,
            DoctorCommand.self, Backup.self,
            Restore.self,
            SelftestCommand.self, ErrandCommand.self,
        ])
}
