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

    /// Whether somebody may do this to their own account. Whoever changes an account is an administrator and stays one, so that the
    /// last administrator is never removed or given another role.
    ///
    /// - Parameter role: theirs.
    package func mayBeOnes(own role: StaffRole) -> Bool { self == .reset(role) }
}

/// How many changes one administrator may make on one UTC day: more than anybody needs by hand. A relay that was taken over can have
/// what an administrator confirms mean another change, one for each.
package enum ChangeRule {
    package static let most = 20
}

/// Why an administrator's change was not made.
package enum ChangeRefusal: Equatable, Sendable {
    /// Administrators alone change this.
    case role
    /// How they sign in was reset, or their account is gone.
    case account
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
