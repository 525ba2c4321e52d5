/// What an authorisation of the vault is about: a recipient's record, what mails say of a site, or what the vault gave when a change of
/// address was undone or taken up again.
package enum AuthorisedName: Hashable, Sendable, CustomStringConvertible {
    case recipient(Handle, at: SiteID)
    case site(SiteID)
    case undo(AddressChangeID, isUndone: Bool)

    package var description: String {
        switch self {
        case .recipient(let handle, let site): "\(site)/\(handle)"
        case .site(let site): "site \(site)"
        case .undo(let change, let isUndone): "change \(change), \(isUndone ? "undone" : "taken up again")"
        }
    }
}

/// The vault's authorisation of a site's name and origins, which mails show. The relay stores it and hands it back.
package struct SiteAuthorisation: Hashable, Sendable {
    /// How many times the vault has authorised this site.
    package let version: Int32
    /// The vault's MAC over id, version, name and origins.
    package let code: [UInt8]

    package init(version: Int32, code: [UInt8]) {
        self.version = version
        self.code = code
    }
}
