package import PosternCore

/// Who may use a route. Every route states it; there is no default.
package enum Access: Hashable, Sendable {
    /// Anyone who reaches the listener.
    case anyone
    /// Staff with one of these roles.
    case staff(Set<StaffRole>)
    /// Anyone who has what may be a link for this purpose. Whether it was ever made is asked with each call of `ConversationServing`.
    case link(LinkPurpose)
    /// Anyone who has what may be a link that a member was mailed. `MemberServing` and the vault say whether it is one.
    case mailedLink
    /// A member who is signed in.
    case member
    /// Anyone; a member who is signed in finds something else there.
    case anyoneOrMember

    /// Its routes are for the holders of links, or for members.
    var isBehindLink: Bool {
        switch self {
        case .link, .mailedLink, .member, .anyoneOrMember: true
        case .anyone, .staff: false
        }
    }
}

/// Who sent a request, as far as a guard has established it.
package enum Identity: Hashable, Sendable {
    case nobody
    case staff(Set<StaffRole>)
    case linkHolder(LinkPurpose)
    case mailedLinkHolder
    case member

    package func mayUse(_ access: Access) -> Bool {
        switch (access, self) {
        case (.anyone, _), (.anyoneOrMember, _): true
        case (.staff(let wanted), .staff(let held)): !wanted.isDisjoint(with: held)
        case (.link(let wanted), .linkHolder(let held)): wanted == held
        case (.mailedLink, .mailedLinkHolder), (.member, .member): true
        case (.staff, _), (.link, _), (.mailedLink, _), (.member, _): false
        }
    }
}
