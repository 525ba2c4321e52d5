/// What an authorisation of the vault is about: a recipient's record, what mails say of a site, what the vault gave when a change of
/// address was asked, undone or taken up again, a site's credential, or how a member of staff signs in.
package enum AuthorisedName: Hashable, Sendable, CustomStringConvertible {
    case recipient(Handle, at: SiteID)
    case site(SiteID)
    case undo(AddressChangeID, isUndone: Bool)
    /// From which version on a record may be confirmed whose address a recipient has asked. Older ones were taken back, or another was
    /// asked after them.
    case asked(Handle, at: SiteID)
    /// A site's credential; version 1 when it was revoked.
    case siteToken(SiteTokenID)
    case staff(StaffName)
    /// The time step of the newest one-time code that was used: its version.
    case staffStep(StaffName)
    /// One of the recovery codes of a version of the record; version 1 when it was used.
    case staffCode(StaffName, version: Int32, place: Int)
    /// The signatures that a passkey has counted: its version.
    case staffSignatures(StaffName, version: Int32)
    /// The day on which somebody was last shown something, and how often on that day: its version is both (`RevealCount`).
    case staffReveals(StaffName)
    /// The same for what an administrator changed with a second factor.
    case staffChanges(StaffName)

    package var description: String {
        switch self {
        case .recipient(let handle, let site): "\(site)/\(handle)"
        case .site(let site): "site \(site)"
        case .undo(let change, let isUndone): "change \(change), \(isUndone ? "undone" : "taken up again")"
        case .asked(let handle, let site): "addresses asked by \(site)/\(handle)"
        case .siteToken(let id): "token \(id)"
        case .staff(let name): "staff \(name)"
        case .staffStep(let name): "one-time codes of \(name)"
        case .staffCode(let name, let version, let place): "recovery code \(place) of \(name), \(version)"
        case .staffSignatures(let name, let version): "signatures of \(name), \(version)"
        case .staffReveals(let name): "reveals of \(name)"
        case .staffChanges(let name): "changes by \(name)"
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
