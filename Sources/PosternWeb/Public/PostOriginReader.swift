private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// Reads on whose page a post was made, from the fields that browsers send and pages cannot change: `Sec-Fetch-Site`
/// (w3.org/TR/fetch-metadata) and `Origin` (RFC 6454 §7). Programs send neither.
///
/// Any page can have its visitors post a form here. Our own pages are `no-referrer`, so their posts say `Origin: null`, as do the
/// posts of any sandboxed page. Only `Sec-Fetch-Site` tells the two apart, and all browsers have sent it since 2023.
struct PostOriginReader: Sendable {
    let sites: any SiteLookup
    let publicURL: WebOrigin

    func origin(of request: Request, _ context: WebContext) async -> PostOrigin {
        guard request.headers.contains(.origin) || request.headers.contains(.secFetchSite) else { return .expected }
        let written = request.headers[values: .origin]
        switch request.headers[.secFetchSite] {
        // `none`: the visitor's own doing, as in posting again from a bookmark.
        case "same-origin", "none": return .expected
        case "same-site", "cross-site":
            return await isOfSite(written, request, context) ? .expected : .foreign
        default:
            if written.isEmpty { return .expected }
            if written == ["null"] { return .unclear }
            if isOurs(written, request) { return .expected }
            return await isOfSite(written, request, context) ? .expected : .foreign
        }
    }

    /// The public address, or the address that this request was sent to where no attacker can own its name.
    private func isOurs(_ written: [String], _ request: Request) -> Bool {
        guard written.count == 1, let origin = WebOrigin(written[0]) else { return false }
        if origin == publicURL { return true }
        guard let host = request.head.authority?.lowercased(), HostGuard().serves(host) else { return false }
        return origin.description == "http://\(host)" || origin.description == "https://\(host)"
    }

    /// One of the origins that the site was given with `site add --origin`: it may have a form of its own.
    private func isOfSite(_ written: [String], _ request: Request, _ context: WebContext) async -> Bool {
        guard written.count == 1 else { return false }
        return await sites.ownOrigin(written[0], context) != nil
    }
}

extension SiteLookup {
    /// The origin, if it is one of those of the site in the path. `null`, which a sandboxed page sends, never is.
    func ownOrigin(_ written: String, _ context: WebContext) async -> WebOrigin? {
        guard let origin = WebOrigin(written) else { return nil }
        do {
            guard let site = try await site(context["site"]), site.origins.contains(origin) else { return nil }
            return origin
        } catch {
            // Not a reason to fail: the letter itself may be accepted.
            context.logger.warning("a site cannot be looked up", metadata: [WebLogKey.fault: "\(type(of: error))"])
            return nil
        }
    }
}
