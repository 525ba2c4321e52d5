internal import ArgumentParser
internal import Logging
private import PosternCore
internal import PosternHost
private import PosternVault
internal import ServiceLifecycle
private import UnixSignals

struct Vault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the process that holds the keys and speaks SMTP.")

    @OptionGroup var home: HomeOption

    @Flag(help: .hidden)
    var supervised = false

    /// `Program` acts on this before the command is parsed.
    @Option(help: .hidden)
    var become: String?

    func run() async throws {
        let configuration = try await home.configuration()
        let folder = home.folder
        let logger = makeLogger("vault", configuration)
        let users = try ProcessUsers(configuration.users, as: supervised ? .vault : nil)
        if !supervised { try await HomeFolders(home: folder, users: users, database: configuration.database).prepare() }
        try ProcessGuard.close(becoming: users.vault)
        guard let lock = try FileLock(path: folder.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault of this installation is already running, as process \(FileLock.holder(of: folder.vaultLock))")
        }
        let services: [any Service]
        do {
            services = try await buildVault(configuration, home: folder, relay: users.relay, logger: logger)
        } catch let error as ExitCode {
            throw error
        } catch let fault as FileFault where fault.isOfTheMoment {
            // A full disk may be emptied; after 78 a supervisor would not start us again.
            throw Exit.temporary.saying("\(fault)")
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
        try await runServices(services, supervised: supervised, logger: logger)
        _ = consume lock
    }
}

/// Runs services until SIGTERM, or until the supervisor is gone.
func runServices(_ services: [any Service], supervised: Bool, logger: Logger) async throws {
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
    all.append(.init(service: StartUpCode(), successTerminationBehavior: .ignore))
    var configuration = ServiceGroupConfiguration(
        services: all,
        // Ctrl-C reaches every process of the terminal. A supervised one waits for its supervisor instead, so that the vault
        // does not stop before the relay.
        gracefulShutdownSignals: supervised ? [.sigterm] : [.sigterm, .sigint], logger: logger.quiet)
    configuration.maximumGracefulShutdownDuration = .seconds(32)
    if supervised { ProcessGuard.ignoreInterrupts() }
    try await ServiceGroup(configuration: configuration).run()
}
