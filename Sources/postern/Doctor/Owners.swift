internal import Glibc
internal import PosternCore

/// Whom the files of relay and vault must belong to, told from the home itself: the doctor may be run by anybody.
struct Owners {
    let relay, vault: uid_t
    /// Of the folder that the relay's user must be able to write to; nil while both are one user.
    let relayGroup: gid_t?

    var areApart: Bool { relayGroup != nil }

    /// A home of root's is served by the two users, if there are both (`HomeFolders`); any other by its owner.
    /// - Returns: nil when there is no home.
    init?(home: Home, users: Configuration.Users?) {
        var status = stat()
        guard stat(home.path, &status) == 0 else { return nil }
        let relay = ProcessUser(named: users?.relay ?? ProcessUsers.packaged.relay)
        let vault = ProcessUser(named: users?.vault ?? ProcessUsers.packaged.vault)
        if status.st_uid == 0, let relay, let vault, relay.id != vault.id {
            (self.relay, self.vault, relayGroup) = (relay.id, vault.id, relay.group)
        } else {
            (self.relay, self.vault, relayGroup) = (status.st_uid, status.st_uid, nil)
        }
    }

    static func name(of user: uid_t) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "user \(user)"
    }
}

/// A process that runs, as /proc shows it.
struct RunningProcess {
    /// Nil when it is gone, or hidden from this user.
    static func owner(of process: String?) -> String? {
        guard let number = process.flatMap({ Int32($0) }) else { return nil }
        // Not the owner of the folder: of a process that is not dumpable that is root. What is in it is for all to read.
        guard let file = fopen("/proc/\(number)/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("Uid:") else { continue }
            return text.split(whereSeparator: \.isWhitespace).dropFirst(2).first.flatMap { uid_t($0) }.map(Owners.name)
        }
        return nil
    }
}
