private import Glibc
internal import PosternCore

/// Looks up modes and owners of everything an installation consists of.
struct PlaceModes {
    let home: Home
    let owners: Owners
    /// Nil where the configuration does not tell.
    let database: String?
    let passwordFile: String?

    var facts: ModeFacts {
        var places: [ModeFacts.Place] = []
        var hidden: [String] = []
        let (relay, vault) = (owners.relay, owners.vault)
        places.append(
            owners.areApart
                ? place(home.path, .exactly(0o1771), 0, or: .rightHome)
                : place(home.path, .atMost(0o755), owners.relay, or: .rightHome))
        places.append(place(home.settings, .atMost(0o644)))
        places.append(place(home.vault, .exactly(0o700), vault, or: .keysBack))
        if let names = names(in: home.keys) {
            places.append(place(home.keys, .exactly(0o700), vault))
            places += names.sorted().map { name in
                place("\(home.keys)/\(name)", name.hasSuffix(".key") ? .exactly(0o400) : .atMost(0o600), vault)
            }
            places.append(place(home.vaultLock, .atMost(0o600), vault))
        } else if errno == EACCES {
            hidden.append(home.vault)
        } else {
            places.append(place(home.keys, .exactly(0o700), vault, or: .keysBack))
        }
        let shared: UInt32 = owners.areApart ? 0o755 : 0o700
        places += [
            place(home.run, .atMost(shared)), place(home.relayRun, .exactly(0o700), relay),
            place(home.vaultRun, .atMost(owners.areApart ? 0o711 : 0o700), vault),
            place(home.controlSocket, .exactly(0o600), relay), place(home.operatorSocket, .exactly(0o600), vault),
            // Of two users, it is the folder that lets nobody else find it, and the socket asks who is there.
            place(home.vaultSocket, .atMost(owners.areApart ? 0o666 : 0o600), vault),
        ]
        if let database {
            places += ["", "-wal", "-shm", ".lock"].map { place(database + $0, .atMost(0o600), relay) }
        }
        if let passwordFile {
            places.append(
                place(passwordFile, .exactly(0o400), vault, or: "Write the password for the smarthost into it, mode 0400."))
        }
        return ModeFacts(places: places, hidden: hidden)
    }

    private func place(_ path: String, _ rule: ModeFacts.Place.Rule, _ owner: uid_t? = nil, or remedy: Remedy? = nil)
        -> ModeFacts.Place
    {
        var status = stat()
        let isThere = lstat(path, &status) == 0
        // A folder this user may not look into hides its files; that is said once, of the folder.
        let missing = errno == EACCES ? nil : remedy
        return ModeFacts.Place(
            path: path, rule: rule, owner: owner.map(Owners.name), mode: isThere ? status.st_mode & 0o7777 : nil,
            actualOwner: isThere ? Owners.name(of: status.st_uid) : nil, remedy: missing)
    }

    /// Nil when the folder cannot be read; `errno` says why.
    private func names(in folder: String) -> [String]? {
        guard let entries = opendir(folder) else { return nil }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

extension Remedy {
    static let rightHome: Remedy = "Name the right folder with --home, or make an installation with postern init."
    static let keysBack: Remedy = "Put the vault's folder back from its backup; for a new installation, run postern init."
}
