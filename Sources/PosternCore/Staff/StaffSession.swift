package enum StaffAccountKind {}
/// Identifies one account; an account that is removed and added again has another.
package typealias StaffAccountID = Identifier<StaffAccountKind>

/// How long a member of staff stays signed in. The cookie holds a `SessionSecret`; the store keeps its digest.
package enum StaffSessionTimes {
    /// Without a request.
    package static let idle = Duration.minutes(30)
    /// In all.
    package static let absolute = Duration.hours(12)
}

/// The one-time link with which somebody chooses how to sign in.
package enum StaffLinkTimes {
    package static let lifetime = Duration.hours(24)
}
