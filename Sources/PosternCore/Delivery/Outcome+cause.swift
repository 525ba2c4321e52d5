extension Outcome {
    /// What a refusal is about, judged by code, enhanced status and words.
    package enum Cause: String, Sendable, CaseIterable {
        /// We did not log in, or not as the smarthost wants it.
        case login
        /// The smarthost wants TLS that this connection does not have.
        case encryption
        /// Our sender address, or its domain's DNS records, or that this account may not use it.
        case sender
        /// The account: suspended, unpaid, not activated, or not allowed to relay.
        case account
        /// A quota or a rate of the account, or congestion (RFC 3463 §3.5). It passes within hours.
        case quota
        /// The IP address that mail leaves from is on a block list, or has no reverse name.
        case reputation
        /// The account may not send letters like ours: too big, or a kind of content.
        case content
        /// The dialogue went wrong: a syntax or a sequence that the server does not accept.
        case dialogue
        /// Something that passes: a full mailbox, greylisting, a server that is busy.
        case now
        /// The recipient: unknown, closed, or takes no letters from us.
        case recipient
        /// This letter's content.
        case letter
        /// Nobody can tell.
        case unclear
        /// Several recipients were refused alike within minutes: about us, whatever the server says.
        case likeRefusals = "like-refusals"

        /// Whether the operator, not the recipient, must do something or wait for something.
        package var isAboutUs: Bool {
            switch self {
            case .login, .encryption, .sender, .account, .quota, .reputation, .content, .dialogue, .likeRefusals: true
            case .now, .recipient, .letter, .unclear: false
            }
        }

        /// What an operator can do about it, as a sentence without its full stop; nil when it is not the operator's concern.
        package var advice: String? {
            switch self {
            case .login:
                "the smarthost wants a login that it accepts: check POSTERN_SMTP_USER and POSTERN_SMTP_PASSWORD_FILE, then release"
            case .encryption: "the smarthost wants TLS: check POSTERN_SMTP_URL and POSTERN_SMTP_TLS, then release"
            case .sender:
                "the smarthost refuses our sender address: let this account send as any address of the domain in "
                    + "POSTERN_MAIL_FROM, check SPF, DKIM and DMARC of the domain, then release"
            case .account:
                "the smarthost refuses our account: look at its state with the provider and let it send to others, then release"
            case .quota: "the smarthost takes no more from our account for now: raise its limit, or release later"
            case .reputation:
                "the address that our mail leaves from is blocked or has no reverse name: clear it with the provider, then release"
            case .content: "the smarthost takes no letters like ours from this account: change its limits, then release"
            case .dialogue:
                "the smarthost did not accept a command: check that POSTERN_SMTP_URL names a submission server, then release"
            case .likeRefusals:
                "several recipients were refused alike within minutes and none was accepted, so this may be about us: fix it, then "
                    + "release; if these addresses are dead, drop ends the letter, and so does release once others are accepted"
            case .unclear, .letter:
                "the smarthost refused this letter and has accepted no other meanwhile, so this may be about us: release to try "
                    + "again, or drop it"
            case .now, .recipient: nil
            }
        }
    }
}
