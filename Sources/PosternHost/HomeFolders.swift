private import Glibc
package import PosternCore

/// Makes the folders of a home, with the owners and modes that keep relay and vault apart.
///
/// The owner of the home runs this: root, where there are two users. What lies below may belong to a user who has been taken
/// over, so everything goes by open folders, and nothing that is a link, a device or somebody else's is touched.
package struct HomeFolders {
    private let home: Home
    private let users: ProcessUsers
    private let database: DatabaseURL

    package init(home: Home, users: ProcessUsers, database: DatabaseURL) {
        self.home = home
        self.users = users
        self.database = database
    }

    /// Makes the home itself, for the settings, which say who owns the rest.
    package static func makeHome(_ home: Home) throws -> OpenFolder {
        if mkdir(home.path, 0o700) == 0 { try DurableFile.syncFolder(of: home.path) }
        guard let folder = OpenFolder(home.path) else {
            throw Exit.configuration.saying("cannot make the folder \(home.path): \(String(cString: strerror(errno)))")
        }
        return folder
    }

    /// Before a command looks into the home: only its owner prepares it, so that a process that root has started as the relay's
    /// or the vault's user leaves it alone.
    package func prepareIfOwner() throws {
        if FileStatus(path: home.path)?.owner == geteuid() { try prepare() }
    }

    /// Makes what is missing, sets owner and mode of what exists, and moves the store of an earlier version into its folder.
    package func prepare() throws {
        let folder = try Self.makeHome(home)
        if users.areApart, let file = database.file, file.hasPrefix(home.path + "/"),
            !file.dropFirst(home.path.count + 1).contains("/")
        {
            throw Exit.configuration.saying(
                "POSTERN_DATABASE: \(file) lies in the home itself, where only root may write\n"
                    + "    Move it to \(home.store), owned by the relay's user, and name it there.")
        }
        if users.areApart, let owner = folder.status?.owner, owner != 0 {
            throw Exit.configuration.saying(
                "\(Self.misownedHome(home.path, ProcessUser.name(of: owner)))\n"
                    + "    Start the service as that user, or give the home to root while nothing runs: chown root \(home.path.shellWord)"
            )
        }
        let former = try FormerStore(in: folder, isTheStore: database.file == home.standardStore)
        // From here on only root changes what the names in the home stand for.
        if users.areApart { try folder.give(to: (0, 0), mode: 0o755) }
        let store = try subfolder("store", of: folder, for: users.relay, mode: 0o700)
        _ = try subfolder("vault", of: folder, for: users.vault, mode: 0o700)
        guard let run = try subfolder("run", of: folder, for: nil, mode: users.areApart ? 0o755 : 0o700) else { return }
        _ = try subfolder("relay", of: run, for: users.relay, mode: 0o700)
        let link = try subfolder(
            "vault", of: run, for: users.vault, group: users.relay?.group, mode: users.areApart ? 0o710 : 0o700)
        _ = try subfolder("operator", of: run, for: users.vault, mode: 0o700)
        // Where it was before it had a folder of its own.
        if let link, link.status(of: "operator.sock")?.kind == .socket { link.remove("operator.sock") }
        if let former {
            guard let store else {
                throw Exit.configuration.saying(
                    "cannot open \(home.store)\n    Run as root, with all of its rights: postern doctor")
            }
            try former.move(to: store, for: users.relay)
        }
    }

    /// What is the matter with a home that should be root's.
    package static func misownedHome(_ path: String, _ owner: String) -> String {
        "\(path) belongs to \(owner), who could lead root anywhere from there"
    }

    /// - Parameter group: nil for the owner's own.
    /// - Returns: nil when it is as it must be and closed to us: systemd's unit leaves root too few rights to open it.
    private func subfolder(
        _ name: String, of parent: OpenFolder, for owner: ProcessUser?, group: gid_t? = nil, mode: mode_t
    ) throws -> OpenFolder? {
        if try parent.make(name) { try parent.sync() }
        guard let folder = parent.folder(name), let status = folder.status else {
            if errno == EACCES, let owner, let status = parent.status(of: name), status.kind == .folder, status.owner == owner.id,
                status.group == group ?? owner.group, status.mode == mode
            {
                return nil
            }
            if errno == EACCES, let status = parent.status(of: name), status.kind == .folder {
                throw Exit.configuration.saying(
                    "\(parent.path)/\(name) belongs to \(ProcessUser.name(of: status.owner)) and must belong to "
                        + "\(owner?.name ?? ProcessUser.ownName)\n"
                        + "    Run this as root or as the user that the service was made for.")
            }
            throw Exit.configuration.saying("\(parent.path)/\(name) exists and is not a folder\n    Move it away and try again.")
        }
        let id = owner?.id ?? geteuid()
        if status.owner != id {
            // Root's own: just made, or made before there were two users. Then nobody else could put anything into it.
            guard status.owner == 0, status.mode & 0o022 == 0 else {
                throw Exit.configuration.saying(
                    "\(folder.path) belongs to \(ProcessUser.name(of: status.owner)) and must belong to "
                        + "\(ProcessUser.name(of: id))\n"
                        + "    See what it is. If it is right: chown -R \(ProcessUser.name(of: id)) \(folder.path.shellWord)")
            }
            if let owner { try handOver(folder, to: owner) }
        }
        try folder.give(to: owner.map { ($0.id, group ?? $0.group) }, mode: mode)
        return folder
    }

    /// Gives away what is in a folder that only root could write in until now. The folder itself comes last, so that what is cut
    /// short is done again.
    private func handOver(_ folder: OpenFolder, to user: ProcessUser) throws {
        for name in folder.names ?? [] {
            switch folder.status(of: name)?.kind {
            case .folder:
                guard let inner = folder.folder(name) else { continue }
                try handOver(inner, to: user)
                try inner.give(to: (user.id, user.group), mode: nil)
            case .file: try folder.giveFile(name, of: 0, to: user)
            case .socket: folder.remove(name)
            case .link, .other, nil: continue
            }
        }
    }
}

