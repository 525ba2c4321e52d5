internal import PosternCore
internal import PosternHost
private import PosternVault

/// What one of the two users cannot read, looked at with that user's eyes.
enum FilesCheck {
    /// - Parameter configuration: nil where there is none that could be used.
    static func findings(_ role: ProcessRole, _ configuration: Configuration?, home: Home) -> [Finding] {
        let user = ProcessUser.ownName
        var findings = [NeededFiles.settings(of: home, user: user)].compactMap { $0 }.map(finding)
        guard let configuration else { return findings }
        let obstacles = NeededFiles(role, configuration, home: home, user: user).others
        findings += obstacles.map(finding)
        // The folder has its finding already.
        guard !obstacles.contains(where: { $0.key == Setting.templates.rawValue }) else { return findings }
        return findings + TemplateCheck.findings(configured: configuration.templates, for: role)
    }

    /// The file of the password, read as the vault reads it at its start.
    static func password(_ configuration: Configuration?) -> [Finding] {
        guard let path = configuration?.mail.passwordFile else { return [] }
        do throws(KeyFault) {
            _ = try SecretBytes(passwordFile: path)
            return []
        } catch {
            return [.fail(.smarthost, "\(Setting.smtpPasswordFile.rawValue): \(error.problem)", Remedy(error.remedy))]
        }
    }

    private static func finding(_ obstacle: FileObstacle) -> Finding {
        let check: Check =
            switch Setting(rawValue: obstacle.key) {
            case .templates: .templates
            case .smtpCAFile, .smtpPasswordFile: .smarthost
            case .database: .store
            case .journalCopy: .journal
            default: .configuration
            }
        return .fail(
            check, "\(obstacle.key): \(obstacle.problem)",
            Remedy(obstacle.remedy, commands: [obstacle.command].compactMap { $0 }))
    }
}

/// Whether a process is stopped, as by SIGSTOP: it holds its sockets and locks, and does nothing.
enum StoppedProcess {
    /// - Parameters:
    ///   - process: its number.
    ///   - name: of its program, where the number may be an old one.
    static func isStopped(_ process: String?, named name: String? = nil) -> Bool {
        guard let number = process.flatMap({ Int32($0) }) else { return false }
        let status = ProcStatus.text(number)
        guard name == nil || ProcStatus.value("Name", in: status) == name else { return false }
        return ["T", "t"].contains(ProcStatus.value("State", in: status)?.prefix(1))
    }
}
