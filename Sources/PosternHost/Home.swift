package import PosternCore

/// The folder of an installation, and what is where in it.
///
/// ```
/// HOME/postern.conf               settings, no secrets
/// HOME/store/                     mode 0700, the relay's: postern.sqlite, what SQLite puts beside it, its lock
/// HOME/vault/                     mode 0700, the vault's: keys/, records, records-secrets, budgets, clock, journal/, lock
/// HOME/run/refused-calls          system calls that a process was ended for
/// HOME/run/relay/control.sock     commands to the relay, mode 0600, in a folder of mode 0700
/// HOME/run/vault/vault.sock       the link, in a folder that only the vault and the relay's group may enter
/// HOME/run/operator/operator.sock commands to the vault, mode 0600, in a folder of mode 0700
/// ```
///
/// HOME itself and `run` belong to root where there are two users: neither can put anything into them.
package struct Home: Sendable {
    package let path: String

    /// Longest path of a Unix socket on Linux, without the final zero (unix(7)).
    package static let longestSocketPath = 107

    /// Nil when the sockets' paths are short enough for the kernel, whose own error would name no remedy.
    package var socketFault: SettingFault? {
        let length = operatorSocket.utf8.count
        guard length > Self.longestSocketPath else { return nil }
        return SettingFault(
            key: Setting.home.rawValue, problem: "the home's path is too long for a Unix socket",
            remedy: "Choose one of at most \(Self.longestSocketPath - length + path.utf8.count) characters.")
    }

    package init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    package var settings: String { "\(path)/postern.conf" }
    package var store: String { "\(path)/store" }
    package var standardStore: String { "\(path)/store/postern.sqlite" }
    package var vault: String { "\(path)/vault" }
    package var keys: String { "\(path)/vault/keys" }
    package var vaultLock: String { "\(path)/vault/lock" }
    /// The newest version of each record, and who was erased.
    package var records: String { "\(path)/vault/records" }
    /// The own secrets of recipients, without which their sealed addresses do not open.
    package var recordSecrets: String { records + "-secrets" }
    /// How much of each budget is used.
    package var budgets: String { "\(path)/vault/budgets" }
    /// The latest time that the vault believed.
    package var clockRecord: String { "\(path)/vault/clock" }
    /// What was done, signed: a folder that other programs can read.
    package var journal: String { "\(path)/vault/journal" }
    /// The checkpoint that was signed last.
    package var journalLast: String { "\(path)/vault/journal-last" }
    /// Whom entries of the journal are about.
    package var journalSubjects: String { "\(path)/vault/journal-subjects" }
    package var run: String { "\(path)/run" }
    package var relayRun: String { "\(path)/run/relay" }
    package var vaultRun: String { "\(path)/run/vault" }
    package var operatorRun: String { "\(path)/run/operator" }
    package var serveLock: String { "\(path)/run/serve.lock" }
    package var refusedCalls: String { "\(path)/run/refused-calls" }
    package var controlSocket: String { "\(path)/run/relay/control.sock" }
    package var vaultSocket: String { "\(path)/run/vault/vault.sock" }
    package var operatorSocket: String { "\(path)/run/operator/operator.sock" }
}
