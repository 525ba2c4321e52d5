package import PosternCore
package import PosternStore

/// Does what a command asks: in the relay for those that come over its control socket, in the command's own process while
/// no relay runs.
package struct OperatorService: Sendable {
    package typealias BackupMaker = @Sendable (_ path: String) async throws -> ControlAnswer.BackupView

    let store: any Database
    let publicURL: WebOrigin
    let now: @Sendable () -> Timestamp
    /// Something may be due.
    let wake: @Sendable () -> Void
    /// Of the relay that runs; nil while none does, and then there is nothing to tell of a change.
    let blocks: BlockCache?
    /// Of the relay that runs; nil while none does.
    let inspection: Inspection?
    private let backup: BackupMaker

    /// What only the process that holds the store can say of itself.
    package struct Inspection: Sendable {
        let process: Int32
        let settings: StoreSettings
        let health: RelayHealth

        package init(process: Int32, settings: StoreSettings, health: RelayHealth) {
            (self.process, self.settings, self.health) = (process, settings, health)
        }
    }

    package init(
        store: any Database, publicURL: WebOrigin, now: @escaping @Sendable () -> Timestamp, wake: @escaping @Sendable () -> Void,
        blocks: BlockCache?, inspection: Inspection?, backup: @escaping BackupMaker
    ) {
        (self.store, self.publicURL, self.now) = (store, publicURL, now)
        (self.wake, self.blocks, self.inspection, self.backup) = (wake, blocks, inspection, backup)
    }

    /// - Returns: `.refused` with words for the operator when the request cannot be done as it is.
    /// - Throws: what the store throws.
    package func answer(_ request: ControlRequest) async throws -> ControlAnswer {
        do {
            switch request {
            case .addSite(let id, let name, let origins): return try await addSite(id, name: name, origins: origins)
            case .listSites: return try await listSites()
            case .changeSite(let id, let change): return try await changeSite(id, change)
            case .setLogo(let site, let file): return try await setLogo(of: site, file: file)
            case .findRecipients(let site, let handles): return try await findRecipients(site, handles: handles)
            case .storeRecipients(let site, let recipients): return try await storeRecipients(site, recipients)
            case .listRecipients(let site, let after, let limit):
                return try await listRecipients(site, after: after, limit: limit)
            case .showRecipient(let site, let handle): return try await showRecipient(site, handle)
            case .moveRecipient(let site, let handle, let move): return try await moveRecipient(site, handle, move)
            case .countQueue: return try await countQueue()
            case .listQueue(let filter): return try await listQueue(filter)
            case .showDelivery(let id): return try await showDelivery(id)
            case .moveDeliveries(let move, let selection): return try await moveDeliveries(move, of: selection)
            case .listLog(let query): return try await listLog(query)
            case .showEntry(let id): return try await showEntry(id)
            case .addBlock(let block): return try await addBlock(block)
            case .listBlocks: return try await listBlocks()
            case .removeBlock(let id): return try await removeBlock(id)
            case .examine: return try await examine()
            case .backup(let path): return .backup(try await backup(path))
            }
        } catch let refusal as Refusal {
            return .refused(refusal.text)
        }
    }

    /// A request that cannot be done as it is.
    struct Refusal: Error {
        let text: String

        init(_ text: String) {
            self.text = text
        }
    }

    func site(_ text: String) async throws -> Site {
        let id = try parsed { try SiteID(text) }
        guard let site = try await store.read({ try $0.sites.find(id) }) else {
            throw Refusal("there is no site “\(text)”\n    See postern site list; add one with postern site add.")
        }
        return site
    }

    func recipient(_ siteText: String, _ handleText: String) async throws -> Recipient {
        let site = try await site(siteText)
        let handle = try parsed { try Handle(handleText) }
        guard let recipient = try await store.read({ try $0.recipients.find(handle, at: site.id) }) else {
            throw Refusal(
                "there is no recipient “\(handleText)” at site \(siteText)\n    See postern recipient list --site \(siteText).")
        }
        return recipient
    }

    /// - Parameter parse: throws nothing but a `SlugFault`, whose sentence the operator gets.
    func parsed<Value>(_ parse: () throws -> Value) throws -> Value {
        do { return try parse() } catch { throw Refusal("\(error)") }
    }
}
