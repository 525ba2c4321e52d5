internal import ArgumentParser
private import Glibc
internal import Logging
internal import PosternCore
internal import PosternHost
private import ServiceLifecycle
private import UnixSignals

struct Serve: CagedCommand {
    static let configuration = CommandConfiguration(abstract: "Run relay and vault, and restart either when it ends.")

    @OptionGroup var home: HomeOption

    @Flag(
        help: "Only make the home's folders and set their owners, which systemd's unit leaves serve itself too few rights to do.")
    var prepare = false

    /// All that it can do without: it starts the two processes as their users, and changes owners and modes of their folders.
    func enterCage() throws { try ProcessCage.forbidNewPrivileges() }

    func run(_: Void) async throws {
        let folder = home.folder
        if prepare {
            // What is wrong with the settings is said by the start itself.
            guard let configuration = try? home.configuration(), let users = try? ProcessUsers(configuration.users) else {
                return
            }
            return try HomeFolders(home: folder, users: users, database: configuration.database).prepare()
        }
        let configuration = try home.configuration()
        let logger = makeLogger("serve", configuration)
        try MachineFaults(configuration).check()
        try RightUser.check(for: folder.run, in: folder)
        let users = try ProcessUsers(configuration.users)
        try HomeFolders(home: folder, users: users, database: configuration.database).prepare()
        guard let lock = try FileLock(path: folder.serveLock) else {
            throw Exit.temporary.saying(
                "this installation is already being served, by process \(FileLock.holder(of: folder.serveLock))")
        }
        for (setting, listen) in [(Setting.listen, configuration.listen), (.staffListen, configuration.staffListen)] {
            // No reason not to start: it may be an earlier relay that is still finishing.
            guard let holder = PortHolder.name(at: listen) else { continue }
            logger.warning(
                "another program listens at the relay's address; the relay starts once it is free",
                metadata: ["setting": "\(setting.rawValue)", "listen": "\(listen)", "holder": "\(holder)"])
        }
        if let warning = users.warning { logger.warning("\(warning)") }
        let manager = ServiceManager.ofThisProcess
        let supervisor = Supervisor(
            executable: ProgramFiles.executable, arguments: ["--home", folder.path],
            users: users, refusedCalls: RefusedCalls(path: folder.refusedCalls), readyNotice: ReadyNotice(to: manager),
            refused: configuration.banFile.map { RefusedClients(BanFile(path: $0), logger: logger) }, logger: logger)
        let signs = manager.map { LifeSigns(manager: $0, isReady: false) }
        let group = ServiceGroup(
            configuration: .init(
                services: (signs.map { [.init(service: $0)] } ?? []) + [
                    .init(service: supervisor, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(
                        service: Reloading(home: home, began: configuration, supervisor: supervisor, logger: logger),
                        successTerminationBehavior: .ignore),
                    .init(service: StartUpMemoryRelease(), successTerminationBehavior: .ignore),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.quiet))
        logger.notice("starting", metadata: ["version": "\(Version.text)", "home": "\(folder.path)", "process": "\(getpid())"])
        do {
            try await group.run()
            logger.notice("stopped, as ordered")
        } catch let failed as Supervisor.ChildFailed {
            logger.error("stopped: a process cannot run like this", metadata: ["child": "\(failed.child.rawValue)"])
            throw ExitCode(failed.status)
        }
        _ = consume lock
    }
}

/// The log of a process at the configured level.
func makeLogger(_ process: String, _ configuration: Configuration) -> Logger {
    let level = Logger.Level(rawValue: configuration.logLevel) ?? .info
    return Logger(label: process) { _ in LineLog(process: process, level: level) }
}

extension Logger {
    /// For libraries, whose routine messages do not interest an operator.
    var quiet: Logger {
        var logger = self
        logger.logLevel = max(logLevel, .warning)
        return logger
    }
}
