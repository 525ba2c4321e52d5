package import PosternCore

/// What the page `/prove/{link}` shows and does: a letter to somebody who takes letters of proven addresses alone waits until its
/// visitor types the code from a mail. Looking at the page proves nothing, and neither does its button without the code.
package protocol ProofServing: Sendable {
    /// - Returns: nil for a link that was never made or is over.
    func proof(behind link: LinkToken) async throws -> ProofView?

    /// A right code lets the letter go, once; typed again, it shows the same.
    /// - Parameter client: who typed it, since that may be somebody whom staff have blocked meanwhile.
    /// - Returns: nil for a link that was never made or is over.
    /// - Throws: when the store or the vault does not answer.
    func prove(_ code: MailedCode, _ link: LinkToken, from client: ClientAddress) async throws -> ProofAnswer?
}

/// A letter that waits for its code, or has waited.
package struct ProofView: Equatable, Sendable {
    package enum Standing: Equatable, Sendable {
        /// It is deleted then.
        case waiting(until: Timestamp)
        /// Queued, held or on its way: all look alike.
        case proven
        case dropped
    }

    package let site: Site
    package let handle: Handle
    package let recipientName: HeaderText
    package let standing: Standing

    package init(site: Site, handle: Handle, recipientName: HeaderText, standing: Standing) {
        self.site = site
        self.handle = handle
        self.recipientName = recipientName
        self.standing = standing
    }
}

/// What became of a code.
package enum ProofAnswer: Equatable, Sendable {
    /// It is right. With a link of the visitor's page, made for this answer.
    case proven(page: LinkToken)
    /// - Parameter left: how many more are looked at today.
    case wrong(left: Int)
    /// Too many wrong ones were typed today.
    case spent
    /// The letter was deleted before it came.
    case late
}
