package import Logging
internal import PosternCore
internal import PosternLink
package import PosternStore
internal import ServiceLifecycle

/// Dispatches letters; before the first one after an update, has the vault take over what the earlier version of the program
/// stored. A letter made from a row that was not taken over would be held.
package struct AdoptingDispatcher: Service {
    private let dispatcher: Dispatcher
    private let store: any Database
    private let vault: VaultLink
    private let logger: Logger

    package init(_ dispatcher: Dispatcher, store: any Database, vault: VaultLink, logger: Logger) {
        self.dispatcher = dispatcher
        self.store = store
        self.vault = vault
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled, vault.isAdopting != false {
                do {
                    if vault.isAdopting == true { try await adopt() }
                } catch {
                    logger.error(
                        "letters wait: the vault could not take over what the earlier version stored; trying again",
                        metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))
                }
                if await !vault.renew() { try? await Task.sleep(for: .milliseconds(100)) }
            }
        }
        try await dispatcher.run()
    }

    private func adopt() async throws {
        var sites = try await store.read { try $0.sites.list() }.filter { $0.authorisation == nil }
        var counts = (sites: 0, recipients: 0)
        var last: RecipientID?
        while true {
            let after = last
            let batch = Array(sites.prefix(EnrolRequest.most))
            sites.removeFirst(batch.count)
            let recipients = try await store.read { try $0.recipients.toAdopt(after: after, limit: EnrolRequest.most) }
            // What was adopted before is in the store by now.
            let isLast = batch.isEmpty && recipients.isEmpty
            let adopted = try await vault.adopt(AdoptionRequest(sites: batch, recipients: recipients, isLast: isLast))
            if isLast { break }
            try await store.write { transaction in
                for site in adopted.sites { try transaction.sites.adopt(site) }
                for recipient in adopted.recipients { try transaction.recipients.adopt(recipient) }
            }
            counts = (counts.sites + adopted.sites.count, counts.recipients + adopted.recipients.count)
            last = recipients.last?.id ?? last
        }
        logger.notice(
            "the vault has taken over what the earlier version stored",
            metadata: ["sites": "\(counts.sites)", "recipients": "\(counts.recipients)"])
    }
}
