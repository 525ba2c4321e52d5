internal import PosternCore

/// The words of refusals, by what they are about. `RefusalWords` says how they are read.
extension RefusalWords {
    /// Before the text it is a client that is blocked for something; after it, as often the text.
    static let blockedFor = ["blocked for"]

    static let reputation = [
        "block list~", "block for spam~", "spam sender", "ip based", "host network", "blocklist~",
        "black list~", "blacklist~", "denylist~", "blocked using", "rejected using", "rbl",
        "dnsbl",
        "dnsrbl", "openspf", "uribl", "spamhaus", "spamcop", "barracudacentral", "sorbs", "senderscore", "senderbase", "talos",
        "proofpoint",
        "cloudmark", "uceprotect", "listed by", "listed in", "listed on", "listed at", "is listed", "bl", "client ip",
        "reputation",
        "banned sending ip", "client host~", "client blocked", "ip * blocked", "ip * banned", "ip * rejected",
        "ip * listed",
        "ip * not allowed", "blocked * ip", "your ip", "sending ip", "from ip", "ip address", "ips", "reverse dns",
        "rdns", "ptr",
        "reverse hostname", "your * hostname", "your server", "your mail server", "your network", "your host",
        "dynamic ip",
        "dynamic address", "residential", "open proxy", "originating from your", "real time * list",
        // Alone it is often the name of whom to write to.
        "for abuse", "due to abuse", "of abuse", "abuse detected", "spam abuse", "domain based", "whitelist~",
        "allowed to connect",
    ]

    /// An IP address is ours, also where the recipient's server has the list.
    static let listedAddresses = [
        "ip * blacklist~", "ip * blocklist~", "ip * not listed", "blacklist~ * ip", "blocklist~ * ip",
        "remote address * blacklist~",
        "source address * blacklist~", "client address * blacklist~", "host address * blacklist~",
    ]

