internal import Logging
internal import PosternCore
private import PosternDoctor
internal import PosternHost
private import PosternText
private import PosternVault
private import PosternWeb
internal import ServiceLifecycle
private import UnixSignals

/// SIGHUP to `postern serve`: the settings, templates, certificates and the SMTP password are read again.
///
/// Each process is started again, since what its cage lets it reach follows from the settings and cannot be widened from within. The
/// vault goes first and finishes its letters while the relay is there to hear of them; then the relay, which takes no longer than its
/// open requests. Everything is checked before: a wrong configuration leaves both as they are.
struct Reloading: Service {
    let home: HomeOption
    let began: Configuration
    let supervisor: Supervisor
    let logger: Logger

    /// Who owns what in the home follows from these, and was arranged when the service started.
    private static let fixed: [Setting] = [.database, .relayUser, .vaultUser, .home]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var present = began
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                guard let new = checked(against: present), await canStart() else { continue }
                let changed = Setting.allCases.filter { new.text(of: $0) != present.text(of: $0) }
                logger.notice(
                    "reload: the settings are read again, and so are templates, certificates and the SMTP password",
                    metadata: ["changed": "\(changed.isEmpty ? "none" : changed.map(\.rawValue).joined(separator: " "))"])
                if changed.contains(.logLevel) {
                    logger.notice("reload: relay and vault log at the new level; this process does so after a restart")
                }
                present = new
                await supervisor.startAgain(.vault)
                await supervisor.startAgain(.relay)
                logger.notice("reload: done")
            }
        }
    }

    /// Whether each of the two users finds what its process needs. They look themselves: this process may see more than they do and, under
    /// systemd's unit, less. What is wrong is logged.
    private func canStart() async -> Bool {
        let folder = home.folder
        let doctor = Doctor(home: folder, now: .now) { part, user, settings in
            await Errand(home: folder, user: user).examine(part, settings)
        }
        let obstacles = await doctor.startObstacles(supervisor.users)
        guard !obstacles.isEmpty else { return true }
        logger.error("reload: nothing was reloaded; the service goes on with the former settings. What is wrong:")
        for obstacle in obstacles { Terminal.complain(obstacle) }
        return false
    }

    /// Nil, after a line in the log, when the service must go on with the former settings.
    private func checked(against present: Configuration) -> Configuration? {
        do {
            let new = try SettingsFile(home: home.folder).configuration()
            let faults = MachineFaults(new).all
            guard faults.isEmpty else { throw SettingFaults(all: faults) }
            let folder = try ProgramFiles.locateTemplates(configured: new.templates)
            _ = try Templates(folder: folder)
            _ = try Composer(templates: folder)
            if new.listen != present.listen { try PortFault.probe(new.listen, setting: Setting.listen.rawValue) }
            if new.staffListen != present.staffListen {
                try PortFault.probe(new.staffListen, setting: Setting.staffListen.rawValue)
            }
            let fixed = Self.fixed.filter { new.text(of: $0) != present.text(of: $0) }
            guard fixed.isEmpty else {
                logger.error(
                    "reload: nothing was reloaded, since one of these needs a restart of the service",
                    metadata: ["changed": "\(fixed.map(\.rawValue).joined(separator: " "))"])
                return nil
            }
            return new
        } catch {
            logger.error("reload: nothing was reloaded; the service goes on with the former settings. What is wrong:")
            Terminal.complain("\(error)")
            return nil
        }
    }
}

/// SIGHUP to a relay or vault that runs by itself.
struct HangUp: Service {
    let logger: Logger
    /// Nil where nothing can be read again from within the cage.
    let action: (@Sendable () -> Void)?

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                if let action {
                    action()
                } else {
                    logger.warning(
                        "reload: this process cannot read its settings again from within its cage, and goes on with those it has; restart it, or run postern serve, which reloads"
                    )
                }
            }
        }
    }
}
