internal import ArgumentParser
private import Logging
private import PosternCore
internal import PosternHost
private import PosternStore
private import PosternWeb
private import ServiceLifecycle

struct Relay: CagedCommand {
    static let configuration = CommandConfiguration(abstract: "Run the process that serves the web pages and keeps the store.")

    @OptionGroup var options: ProcessOptions

    func enterCage() throws -> CagedProcess { try options.enterCage(.relay) }

    func run(_ process: CagedProcess) async throws {
        try process.checkFiles(.relay)
        let parts: RelayParts
        do {
            parts = try await buildRelay(
                process.configuration, home: process.home, cageGaps: process.cageGaps, isSupervised: options.supervised,
                logger: process.logger)
        } catch let error as ExitCode {
            throw error
        } catch let fault as PortFault {
            throw Exit.unavailable.saying("\(fault)")
        } catch let error as StoreFileError where error.isTemporary {
            // A disk that is full or does not answer may recover; after 78 a supervisor would not start us again.
            throw Exit.temporary.saying("\(error)")
        } catch StoreError.broken(let fault) {
            throw Exit.temporary.saying("\(StoreError.broken(fault))")
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
        do {
            try await options.runServices(parts.services, logger: process.logger, hurry: parts.hurry)
        } catch {
            await parts.store.close()
            throw Exit.unavailable.saying("the relay ended: \(error)")
        }
        await parts.store.close()
    }
}
