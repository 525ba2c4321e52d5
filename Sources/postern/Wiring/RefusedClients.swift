internal import Logging
private import PosternCore
internal import PosternHost
private import Synchronization

/// Takes the clients that the relay names as refused to the file for the machine's firewall.
final class RefusedClients: Sendable {
    private let file: BanFile
    private let logger: Logger
    /// What was said to be wrong, so that it is said once.
    private let fault = Mutex<BanFile.Fault?>(nil)

    init(_ file: BanFile, logger: Logger) {
        self.file = file
        self.logger = logger
    }

    func take(_ line: some StringProtocol) {
        guard let refused = RefusedClient(line: line) else { return }
        do throws(BanFile.Fault) {
            try file.add(refused, at: .now)
            if fault.withLock({ $0.take() }) != nil { logger.notice("refused clients are written again") }
        } catch {
            let isNew = fault.withLock { known in
                defer { known = error }
                return known != error
            }
            if isNew { logger.error("refused clients are not written down: \(error)") }
        }
    }
}
