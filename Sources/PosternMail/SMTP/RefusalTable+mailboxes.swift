/// Words of refusals that are the recipient's although they have words that mean us elsewhere. They say in one breath who and what:
/// `mailbox unavailable` (RFC 5321) and `recipient address rejected` (Postfix) begin refusals of anything.
extension RefusalWords {
    /// What the recipient wants, or who keeps their mailbox, group or list. Such a sentence may also say what the sender may not.
    static let recipientsWishes = [
        "account that you tried to reach * not exist", "account that you tried to reach * disabled",
        "account that you tried to reach * inactive", "account that you tried to reach * suspended", "blocked by * recipient",
        "rejected by * recipient~", "recipient * blocked you~", "user * blocked you~", "addressee * blocked you~",
        "blocked by the user", "blocked by this user", "blocked by that user", "blocked by * mailbox owner",
        "blocked by * addressee", "rejected by the user", "refused by the recipient", "refused by this recipient",
        "recipient * added you to", "user has chosen to block", "recipient has chosen to block", "on * recipient s block~",
        "on * recipient s black~", "list of this recipient", "list of the recipient", "blocklist of * recipient",
        "blacklist of * recipient", "user does not want", "recipient does not want", "recipient only accepts",
        "recipients only accept", "not authenticated for group", "not authenticated for mailbox", "allowed senders",
        "unknown recipient", "recipient unknown", "mailbox you are sending to", "account you are sending to",
        "address you are sending to", "person you are sending to", "recipient refuses", "only receives mail from",
        "accept~ * from strangers", "accept~ * unknown senders", "not authenticated by organization",
        "recipient does not accept~", "recipient doesn t accept~",
        "mailbox does not accept~", "mailbox doesn t accept~", "recipient no longer accept~", "user no longer accept~",
        "mailbox no longer accept~", "address no longer accept~",
        // Groups and lists: Exchange Online (5.7.133, 5.7.124), Google Groups, Mailman.
        "group does not accept~", "group doesn t accept~", "list does not accept~", "list doesn t accept~", "group only accepts",
        "list only accepts", "mailbox only accepts", "user only accepts", "internal senders only", "accept~ * from outside",
        "accept~ * external senders", "senders outside * organization", "senders outside * organisation",
        "post messages to the group", "post to this list", "post to this group", "post to this mailing", "post to the list",
        "members * may post", "members can post", "not a member of this list", "not a member of the list",
        "not a member of this group", "not a member of the group", "send * to this group", "send * to the group",
        "send * to this distribution", "send * to this list", "send * to the list", "send * to this mailing",
        "permission to send to this recipient", "permission to send to this mailbox", "authorized to send to this recipient",
        "allowed to send to this recipient", "permitted to send to this recipient",
    ]

    /// A mailbox that is closed, for whatever reason, and an address that nobody has or that must not be written to any more.
    static let closedMailboxes =
        ["disabled", "suspended", "closed", "inactive", "frozen", "deactivated", "blocked", "locked"].flatMap { state in
            [
                "mailbox \(state)", "mailbox is \(state)", "mailbox has been \(state)", "mailbox was \(state)",
                "mailbox is currently \(state)",
            ]
        } + [
            // Domino: `not listed in Domino Directory`, `… in public Name & Address Book`.
            "not listed in * directory", "not listed in * address book", "user not listed", "recipient not listed",
            "recipient is not listed", "mailbox not listed", "mailbox is not listed", "isn t listed in * directory",
            // What a smarthost keeps of whom it must not write to: Amazon SES, Brevo, Mailgun, Postmark.
            "message rejected address blacklisted", "transaction failed address blacklisted", "recipient blacklist~",
            "recipient blocklist~", "recipient is blacklist~", "recipient is blocklist~", "recipient is denylist~",
            "recipient has been blacklist~", "recipient has been blocklist~", "contact is blacklist~", "contact is blocklist~",
            "contact has been blacklist~", "unsubscribed", "previously bounced", "recipient * marked as inactive", "bounce list",
            "suppression list",
        ]

    /// An account of which it is not said whose it is.
    static let ofEitherSide = [
        "account has been suspended", "account is suspended", "account suspended", "account * suspended", "account blocked",
        "account is blocked", "account has been blocked",
        "account locked", "account is locked", "suspended for",
        "temporarily suspended", "unpaid", "payment", "billing", "subscription",
    ]

    /// A mailbox that is full or gets too much for now.
    static let passingTroubles = [
        "recipient * receiving mail", "is receiving mail", "can receive", "recipient~ * exceeded", "recipient has reached",
        "incoming temporarily", "recipient address rejected unverified", "recipient~ * quota", "mailbox full", "message expired",
        "not accepting connections", "mailbox is full", "mailbox * recipient full", "mailbox * recipient is full",
        "mailbox * over quota", "mailbox * exceeded", "mailbox quota", "mailbox size", "mailbox limit",
        "mailbox has reached * maximum", "mailbox * maximum size", "quota of mailbox", "quota of the mailbox",
        "quota for mailbox",
        "quota for the mailbox", "user * over quota", "user * over * quota", "recipient * over quota", "recipient * quota",
        "recipient * exceeded * quota", "recipient is full", "out of storage space", "inbox is full", "storage quota",
        "storage limit", "storage space", "insufficient storage", "over quota", "overquota", "over its quota", "disk quota",
        "user is over",
    ]
}