    static let table: [Entry] = [
        // How we behaved: refused for what we asked about others before, so that these others' words stand in it.
        Entry(
            .quota,
            [
                "too many invalid", "too many bad rec~", "too many bad addresses", "too many unknown", "too many failed rec~",
                "too many rejected", "too many nonexistent", "too many non existent", "too many undeliverable",
                "too many bounces", "too many recipients", "too many recipient", "session blocked", "throttl~ quota",
                "send limit exceeded",
                "sending limit exceeded",
            ]),
        // Of the sender it is said that nobody knows them, as of recipients.
        Entry(
            .sender,
            [
                "sender address rejected user unknown", "sender address rejected undeliverable",
                "sender address rejected unverified", "sender verify failed", "not local sender", "no such sender",
                "no valid sender", "sender has no", "no such identity",
                "no such sending", "no such client", "no such customer", "no such tenant", "no such api", "no * sending domain",
                "domain you are sending from", "address you are sending from", "configured for sending", "configured to send",
                "registered for sending", "verified for sending",
                "set up for sending",
                "set up to send", "enabled to send", "available for sending", "domain for sending", "unknown sending",
                "invalid sending",
            ]),
        // The recipient, in sentences that also have words of the rows below.
        Entry(.now, ["mailbox temporarily", "mailbox is temporarily", "mailbox has been temporarily", "recipient temporarily"]),
        Entry(
            .recipient,
            recipientsWishes + closedMailboxes + [
                "larger than * recipient", "too large for this recipient", "recipient size limit", "recip size limit",
                "user unknown", "unknown user", "no such user", "recipient address rejected undeliverable",
                "incoming suspended", "incoming disabled",
            ]),
        Entry(.now, passingTroubles),
        Entry(
            .encryption,
            [
                "starttls command first", "starttls first", "starttls required", "starttls is required", "tls required",
                "tls is required", "requires tls", "require tls", "tls connection required", "use tls", "use starttls",
                "encryption required", "encryption is required", "encrypted connection", "secure connection",
            ]),
        Entry(
            .login,
            [
                "authentication required", "authentication is required", "requires authentication", "authentication needed",
                "authentication failed", "authentication failure", "authentication unsuccessful", "authentication credentials",
                "auth required", "auth first", "authenticate first", "must authenticate", "must be authenticated",
                "please authenticate", "not authenticated", "not been authenticated", "user not authenticated", "not logged in",
                "log in first", "login first", "must login", "must log in", "sign in", "username and password",
                "your credentials", "server token", "api token", "bad username",
                "invalid credentials", "invalid login", "invalid username", "invalid password", "incorrect password",
                "application specific password", "app password", "log in with", "basic authentication", "smtp auth",
                "smtp authentication",
                "smtp client authentication",
                "pop before smtp", "check for new mail first", "unauthenticated senders", "unauthenticated connection",
                "only authenticated",
            ]),
        Entry(
            .quota,
            [
                "sending limit~", "sending quota~", "sending rate", "send limit~", "send quota", "daily * limit~",
                "daily * quota",
                "hourly * limit~", "hourly * quota", "monthly * limit~", "monthly * quota", "per day", "per hour", "per minute",
                "per second", "rate limit~", "frequency", "number of messages", "ratelimit~", "rate control", "throttl~",
                "message limit", "message quota",
                "messages limit", "email limit", "emails limit", "mail limit", "outgoing * limit", "outgoing * quota",
                "outbound * quota", "relay quota", "limit of", "24 hours", "24 hour", "outbound * limit",
                "submission quota", "sender * quota", "sender * exceeded", "plan limit", "recipient limit", "recipients limit",
                "too many messages", "too many failed recipients", "limit on the number", "too many emails", "too many mails",
                "too many recipients", "too many connections",
                "too many concurrent", "too many simultaneous", "too many sessions", "too many requests", "connection limit",
                "concurrent connection~", "sent too many", "sending too", "too fast", "too quickly", "too frequent~", "slow down",
                "exceeded * limit", "exceeded * limits", "exceeded * rate", "exceeds * limit of messages", "limit exceeded",
                "limit reached", "limit has been reached", "limit * exceeded", "reached * limit", "quota for * sending",
                "unusual sending", "unusual activity", "unusual rate", "maximum credits", "credits exceeded", "out of credits",
                "insufficient credits", "not enough credits", "no credit~", "mail flood", "volume of mail", "mail volume",
            ]),
        Entry(
            .account,
            [
                "relay access denied", "relaying", "as a relay", "to relay", "retransmission", "your access", "access to submit",
                "relay denied", "relaying denied", "relaying not", "relaying is", "relay not", "relay is",
                "unable to relay", "cannot relay", "not relay", "no relay", "not permitted to relay", "not allowed to relay",
                "not authorized to relay", "relay~ * not allowed", "relay~ * not permitted", "relay~ * prohibited",
                "relay operation",
                "relay~ * denied", "allowed rcpthosts", "list of allowed rcpthosts", "not local host", "open relay",
                "bad outbound sender", "outbound spam", "tenant", "sandbox", "test purposes", "activate your", "not activated",
                "not yet activated", "request activation", "smtp account", "not authorized to perform",
                "your account", "sender account", "sending account", "account of the sender", "account for sending",
                "sending * suspended", "sending * disabled", "sending * paused", "sending paused", "sending disabled",
                "account not enabled", "not enabled for sending", "trial account",
                "domain is disabled", "domain is not allowed to send", "not allowed to send emails from this account",
                "outgoing mail * suspended", "outgoing * blocked", "sending is blocked", "forward path", "compromised",
                "authorized recipients", "not a customer", "restricted from sending", "sending restricted", "smtp access",
                "configuration set", "account you are using", "account you use", "you do not have an account",
                "you don t have an account", "no account for your", "no valid license", "no valid licence", "plan does not",
                "plan doesn t", "plan has no", "on this plan", "on your plan", "you are no longer",
                "you no longer", "no longer * to send", "no longer * to relay", "no longer * to submit",
            ]),
        Entry(.account, ofEitherSide, isOfEitherSide: true),
        Entry(
            .sender,
            [
                "send as denied", "permission to send", "permissions to send", "permission to submit",
                "permissions to submit", "permission to use", "permissions to use", "allowed to send as", "send as this",
                "not allowed to send",
                "not permitted to send", "not authorized to send", "not authorised to send", "unauthorized to send",
                "cannot send as",
                "sender address rejected", "sender rejected", "sender denied", "sender refused", "sender verify",
                "sender verification",
                "sender domain", "sender address", "sender name", "from sender", "in from", "purported responsible",
                "authentication information", "authentication checks", "fails to pass", "mismatch~", "sender is not",
                "sender not", "sender s domain", "sender email",
                "sender mail",
                "sender must", "invalid sender", "bad sender", "unknown sender", "unverified sender", "verified sender",
                "sender identity",
                "sender signature", "sender policy", "sender id", "from address", "from header", "from field", "from domain",
                "from email",
                "from must", "header from", "sender header", "sender has no", "mx dns records", "authentication requirements",
                "mail from", "mailfrom", "envelope sender", "envelope from", "return path", "reverse path",
                "backscatter",
                "domain of sender", "owned by", "not verified", "is unverified", "address is not verified", "unregistered domain",
                "unverified domain", "unverified email", "unauthenticated email", "unauthenticated mail",
                "sender does not match", "sender doesn t match", "request failed mailbox unavailable", "dns mx",
                "does not match authenticated", "match * authenticated user", "authenticated * match", "spf", "dkim", "dmarc",
                "openspf", "helo", "ehlo", "blank sender~", "null sender~", "empty sender~", "empty envelope sender~", "spoof~",
                "forged", "sending domain", "aligned",
            ]),
        Entry(.reputation, reputation + blockedFor),
        Entry(
            .content,
            [
                "message size", "message too large", "message too big", "message is too large", "message is too big",
                "maximum * size",
                "size limit", "size exceeds", "exceeds * size", "exceeds * maximum", "too large", "too big", "too long",
                "size of * message", "line length", "attachment type", "attachments are not allowed", "file type",
            ]),
        Entry(
            .now,
            [
                "try again", "try later", "retry", "again later", "later", "temporar~", "greylist~", "graylist~", "grey listed",
                "gray listed",
                "insufficient system", "insufficient disk", "not enough space", "no space", "disk full", "out of memory",
                "resources",
                "busy", "overload~", "timeout", "timed out", "service unavailable", "service not available",
                "system not available",
                "system unavailable", "not available at", "currently", "maintenance", "internal error", "internal server error",
                "local error",
                "local problem", "server error", "system error", "system problem", "server configuration", "quota exceeded",
                "exceeded * quota", "exceeded storage", "exceeded * storage", "queue", "mail loop", "routing loop", "loop~",
                "hop count",
                "too many hops", "in progress", "delayed", "deferred", "unable to verify", "could not verify", "shutting down",
            ]),
        // After the sentence that RFC 5321 has for 550, “mailbox unavailable”.
        Entry(.unclear, ["policy restrictions"]),
        Entry(
            .recipient,
            [
                "unknown address", "recipient address rejected", "address unknown", "adress unknown", "unknown mailbox",
                "mailbox unknown",
                "unknown account", "account unknown",
                "unknown local", "addressee unknown", "invalid recipient~", "recipient~ * invalid", "invalid mailbox",
                "invalid user",
                "invalid address", "bad recipient", "bad destination", "bad address", "user not found", "user * not found",
                "recipient not found", "recipient * not found", "mailbox not found", "mailbox * not found", "account not found",
                "not found by smtp address lookup", "recipient rejected", "recipient denied", "recipient * rejected",
                "recipient * unavailable", "recipient~ * blocked", "disabled recipient", "host unknown", "unknown host",
                "host not found", "invalid domain", "unknown domain", "domain * not exist", "not a registered", "not registered",
                "mailbox * frozen",
                "recipient refused",
                "mailbox unavailable", "mailbox not available", "mailbox * unavailable", "not exist", "doesn t exist",
                "does not have",
                "doesn t have", "no mailbox", "no account", "no one here", "no such", "not a valid", "is not valid",
                "not our user",
                "no longer", "not known", "is unknown", "mailbox disabled", "mailbox closed", "mailbox * closed",
                "mailbox * disabled", "mailbox * inactive",
                "mailbox * suspended", "account disabled", "account * disabled", "account * inactive", "account * deactivated",
                "account * closed", "account inactive", "user disabled", "user * disabled", "user * suspended", "user * inactive",
                "recipient * disabled", "recipient * inactive", "inactive user", "unrouteable address", "unroutable address",
                "undeliverable address", "address rejected", "address * rejected", "no user", "null mx", "does not accept mail",
                "not accept * mail", "domain not found", "not a local", "user not local", "not local", "mailing list",
                "has moved", "moved to",
                "relocated", "not here", "isn t here", "not live here", "discontinued", "account expired", "mailbox expired",
                "not accepting mail", "not accepting messages", "not accepting email", "deactivated", "terminated", "hidden user",
                "not a mailbox", "not allowed to receive", "suppressed", "suppression list",
                "recipient * restricted",
                "delivery not authorized",
            ]),
        Entry(
            .letter,
            [
                "spam", "spam~", "virus~", "malware", "malicious", "phish~", "infected", "unsolicited", "bulk", "junk", "content",
                "contents", "url", "link", "links", "attachment~", "message rejected", "message refused", "message blocked",
                "suspicious", "filtered",
                "header~", "subject", "message * rejected", "message * blocked",
            ]),
    ]
}
