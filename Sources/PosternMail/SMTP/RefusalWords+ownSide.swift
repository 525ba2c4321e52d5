internal import PosternCore

/// What is said of our own side in words that are said of recipients too: an account that is closed, a mailbox that is full, an
/// address that nobody knows. Whose it is stands beside it: `sender's account is disabled`, `quota of the sender`, `your domain`.
extension RefusalWords {
    /// Nil if the words say no such thing of us.
    /// - Parameter isRecipientNamed: whether the answer has the recipient's address.
    func causeOnOwnSide(at stage: DeliveryStage, isRecipientNamed: Bool) -> Outcome.Cause? {
        if holds(anyOf: Self.submissionFaults) { return .quota }
        let assumed = Self.assumedOwners(at: stage, mayMeanRecipient: isRecipientNamed || nameRecipient)
        return clauses.lazy.compactMap { words in
            let clause = Clause(words: words)
            return words.indices.lazy.compactMap { index -> Outcome.Cause? in
                if let end = clause.endOfOwner(at: index), let cause = clause.state(of: index..<end) { return cause }
                guard assumed.contains(words[index]), let cause = clause.state(after: index + 1) else { return nil }
                return cause == .account || stage == .mailFrom ? cause : nil
            }
            .first
        }
        .first
    }

    /// Whether the recipient, or who keeps their mailbox, does not want this from us: a refusal that may speak of the sender as well.
    var sayWhatTheRecipientWants: Bool { holds(anyOf: Self.wishes) }

    var sayThatItPasses: Bool { holds(anyOf: Self.passing) }

    /// Whether a refusal that came after the recipient was accepted still says that it is theirs.
    var nameRecipient: Bool { holds(anyOf: Self.recipientNames) }

    /// Exchange Online's names for a mailbox that is full when it sends.
    private static let submissionFaults = ["storedrv submission"].map { Phrase($0) }
    private static let passing = ["temporar~"].map { Phrase($0) }
    private static let wishes = recipientsWishes.map { Phrase($0) }
    private static let recipientNames = [
        "recipient~", "rcpt", "addressee", "mailbox", "inbox", "destination", "suppress~", "inbound~", "incoming", "receiving",
        "user unknown", "unknown user", "no such user", "user not found", "tried to reach", "trying to reach",
        "trying to contact", "null mx", "message rejected address blacklisted", "transaction failed address blacklisted",
        "contact is blacklist~", "contact is blocklist~", "contact has been blacklist~", "previously bounced", "unsubscribed",
    ].map { Phrase($0) }

    /// What is ours although the words do not say whose it is. At MAIL nobody else has been named. Once a recipient has been accepted,
    /// an account that is closed is the one that sends, unless the words name another.
    private static func assumedOwners(at stage: DeliveryStage, mayMeanRecipient: Bool) -> Set<Substring> {
        switch stage {
        case .mailFrom: ["account", "domain", "user", "mailbox"]
        case .data, .finalDot: mayMeanRecipient ? [] : ["account", "domain"]
        default: []
        }
    }

    /// Whether an account that may be either side's is said to be the recipient's. Not by `recipient address rejected:` alone: servers
    /// write that before whatever they refuse at RCPT.
    var nameRecipientsAccount: Bool { holds(anyOf: Self.recipientsThings) }

    private static let recipientsThings = [
        "recipient s", "recipient account", "recipient mailbox", "recipient user", "recipient is", "recipient has",
        "recipient was",
        "of recipient", "of the recipient", "account recipient", "account du recipient", "account del recipient", "mailbox is",
        "mailbox has", "mailbox was", "mailbox suspended", "mailbox disabled",
        "mailbox closed", "mailbox subscription", "inbox",
        "addressee", "destination account", "tried to reach", "trying to reach", "trying to contact", "user disabled",
        "user suspended", "inactivity",
    ].map { Phrase($0) }

    /// What either side has.
    private static let things: Set<Substring> = ["account", "domain", "user", "mailbox", "address"]

    /// What stands between two stops.
    private struct Clause {
        let words: [Substring]

        /// Where the name of somebody on our side ends that begins here: `sender`, `your mail account`, `outgoing`.
        func endOfOwner(at index: Int) -> Int? {
            let next = index + 1 < words.count ? words[index + 1] : ""
            switch words[index] {
            // `returned to sender` says where it goes.
            case "sender" where words[..<index].suffix(2).first?.hasPrefix("return") == true: return nil
            case "sender", "originator", "submitter", "identity", "login", "api": return index + 1
            // An IP address that is blocked is no account, and `sending to` leads to the recipient.
            case "sending", "submission", "outgoing", "outbound": return Self.otherNouns.contains(next) ? nil : index + 1
            case "your": return words[(index + 1)...].prefix(3).firstIndex { Self.possessions.contains($0) }.map { $0 + 1 }
            case "from": return words[(index + 1)...].prefix(2).firstIndex { things.contains($0) }.map { $0 + 1 }
            case "authenticated", "client", "customer", "smtp": return next == "account" || next == "user" ? index + 2 : nil
            default: return nil
            }
        }

