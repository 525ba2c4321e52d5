internal import PosternCore

/// Wrong codes for members' addresses, counted by person and address, and by who types them.
///
/// Anybody can find the page on which a code is typed, and type ten wrong ones. That must not end the code for the person who has the
/// mail: the link in it, and the link with which a member has signed in, have tries of their own. Each can only have been mailed by this
/// vault, within its budgets, so that a relay that was taken over gets no more tries than it can have mails sent.
package final class ConfirmationTries: Sendable {
    private struct Attempt: Hashable {
        let about: KeyedDigest
        /// What the link was mailed for that shows who types; nil for everybody else, together.
        let holder: Identifier<MailedToken.IDKind>?
    }

    private let tries = CodeTries<Attempt>()

    package init() {}

    enum Answer: Equatable {
        case right
        case wrong
        /// There were too many wrong ones, whatever this one was.
        case spent
    }

    func check(
        _ about: KeyedDigest, by holder: MailedToken?, at now: Timestamp, _ isRight: () -> Bool
    ) -> Answer {
        let attempt = Attempt(about: about, holder: holder?.id)
        if tries.check(attempt, at: now, isRight) { return .right }
        return tries.left(attempt, at: now) > 0 ? .wrong : .spent
    }

    /// A mail with the code has gone out: everybody may try again. How many such mails there are, the budgets say.
    func renew(_ about: KeyedDigest) { tries.renew { $0.about == about } }
}
