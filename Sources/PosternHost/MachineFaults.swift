private import Glibc
package import PosternCore

/// Faults of a configuration that only this machine can show: its users and files. All are looked for before anything starts, so
/// that one start names them all.
package struct MachineFaults {
    private let configuration: Configuration

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// - Throws: `ExitCode` 78 after printing every fault there is.
    package func check() throws {
        let faults = all
        guard faults.isEmpty else { throw Exit.configuration.saying(SettingFaults(all: faults).description) }
    }

    package var all: [SettingFault] { users + login + [authorities, banFolder].compactMap { $0 } }

    /// Users and certificates. The doctor checks the password's file with the other files.
    package var named: [SettingFault] { users + [authorities, banFolder].compactMap { $0 } }

    /// Settings whose files this user may not see, and that were not checked for that reason.
    package var unseen: [(setting: Setting, path: String)] {
        let named = [(Setting.smtpPasswordFile, configuration.mail.passwordFile), (.smtpCAFile, configuration.mail.caFile)]
        return named.compactMap { setting, path in
            guard let path else { return nil }
            var status = stat()
            let isClosed = setting == .smtpCAFile ? access(path, R_OK) != 0 : stat(path, &status) != 0
            return isClosed && errno == EACCES ? (setting, path) : nil
        }
    }

    private var banFolder: SettingFault? {
        guard let folder = configuration.banFile?.folder else { return nil }
        var status = stat()
        let isThere = stat(folder, &status) == 0
        guard isThere ? status.st_mode & S_IFMT != S_IFDIR : errno != EACCES else { return nil }
        return SettingFault(
            key: Setting.banFile.rawValue, problem: "there is no folder \(folder)",
            // Others may enter it, since the journal's checkpoints may be in it too; the file itself is for root's eyes alone.
            remedy: "Make it, as root: install -d \(folder.shellWord)")
    }

    private var users: [SettingFault] {
        guard ProcessUser.isRoot else { return [] }
        let named = [(Setting.relayUser, configuration.users.relay), (.vaultUser, configuration.users.vault)]
        return named.compactMap { setting, name in
            guard let name, ProcessUser(named: name) == nil else { return nil }
            return SettingFault(
                key: setting.rawValue, problem: "there is no user “\(name)”",
                remedy: "Make it with: useradd --system --shell /usr/sbin/nologin \(name)")
        }
    }

    private var login: [SettingFault] {
        guard let path = configuration.mail.passwordFile else { return [] }
        func fault(_ problem: String, _ remedy: String) -> [SettingFault] {
            [SettingFault(key: Setting.smtpPasswordFile.rawValue, problem: problem, remedy: remedy)]
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            // In the vault's folder, where systemd's unit leaves root no right to look, and no other user has any: the vault itself
            // says what is wrong.
            if errno == EACCES { return [] }
            // If it is not a full path, it may be the password itself.
            let name = path.hasPrefix("/") ? path : "the file it names"
            return fault("\(name) cannot be found: \(String(cString: strerror(errno)))", "Write the password into it, mode 0400.")
        }
        guard status.st_mode & 0o777 == 0o400 else {
            return fault(
                "\(path) has mode \(String(status.st_mode & 0o777, radix: 8))", "Run: chmod 0400 \(path.shellWord)")
        }
        return []
    }

    private var authorities: SettingFault? {
        guard let path = configuration.mail.caFile, access(path, R_OK) != 0 else { return nil }
        // The process that needs it says so.
        if errno == EACCES { return nil }
        return SettingFault(
            key: Setting.smtpCAFile.rawValue, problem: "\(path) cannot be read: \(String(cString: strerror(errno)))",
            remedy: "Name a file of certificates in PEM form, or leave the line out for the system's.")
    }
}