extension OpenFolder {
    /// Gives away an ordinary file with one name, if it is that user's.
    fileprivate func giveFile(_ name: String, of owner: uid_t, to user: ProcessUser) throws {
        let descriptor = open(name, O_RDONLY)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard FileStatus(descriptor: descriptor)?.isOwnFile(of: owner) == true else { return }
        guard fchown(descriptor, user.id, user.group) == 0 else {
            throw Exit.configuration.saying("cannot give \(path)/\(name) to \(user.name): \(String(cString: strerror(errno)))")
        }
    }
}

/// A store of an earlier version, which lay in the home itself and not in `store/`.
private final class FormerStore {
    private let folder: OpenFolder
    /// Whether only root could write in the home: then what root owns there is ours.
    private let wasRootsOnly: Bool
    /// Of the lock that an earlier version's relay holds while it runs.
    private let lock: Int32

    private static let name = "postern.sqlite"

    /// - Parameter isTheStore: false where the configuration names another store.
    /// - Returns: nil when there is none.
    /// - Throws: `ExitCode` 75 while it is in use.
    init?(in folder: OpenFolder, isTheStore: Bool) throws {
        guard isTheStore, Self.files.contains(where: { folder.status(of: $0) != nil }) else { return nil }
        self.folder = folder
        wasRootsOnly = folder.status.map { $0.owner == 0 && $0.mode & 0o022 == 0 } ?? false
        lock = folder.open(Self.name + ".lock", O_RDONLY)
        if lock >= 0, FileStatus(descriptor: lock)?.kind == .file, flock(lock, LOCK_EX | LOCK_NB) != 0 {
            throw Exit.temporary.saying(
                "an earlier version of Postern still runs here\n    Restart the service, which moves its store to a folder of its own."
            )
        }
    }

    deinit {
        if lock >= 0 { close(lock) }
    }

    /// The WAL before the store: whatever is cut short, there is no store in its new place without the letters in its WAL.
    private static let files = ["-wal", "-shm", "", ".lock"].map { name + $0 }

    func move(to store: OpenFolder, for relay: ProcessUser?) throws {
        let owner = relay?.id ?? geteuid()
        for name in Self.files {
            guard let status = folder.status(of: name) else { continue }
            if status.isOwnFile(of: 0), wasRootsOnly, let relay { try folder.giveFile(name, of: 0, to: relay) }
            guard let now = folder.status(of: name), now.isOwnFile(of: owner) else {
                throw Exit.configuration.saying(
                    """
                    \(folder.path)/\(name) is not moved to \(store.path): it is a \(status.kind.rawValue) of user \(status.owner) with \
                    \(status.links) names, and must be a file of \(relay?.name ?? "yours") with one
                        See what it is, and who put it there. If it is the store, make it so with chown, and try again.
                    """)
            }
            try folder.move(name, to: store)
        }
        // What restore left, and what an operator put beside it. Whatever else it is stays where it is.
        for name in folder.names ?? [] where name.hasPrefix(Self.name + ".") {
            if folder.status(of: name)?.isOwnFile(of: owner) == true { try? folder.move(name, to: store) }
        }
        try store.sync()
        try folder.sync()
    }
}
