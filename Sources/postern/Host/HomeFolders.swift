private import Glibc

/// Makes the folders of a home with the owners and modes that keep relay and vault apart.
struct HomeFolders {
    let home: Home
    let users: ProcessUsers

    /// Makes what is missing and sets owner and mode of what is there. Only root can give folders away; anybody else gets
    /// all of them.
    func prepare() throws {
        // The relay makes the store's files in HOME, so it may write there; the sticky bit (mode 1771, owner root) keeps it
        // from putting another folder in the place of vault/.
        if users.relay == nil {
            try folder(home.path, mode: nil)
        } else {
            try folder(home.path, mode: 0o1771, owner: 0, group: users.relay?.group)
        }
        try folder(home.vault, mode: 0o700, owner: users.vault?.id, group: users.vault?.group)
        try folder(home.keys, mode: 0o700, owner: users.vault?.id, group: users.vault?.group)
        try folder(home.run, mode: users.relay == nil ? 0o700 : 0o755)
        try folder(home.relayRun, mode: 0o700, owner: users.relay?.id, group: users.relay?.group)
        try folder(home.vaultRun, mode: users.relay == nil ? 0o700 : 0o711, owner: users.vault?.id, group: users.vault?.group)
    }

    /// Gives every key file to the vault's user: `init` writes them as root.
    func handOverKeys() throws {
        guard let vault = users.vault, let entries = opendir(home.keys) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            try own("\(home.keys)/\(name)", vault.id, vault.group)
        }
    }

    /// - Parameter mode: nil leaves the mode of a folder that is there.
    private func folder(_ path: String, mode: mode_t?, owner: uid_t? = nil, group: gid_t? = nil) throws {
        guard mkdir(path, mode ?? 0o700) == 0 || errno == EEXIST else {
            throw Exit.configuration.saying("cannot make the folder \(path): \(String(cString: strerror(errno)))")
        }
        if let owner { try own(path, owner, group ?? owner) }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Exit.configuration.saying("\(path) is there and is no folder\n    Move it away and try again.")
        }
        // Whoever does not own a folder cannot set its mode; root made it then, and rightly.
        if let mode, status.st_uid == geteuid() || geteuid() == 0, chmod(path, mode) != 0 {
            throw Exit.configuration.saying("cannot set the mode of \(path): \(String(cString: strerror(errno)))")
        }
    }

    private func own(_ path: String, _ user: uid_t, _ group: gid_t) throws {
        guard chown(path, user, group) == 0 else {
            throw Exit.configuration.saying("cannot give \(path) to user \(user): \(String(cString: strerror(errno)))")
        }
    }
}
