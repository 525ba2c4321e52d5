/// A 4xx or 5xx answer and what it refuses: us, the recipient, or the letter.
struct Refusal: Sendable {
    private let answer: SMTPReply
    private let stage: DeliveryStage

    init(_ answer: SMTPReply, at stage: DeliveryStage) {
        (self.answer, self.stage) = (answer, stage)
    }

    var verdict: ReplyTable.Verdict {
        switch stage {
        // Nobody spoke of a letter yet. A greeting of 554 or 521 sounds final, yet it is about the moment and the
        // connection: a blocked network, a host in maintenance. The letter outlives it.
        case .prepare, .connect, .greeting, .ehlo, .startTLS: .init(.deferred, .trouble)
        // 454 and 421 are the server's own trouble with its passwords (RFC 4954 §6); every 5xx is about ours.
        case .login: isPermanent ? .init(.ourFault, .trouble) : .init(.deferred, .trouble)
        case .mailFrom: ofSender
        case .recipient: ofRecipient
        case .data, .finalDot: ofLetter
        }
    }

    /// The envelope sender is ours and alike for all letters, so that its refusal is about us. The exceptions speak of
    /// room and size: 452 is temporary anyway; 552 is "exceeded storage allocation" (RFC 5321 §4.2.2), which passes,
    /// unless the status says that the letter is too big for this system (RFC 1870 §6.1), which does not.
    private var ofSender: ReplyTable.Verdict {
        if answer.code == 421 { return .init(.deferred, .trouble) }
        if isPassing { return .init(.deferred, .reached) }
        if isTooBig { return .init(.failed, .reached) }
        if answer.code == 552 { return .init(.deferred, .reached) }
        return .init(.ourFault, .trouble)
    }

    private var ofRecipient: ReplyTable.Verdict {
        if isPassing { return .init(.deferred, .reached) }
        if wantsLogin { return .init(.ourFault, .trouble) }
        if isTooBig { return .init(.failed, .reached) }
        // RFC 5321 §4.5.3.1.10: a client treats 552 after RCPT as if it were 452.
        if answer.code == 552 { return .init(.deferred, .reached) }
        if blamesDialogue || blamesSender || blamesOurStanding { return .init(.ourFault, .reached) }
        return .init(.failed, .reached)
    }

    private var ofLetter: ReplyTable.Verdict {
        if isPassing { return .init(.deferred, .reached) }
        if wantsLogin { return .init(.ourFault, .trouble) }
        if blamesDialogue || blamesOurSigning { return .init(.ourFault, .reached) }
        return .init(.failed, .reached)
    }

    private var isPermanent: Bool { answer.severity == .permanent }

    /// 4xx; and the two statuses that RFC 3463 §3.3 and §3.4 call persistent transient failures even behind a 5: mailbox
    /// full (X.2.2) and mail system full (X.3.1).
    private var isPassing: Bool {
        guard isPermanent else { return true }
        return has(subject: 2, [2]) || has(subject: 3, [1])
    }

    /// X.3.4 "message too big for system", X.2.3 "message length exceeds administrative limit".
    private var isTooBig: Bool { has(subject: 3, [4]) || has(subject: 2, [3]) }

    /// RFC 4954 §6: authentication required, too weak, invalid, or encryption required for it.
    private var wantsLogin: Bool { [530, 534, 535, 538].contains(answer.code) || has(subject: 7, [8, 9, 10, 11]) }

    /// Syntax, sequence and parameters (RFC 5321 §4.2.1, x0x, and 555): the dialogue went wrong, which says nothing of
    /// the recipient. 501 with an addressing status is about the address after all.
    private var blamesDialogue: Bool {
        switch answer.code {
        case 501: answer.enhanced?.subject != 1
        case 500, 502, 503, 504, 555: true
        default: false
        }
    }

    /// X.1.7 and X.1.8, the sender's address or its domain; many servers check the sender only when they hear RCPT.
    private var blamesSender: Bool { has(subject: 1, [7, 8]) }

    /// X.7 at RCPT is policy: "relay access denied" because a login is missing looks exactly like "this member takes no
    /// mail from you". Failing the letter would blame the recipient for what may be ours, so a person looks at it; but for
    /// the statuses that do name the recipient: a list (X.7.2), a mailbox with a new owner (X.7.17, X.7.18, RFC 7293).
    private var blamesOurStanding: Bool {
        guard let enhanced = answer.enhanced, enhanced.subject == 7 else { return false }
        return ![2, 17, 18].contains(enhanced.detail)
    }

    /// After the text X.7.0 and X.7.1 are what content filters say of one letter. These speak of us whatever the text: a
    /// disabled account (X.7.13, RFC 5248 registry) and DKIM, SPF and reverse DNS (X.7.20 to X.7.27, RFC 7372).
    private var blamesOurSigning: Bool { has(subject: 7, [13]) || has(subject: 7, Array(20...27)) }

    private func has(subject: Int, _ details: [Int]) -> Bool {
        guard let enhanced = answer.enhanced else { return false }
        return enhanced.subject == subject && details.contains(enhanced.detail)
    }
}
