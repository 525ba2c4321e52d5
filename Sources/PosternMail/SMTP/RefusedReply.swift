internal import PosternCore

/// A 4xx or 5xx answer, and what it refuses: us, this moment, the recipient, or the letter.
///
/// Providers use code, enhanced status and words each in their own way, so all three are asked, what is surest first: statuses that
/// mean one thing everywhere, then words, then what the status usually means, then the code. What does not come out as about us by
/// these is looked at again: our side may be named beside words that are usual for recipients. In doubt it is not about the recipient.
struct RefusedReply: Sendable {
    private typealias Code = SMTPReply.Code

    private let answer: SMTPReply
    private let stage: DeliveryStage
    private let words: RefusalWords
    private let named: EnvelopeAddresses.Owner?

    /// - Parameter named: whose address it names.
    init(_ answer: SMTPReply, at stage: DeliveryStage, naming named: EnvelopeAddresses.Owner? = nil) {
        self.answer = answer
        self.stage = stage
        self.named = named
        words = RefusalWords(of: answer.lines)
    }

    var ruling: OutcomeClassifier.Ruling {
        let cause = cause
        switch stage {
        // The server does not know the letter yet. A greeting of 554 or 521 sounds final, but is about this connection: a
        // blocked network, or a host under maintenance. The letter can wait.
        case .prepare, .budget, .mute, .muteByConnection, .connect, .greeting, .ehlo, .startTLS:
            return .init(.deferred, .trouble, cause.isAboutUs ? cause : nil)
        case .login, .mailFrom, .recipient, .data, .finalDot: break
        }
        guard isPermanent else {
            return .init(.deferred, isSmarthostsTrouble(cause) ? .trouble : .reached, cause.isAboutUs ? cause : .now)
        }
        switch cause {
        case .quota, .reputation: return .init(.deferred, .trouble, cause)
        // It has read this letter, and may take the next: anyone who writes too much must not keep the others' letters waiting.
        case .content where stage == .finalDot: return .init(.ourFault, .reached, cause)
        case .login, .encryption, .sender, .account, .content, .dialogue, .likeRefusals: return .init(.ourFault, .trouble, cause)
        case .now: return .init(.deferred, stage == .login ? .trouble : .reached, cause)
        case .recipient, .letter, .unclear: return .init(.failed, .reached, cause)
        }
    }

    /// At the login every 4xx is the server's own problem (RFC 4954 §6), and 421 ends the connection for every letter.
    private func isSmarthostsTrouble(_ cause: Outcome.Cause) -> Bool {
        stage == .login || cause.isAboutUs && !(cause == .content && stage == .finalDot)
            || stage == .mailFrom && answer.code == Code.serviceNotAvailable
    }

    private var cause: Outcome.Cause {
        let found = found
        // These codes are never about anybody else.
        if isAboutLogin, !found.isAboutUs, found != .now { return .login }
        switch stage {
        // Every 5xx is about our credentials, unless it says when they will do.
        case .login: return found == .quota || found == .now || found == .account ? found : .login
        // The envelope sender is ours and at one domain for all letters, so its refusal is about us.
        case .mailFrom:
            switch found {
            case .recipient, .letter, .unclear: return .sender
            default: return found
            }
        default: return found
        }
    }

    private var found: Outcome.Cause {
        if isOfRecipientsAccount { return words.sayThatItPasses ? .now : .recipient }
        let first = surely ?? words.cause(at: stage) ?? usually ?? byCode
        guard !first.isAboutUs, surely != .recipient, !words.sayWhatTheRecipientWants else { return first }
        // A stranger's text, or what a server quotes of it, must not look like a refusal of us.
        if first == .letter, isAfterRecipient { return first }
        // Providers have one sentence for both sides, and use the recipients' statuses for it.
        let ours = words.causeOnOwnSide(at: stage, isRecipientNamed: named == .recipient)
        if let ours, isPermanent || ours == .quota { return ours }
        if named == .us, isPermanent { return first == .now ? .quota : .sender }
        return first == .recipient && isAfterRecipient && !clearlyMeansRecipient ? .unclear : first
    }

    /// An account that is suspended or unpaid is ours, unless it is said to be the recipient's. RFC 3463 §3.3 has the statuses X.2.x for
    /// a recipient's mailbox.
    private var isOfRecipientsAccount: Bool {
        guard stage != .mailFrom, stage != .login, surely == nil, words.areOfEitherSide(at: stage), named != .us,
            words.causeOnOwnSide(at: stage, isRecipientNamed: named == .recipient) == nil
        else { return false }
        let subject = answer.enhanced?.subject
        if words.nameRecipientsAccount { return true }
        return named == .recipient ? subject == nil || subject == 1 || subject == 2 : stage == .recipient && subject == 2
    }

