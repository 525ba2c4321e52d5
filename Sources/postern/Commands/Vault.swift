internal import ArgumentParser
internal import Logging
private import PosternCore
private import PosternVault
internal import ServiceLifecycle
private import UnixSignals

struct Vault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the process that holds the keys and speaks SMTP.")

    @OptionGroup var home: HomeOption

    @Flag(help: .hidden)
    var supervised = false

    /// Done before this is parsed; see `Program`.
    @Option(help: .hidden)
    var become: String?

    func run() async throws {
        let configuration = try await home.configuration()
        let folder = home.folder
        let logger = makeLogger("vault", configuration)
        let users = try ProcessUsers(configuration.users, as: supervised ? .vault : nil)
        if !supervised { try HomeFolders(home: folder, users: users, database: configuration.database).prepare() }
        try ProcessGuard.close(becoming: users.vault)
        guard let lock = try FileLock(path: folder.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault of this installation is running already, as process \(FileLock.holder(of: folder.vaultLock))")
        }
        let services: [any Service]
        do {
            services = try buildVault(configuration, home: folder, relay: users.relay, logger: logger)
        } catch let error as ExitCode {
            throw error
        } catch let fault as FileFault where fault.isOfTheMoment {
            // A full disk empties again; a supervisor told 78 would not start us any more.
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
    // Last, and so the first to be told to stop: one that ends by itself while others are being told cancels them all
    // (ServiceLifecycle 2.13).
    all.append(.init(service: StartUpCode(), successTerminationBehavior: .ignore))
    var configuration = ServiceGroupConfiguration(
        services: all,
        // Ctrl-C reaches every process of the terminal; a supervised one waits for its supervisor's word instead, so that
        // the vault does not go before the relay.
        gracefulShutdownSignals: supervised ? [.sigterm] : [.sigterm, .sigint], logger: logger.quiet)
    configuration.maximumGracefulShutdownDuration = .seconds(32)
    if supervised { ProcessGuard.ignoreInterrupts() }
    try await ServiceGroup(configuration: configuration).run()
}
