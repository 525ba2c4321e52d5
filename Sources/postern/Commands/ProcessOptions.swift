internal import ArgumentParser
internal import Logging
internal import PosternCore
internal import PosternHost
internal import ServiceLifecycle
private import UnixSignals

/// The options of `relay` and `vault`, and how both begin and end.
struct ProcessOptions: ParsableArguments {
    @OptionGroup var home: HomeOption

    @Flag(help: .hidden)
    var supervised = false

    /// `Program` acts on this before the command is parsed.
    @Option(help: .hidden)
    var become: String?

    /// Reads the settings, makes the home's folders unless the supervisor has, and becomes the process's user.
    func begin(_ role: ProcessRole) async throws -> (Configuration, ProcessUsers, Logger) {
        let configuration = try home.configuration()
        let users = try ProcessUsers(configuration.users, as: supervised ? role : nil)
        if !supervised { try HomeFolders(home: home.folder, users: users, database: configuration.database).prepare() }
        try ProcessGuard.close(becoming: users.user(of: role))
        return (configuration, users, makeLogger(role.rawValue, configuration))
    }

    /// Runs services until SIGTERM, or until the supervisor is gone.
    func runServices(_ services: [any Service], logger: Logger) async throws {
        var all = services.map {
            ServiceGroupConfiguration.ServiceConfiguration(
                service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup)
        }
        if supervised {
            all.append(.init(service: LifelineService(logger: logger), successTerminationBehavior: .gracefullyShutdownGroup))
        }
        // Last in the list, so told to stop first: a service that ends by itself while others are being told to stop cancels them
        // all (ServiceLifecycle 2.13).
        all.append(.init(service: StartUpCodeRelease(), successTerminationBehavior: .ignore))
        var configuration = ServiceGroupConfiguration(
            services: all,
            // Ctrl-C reaches every process of the terminal. A supervised one waits for its supervisor instead, so that the vault
            // does not stop before the relay.
            gracefulShutdownSignals: supervised ? [.sigterm] : [.sigterm, .sigint], logger: logger.quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(32)
        if supervised { ProcessGuard.ignoreInterrupts() }
        try await ServiceGroup(configuration: configuration).run()
    }
}