        /// What is said of somebody, in the last word of their name, after it or before it.
        func state(of owner: Range<Int>) -> Outcome.Cause? {
            state(at: owner.upperBound - 1) ?? state(after: owner.upperBound) ?? state(before: owner.lowerBound)
        }

        func state(after start: Int) -> Outcome.Cause? {
            for index in words.indices.dropFirst(start).prefix(Self.longestWay) {
                if let cause = state(at: index) { return cause }
                // `sender user is disabled` speaks of one, `sender accepted, user is disabled` of two.
                if Self.others.contains(words[index]), words[index] != "user" || index > start { return nil }
            }
            return nil
        }

        /// `unknown sender`, `quota of the sender`; but not the second half of `user unknown sender …`.
        private func state(before end: Int) -> Outcome.Cause? {
            for index in words[..<end].indices.suffix(Self.longestWayBefore).reversed() {
                if let cause = state(at: index) {
                    return cause == .quota || index == 0 || !Self.subjects.contains(words[index - 1]) ? cause : nil
                }
                guard Self.links.contains(words[index]) else { return nil }
            }
            return nil
        }

        private func state(at index: Int) -> Outcome.Cause? {
            let word = words[index]
            if Self.used.contains(word) { return .quota }
            if Self.unknown.contains(word) { return .sender }
            if Self.closed.contains(where: { word.hasPrefix($0) }) { return .account }
            guard Self.denials.contains(word) else { return nil }
            let denied = words[(index + 1)...].prefix(Self.longestDenial)
            // `no valid recipient` denies something of somebody else's.
            guard !denied.contains(where: { Self.people.contains($0) }) else { return nil }
            if denied.contains(where: { Self.able.contains($0) }) { return .account }
            let hasNone = denied.first == "have" && denied.contains { $0 == "mailbox" || $0 == "account" }
            guard hasNone || denied.contains(where: { Self.known.contains($0) }) else { return nil }
            return words[..<index].contains { Self.contracts.contains($0) } ? .account : .sender
        }

        private static let longestWay = 5
        private static let longestDenial = 4
        private static let longestWayBefore = 3

        private static let otherNouns: Set<Substring> = [
            "to", "ip", "ips", "host", "server", "mta", "network", "system", "range",
        ]
        private static let possessions: Set<Substring> = [
            "account", "accounts", "domain", "domains", "mailbox", "user", "username", "address", "quota", "limit", "limits",
            "plan", "subscription", "organization", "organisation", "tenant", "company", "profile", "credit", "credits",
            "balance", "trial", "package", "membership", "workspace", "identity", "license", "licence", "contract", "project",
            "key", "token", "server", "credentials",
        ]
        /// What we have from a provider. When it is not valid the account is to be looked at, not the sender.
        private static let contracts: Set<Substring> = [
            "plan", "license", "licence", "subscription", "package", "membership", "trial", "contract", "project", "workspace",
            "organization", "organisation", "tenant", "company", "key", "token",
        ]
        private static let people: Set<Substring> = [
            "recipient", "recipients", "rcpt", "addressee", "destination", "user", "users",
        ]
        /// After one of these a sentence speaks of somebody else.
        private static let others: Set<Substring> = [
            "recipient", "recipients", "rcpt", "addressee", "destination", "to", "user", "but", "and", Substring(separator),
        ]
        private static let links: Set<Substring> = ["of", "for", "the", "this", "from", "by"]
        /// What comes before the predicate of a sentence about somebody else.
        private static let subjects: Set<Substring> = [
            "user", "recipient", "mailbox", "address", "addressee", "account", "is", "was", "are", "been", "not",
        ]

        private static let used: Set<Substring> = [
            "quota", "limit", "limits", "overquota", "full", "exceeded", "exceeds", "exhausted", "credit", "credits", "balance",
        ]
        private static let unknown: Set<Substring> = [
            "unknown", "unverified", "unconfirmed", "unregistered", "unavailable", "nonexistent", "invalid", "unauthorized",
            "unauthorised",
        ]
        private static let closed = [
            "disabl", "suspen", "deactivat", "inactiv", "closed", "locked", "paus", "expire", "terminat", "frozen", "restrict",
            "banned", "barred", "ended", "lapsed", "suppress", "cancel", "revoked", "deleted", "removed", "unpaid", "overdue",
            "compromised", "block",
            "blacklist", "denied",
            "rejected", "refused",
        ]
        private static let denials: Set<Substring> = [
            "not", "doesn", "isn", "hasn", "wasn", "cannot", "no", "don", "aren", "won", "lacks", "without",
        ]
        private static let known: Set<Substring> = [
            "exist", "exists", "found", "valid", "verified", "confirmed", "known", "registered", "recognized", "recognised",
            "listed", "configured", "owned",
        ]
        private static let able: Set<Substring> = [
            "active", "activated", "enabled", "allowed", "permitted", "authorized", "authorised", "approved", "open", "send",
            "permit", "allow", "access", "permission", "permissions", "privilege", "privileges", "right", "rights", "include",
            "includes", "support",
            "supports", "licensed", "entitled", "eligible",
        ]
    }
}
