internal import ArgumentParser
internal import Logging
private import PosternCore
internal import PosternHost
private import PosternVault
internal import ServiceLifecycle
private import UnixSignals

struct Vault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the process that holds the keys and speaks SMTP.")

    @OptionGroup var options: ProcessOptions

    func run() async throws {
        let (configuration, users, logger) = try await options.begin(.vault)
        let folder = options.home.folder
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
        try await options.runServices(services, logger: logger)
        _ = consume lock
    }
}
