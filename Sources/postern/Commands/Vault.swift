internal import ArgumentParser
internal import Logging
private import PosternCore
internal import PosternHost
private import PosternVault
internal import ServiceLifecycle

struct Vault: CagedCommand {
    static let configuration = CommandConfiguration(abstract: "Run the process that holds the keys and speaks SMTP.")

    @OptionGroup var options: ProcessOptions

    func enterCage() throws -> CagedProcess { try options.enterCage(.vault) }

    func run(_ process: CagedProcess) async throws {
        try process.checkFiles(.vault)
        let home = process.home
        guard let lock = try await FileLock.taken(path: home.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault of this installation is already running, as process \(FileLock.holder(of: home.vaultLock))")
        }
        let services: [any Service]
        do {
            services = try await buildVault(
                process.configuration, home: home, relay: process.users.relay, logger: process.logger)
        } catch let error as ExitCode {
            throw error
        } catch let fault as FileFault where fault.isOfTheMoment {
            // A full disk may be emptied; after 78 a supervisor would not start us again.
            throw Exit.temporary.saying("\(fault)")
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
        try await options.runServices(services, logger: process.logger)
        _ = consume lock
    }
}
