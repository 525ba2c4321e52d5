private import CUnix
private import Glibc
package import PosternCore

/// The user a process runs as. When the program is started as root, relay and vault become two users, so that one cannot read
/// what the other holds.
package struct ProcessUser: Equatable, Sendable {
    package let name: String
    package let id: UInt32
    package let group: UInt32

    package init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.name = name
        id = entry.pointee.pw_uid
        group = entry.pointee.pw_gid
    }

    /// By number, which need not have a name.
    package init(id: UInt32, group: UInt32) {
        name = Self.name(of: id)
        (self.id, self.group) = (id, group)
    }

    package static var isRoot: Bool { geteuid() == 0 }

    /// A caged relay cannot read the table of users.
    package static func name(of id: UInt32) -> String {
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? (id == 0 ? "root" : "user \(id)")
    }

    /// Of the user that this process is.
    package static var ownName: String { name(of: geteuid()) }

    /// As the `--become` of an errand takes it.
    package var numbers: String { "\(id):\(group)" }

    /// Gives up the current user for good. On the first thread (`CagedCommand`): it ends as Swift's main queue begins, and its entry in
    /// /proc, which ps(1) reads, goes on showing the user of then.
    package func become() throws {
        guard geteuid() != id else { return }
        guard unix_become(id, group) == 0 else {
            throw Exit.configuration.saying("cannot become user \(id): \(String(cString: strerror(errno)))")
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
                throw Exit.configuration.saying(
                    "\(key): there is no user “\(name)”\n    Make it with: useradd --system --shell /usr/sbin/nologin \(name)")
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
        let own = child.map { $0 == .relay ? relay : vault }
        // A supervisor that is not root cannot separate its children.
        let areApart = ProcessUser.isRoot || own?.id == geteuid()
        (self.relay, self.vault) = areApart ? (relay, vault) : (nil, nil)
    }

    /// The users whose files an installation consists of: a home that root owns is served by the two users, if both exist; any
    /// other, by its owner.
    /// - Throws: as the other initialiser does.
    package init(of home: Home, _ configured: Configuration.Users) throws {
        if ProcessUser.isRoot, let status = FileStatus(path: home.path), status.owner != 0 {
            let owner = ProcessUser(id: status.owner, group: status.group)
            self.init(relay: owner, vault: owner)
        } else {
            try self.init(configured)
        }
    }

    package func user(of child: ProcessRole) -> ProcessUser? { child == .relay ? relay : vault }

    /// Whether relay and vault are two users.
    package var areApart: Bool { relay != nil && relay != vault }

    /// What the start-up line says when both processes share a user.
    package var warning: String? {
        guard !areApart else { return nil }
        let remedy =
            ProcessUser.isRoot
            ? "make the users \(Self.packaged.relay) and \(Self.packaged.vault) to part them by user too"
            : "start as root to part them by user too"
        return "relay and vault run as one user, so the keys are apart by process only; \(remedy)"
    }
}
