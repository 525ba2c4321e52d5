private import Glibc
package import PosternCore

/// Why this process, as the user that it is, cannot use a file or folder that an operator has named: it is not there, or it is
/// there and closed to this user. `serve` and `postern doctor` say it in these words.
package struct FileObstacle: Error, Codable, Equatable, Sendable {
    package enum Kind: Sendable {
        /// A file that everybody may read.
        case file
        /// A file for its owner alone.
        case secret
        /// A folder whose content everybody may read.
        case folder
        /// A folder in which this user makes files.
        case workplace
        /// A file or a socket that this user writes to.
        case outlet
    }

    /// The setting or the file that the fault is in.
    package let key: String
    package let problem: String
    package let remedy: String
    /// Makes it right, if root runs it.
    package let command: String?

    package init(key: String, problem: String, remedy: String, command: String? = nil) {
        self.key = key
        self.problem = problem
        self.remedy = remedy
        self.command = command
    }

    package var fault: SettingFault {
        SettingFault(key: key, problem: problem, remedy: command.map { "\(remedy) \($0)" } ?? remedy)
    }

    /// Looks with the eyes of this process's user.
    /// - Parameters:
    ///   - user: its name.
    ///   - missing: what to do when there is none.
    /// - Returns: nil when it can be used.
    package static func find(_ path: String, _ kind: Kind, key: String, user: String, missing: String) -> FileObstacle? {
        // What it is about is not named twice.
        let name = key == path ? "it" : path
        for folder in foldersAbove(path) where access(folder, X_OK) != 0 {
            guard errno == EACCES else { break }
            return FileObstacle(
                key: key, problem: "\(name) may be there, but \(user) may not enter \(folder) (\(facts(folder)))",
                remedy: "Let others pass through that folder, or choose another place. As root:",
                command: "chmod a+x \(folder.shellWord)")
        }
        guard access(path, F_OK) == 0 else {
            return FileObstacle(
                key: key,
                problem: key == path ? String(cString: strerror(errno)) : "\(path): \(String(cString: strerror(errno)))",
                remedy: missing)
        }
        let rights =
            switch kind {
            case .file, .secret: R_OK
            case .folder: R_OK | X_OK
            case .workplace: R_OK | W_OK | X_OK
            case .outlet: W_OK
            }
        guard access(path, rights) != 0 else { return nil }
        if errno == EROFS {
            return FileObstacle(
                key: key, problem: "\(name) is read-only for this process, no matter who owns it",
                remedy: "See how it is mounted. systemd's units let the service write in its home alone: there, add "
                    + "ReadWritePaths=\(path) with systemctl edit.")
        }
        let word = path.shellWord
        let (verb, command) =
            switch kind {
            case .file: ("read it", "chmod a+r \(word)")
            case .secret: ("read it", "chown \(user) \(word) && chmod 0400 \(word)")
            case .folder: ("look into it", "chmod -R a+rX \(word)")
            case .workplace, .outlet: ("write in it", "chown \(user) \(word)")
            }
        return FileObstacle(
            key: key, problem: "\(name) is there, but \(user) may not \(verb) (\(facts(path)))", remedy: "As root:",
            command: command)
    }

    /// `/a/b/c` → `/`, `/a`, `/a/b`.
    private static func foldersAbove(_ path: String) -> [String] {
        guard path.hasPrefix("/") else { return [] }
        var folders = ["/"]
        for step in path.split(separator: "/").dropLast() {
            folders.append((folders.last == "/" ? "/" : folders[folders.count - 1] + "/") + step)
        }
        return folders
    }

    private static func facts(_ path: String) -> String {
        guard let status = FileStatus(path: path) else { return String(cString: strerror(errno)) }
        let digits = String(status.mode, radix: 8)
        let mode = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "mode \(mode), owner \(ProcessUser.name(of: status.owner))"
    }
}

/// The files that a process needs and that are not its own.
package struct NeededFiles {
    private let home: Home
    private let role: ProcessRole
    private let configuration: Configuration
    private let user: String

    /// - Parameter user: the name of this process's user.
    package init(_ role: ProcessRole, _ configuration: Configuration, home: Home, user: String) {
        self.home = home
        self.role = role
        self.configuration = configuration
        self.user = user
    }

    /// The settings: relay and vault have read them as root, but commands that root leaves to this user have not.
    package var settings: FileObstacle? { Self.settings(of: home, user: user) }

    package static func settings(of home: Home, user: String) -> FileObstacle? {
        FileObstacle.find(
            home.settings, .file, key: home.settings, user: user,
            missing: "Name the right folder with --home, or make an installation: postern init --home \(home.path.shellWord)")
    }

    /// Without these the process does not start.
    package var others: [FileObstacle] { [templates].compactMap { $0 } + (role == .vault ? ofVault : ofRelay) }

    private var templates: FileObstacle? {
        do throws(FileObstacle) {
            _ = try ProgramFiles.locateTemplates(configured: configuration.templates, user: user)
            return nil
        } catch {
            return error
        }
    }

    private var ofVault: [FileObstacle] {
        let authorities = configuration.mail.caFile.flatMap {
            FileObstacle.find(
                $0, .file, key: Setting.smtpCAFile.rawValue, user: user,
                missing: "Name a file of certificates in PEM form, or leave the line out for the system's.")
        }
        let password = configuration.mail.passwordFile.flatMap { path -> FileObstacle? in
            // What is no full path may be the password itself. That is a fault of the setting, which says so and repeats nothing.
            guard path.hasPrefix("/") || access(path, F_OK) == 0 else { return nil }
            return FileObstacle.find(
                path, .secret, key: Setting.smtpPasswordFile.rawValue, user: user,
                missing: "Write the password for the smarthost into it, mode 0400.")
        }
        return [authorities, password, journalCopy].compactMap { $0 }
    }

    private var journalCopy: FileObstacle? {
        let key = Setting.journalCopy.rawValue
        switch configuration.journalCopy {
        case nil: return nil
        case .syslog:
            return FileObstacle.find(
                JournalCopyPlace.systemLog, .outlet, key: key, user: user,
                missing: "Start the system's log, or name a file outside the home.")
        case .file(let path):
            guard access(path, F_OK) != 0, errno == ENOENT else {
                return FileObstacle.find(path, .outlet, key: key, user: user, missing: "Make the file, owned by \(user).")
            }
            return FileObstacle.find(
                path.folder, .workplace, key: key, user: user, missing: "Make the folder, owned by \(user).")
        }
    }

    private var ofRelay: [FileObstacle] {
        guard let folder = configuration.database.file?.folder else { return [] }
        let obstacle = FileObstacle.find(
            folder, .workplace, key: Setting.database.rawValue, user: user, missing: "Make the folder, owned by \(user).")
        return [obstacle].compactMap { $0 }
    }
}

extension String {
    /// One word of a shell's command line: in single quotes unless that is not needed.
    package var shellWord: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                byte.isASCIILetterOrDigit || [0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x40, 0x5F].contains(byte)
            }
        return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
