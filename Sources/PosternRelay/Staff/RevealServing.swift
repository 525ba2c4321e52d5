package import PosternCore

/// What may be shown of one letter to staff.
package struct RevealView: Equatable, Sendable {
    package let letter: LetterID
    package let site: SiteID
    /// Nil where a post was refused before anybody was found.
    package let handle: Handle?
    package let at: Timestamp
    /// In the order in which they are offered; at least one.
    package let kinds: [RevealKind]
    package let isReported: Bool
    package let standing: RevealStanding

    package init(
        letter: LetterID, site: SiteID, handle: Handle?, at: Timestamp, kinds: [RevealKind], isReported: Bool,
        standing: RevealStanding
    ) {
        self.letter = letter
        self.site = site
        self.handle = handle
        self.at = at
        self.kinds = kinds
        self.isReported = isReported
        self.standing = standing
    }
}

/// What somebody wants to see, and why.
package struct RevealWish: Equatable, Sendable {
    package let letter: LetterID
    package let kind: RevealKind
    package let reason: RevealReason

    package init(letter: LetterID, kind: RevealKind, reason: RevealReason) {
        self.letter = letter
        self.kind = kind
        self.reason = reason
    }
}

package enum RevealStart: Equatable, Sendable {
    case offer(challenge: [UInt8], RevealWay)
    case refused(RevealRefusal)
}

package enum RevealOutcome: Equatable, Sendable, Unprintable {
    case shown(Revealed)
    case waits(until: Timestamp)
    case refused(RevealRefusal)
}

/// What the pages ask on which staff are shown a letter or a client address. Each call answers nil where there is nothing of that kind
/// for staff to look at, and throws while store or vault do not answer: then nothing was shown.
package protocol RevealServing: Sendable {
    func view(of letter: LetterID, for staff: SignedInStaff) async throws -> RevealView?
    func begin(_ wish: RevealWish, by staff: SignedInStaff) async throws -> RevealStart?
    func reveal(
        _ wish: RevealWish, challenge: [UInt8], _ proof: RevealProof, by staff: SignedInStaff
    ) async throws -> RevealOutcome?
}
