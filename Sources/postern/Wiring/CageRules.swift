private import Foundation
private import Glibc
internal import PosternCore
internal import PosternHost

extension ProcessCage.Rules {
    /// What a process of this installation needs of the machine.
    /// - Throws: `ExitCode` 78 when there are no templates.
    init(_ role: ProcessRole, _ configuration: Configuration, home: Home) throws {
        self.init()
        readable = [try ProgramFiles.templates(configured: configuration.templates)]
        switch role {
        case .relay:
            // For listening at an address that is given by name.
            readable += ["/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/host.conf", "/etc/gai.conf"]
            // The system calls that a process was ended for. The supervisor replaces that file, so the rule is for its folder.
            readable.append(home.run)
            writable = configuration.database.file.map { [$0.folder] } ?? []
            sockets = [home.relayRun]
            let mailbox = configuration.mail.demoMailbox
            listens = [configuration.listen, configuration.staffListen, mailbox].compactMap { $0.flatMap { UInt16($0.port) } }
        case .vault:
            // The system's certificates are links into /usr. An operator's own file is replaced before it expires.
            readable +=
                NameServices.readable + [
                    "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/share/pki",
                    "/var/lib/ca-certificates",
                ]
            if let file = configuration.mail.caFile { readable.append(file.folder == "/" ? file : file.folder) }
            if let file = configuration.mail.passwordFile { readable.append(file) }
            if let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] { readable.append(folder) }
            writable = [home.vault] + configuration.secondPlaces
            sockets = [home.vaultRun, home.operatorRun]
            // Names whose answer is too long for one datagram are asked for by TCP.
            connects = [UInt16(clamping: configuration.mail.smarthost.port), 53]
        }
    }

    /// What a command of root's needs when it acts as one of the two users: that user's folder and the settings.
    init(ofErrand role: ProcessRole, _ configuration: Configuration, home: Home) {
        self.init()
        readable = [home.settings]
        switch role {
        case .relay: writable = configuration.database.file.map { [$0.folder] } ?? []
        case .vault: writable = [home.vault] + configuration.secondPlaces
        }
    }
}

extension Configuration {
    /// Where the journal's checkpoints, and the own secrets, are written a second time. Their folders, since such files are made, and
    /// replaced now and then.
    fileprivate var secondPlaces: [String] {
        var files = [secretsCopy].compactMap { $0 }
        if case .file(let path) = journalCopy { files.append(path) }
        return files.map { $0.folder == "/" ? $0 : $0.folder }
    }
}

/// Sorting more than fits into memory takes a file, which SQLite would make where all programs make theirs.
func sortBesideStore(_ database: DatabaseURL) {
    if let file = database.file { setenv("SQLITE_TMPDIR", file.folder, 1) }
}
