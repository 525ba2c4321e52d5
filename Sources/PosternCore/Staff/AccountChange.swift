/// What an administrator does to an account of the staff pages.
package enum AccountChange: Hashable, Sendable {
    /// A new account, with a link by which its owner chooses how to sign in.
    case add(StaffRole)
    /// A new link for somebody who keeps this role: a device was lost, or the link was not used in time.
    case reset(StaffRole)
    /// Another role. It takes a new link: what somebody signs in with is sealed for one role.
    case move(to: StaffRole)
    case remove

    /// The role of the link that follows; nil when there is none.
    package var role: StaffRole? {
        switch self {
        case .add(let role), .reset(let role), .move(let role): role
        case .remove: nil
        }
    }

    /// Whether the account then waits before it may do all that its role may. An auditor reveals and changes nothing anyway.
    package var waits: Bool { role.map { $0 != .auditor } ?? false }

    /// Whether somebody may do this to their own account. Anyone who changes an account is an administrator and stays one, so that the
    /// last administrator is never removed or given another role.
    ///
    /// - Parameter role: theirs.
    package func mayBeOnes(own role: StaffRole) -> Bool { self == .reset(role) }
}

/// What makes an administrator's change on a page worth little to a relay that was taken over, which can have what they confirm mean
/// another change. Nothing of this holds for the operator's commands.
package enum ChangeRule {
    /// How many changes one administrator may make on one UTC day: as many as anybody needs by hand.
    package static let most = 5
    /// How long an account whose link was made on a page reveals nothing and changes no accounts and sites: time for somebody to notice.
    package static let wait = Duration.hours(24)
}

/// Why an administrator's change was not made.
package enum ChangeRefusal: Equatable, Sendable {
    /// Administrators alone change this.
    case role
    /// How they sign in was reset, or their account is gone.
    case account
    /// Their own link was made on a page, less than `ChangeRule.wait` ago.
    case tooNew(until: Timestamp)
    /// Another administrator must do this to one's own account.
    case oneself
    case capReached(until: Timestamp)
    /// The journal cannot be written.
    case unwritten
    case wrongProof
    /// A code that was right, and was used before.
    case usedBefore
    /// What was to be signed or confirmed is too old, was used, or is about something else.
    case overdue
    case limited(retryAfter: Duration)
}
