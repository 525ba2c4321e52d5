private import Foundation
internal import Glibc
internal import PosternCore
internal import PosternHost

/// The users that relay and vault run as.
package enum UserCheck {
    static func findings(_ owners: Owners, runningRelay: String?, runningVault: String?, home: String) -> [Finding] {
        findings(
            relay: Owners.name(of: owners.relay), vault: Owners.name(of: owners.vault),
            runningRelay: owner(ofProcess: runningRelay), runningVault: owner(ofProcess: runningVault), home: home)
    }

    /// - Parameters:
    ///   - relay: a name, or a number without a name.
    ///   - runningRelay: whose process the running relay is; nil where that is not known, as while none runs.
    package static func findings(relay: String, vault: String, runningRelay: String?, runningVault: String?, home: String)
        -> [Finding]
    {
        if let runningRelay, let runningVault, runningRelay == runningVault, relay != vault {
            return [
                .fail(
                    .users,
                    "relay and vault should run as \(relay) and \(vault), but both run as \(runningRelay): the keys are "
                        + "apart by process only",
                    Remedy("Stop the service and start it as root.", commands: ["postern serve --home \(home.shellWord)"]))
            ]
        }
        guard relay != vault else {
            return [
                .warn(
                    .users,
                    "relay and vault run as one user (\(relay)), so the keys are apart by process only: anyone who takes over "
                        + "the relay can read them",
                    Remedy(
                        "Make two users, and start as root.",
                        commands: [
                            "useradd --system --shell /usr/sbin/nologin postern-relay && useradd --system --shell /usr/sbin/nologin postern-vault"
                        ]))
            ]
        }
        return [.ok(.users, "the relay runs as \(relay), the vault as \(vault): neither can read what the other holds")]
    }

    /// Nil when the process has ended, or is hidden from this user.
    private static func owner(ofProcess process: String?) -> String? {
        guard let number = process.flatMap({ Int32($0) }) else { return nil }
        // Not the owner of the folder: that is root for a process that is not dumpable. The file in it is readable for all.
        let ids = ProcStatus.text(number).split(separator: "\n").first { $0.hasPrefix("Uid:") }?.split(
            whereSeparator: \.isWhitespace)
        return ids?.dropFirst(2).first.flatMap { uid_t($0) }.map(Owners.name)
    }
}

/// What the kernel says of a process (proc_pid_status(5)).
enum ProcStatus {
    /// Empty when it has ended, or is hidden from this user.
    static func text(_ number: Int32) -> String { (try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)) ?? "" }

    static func value(_ name: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("\(name):") }.map {
            $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
        }
    }
}

/// The users that must own the files of relay and vault. The home itself tells, since anybody may run the doctor.
struct Owners {
    let relay, vault: uid_t
    let areApart: Bool
    /// False where the home is the two users' and one of the names that are set is nobody's. Then nothing says who owns what.
    let areKnown: Bool

    /// A home that root owns is served by the two users, if both exist (`HomeFolders`); any other by its owner, unless what is in it
    /// belongs to those two: then the home has been given away.
    /// - Returns: nil when there is no home.
    init?(home: Home, users: Configuration.Users?) {
        guard let status = FileStatus(path: home.path) else { return nil }
        let relay = ProcessUser(named: users?.relay ?? ProcessUsers.packaged.relay)
        let vault = ProcessUser(named: users?.vault ?? ProcessUsers.packaged.vault)
        if let relay, let vault, relay.id != vault.id,
            status.owner == 0
                || (FileStatus(path: home.store)?.owner == relay.id && FileStatus(path: home.vault)?.owner == vault.id)
        {
            (self.relay, self.vault, areApart) = (relay.id, vault.id, true)
        } else {
            (self.relay, self.vault, areApart) = (status.owner, status.owner, false)
        }
        let isNamedAmiss = [(users?.relay, relay), (users?.vault, vault)].contains { $0 != nil && $1 == nil }
        let isOne = (users?.relay ?? users?.vault) != nil && relay != nil && relay?.id == vault?.id
        areKnown = status.owner != 0 || users != nil && !isNamedAmiss && !isOne
    }

    static func name(of user: uid_t) -> String { ProcessUser.name(of: user) }
}
