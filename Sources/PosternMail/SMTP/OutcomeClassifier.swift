package import CCurl
package import PosternCore

/// Decides the outcome of one attempt from libcurl's result and the transcript only. The result alone is not enough: libcurl
/// gives one code for refusals that mean opposite things.
///
/// The rule in every row: *failed* needs the smarthost's own statement that this recipient or this letter is refused for good.
/// What is about us (login, sender, dialogue) is our fault, and the letter is held. Everything unclear is temporary, and
/// *uncertain* once the smarthost may have the letter.
package enum OutcomeClassifier {
    /// - Parameter redaction: removes addresses from the evidence.
    package static func outcome(_ result: CURLcode, _ transcript: Transcript, redaction: Redaction) -> Outcome {
        let stage = transcript.stage
        // The smarthost's answer counts even if we hung up afterwards.
        if let answer = transcript.answer, let ruling = ruling(on: answer, at: stage) {
            return Outcome(
                ruling.kind, health: ruling.health,
                diagnosis: .init(
                    stage: stage, code: answer.code, enhanced: answer.enhanced?.description, text: redaction.clean(answer.text)))
        }
        let failure = TransferFailure(result, transcript)
        return Outcome(
            failure.kind, health: failure.health,
            diagnosis: .init(stage: failure.stage, code: transcript.answer?.code, text: failure.text))
    }

    /// What an answer decides; nil when it lets the transfer go on, so that something else ended it.
    private static func ruling(on answer: SMTPReply, at stage: DeliveryStage) -> Ruling? {
        switch (stage, answer.severity) {
        case (.finalDot, .positive): Ruling(.delivered, .reached)
        // libcurl sends the text only after 354, and starts TLS only after 220.
        case (.data, .intermediate) where answer.code == SMTPReply.Code.startMailInput: nil
        case (.data, .positive), (.data, .intermediate): Ruling(.deferred, .trouble)
        case (.startTLS, .positive) where answer.code == SMTPReply.Code.serviceReady: nil
        case (.startTLS, .positive): Ruling(.deferred, .trouble)
        case (.login, .intermediate): nil
        case (.finalDot, .intermediate), (.finalDot, .unknown): Ruling(.uncertain, .trouble)
        case (_, .positive): nil
        case (_, .intermediate), (_, .unknown): Ruling(.deferred, .trouble)
        case (_, .transient), (_, .permanent): RefusedReply(answer, at: stage).ruling
        }
    }

    struct Ruling: Equatable, Sendable {
        let kind: Outcome.Kind
        let health: Outcome.SmarthostHealth

        init(_ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth) {
            self.kind = kind
            self.health = health
        }
    }
}

/// A 4xx or 5xx answer and what it refuses: us, the recipient, or the letter.
private struct RefusedReply: Sendable {
    private typealias Code = SMTPReply.Code
    private typealias Condition = EnhancedStatus.Condition

    private let answer: SMTPReply
    private let stage: DeliveryStage

    init(_ answer: SMTPReply, at stage: DeliveryStage) {
        self.answer = answer
        self.stage = stage
    }

    var ruling: OutcomeClassifier.Ruling {
        switch stage {
        // The server does not know the letter yet. A greeting of 554 or 521 sounds final, but is about this connection: a
        // blocked network, or a host under maintenance. The letter can wait.
        case .prepare, .budget, .connect, .greeting, .ehlo, .startTLS: .init(.deferred, .trouble)
        // 454 and 421 are the server's own problem (RFC 4954 §6); every 5xx is about our credentials.
        case .login: isPermanent ? .init(.ourFault, .trouble) : .init(.deferred, .trouble)
        case .mailFrom: ofSender
        case .recipient: ofRecipient
        case .data, .finalDot: ofLetter
        }
    }

