package import Glibc
package import PosternCore

/// The user a process runs as. When the program is started as root, relay and vault become two users, so that one cannot read
/// what the other holds.
package struct ProcessUser: Equatable, Sendable {
    package let name: String
    package let id: uid_t
    package let group: gid_t

    package init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.name = name
        id = entry.pointee.pw_uid
        group = entry.pointee.pw_gid
    }

    package static var isRoot: Bool { geteuid() == 0 }

    /// Gives up the current user for good. Groups come first, since only the present user may change them.
    ///
    /// Only for a process that the supervisor did not start: its children become their users in `Program`. By now the main thread
    /// has ended, and its entry in /proc goes on showing root.
    package func become() throws {
        guard geteuid() != id else { return }
        guard initgroups(name, group) == 0, setgid(group) == 0, setuid(id) == 0, setuid(0) != 0 else {
            throw Exit.configuration.saying("cannot become user \(name): \(String(cString: strerror(errno)))")
        }
    }
}

/// The two processes of an installation, by the names of the commands that run them.
package enum ProcessRole: String, CaseIterable, Sendable {
    case vault, relay
}

/// The two users that the processes run as, if there are two.
package struct ProcessUsers: Sendable {
    /// Nil: the user who started the program.
    package let relay: ProcessUser?
    package let vault: ProcessUser?

    package static let packaged = (relay: "postern-relay", vault: "postern-vault")

    /// Both processes run as the user who started them.
    package static let shared = ProcessUsers(relay: nil, vault: nil)

    private init(relay: ProcessUser?, vault: ProcessUser?) {
        self.relay = relay
        self.vault = vault
    }

    /// - Parameter child: which of the two this process is, if a supervisor started it.
    /// - Throws: `ExitCode` 78 when a user is named in the configuration and does not exist, or both are the same.
    package init(_ configured: Configuration.Users, as child: ProcessRole? = nil) throws {
        guard ProcessUser.isRoot || child != nil else {
            (relay, vault) = (nil, nil)
            return
        }
        func user(_ name: String?, key: String, packaged: String) throws -> ProcessUser? {
            guard let name else { return ProcessUser(named: packaged) }
            guard let user = ProcessUser(named: name) else {
                throw Exit.configuration.saying("\(key): there is no user “\(name)”\n    Make it with: useradd --system \(name)")
            }
            return user
        }
        let relay = try user(configured.relay, key: "POSTERN_RELAY_USER", packaged: Self.packaged.relay)
        let vault = try user(configured.vault, key: "POSTERN_VAULT_USER", packaged: Self.packaged.vault)
        guard let relay, let vault else {
            // One user without the other would separate nothing.
            (self.relay, self.vault) = (nil, nil)
            return
        }
        guard relay.id != vault.id else {
            throw Exit.configuration.saying(
                "POSTERN_RELAY_USER and POSTERN_VAULT_USER are the same user\n    Name two, so that the relay cannot read the vault's keys."
            )
        }
        let own: ProcessUser? =
            switch child {
            case .relay: relay
            case .vault: vault
            case nil: nil
            }
        // A supervisor that is not root cannot separate its children.
        let areApart = ProcessUser.isRoot || own?.id == geteuid()
        (self.relay, self.vault) = areApart ? (relay, vault) : (nil, nil)
    }

    package func user(of child: ProcessRole) -> ProcessUser? {
        switch child {
        case .relay: relay
        case .vault: vault
        }
    }

    /// What the start-up line says when both processes share a user.
    package var warning: String? {
        guard relay == nil else { return nil }
        let remedy =
            ProcessUser.isRoot
            ? "make the users \(Self.packaged.relay) and \(Self.packaged.vault) to part them by user too"
            : "start as root to part them by user too"
        return "relay and vault run as one user, so the keys are apart by process only; \(remedy)"
    }
}
