private import Glibc
package import PosternCore

/// Makes the folders of a home, with the owners and modes that keep relay and vault apart, and gives each process the files that
/// root has made for it meanwhile.
package struct HomeFolders {
    private let home: Home
    private let users: ProcessUsers
    /// Nil before there is a configuration.
    private let database: DatabaseURL?

    package init(home: Home, users: ProcessUsers, database: DatabaseURL?) {
        self.home = home
        self.users = users
        self.database = database
    }

    /// Makes what is missing, and sets the owner and mode of what exists. Only root can give folders away; any other user keeps all
    /// of them.
    package func prepare() throws {
        // The relay makes the store's files in HOME, so it may write there. The sticky bit (mode 1771, owner root) keeps it from
        // replacing the folder vault/.
        if let relay = users.relay {
            try folder(home.path, mode: 0o1771, owner: 0, group: relay.group)
        } else {
            try folder(home.path, mode: nil)
        }
        let areApart = users.relay != nil
        try folder(home.vault, mode: 0o700, owner: users.vault?.id, group: users.vault?.group)
        try folder(home.keys, mode: 0o700, owner: users.vault?.id, group: users.vault?.group)
        try folder(home.run, mode: areApart ? 0o755 : 0o700)
        try folder(home.relayRun, mode: 0o700, owner: users.relay?.id, group: users.relay?.group)
        try folder(home.vaultRun, mode: areApart ? 0o711 : 0o700, owner: users.vault?.id, group: users.vault?.group)
        try handOver()
    }

    /// Commands that root runs while the service is stopped leave files that belong to root: the store, the locks, new keys.
    private func handOver() throws {
        if let vault = users.vault {
            for name in try names(in: home.keys) { try own("\(home.keys)/\(name)", vault) }
            for file in [home.vaultLock, home.records, home.budgets, home.clockRecord] { try own(file, vault) }
        }
        if let relay = users.relay, let database {
            for file in database.files { try own(file, relay) }
        }
    }

    private func names(in folder: String) throws -> [String] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// - Parameter mode: nil leaves the mode of a folder that exists.
    private func folder(_ path: String, mode: mode_t?, owner: uid_t? = nil, group: gid_t? = nil) throws {
        if mkdir(path, mode ?? 0o700) == 0 {
            try DurableFile.syncFolder(of: path)
        } else if errno != EEXIST {
            throw Exit.configuration.saying("cannot make the folder \(path): \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Exit.configuration.saying("\(path) exists and is not a folder\n    Move it away and try again.")
        }
        if let owner, lchown(path, owner, group ?? owner) != 0 {
            throw Exit.configuration.saying("cannot give \(path) to user \(owner): \(String(cString: strerror(errno)))")
        }
        // A user who does not own a folder cannot set its mode. Then root made the folder, with the right mode.
        if let mode, status.st_uid == geteuid() || geteuid() == 0, chmod(path, mode) != 0 {
            throw Exit.configuration.saying("cannot set the mode of \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// A file that does not exist is not a fault. Links are not followed: the relay's user can write in HOME, and must not be able
    /// to make root give away another file through a link.
    private func own(_ path: String, _ user: ProcessUser) throws {
        guard lchown(path, user.id, user.group) == 0 || errno == ENOENT else {
            throw Exit.configuration.saying("cannot give \(path) to \(user.name): \(String(cString: strerror(errno)))")
        }
    }
}