    /// The recipient has been accepted, and there is no other.
    private var isAfterRecipient: Bool { stage == .data || stage == .finalDot }

    private var clearlyMeansRecipient: Bool {
        if words.nameRecipient || named == .recipient { return true }
        guard let status = answer.enhanced else { return false }
        return status.subject == 1 || status.subject == 2 || (status.subject, status.detail) == (7, 2)
    }

    private var isPermanent: Bool {
        // Where code and status disagree, it passes.
        answer.severity == .permanent && answer.enhanced?.statusClass != 4
    }

    /// Statuses that mean one thing, whatever the words.
    private var surely: Outcome.Cause? {
        guard let status = answer.enhanced else { return nil }
        return switch (status.subject, status.detail) {
        // The IANA registry of enhanced status codes (RFC 5248), with RFC 3463, 4954, 7293, 7372 and 7505.
        case (1, 7), (1, 8): .sender
        // RFC 3463 §3.5 calls congestion a persistent transient error, even in a 5xx.
        case (4, 5): .quota
        // A full mailbox, whatever is called a quota.
        case (2, 2): .now
        // A mailbox's own limit, and a mailbox that has another owner.
        case (2, 3), (7, 17), (7, 18), (7, 19): .recipient
        // Exchange Online says of a recipient who takes no mail from outside that the sender was not authenticated by organization.
        case (7, 12) where words.sayWhatTheRecipientWants: .recipient
        case (7, 8), (7, 12), (7, 14): .login
        case (7, 10), (7, 11), (7, 30): .encryption
        case (7, 20...24), (7, 26), (7, 27): .sender
        case (7, 25): .reputation
        case (7, 28): .quota
        // Exchange Online's own (learn.microsoft.com, "Email non-delivery reports in Exchange Online").
        case (1, 90), (2, 121): .quota
        case (2, 122): .now
        case (2, 252), (7, 60): .sender
        case (7, 57): .login
        case (7, 64), (7, 500...503), (7, 505), (7, 520), (7, 700...750): .account
        case (7, 124), (7, 129...136): .recipient
        case (7, 509), (7, 510), (7, 512): .sender
        case (7, 511), (7, 606...649): .reputation
        default: nil
        }
    }

    /// What a status means when the words say nothing.
    private var usually: Outcome.Cause? {
        guard let status = answer.enhanced else { return nil }
        return switch (status.subject, status.detail) {
        case (1, 5): .unclear
        case (1, 0): stage == .recipient ? .recipient : .unclear
        case (1, _): .recipient
        case (2, 1), (2, 4): .recipient
        case (3, 1), (3, 2), (3, 5): .now
        case (3, 4): .content
        // Some providers send their quotas so.
        case (4, 6): .quota
        case (4, _): .now
        // One recipient at a time is too many only for a limit.
        case (5, 3): isPermanent ? .quota : .now
        case (5, 1), (5, 2), (5, 4), (5, 5), (5, 6): .dialogue
        case (6, _): .letter
        case (7, 2): .recipient
        case (7, 13): .account
        default: nil
        }
    }

    /// RFC 4954 §6: authentication required, too weak, invalid, or encryption required for it.
    private var isAboutLogin: Bool {
        [Code.authenticationRequired, Code.mechanismTooWeak, Code.credentialsInvalid, Code.encryptionRequired].contains(
            answer.code)
    }

    private var byCode: Outcome.Cause {
        switch answer.code {
        case _ where isAboutLogin: .login
        // Syntax, sequence and parameters (RFC 5321 §4.2.1, x0x, and 555): the dialogue went wrong, which says nothing about the
        // recipient.
        case Code.syntaxError, Code.syntaxErrorInParameters, Code.commandNotImplemented, Code.badSequence,
            Code.parameterNotImplemented, Code.parametersNotRecognised:
            .dialogue
        // RFC 5321 §4.5.3.1.10: a client treats 552 after RCPT as if it were 452; storage is what passes elsewhere too.
        case Code.exceededStorage: .now
        case Code.userNotLocal where answer.enhanced == nil, Code.domainTakesNoMail: .recipient
        case _ where !isPermanent: .now
        default: .unclear
        }
    }
}
