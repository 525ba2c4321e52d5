internal import ArgumentParser
private import CUnix
private import Glibc
internal import Logging
internal import PosternCore
internal import PosternHost
private import PosternWeb
internal import ServiceLifecycle
private import UnixSignals

/// What relay and vault know once they are in their cage.
struct CagedProcess: Sendable {
    let home: Home
    let configuration: Configuration
    let users: ProcessUsers
    /// What this process could not give up.
    let cageGaps: [String]
    let logger: Logger

    /// As the user that this process has become.
    /// - Throws: `ExitCode` 78 after naming every file that it needs and cannot read.
    func checkFiles(_ role: ProcessRole) throws {
        let user = users.user(of: role)?.name ?? ProcessUser.ownName
        let needed = NeededFiles(role, configuration, home: home, user: user)
        if let obstacle = needed.settings {
            logger.error(
                "commands that act as this user cannot read the settings: \(obstacle.key): \(obstacle.problem)",
                metadata: ["remedy": "\(obstacle.fault.remedy)"])
        }
        let others = needed.others.map(\.fault)
        guard others.isEmpty else { throw Exit.configuration.saying(SettingFaults(all: others).description) }
    }
}

/// The options of `relay` and `vault`, and how both begin and end.
struct ProcessOptions: ParsableArguments {
    @OptionGroup var home: HomeOption

    @Flag(help: .hidden)
    var supervised = false

    /// Reads the settings, makes the home's folders unless the supervisor has, and enters the cage as the process's user.
    func enterCage(_ role: ProcessRole) throws -> CagedProcess {
        // What a shell or a service manager left open. A supervisor passes the lifeline.
        unix_close_from(supervised ? UInt32(Lifeline.childDescriptor) + 1 : 3)
        let configuration = try home.configuration()
        let users = try ProcessUsers(configuration.users, as: role)
        // A unit of systemd's may start us as our own user (User=). Then what belongs to root was made by `postern init`.
        if !supervised, ProcessUser.isRoot || !users.areApart {
            try HomeFolders(home: home.folder, users: users, database: configuration.database).prepare()
        }
        if role == .relay {
            sortBesideStore(configuration.database)
            DescriptorLimit.raise(to: ConnectionBudget.descriptors)
        }
        let rules = try ProcessCage.Rules(role, configuration, home: home.folder)
        let gaps = try ProcessCage(role, rules).enter(becoming: users.user(of: role), isRequired: configuration.isCageRequired)
        let logger = makeLogger(role.rawValue, configuration)
        for gap in gaps { logger.warning("its cage has a gap: \(gap)") }
        return CagedProcess(home: home.folder, configuration: configuration, users: users, cageGaps: gaps, logger: logger)
    }

    /// Runs services until SIGTERM, or until the supervisor is gone.
    /// - Parameter hurry: called when the supervisor wants another process of the same kind in this one's place, soon.
    func runServices(_ services: [any Service], logger: Logger, hurry: @escaping @Sendable () -> Void = {}) async throws {
        var all = services.map {
            ServiceGroupConfiguration.ServiceConfiguration(
                service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup)
        }
        if !supervised, let manager = ServiceManager.ofThisProcess {
            all.insert(.init(service: LifeSigns(manager: manager, isReady: true, check: EventLoops.passThrough)), at: 0)
        }
        if supervised {
            all.append(.init(service: LifelineService(logger: logger), successTerminationBehavior: .gracefullyShutdownGroup))
        }
        let hangUp = HangUp(logger: logger, action: supervised ? hurry : nil)
        all.append(.init(service: hangUp, successTerminationBehavior: .ignore))
        // Last in the list, so told to stop first: a service that ends by itself while others are being told to stop cancels them
        // all (ServiceLifecycle 2.13).
        all.append(.init(service: StartUpMemoryRelease(), successTerminationBehavior: .ignore))
        var configuration = ServiceGroupConfiguration(
            services: all, gracefulShutdownSignals: [.sigterm, .sigint] + (supervised ? [.sighup] : []), logger: logger.quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(32)
        logger.notice("starting", metadata: ["version": "\(Version.text)", "process": "\(getpid())"])
        try await ServiceGroup(configuration: configuration).run()
        logger.notice("stopped, as ordered")
    }
}
