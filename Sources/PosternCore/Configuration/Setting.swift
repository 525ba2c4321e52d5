/// Every setting. The raw value is its name in the file and in the environment; operators and the end-to-end tests rely on it.
package enum Setting: String, Sendable, CaseIterable {
    case publicURL = "POSTERN_PUBLIC_URL"
    case listen = "POSTERN_LISTEN"
    case staffListen = "POSTERN_STAFF_LISTEN"
    /// Where staff reach their pages: passkeys are made for its host.
    case staffURL = "POSTERN_STAFF_URL"
    case trustedProxies = "POSTERN_TRUSTED_PROXIES"
    case database = "POSTERN_DATABASE"
    case mailFrom = "POSTERN_MAIL_FROM"
    case smtpURL = "POSTERN_SMTP_URL"
    case smtpTLS = "POSTERN_SMTP_TLS"
    case smtpUser = "POSTERN_SMTP_USER"
    case smtpPasswordFile = "POSTERN_SMTP_PASSWORD_FILE"
    case smtpLanes = "POSTERN_SMTP_LANES"
    case smtpCAFile = "POSTERN_SMTP_CA_FILE"
    case limitClient = "POSTERN_LIMIT_CLIENT"
    case limitRecipient = "POSTERN_LIMIT_RECIPIENT"
    case limitGlobal = "POSTERN_LIMIT_GLOBAL"
    /// All requests from one client, so that nobody keeps the service busy with what is no letter.
    case limitRequests = "POSTERN_LIMIT_REQUESTS"
    /// Limits by the visitor's address and by the letter's text. By default both equal the client limit.
    case limitSender = "POSTERN_LIMIT_SENDER"
    case limitText = "POSTERN_LIMIT_TEXT"
    /// How many recipients may have letters that are nearly the same; the next are held.
    case limitWave = "POSTERN_LIMIT_WAVE"
    /// What the vault lets out, whatever the relay asks for.
    case budgetRecipient = "POSTERN_BUDGET_RECIPIENT"
    case budgetAddress = "POSTERN_BUDGET_ADDRESS"
    case budgetConfirmation = "POSTERN_BUDGET_CONFIRMATION"
    case budgetReply = "POSTERN_BUDGET_REPLY"
    case budgetManage = "POSTERN_BUDGET_MANAGE"
    case budgetEnrol = "POSTERN_BUDGET_ENROL"
    case budgetGlobal = "POSTERN_BUDGET_GLOBAL"
    case retentionLetters = "POSTERN_RETENTION_LETTERS"
    case retentionEvidence = "POSTERN_RETENTION_EVIDENCE"
    case retentionOutcomes = "POSTERN_RETENTION_OUTCOMES"
    case retentionReports = "POSTERN_RETENTION_REPORTS"
    /// The users of the two processes when started as root.
    case relayUser = "POSTERN_RELAY_USER"
    case vaultUser = "POSTERN_VAULT_USER"
    /// The folder of templates; by default the one beside the program.
    case templates = "POSTERN_TEMPLATES"
    /// The installation's folder. The commands read it; it is listed here so that it does not count as unknown.
    case home = "POSTERN_HOME"
    /// How long a letter may be under way before it is due again.
    case lease = "POSTERN_LEASE"
    /// How long an answer in a conversation can be taken back, and waits before it goes out: a time, or `off`.
    case withdrawal = "POSTERN_WITHDRAWAL"
    /// Whom to tell about a hole in the service: what `/.well-known/security.txt` names.
    case securityContact = "POSTERN_SECURITY_CONTACT"
    /// Where the journal's checkpoints are written a second time: a file outside the home, or `syslog`.
    case journalCopy = "POSTERN_JOURNAL_COPY"
    /// Where the own secrets of recipients are kept a second time: a file outside the home.
    case secretsCopy = "POSTERN_SECRETS_COPY"
    /// Where the addresses of clients whose letters were refused are written for fail2ban: a file outside the home.
    case banFile = "POSTERN_BAN_FILE"
    /// How many letters and client addresses a member of staff may be shown in a day, as in `30/1d`.
    case reveals = "POSTERN_REVEALS"
    /// Whether a second member of staff must confirm each of them: `on` or `off`.
    case revealTwoPersons = "POSTERN_REVEAL_TWO_PERSONS"
    case logLevel = "POSTERN_LOG_LEVEL"
    /// Whether a kernel that lacks a part of the processes' cage may run the service: `required` or `available`.
    case cage = "POSTERN_CAGE"
}

/// A setting that cannot be used: what is wrong and how to correct it.
package struct SettingFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let key: String
    package let problem: String
    package let remedy: String

    package init(key: String, problem: String, remedy: String) {
        (self.key, self.problem, self.remedy) = (key, problem, remedy)
    }

    package var description: String { "\(key): \(problem)\n    \(remedy)" }
}

/// All faults of a configuration; at least one.
package struct SettingFaults: Error, Equatable, Sendable, CustomStringConvertible {
    package let all: [SettingFault]

    package init(all: [SettingFault]) {
        self.all = all
    }

    package var description: String {
        let count = all.count == 1 ? "one fault" : "\(all.count) faults"
        return "The configuration has \(count):\n" + all.map { "  \($0)" }.joined(separator: "\n")
    }
}
