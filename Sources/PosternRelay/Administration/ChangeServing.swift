package import PosternCore

/// What an administrator wants changed, and why. The vault makes these changes for somebody who passes the second factor.
package struct ChangeWish: Equatable, Sendable {
    package enum What: Equatable, Sendable {
        case account(StaffName, AccountChange)
        /// What mails say of a site.
        case site(SiteID, name: HeaderText, origins: [WebOrigin])
    }

    package let what: What
    package let reason: RevealReason

    package init(_ what: What, because reason: RevealReason) {
        (self.what, self.reason) = (what, reason)
    }
}

package enum ChangeStart: Equatable, Sendable {
    case offer(challenge: [UInt8], RevealWay)
    case refused(ChangeRefusal)
}

package enum ChangeOutcome: Equatable, Sendable, Unprintable {
    /// A link by which the owner of the account chooses how to sign in. It is shown once.
    /// - Parameter waits: until when the account reveals and changes nothing; nil where it never does.
    case link(String, waits: Timestamp?)
    case done
    case refused(ChangeRefusal)
}

/// What the pages ask on which administrators change accounts and sites. What asks for something that is not there, or cannot be done,
/// throws an `OperationFault`; anything else is thrown while store or vault do not answer.
package protocol ChangeServing: Sendable {
    func begin(_ wish: ChangeWish, by staff: SignedInStaff) async throws -> ChangeStart
    func make(
        _ wish: ChangeWish, challenge: [UInt8], _ proof: RevealProof, by staff: SignedInStaff
    ) async throws -> ChangeOutcome
}
