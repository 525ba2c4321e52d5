/// A web site that uses this installation.
package struct Site: Hashable, Sendable {
    package let id: SiteID
    /// Shown to visitors and in the sender's name of every letter.
    package let name: HeaderText
    /// Where the site's own pages are (`https://photos.example`), for links back and for CORS.
    package let origins: [WebOrigin]
    package let look: SiteLook
    /// Without it no mail names the site. Nil only for a site that an earlier version of the program stored.
    package let authorisation: SiteAuthorisation?
    package let joining: Joining
    /// Who may write to its recipients, where they have not said otherwise.
    package let writers: Writers

    package init(
        id: SiteID, name: HeaderText, origins: [WebOrigin], look: SiteLook = .plain, authorisation: SiteAuthorisation? = nil,
        joining: Joining = .off, writers: Writers = .anyone
    ) {
        self.id = id
        self.name = name
        self.origins = origins
        self.look = look
        self.authorisation = authorisation
        self.joining = joining
        self.writers = writers
    }
}

/// Scheme, host and port of a site, as RFC 6454 §6.2 writes an origin: `https://photos.example`.
package struct WebOrigin: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// An IPv6 address in brackets.
    package let host: String

    /// Nil unless the text is `http://` or `https://`, a host of letters, digits, dots and hyphens (or an IPv6
    /// literal), and perhaps a port: no path, no user, no query. The scheme's own port is left out, as browsers do.
    package init?(_ text: String) {
        let lowered = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lowered.hasPrefix) else { return nil }
        let authority = lowered.dropFirst(scheme.count)
        let host: Substring
        let rest: Substring
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[...end]
            rest = authority[authority.index(after: end)...]
            guard IPv6Text.isAddress(host.dropFirst().dropLast()) else { return nil }
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
            guard !host.isEmpty, host.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyz0123456789.-".utf8.contains($0) }) else {
                return nil
            }
        }
        // Only digits: `Int` would accept a sign.
        let port = rest.utf8.dropFirst()
        guard
            rest.isEmpty
                || (rest.first == ":" && port.allSatisfy(\.isASCIIDigit) && UInt16(Substring(port)) != nil)
        else { return nil }
        self.host = String(host)
        let isStandard = rest == (scheme == "https://" ? ":443" : ":80")
        description = isStandard ? scheme + host : lowered
    }

    package var isSecure: Bool { description.hasPrefix("https://") }

    /// Whether the host is an address and no name.
    package var isAddress: Bool { address != nil }

    /// Whether it leads to the visitor's own machine.
    package var isLoopback: Bool { host == "localhost" || address?.isLoopback == true }

    private var address: ClientAddress? { ClientAddress(text: host.filter { $0 != "[" && $0 != "]" }) }
}
