private import Foundation
internal import PosternCore
private import PosternHost
private import PosternRelay
private import PosternStore

/// Erases in a store whom the vault remembers as erased: the store may be an older one, and the memory another than the vault had.
struct ErasedAgain {
    let caller: ControlCaller
    let files: VaultFiles
    /// The file of a memory of former keys, which counts as well.
    var former: String?

    /// - Returns: who was erased, as `site/handle`.
    func run() async throws -> [String] {
        var erased: [String] = []
        let sites: [SiteView] = try await caller.ask(.listSites)
        for site in sites {
            // A site without recipients has a name to remember too.
            if former != nil { _ = try await files.erased([], at: site.id, former: former) }
            var after: String?
            while true {
                let page: [RecipientView] = try await caller.ask(
                    .listRecipients(site: site.id, after: after, limit: ControlRequest.pageLimit))
                guard let last = page.last else { break }
                after = last.handle
                let handles = page.filter { $0.state != Recipient.State.erased.rawValue }.map(\.handle)
                for handle in try await files.erased(handles, at: site.id, former: former) {
                    try await caller.change(.changeRecipient(site: site.id, handle: handle, action: .erase))
                    erased.append("\(site.id)/\(handle)")
                }
            }
        }
        return erased
    }
}