    /// The envelope sender is ours and at one domain for all letters, so its refusal is about us. The exceptions are about storage
    /// and size: 452 is temporary anyway; 552 is "exceeded storage allocation" (RFC 5321 §4.2.2), which passes, unless the status
    /// says that the letter is too big for this system (RFC 1870 §6.1), which does not.
    private var ofSender: OutcomeClassifier.Ruling {
        if answer.code == Code.serviceNotAvailable { return .init(.deferred, .trouble) }
        if isPassing { return .init(.deferred, .reached) }
        if isTooBig { return .init(.failed, .reached) }
        if answer.code == Code.exceededStorage { return .init(.deferred, .reached) }
        return .init(.ourFault, .trouble)
    }

    private var ofRecipient: OutcomeClassifier.Ruling {
        if isPassing { return .init(.deferred, .reached) }
        if wantsLogin { return .init(.ourFault, .trouble) }
        if isTooBig { return .init(.failed, .reached) }
        // RFC 5321 §4.5.3.1.10: a client treats 552 after RCPT as if it were 452.
        if answer.code == Code.exceededStorage { return .init(.deferred, .reached) }
        if blamesDialogue || blamesSender || blamesOurStanding { return .init(.ourFault, .reached) }
        return .init(.failed, .reached)
    }

    private var ofLetter: OutcomeClassifier.Ruling {
        if isPassing { return .init(.deferred, .reached) }
        if wantsLogin { return .init(.ourFault, .trouble) }
        if blamesDialogue || blamesOurSigning { return .init(.ourFault, .reached) }
        return .init(.failed, .reached)
    }

    private var isPermanent: Bool { answer.severity == .permanent }

    /// Temporary: 4xx, and the two statuses that RFC 3463 §3.3 and §3.4 call persistent transient failures even in a 5xx.
    private var isPassing: Bool { !isPermanent || says(.mailboxFull, .mailSystemFull) }

    private var isTooBig: Bool { says(.messageTooBig, .messageLengthExceedsLimit) }

    /// RFC 4954 §6: authentication required, too weak, invalid, or encryption required for it.
    private var wantsLogin: Bool {
        [Code.authenticationRequired, Code.mechanismTooWeak, Code.credentialsInvalid, Code.encryptionRequired].contains(
            answer.code)
            || says(.credentialsInvalid, .mechanismTooWeak, .encryptionNeeded, .encryptionRequired)
    }

    /// Syntax, sequence and parameters (RFC 5321 §4.2.1, x0x, and 555): the dialogue went wrong, which says nothing about the
    /// recipient. But 501 with an addressing status is about the address.
    private var blamesDialogue: Bool {
        switch answer.code {
        case Code.syntaxErrorInParameters: answer.enhanced?.subject != EnhancedStatus.Subject.addressing
        case Code.syntaxError, Code.commandNotImplemented, Code.badSequence, Code.parameterNotImplemented,
            Code.parametersNotRecognised:
            true
        default: false
        }
    }

    /// Many servers check the sender only when they hear RCPT.
    private var blamesSender: Bool { says(.badSenderMailbox, .badSenderSystem) }

    /// X.7 at RCPT is policy: "relay access denied" because a login is missing looks exactly like "this member takes no mail from
    /// you". It may be our fault, so a person looks at it. The exceptions are the statuses that are about the recipient: a list,
    /// and a mailbox with a new owner.
    private var blamesOurStanding: Bool {
        answer.enhanced?.subject == EnhancedStatus.Subject.policy
            && !says(.listExpansionProhibited, .mailboxOwnerChanged, .domainOwnerChanged)
    }

    /// After the text, X.7.0 and X.7.1 are a content filter's answer to one letter. The statuses here are about us, whatever the
    /// text.
    private var blamesOurSigning: Bool { says(.accountDisabled) || says(Condition.senderAuthentication) }

    private func says(_ conditions: Condition...) -> Bool { says(conditions) }

    private func says(_ conditions: [Condition]) -> Bool {
        answer.enhanced.map { conditions.contains($0.condition) } ?? false
    }
}
