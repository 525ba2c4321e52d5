/// Words of refusals that are the recipient's although they have words that mean us elsewhere.
extension RefusalWords {
    /// What the recipient wants, or who keeps their mailbox, group or list. Such a sentence may also say what the sender may not.
    static let recipientsWishes = [
        "account that you tried to reach * not exist", "account that you tried to reach * disabled",
        "account that you tried to reach * inactive", "account that you tried to reach * suspended", "blocked by * recipient",
        "rejected by * recipient~", "recipient * blocked you~", "user * blocked you~", "addressee * blocked you~",
        "blocked by the user", "blocked by this user", "blocked by that user", "blocked by * mailbox owner",
        "blocked by * addressee", "rejected by the user", "refused by the recipient", "refused by this recipient",
        "recipient * added you to",
        "user has chosen to block", "recipient has chosen to block", "list of this recipient", "list of the recipient",
        "blocklist of * recipient", "blacklist of * recipient",
        "internal senders only", "on * recipient s block~", "on * recipient s black~",
        "user does not want", "recipient does not want", "recipient only accepts", "recipients only accept",
        "not authenticated for group", "not authenticated for mailbox", "allowed senders", "unknown recipient",
        "recipient unknown",
        "mailbox you are sending to", "account you are sending to", "address you are sending to", "person you are sending to",
        // Groups and lists: Exchange Online (5.7.133, 5.7.124), Google Groups, Mailman.
        "group * not accept~", "group only accepts", "list only accepts", "mailbox only accepts", "user only accepts",
        "recipient no longer accept~", "user no longer accept~", "mailbox no longer accept~",
        "address no longer accept~", "recipient * not accept~", "mailbox * not accept~", "list * not accept~",
        "outside the organization",
        "outside your organization", "outside of the organization", "from external senders", "post messages to the group",
        "post to this", "post to the list", "members * may post", "members can post", "not a member of",
        "send * to this group", "send * to the group", "send * to this distribution", "send * to this list", "send * to the list",
        "send * to this mailing", "send to this mailbox", "send to this recipient",
    ]

    /// A mailbox that is closed, for whatever reason.
    static let closedMailboxes = [
        "mailbox disabled", "mailbox * disabled", "mailbox suspended", "mailbox * suspended", "mailbox closed",
        "mailbox * closed",
        "mailbox * inactive", "mailbox * frozen", "mailbox * deactivated", "mailbox blocked", "mailbox * blocked",
        // Domino: `not listed in Domino Directory`, `… in public Name & Address Book`.
        "not listed in * directory", "not listed in * address book", "user * not listed", "recipient~ * not listed",
        "mailbox * not listed", "mailbox isn t listed", "isn t listed in * directory",
        // What a smarthost keeps of whom it must not write to any more: Amazon SES, Brevo, Mailgun, Postmark.
        "message rejected address blacklisted", "transaction failed address blacklisted", "recipient~ * blacklist~",
        "recipient~ * blocklist~", "recipient~ * denylist~", "contact * blacklist~", "contact * blocklist~", "unsubscribed",
        "previously bounced", "recipient * marked as inactive", "bounce list", "suppression list",
    ]

    /// An account of which it is not said whose it is.
    static let ofEitherSide = [
        "account has been suspended", "account is suspended", "account suspended", "account * suspended", "suspended for",
        "temporarily suspended", "unpaid", "payment", "billing", "subscription",
    ]

    /// A mailbox that is full or gets too much for now.
    static let passingTroubles = [
        "recipient * receiving mail", "is receiving mail", "can receive",
        "recipient~ * exceeded", "recipient has reached", "incoming temporarily", "recipient address rejected unverified",
        "recipient~ * quota", "mailbox full", "message expired", "not accepting connections", "mailbox is full", "mailbox * full",
        "mailbox * over quota", "mailbox * exceeded", "mailbox quota", "mailbox size limit", "mailbox limit",
        "mailbox * maximum size",
        "quota * mailbox", "user * over quota", "user * over * quota", "recipient * over quota", "recipient * quota",
        "recipient * exceeded * quota", "recipient * full", "out of storage space", "inbox is full", "storage quota",
        "storage limit", "storage space", "insufficient storage", "over quota", "overquota", "over its quota", "disk quota",
        "user is over",
    ]
}
