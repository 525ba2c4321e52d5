private import Foundation
internal import PosternCore
private import PosternHost
private import PosternRelay
private import PosternStore

/// Erases in a restored store whom the vault remembers as erased: the backup may be older than that.
struct ErasedAgain {
    let caller: ControlCaller
    let files: VaultFiles

    /// - Returns: who was erased, as `site/handle`.
    func run() async throws -> [String] {
        var erased: [String] = []
        let sites: [SiteView] = try await caller.ask(.listSites)
        for site in sites {
            var after: String?
            while true {
                let page: [RecipientView] = try await caller.ask(
                    .listRecipients(site: site.id, after: after, limit: ControlRequest.pageLimit))
                guard let last = page.last else { break }
                after = last.handle
                let handles = page.filter { $0.state != Recipient.State.erased.rawValue }.map(\.handle)
                for handle in try await files.erased(handles, at: site.id) {
                    try await caller.change(.changeRecipient(site: site.id, handle: handle, action: .erase))
                    erased.append("\(site.id)/\(handle)")
                }
            }
        }
        return erased
    }
}
